"""The rows and panels of a dashboard on a page that scrolls; what is in sight is asked, a few panels at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

import anyio
from anyio.abc import TaskGroup
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from raymon_tui.cluster.grafana.asking import PanelAnswer
from raymon_tui.cluster.grafana.model import Panel
from raymon_tui.tui.grafana.panel_lines import Look
from raymon_tui.tui.grafana.panel_view import PanelView
from raymon_tui.tui.grafana.questions import MOST_AT_ONCE, Questions, pace_s
from raymon_tui.tui.grafana.section import Heading, Section, columns_in
from raymon_tui.tui.session import Session

LOOK_EVERY_S = 1.0
"""How often is looked for panels whose answer has become old."""


class DashboardPage(VerticalScroll):
    """Draws a dashboard as its questions say. An answer that comes after they have changed is dropped."""

    DEFAULT_CSS = """
    DashboardPage { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "move(-1)", "left", show=False),
        Binding("l,right", "move(1)", "right", show=False),
        Binding("k,up", "move_line(-1)", "up", show=False),
        Binding("j,down", "move_line(1)", "down", show=False),
        Binding("g,home", "end(0)", "first", show=False),
        Binding("G,end", "end(-1)", "last", show=False),
        Binding("ctrl+f,pagedown", "page(1)", "page down", show=False),
        Binding("ctrl+b,pageup", "page(-1)", "page up", show=False),
        Binding("enter", "open", "open"),
    ]

    class ChoicesKnown(Message):
        """What there is to choose from is known now."""

    def __init__(self, session: Session, questions: Questions) -> None:
        super().__init__(can_focus=False)
        self.session = session
        self.questions = questions
        self._due_at: dict[PanelView, float] = {}
        self._asking: dict[PanelView, anyio.CancelScope] = {}
        self._wake = anyio.Event()
        self._asked_choices = False

    def compose(self) -> ComposeResult:
        """Yield the rows."""
        for row in self.questions.dashboard.rows:
            yield Section(row, ascii_only=self.session.options.ascii_only)

    @property
    def sections(self) -> list[Section]:
        """The rows."""
        return list(self.query(Section))

    @property
    def stops(self) -> list[Widget]:
        """What the keyboard may go to: headings, and panels that are seen, in the order of reading."""
        return [one for section in self.sections for one in (*section.query(Heading), *section.views)]

    @property
    def current(self) -> PanelView | None:
        """The panel that has the keyboard."""
        return next((view for view in self.query(PanelView) if view.has_focus), None)

    def on_mount(self) -> None:
        """Begin to ask."""
        self.watch(self, "scroll_y", self.look, init=False)
        self.keep_asking()

    def on_resize(self) -> None:
        """Lay the panels out in as many columns as there is room for."""
        for section in self.sections:
            section.fold(columns_in(self.size.width))
        self.call_after_refresh(self.look)

    def take_focus(self) -> None:
        """Give the keyboard to the first panel, if nothing of the page has it."""
        stops = self.stops
        first = next((one for one in stops if isinstance(one, PanelView)), stops[0] if stops else None)
        if first is not None and not any(one.has_focus for one in stops):
            self.screen.set_focus(first, scroll_visible=False)

    def look(self) -> None:
        """Look now for panels that are to be asked."""
        self._wake.set()

    def ask_anew(self) -> None:
        """Ask everything again: the questions have changed, or the user wants to know now."""
        for scope in tuple(self._asking.values()):
            scope.cancel()
        self._due_at.clear()
        self._asked_choices = False
        self.look()

    @work(exclusive=True, group="asking")
    async def keep_asking(self) -> None:
        """Ask what is in sight, again and again, while the page is there."""
        async with anyio.create_task_group() as tasks:
            while True:
                self._wake = anyio.Event()
                if self.screen.is_current:
                    await self._ask_choices()
                    for view in self._due()[: MOST_AT_ONCE - len(self._asking)]:
                        self._start(tasks, view)
                with anyio.move_on_after(LOOK_EVERY_S):
                    await self._wake.wait()

    async def _ask_choices(self) -> None:
        if not self._asked_choices:
            self._asked_choices = True
            await self.questions.ask_choices(self.session.now())
            self.post_message(self.ChoicesKnown())

    def _due(self) -> list[PanelView]:
        """Return the panels in sight that are to be asked; while drawing is paused, those that show nothing yet."""
        now, paused = time.monotonic(), self.session.viewing.paused
        views = [view for section in self.sections for view in section.views if view not in self._asking]
        due = [view for view in views if self._due_at.get(view, 0.0) <= now and not (paused and view.answer)]
        return [view for view in due if view.content_size.width and view.region.overlaps(self.region)]

    def _start(self, tasks: TaskGroup, view: PanelView) -> None:
        scope = self._asking[view] = anyio.CancelScope()
        view.say("asking…")
        tasks.start_soon(self._ask, view, scope)

    async def _ask(self, view: PanelView, scope: anyio.CancelScope) -> None:
        began, now = time.monotonic(), self.session.now()
        try:
            with scope:
                answer = await self.questions.ask(view.panel, view.steps, now)
                took_s = time.monotonic() - began
                self._due_at[view] = time.monotonic() + pace_s(answer, took_s)
                self._draw(view, answer)
        finally:
            del self._asking[view]
            self.look()

    def _draw(self, view: PanelView, answer: PanelAnswer) -> None:
        if view.is_attached:
            live = self.questions.window.end is None
            view.show(answer, Look(0, 0, live, self.session.options.ascii_only))

    @on(Section.Folded)
    def ask_what_came_to_light(self, message: Section.Folded) -> None:
        """Look for panels that are in sight since a row was opened or shut."""
        message.stop()
        self.call_after_refresh(self.look)

    async def go_to(self, panel: Panel) -> None:
        """Put the keyboard on a panel, whose row is opened for that."""
        for section in self.sections:
            if panel in section.row.panels:
                await section.set_open(to=True)
                view = next(view for view in section.views if view.panel is panel)
                self.call_after_refresh(self.screen.set_focus, view)

    def action_move(self, step: int) -> None:
        """Go so many panels further."""
        stops = self.stops
        place = next((place for place, one in enumerate(stops) if one.has_focus), None)
        if stops:
            self._focus(stops[max(0, min(len(stops) - 1, 0 if place is None else place + step))])

    def action_move_line(self, direction: int) -> None:
        """Go to the nearest panel or heading in the line above or below."""
        stops = self.stops
        current = next((one for one in stops if one.has_focus), None)
        if current is None:
            self.action_move(0)
            return
        here = current.region
        beyond = [one for one in stops if (one.region.y - here.y) * direction > 0]
        self._focus_nearest(beyond, here.y, here.x)

    def _focus_nearest(self, stops: Sequence[Widget], y: int, x: int) -> None:
        if stops:
            self._focus(min(stops, key=lambda one: (abs(one.region.y - y), abs(one.region.x - x))))

    def _focus(self, stop: Widget) -> None:
        self.screen.set_focus(stop)

    def action_end(self, place: int) -> None:
        """Go to the first or the last panel."""
        if stops := self.stops:
            self._focus(stops[place])

    def action_page(self, pages: int) -> None:
        """Scroll by pages, and take the keyboard along."""
        self.scroll_relative(y=pages * max(1, self.size.height - 2), animate=False)
        self.call_after_refresh(self._focus_in_sight)

    def _focus_in_sight(self) -> None:
        seen = [one for one in self.stops if isinstance(one, PanelView) and self.region.overlaps(one.region)]
        if seen and not any(one.has_focus for one in seen):
            self.screen.set_focus(seen[0], scroll_visible=False)

    def action_open(self) -> None:
        """Show the panel that has the keyboard alone."""
        if self.current is not None:
            self.post_message(PanelView.Opened(self.current.panel))
