"""The log of a container as the kubelet keeps it, its end followed; also that of the run before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import ClassVar

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.findings.wording import several
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.pod_log import LogLine, PodLog
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.messages import SaveWanted
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.resources.kubernetes.pod_logs import GAP, shown, why_none
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.findable_text import FindableText
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView

LOOK_EVERY_S = 0.5
AGAIN_S, LONGEST_AGAIN_S = 2.0, 15.0
"""After a log that ended, or failed: its container may be started anew."""


class PodLogScreen(ClusterScreen, FindableText):
    """The log of one container as it is written; `o` goes to the next one, `p` to what ran in its place before.

    While the end is not followed nothing is read. It comes from Kubernetes, and is not drawn as old while Ray is lost.
    """

    DEFAULT_CSS = """
    PodLogScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    PodLogScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    PodLogScreen.-old > Lines, PodLogScreen.-old > LogView { opacity: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "back"),
        Binding("slash", "find", "find"),
        Binding("f", "follow", "follow"),
        Binding("p", "previous", "previous run"),
        Binding("o", "other", "other container"),
        Binding("t", "times", "times"),
        Binding("W,w", "fold", "wrap", show=False),
        Binding("c", "copy", "copy what is seen", show=False),
        Binding("ctrl+s", "save", "save what was read", show=False),
    ]

    def __init__(
        self, session: Session, objects: KubernetesObjects, pod: Pod, containers: tuple[str, ...], *, first: str
    ) -> None:
        super().__init__(session)
        self._objects, self._pod, self._containers = objects, pod, containers
        self._container, self._previous, self._timed = first, False, False
        self._reader = self._anew()
        self._asked = self._empty = self._ended = self._news = False
        self._trouble: RaymonError | None = None

    def _anew(self) -> PodLog:
        return PodLog(self._objects, self._pod.namespace, self._pod.name, self._container, previous=self._previous)

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text and the line in which a pattern is typed."""
        yield LogView(follow=True)
        yield FilterBar("pattern to find; n and N go on")

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.log_view.focus()
        self._begin_anew()

    @property
    def _is_gone(self) -> bool:
        """Whether the screen was left while an answer was on its way."""
        return not self.query(LogView)

    @property
    def _follows(self) -> bool:
        return not self._is_gone and self.log_view.follow and not self.session.viewing.paused

    @work(exclusive=True, group="read", exit_on_error=True)
    async def keep_reading(self) -> None:
        """Read the end, then what comes, again and again; the run before is read once, since it says no more."""
        again_s = AGAIN_S
        while not self._is_gone:
            if self._asked and not self._follows:
                await anyio.sleep(LOOK_EVERY_S)
                continue
            self._news = False
            try:
                await self._read()
            except RaymonError as failure:
                self._fail(failure)
            if self._previous and self._trouble is None:
                return
            again_s = AGAIN_S if self._news else min(LONGEST_AGAIN_S, 2 * again_s)
            await anyio.sleep(again_s)

    async def _read(self) -> None:
        """Read the last lines, then what is written from then on, while the end is followed."""
        tail = await self._reader.tail()
        self._asked, self._trouble = True, None
        if tail.gap and not self._is_gone:
            self.log_view.append([GAP])
        self._add(tail.lines)
        if self._previous:
            return
        async with aclosing(self._reader.follow()) as following:
            async for lines in following:
                self._add(lines)
                if not self._follows:
                    return
        self._ended = True
        self._say()

    def _add(self, lines: Sequence[LogLine]) -> None:
        if self._is_gone:
            return
        texts = [shown(line, timed=self._timed) for line in lines]
        if texts and self._empty:
            self.log_view.replace(texts)
        elif texts:
            self.log_view.append(texts)
        self._news = self._news or bool(texts)
        self._empty, self._ended = not texts and (self._empty or not self.log_view.line_count), False
        if self._empty:
            self.log_view.replace(why_none(self._pod_now(), self._container, None, previous=self._previous))
        self._say()

    def _fail(self, failure: RaymonError) -> None:
        self._trouble, self._asked = failure, True
        if self._is_gone:
            return
        if self._empty or not self.log_view.line_count:
            self._empty = True
            self.log_view.replace(why_none(self._pod_now(), self._container, failure, previous=self._previous))
        self._say()

    def _pod_now(self) -> Pod:
        """Return the pod as it is now, or as it was last."""
        picture = self.session.monitor.snapshot.value(KUBERNETES)
        pods = () if picture is None else picture.pods or ()
        self._pod = next((pod for pod in pods if pod.metadata.uid == self._pod.metadata.uid), self._pod)
        return self._pod

    def _say(self) -> None:
        """Say whose log this is, and how it is read."""
        if self._is_gone:
            return
        left: list[Part] = [Part((Piece("Log ", "dim"), Piece(plain(self._pod.name, 60), "ink", bold=True)))]
        words = f"{self._container}{', the run before' if self._previous else ''}"
        place = f" {self._containers.index(self._container) + 1} of {len(self._containers)}"
        left.append(Part((Piece(plain(words, 60), "accent"), Piece(place if len(self._containers) > 1 else "", "dim"))))
        width = max(10, self.size.width - 2)
        self.query_one("#title", Lines).show((arrange(left, [Part(self._standing(), 1)], width),))

    def _standing(self) -> Content:
        if not self._asked:
            return (Piece("asking…", "dim"),)
        if self._empty:
            return ()
        log = self.log_view
        whole = ("the last " if log.dropped else "") + several(log.line_count, "line")
        if self._trouble is not None:
            return (Piece(f"{plain(self._trouble.said, 200)}, tried again; ", "warning"), Piece(whole, "dim"))
        if self._previous or not log.follow:
            return (Piece(whole, "dim"),)
        return (Piece(f"{whole}, ", "dim"), *(_ENDED if self._ended else _FOLLOWING))

    def _begin_anew(self) -> None:
        self._reader, self._trouble = self._anew(), None
        self._asked = self._empty = self._ended = False
        self.log_view.replace(())
        self.log_view.action_last()
        self._say()
        self.keep_reading()

    @on(LogView.WantsEarlier)
    @work(exclusive=True, group="earlier", exit_on_error=True)
    async def read_earlier(self, message: LogView.WantsEarlier) -> None:
        """Read what was written before the first line that is here."""
        message.stop()
        if not self._asked or self._empty:
            return
        try:
            older = await self._reader.earlier()
        except RaymonError as failure:
            self._fail(failure)
            return
        if older and not self._is_gone:
            self.log_view.prepend([shown(line, timed=self._timed) for line in older])
            self._say()

    def action_other(self) -> None:
        """Show the next container of the pod."""
        place = self._containers.index(self._container)
        self._container, self._previous = self._containers[(place + 1) % len(self._containers)], False
        self._begin_anew()

    def action_previous(self) -> None:
        """Show what ran before the container was started anew, or go back to the present run."""
        self._previous = not self._previous
        self._begin_anew()

    def action_times(self) -> None:
        """Show, or hide, when each line was written."""
        self._timed = not self._timed
        self._begin_anew()

    def action_save(self) -> None:
        """Save all lines that are here."""
        text = self.log_view.text
        self.post_message(SaveWanted(f"{self._pod.name}-{self._container}", "log", lambda: text))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer another container only where there is one."""
        return len(self._containers) > 1 if action == "other" else super().check_action(action, parameters)

    @on(LogView.FollowChanged)
    def tell_following(self, message: LogView.FollowChanged) -> None:
        """Say whether the end is followed; where it is again, read what came meanwhile at once."""
        message.stop()
        self._say()
        if self.log_view.follow and not self._previous:
            self.keep_reading()


_FOLLOWING: Content = (Piece("following", "good"),)
_ENDED: Content = (Piece("the container has ended", "warning"),)
