"""One dashboard of Grafana's, as its panels are now."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.grafana.choices import SESSION
from raymon_tui.cluster.grafana.model import ALL, Panel
from raymon_tui.cluster.grafana.variables import Chosen
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.grafana.copying import copy_series
from raymon_tui.tui.grafana.page import DashboardPage
from raymon_tui.tui.grafana.panel_view import PanelView
from raymon_tui.tui.grafana.questions import Questions
from raymon_tui.tui.resources.cells import clock
from raymon_tui.tui.screens.choice_screen import Choice, ChoiceScreen
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.expressions_screen import ExpressionsScreen
from raymon_tui.tui.screens.panel_screen import PanelScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class DashboardScreen(ClusterScreen):
    """A line that says what is shown, above the page."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    DashboardScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back"),
        Binding("comma", "span(-1)", "shorter"),
        Binding("full_stop", "span(1)", "longer"),
        Binding("left_square_bracket", "pan(-1)", "earlier", key_display="["),
        Binding("right_square_bracket", "pan(1)", "later", show=False, key_display="]"),
        Binding("v", "variables", "variables"),
        Binding("slash", "find", "find panel"),
        Binding("c", "copy", "copy as CSV", show=False),
        Binding("y", "expressions", "expressions"),
        Binding("r", "ask_anew", "ask again", show=False),
    ]

    def __init__(self, session: Session, questions: Questions, asked: str) -> None:
        """Show the dashboard of `questions`; `asked` is who is asked, as the user knows it."""
        super().__init__(session)
        self._questions = questions
        self._asked = asked

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return nothing: Prometheus is asked here, and not Ray."""
        return ()

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the page."""
        yield DashboardPage(self.session, self._questions)

    @property
    def page(self) -> DashboardPage:
        """The panels."""
        return self.query_one(DashboardPage)

    def on_mount(self) -> None:
        """Give the first panel the keyboard."""
        super().on_mount()
        self.call_after_refresh(self.page.take_focus)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Write the title line; panels follow a time of their own."""
        questions = self._questions
        parts = [Part((Piece(plain(questions.dashboard.title, 60), "ink", bold=True),))]
        parts.append(Part((Piece(questions.window.words, "ink"),), 1))
        if questions.window.end is not None:
            parts.append(Part((Piece(f"to {clock(questions.window.end)}", "warning"),), 2))
        parts += [
            Part((Piece(words, "dim"),), 4 + place) for place, words in enumerate(self._narrowed(snapshot)) if words
        ]
        if said := next((one.said for one in questions.chosen.values() if one.said), ""):
            mark = "! " if moment.ascii_only else "▲ "
            parts.append(Part((Piece(mark + plain(said, 100), "warning"),), 2))
        asked = Part((Piece(plain(self._asked, 60), "dim"),), 3)
        line = arrange(parts, (asked,), max(10, self.size.width - 2))
        self.query_one("#title", Lines).show((line,))

    def _narrowed(self, snapshot: Snapshot) -> list[str]:
        """Return what is chosen, of the variables of which not everything is."""
        words = []
        for one in self._questions.chosen.values():
            if one.variable.name == SESSION and not one.all:
                words.append(
                    "this session" if one.values == self._questions.kept.get(SESSION) else plain(one.words, 40)
                )
            elif _is_offered(one) and not one.all and one.values:
                words.append(plain(f"{one.variable.label or one.variable.name}: {one.words}", 40))
        return words

    @on(DashboardPage.ChoicesKnown)
    def say_choices(self) -> None:
        """Write what is chosen into the title."""
        self.redraw()

    @on(PanelView.Opened)
    def open_panel(self, message: PanelView.Opened) -> None:
        """Show one panel alone."""
        message.stop()
        self.app.push_screen(PanelScreen(self.session, self._questions, message.panel))

    def action_span(self, steps: int) -> None:
        """Show more or less time."""
        self._questions.window = self._questions.window.longer(steps)
        self._ask_anew()

    def action_pan(self, directions: int) -> None:
        """Go to an earlier or a later stretch of time."""
        self._questions.window = self._questions.window.panned(directions, self.session.now())
        self._ask_anew()

    def action_ask_anew(self) -> None:
        """Ask everything again."""
        self._ask_anew()

    def _ask_anew(self) -> None:
        self.page.ask_anew()
        self.redraw()

    @work(group="choice", exclusive=True)
    async def action_variables(self) -> None:
        """Let the user choose a variable, and then its values."""
        offered = [one for one in self._questions.chosen.values() if _is_offered(one)]
        if not offered:
            self.app.notify("this dashboard has nothing to choose", markup=False, timeout=3)
            return
        listed = [Choice(one.variable.name, _line_of(one)) for one in offered]
        name = await self.app.push_screen_wait(ChoiceScreen("Variables", listed))
        if name is None:
            return
        one = self._questions.chosen[name[0]]
        values = await self.app.push_screen_wait(_values_screen(one, ascii_only=self.session.options.ascii_only))
        if values is not None:
            self._questions.choose(one.variable.name, values)
            self._ask_anew()

    @work(group="choice", exclusive=True)
    async def action_find(self) -> None:
        """Let the user find a panel by its title, in rows that are shut too."""
        rows = self._questions.dashboard.rows
        panels = [(row, panel) for row in rows for panel in row.panels]
        listed = [
            Choice(str(place), f"{panel.title}   {row.title}" if row.title else panel.title)
            for place, (row, panel) in enumerate(panels)
        ]
        found = await self.app.push_screen_wait(ChoiceScreen("Find a panel", listed))
        if found is not None:
            await self.page.go_to(panels[int(found[0])][1])

    @property
    def _current(self) -> Panel | None:
        return self.page.current.panel if self.page.current is not None else None

    def action_copy(self) -> None:
        """Copy the points of the panel that has the keyboard (OSC 52)."""
        view = self.page.current
        if view is not None and view.answer is not None:
            copy_series(self, view.answer)

    def action_expressions(self) -> None:
        """Show what the panel that has the keyboard asks."""
        view = self.page.current
        if view is not None:
            self.app.push_screen(ExpressionsScreen(self.session, self._questions, view.panel, view.steps))


def _is_offered(one: Chosen) -> bool:
    return one.variable.kind not in ("datasource", "constant", "other") and not one.variable.hidden


def _line_of(one: Chosen) -> str:
    return f"{one.variable.label or one.variable.name}: {one.words}{f'   ({one.said})' if one.said else ''}"


def _values_screen(one: Chosen, *, ascii_only: bool) -> ChoiceScreen:
    values = list(dict.fromkeys((*one.options, *(value for value in one.values if value != ALL))))
    listed = [Choice(value, value) for value in values]
    if one.variable.include_all:
        listed.insert(0, Choice(ALL, "All"))
    title = one.variable.label or one.variable.name
    return ChoiceScreen(title, listed, chosen=one.values, several=one.variable.multi, alone=ALL, ascii_only=ascii_only)
