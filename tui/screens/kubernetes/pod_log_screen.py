"""The log of a container as the kubelet keeps it, its end followed; also that of the one before it."""

from __future__ import annotations

from typing import ClassVar

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.ray_api.words import without_escapes
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.numbers import count

LOOK_EVERY_S = 2.0
MOST_LINES, MOST_BYTES = 5_000, 1 << 20


class PodLogScreen(ClusterScreen):
    """The last lines of one container; `o` goes to the next one, `p` to what ran in its place before."""

    DEFAULT_CSS = """
    PodLogScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    PodLogScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "back"),
        Binding("slash", "find", "find"),
        Binding("f", "follow", "follow"),
        Binding("p", "previous", "previous run"),
        Binding("o", "other", "other container"),
        Binding("W,w", "fold", "wrap", show=False),
        Binding("c", "copy", "copy what is seen", show=False),
    ]

    def __init__(
        self, session: Session, objects: KubernetesObjects, pod: Pod, containers: tuple[str, ...], *, first: str
    ) -> None:
        super().__init__(session)
        self._objects, self._pod, self._containers = objects, pod, containers
        self._container, self._previous = first, False
        self._text: str | None = None
        self._trouble: RaymonError | None = None

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
        self._log.focus()
        self._say()
        self.keep_reading()

    @property
    def _log(self) -> LogView:
        return self.query_one(LogView)

    @work(exclusive=True, exit_on_error=True)
    async def keep_reading(self) -> None:
        """Read the end again and again; what ran before is read once, since it says nothing more."""
        while self.query(LogView):
            if self._text is None or (self._log.follow and not self.session.viewing.paused):
                await self._look()
            if self._previous and self._trouble is None:
                return
            await anyio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        params = {"container": self._container, "tailLines": str(MOST_LINES), "limitBytes": str(MOST_BYTES)}
        if self._previous:
            params["previous"] = "true"
        try:
            text = await self._objects.text(paths.log(self._pod.namespace, self._pod.name), params, limit=MOST_BYTES)
        except RaymonError as error:
            self._trouble = error
        else:
            self._trouble = None
            if text != self._text and self.query(LogView):
                self._text = text
                self._log.replace(without_escapes(text).splitlines())
        if self.query(LogView):
            self._say()

    def _say(self) -> None:
        """Say whose log this is, and how it is read."""
        left: list[Part] = [Part((Piece("Log ", "dim"), Piece(plain(self._pod.name, 60), "ink", bold=True)))]
        words = f"{self._container}{', the run before' if self._previous else ''}"
        place = f" {self._containers.index(self._container) + 1} of {len(self._containers)}"
        left.append(Part((Piece(plain(words, 60), "accent"), Piece(place if len(self._containers) > 1 else "", "dim"))))
        width = max(10, self.size.width - 2)
        self.query_one("#title", Lines).show((arrange(left, [Part(self._standing(), 1)], width),))

    def _standing(self) -> Content:
        if self._trouble is not None:
            return (Piece(plain(self._trouble.said, 200), "warning"),)
        if self._text is None:
            return (Piece("asking…", "dim"),)
        if not self._text:
            return (Piece("it has written nothing", "dim"),)
        lines = self._log.line_count
        whole = f"the last {count(lines)} lines" if lines >= MOST_LINES else f"{count(lines)} lines"
        return (Piece(whole + (", following" if self._log.follow and not self._previous else ""), "dim"),)

    def _begin_anew(self) -> None:
        self._text, self._trouble = None, None
        self._log.replace(())
        self._log.action_last()
        self._say()
        self.keep_reading()

    def action_other(self) -> None:
        """Show the next container of the pod."""
        place = self._containers.index(self._container)
        self._container, self._previous = self._containers[(place + 1) % len(self._containers)], False
        self._begin_anew()

    def action_previous(self) -> None:
        """Show what ran before the container was started anew, or go back to the present run."""
        self._previous = not self._previous
        self._begin_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer another container only where there is one."""
        return len(self._containers) > 1 if action == "other" else super().check_action(action, parameters)

    @on(FilterBar.Changed)
    def find_pattern(self, message: FilterBar.Changed) -> None:
        """Mark what matches while one types."""
        message.stop()
        self._log.find(message.text)

    @on(FilterBar.Closed)
    def back_to_text(self, message: FilterBar.Closed) -> None:
        """Give the keyboard back, and go to a match."""
        message.stop()
        self._log.focus()
        self._log.action_next_match(-1)

    @on(LogView.FollowChanged)
    def tell_following(self, message: LogView.FollowChanged) -> None:
        """Say whether the end is followed."""
        message.stop()
        self._say()

    def action_back(self) -> None:
        """Take the pattern away; without one, leave."""
        if self._log.has_pattern:
            self.query_one(FilterBar).reset()
            self._log.find("")
        else:
            self.app.pop_screen()

    def action_find(self) -> None:
        """Let the user type a pattern."""
        self.query_one(FilterBar).open()

    def action_follow(self) -> None:
        """Follow the end."""
        self._log.action_last()

    def action_fold(self) -> None:
        """Fold long lines, or cut them."""
        self._log.action_fold()

    def action_copy(self) -> None:
        """Copy the lines that are seen to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._log.visible_text)
        self.app.notify("copied what is seen", timeout=2)
