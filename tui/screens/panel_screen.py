"""One panel of a dashboard alone: a cursor that tells values, any stretch of time, all its series in a table."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import ClassVar

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.grafana.asking import PanelAnswer
from raymon_tui.cluster.grafana.durations import written
from raymon_tui.cluster.grafana.model import Panel
from raymon_tui.tui.charts.time_keys import TIME_KEYS, place_parts
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.grafana.copying import copy_series
from raymon_tui.tui.grafana.panel_lines import Look
from raymon_tui.tui.grafana.panel_view import PanelView
from raymon_tui.tui.grafana.pictures import picture_of_panel
from raymon_tui.tui.grafana.questions import Questions, pace_s
from raymon_tui.tui.resources.series import SeriesRow, columns
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.expressions_screen import ExpressionsScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.curves import CURVE_ROLES, last_known
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.live_table import LiveTable


class PanelScreen(ClusterScreen):
    """A chart above the table of its series; Enter on a series draws that one alone."""

    DEFAULT_CSS = """
    PanelScreen PanelView { height: 3fr; width: 1fr; }
    PanelScreen > #place { height: 1; width: 1fr; padding: 0 1; }
    PanelScreen > LiveTable { height: 2fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *TIME_KEYS,
        Binding("s", "sort", "sort", show=False),
        Binding("c", "copy", "copy as CSV"),
        Binding("y", "expressions", "expressions"),
        Binding("r", "ask", "ask again", show=False),
    ]

    def __init__(self, session: Session, questions: Questions, panel: Panel) -> None:
        super().__init__(session)
        self._questions = questions
        self._panel = panel
        self._answer: PanelAnswer | None = None
        self._cursor_at: float | None = None
        self._alone = ""

    def compose_body(self) -> ComposeResult:
        """Yield the chart, the line that says where the cursor is, and the series."""
        yield PanelView(self._panel)
        yield Lines(id="place")
        yield LiveTable(columns(self._panel.unit), key=_key, empty="asking…")

    def on_mount(self) -> None:
        """Give the table the keyboard, and ask."""
        super().on_mount()
        self.view.can_focus = False
        self.set_focus(self.query_one(LiveTable))
        self.call_after_refresh(self.action_ask)

    @property
    def view(self) -> PanelView:
        """The chart."""
        return self.query_one(PanelView)

    def on_resize(self) -> None:
        """Ask for as many values as there is room for now."""
        super().on_resize()
        self.call_after_refresh(self.action_ask)

    @work(exclusive=True, group="panel")
    async def action_ask(self) -> None:
        """Ask, and ask again whenever new values may be there."""
        while True:
            began = time.monotonic()
            if self._answer is None or (self.is_current and not self.session.viewing.paused):
                self.view.say("asking…")
                self._answer = await self._questions.ask(self._panel, self.view.steps, self.session.now())
                self._draw()
            await anyio.sleep(pace_s(self._answer, time.monotonic() - began))

    def _draw(self) -> None:
        answer = self._answer
        if answer is None or not self.query(LiveTable):
            # A round may end while the screen is being taken apart.
            return
        place = self._place(answer)
        live, ascii_only = self._questions.window.end is None, self.session.options.ascii_only
        self.view.show(answer, Look(0, 0, live, ascii_only, place, self._alone))
        table = self.query_one(LiveTable)
        table.empty = "no series"
        table.set_rows(self._rows(answer, place), self.moment())
        self._say_place(answer)

    def _rows(self, answer: PanelAnswer, place: int | None) -> list[SeriesRow]:
        picture = picture_of_panel(self._panel, answer, alone=self._alone)
        charted = self._panel.kind == "timeseries"
        roles = {curve.name: role for curve, role in zip(picture.curves, CURVE_ROLES, strict=False) if charted}
        values = [_at(one.values, place) for one in answer.series]
        rows = [SeriesRow(one, roles.get(one.name), value) for one, value in zip(answer.series, values, strict=True)]
        return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), row.series.name))

    def _place(self, answer: PanelAnswer) -> int | None:
        """Return which value the cursor is on, if there is one."""
        if self._cursor_at is None:
            return None
        length = max((len(one.values) for one in answer.series), default=1)
        return max(0, min(length - 1, round((self._cursor_at - answer.start) / answer.step_s)))

    def _say_place(self, answer: PanelAnswer) -> None:
        parts = place_parts(self._questions.window, answer.start, answer.end, self._cursor_at)
        if self._alone:
            parts.append(Part((Piece(f"{plain(self._alone, 60)} alone", "accent"),), 1))
        parts.append(Part((Piece(f"a value every {written(answer.step_s)}", "dim"),), 3))
        self.query_one("#place", Lines).show((arrange(parts, (), max(10, self.size.width - 2)),))

    def action_back(self) -> None:
        """Take the cursor away first, then the choice of one series, and go back then."""
        if self._cursor_at is not None:
            self._cursor_at = None
        elif self._alone:
            self._alone = ""
        else:
            self.app.pop_screen()
            return
        self._draw()

    def action_cursor(self, steps: int) -> None:
        """Move the cursor by values; it comes in at the right edge."""
        if self._answer is not None:
            before = self._answer.end if self._cursor_at is None else self._cursor_at
            moved = before + steps * self._answer.step_s
            self._cursor_at = max(self._answer.start, min(self._answer.end, moved))
            self._draw()

    def action_span(self, steps: int) -> None:
        """Show more or less time, around the cursor where there is one."""
        questions, at = self._questions, self._cursor_at
        window = questions.window
        questions.window = window.longer(steps) if at is None else window.around(at, steps, self.session.now())
        self.action_ask()

    def action_pan(self, directions: int) -> None:
        """Go to an earlier or a later stretch of time."""
        self._questions.window = self._questions.window.panned(directions, self.session.now())
        self.action_ask()

    def action_sort(self) -> None:
        """Sort the series by the next column."""
        self.query_one(LiveTable).action_sort_next()

    @on(LiveTable.Selected)
    def draw_alone(self, message: LiveTable.Selected[SeriesRow]) -> None:
        """Draw the chosen series alone, or all of them again."""
        message.stop()
        name = message.row.series.name
        self._alone = "" if name == self._alone else name
        self._draw()

    def action_copy(self) -> None:
        """Copy the points as CSV (OSC 52)."""
        if self._answer is not None:
            copy_series(self, self._answer)

    def action_expressions(self) -> None:
        """Show what the panel asks."""
        self.app.push_screen(ExpressionsScreen(self.session, self._questions, self._panel, self.view.steps))


def _at(values: Sequence[float], place: int | None) -> float | None:
    """Return the value at a place, else the last one; None where it is not known."""
    if place is None:
        return last_known(values)
    return None if place >= len(values) or math.isnan(values[place]) else values[place]


def _key(row: SeriesRow) -> str:
    return f"{row.series.name} {row.series.labels}"
