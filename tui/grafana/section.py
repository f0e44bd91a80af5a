"""A row of a dashboard: its heading, which opens and shuts it, and its panels on a grid of as many columns as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.message import Message

from raymon_tui.cluster.grafana.model import Place, Row
from raymon_tui.tui.grafana.panel_view import PanelView
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count

GRAFANA_COLUMNS = 24
FULL_CELLS, EMPTY_CELLS = 11, 4
"""How high a line of panels is, and one of panels that have nothing to show."""
COLUMNS_BY_WIDTH = ((132, 3), (96, 2), (0, 1))
"""From this many cells on a page has so many columns."""


def columns_in(width: int) -> int:
    """Return how many columns a page of that width has."""
    return next(columns for least, columns in COLUMNS_BY_WIDTH if width >= least)


def span_of(place: Place, columns: int) -> int:
    """Return how many of the columns a panel takes that has its place on Grafana's grid."""
    return max(1, min(columns, place.w * columns // GRAFANA_COLUMNS))


def lines_of(spans: Sequence[int], columns: int) -> list[list[int]]:
    """Return lines of panels side by side, each as the columns that it takes, of those that it spans itself.

    What would be left of a line goes to its last panel; below the last line nothing is left to be filled.
    """
    lines: list[list[int]] = []
    for span in spans:
        if not lines:
            lines.append([])
        elif sum(lines[-1]) + span > columns:
            lines[-1][-1] += columns - sum(lines[-1])
            lines.append([])
        lines[-1].append(span)
    return lines


class Heading(Lines, can_focus=True):
    """The line above the panels of a row; Enter opens and shuts it."""

    DEFAULT_CSS = """
    Heading { height: 1; width: 1fr; }
    Heading:focus { background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "fold", "open or shut")]

    class Toggled(Message):
        """The user opened or shut the row."""

    def action_fold(self) -> None:
        """Open or shut the row."""
        self.post_message(self.Toggled())

    def on_click(self) -> None:
        """Open or shut the row."""
        self.action_fold()


class Section(Vertical):
    """One row; the panels of one that is shut are made when it is opened."""

    DEFAULT_CSS = """
    Section { height: auto; width: 1fr; }
    Section > Grid { width: 1fr; height: auto; }
    """

    def __init__(self, row: Row, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.row = row
        self.open = not row.collapsed
        self._ascii_only = ascii_only
        self._columns = 1

    def compose(self) -> ComposeResult:
        """Yield the heading, where there is one, and the panels."""
        if self.row.title:
            yield Heading()
        with Grid():
            if self.open:
                yield from map(PanelView, self.row.panels)

    class Folded(Message):
        """The row was opened or shut."""

    @property
    def views(self) -> list[PanelView]:
        """The panels that are seen."""
        return list(self.query(PanelView)) if self.open else []

    def on_mount(self) -> None:
        """Write the heading."""
        self.draw()

    def draw(self) -> None:
        """Write the heading: whether the row is open, and what is in it."""
        self.query_one(Grid).display = self.open
        for heading in self.query(Heading):
            glyphs = ("v", ">") if self._ascii_only else ("▾", "▸")
            panels = f"{count(len(self.row.panels))} panel{'s' * (len(self.row.panels) != 1)}"
            focused = heading.has_focus
            heading.show(
                (
                    (
                        Piece(f" {glyphs[not self.open]} ", "accent" if focused else "dim"),
                        Piece(plain(self.row.title, 100), "ink", bold=True, reverse=focused),
                        Piece(f"  {panels}" if not self.open else "", "faint"),
                    ),
                )
            )

    def on_descendant_focus(self) -> None:
        """Mark the heading while it has the keyboard."""
        self.draw()

    def on_descendant_blur(self) -> None:
        """Mark the heading while it has the keyboard."""
        self.draw()

    def fold(self, columns: int) -> None:
        """Lay the panels out in so many columns; a line of panels that are all empty takes little room."""
        self._columns = columns
        grid = self.query_one(Grid)
        grid.styles.grid_size_columns = columns
        views = list(self.query(PanelView))
        lines = lines_of([span_of(view.panel.place, columns) for view in views], columns)
        cells: list[int] = []
        for line in lines:
            beside, views = views[: len(line)], views[len(line) :]
            for view, span in zip(beside, line, strict=True):
                view.styles.column_span = span
            cells.append(EMPTY_CELLS if all(view.empty for view in beside) else FULL_CELLS)
        grid.styles.grid_rows = [str(one) for one in cells]
        grid.styles.height = sum(cells)

    @on(PanelView.Filled)
    def fit(self, message: PanelView.Filled) -> None:
        """Give the panels as much room as they have need of now."""
        message.stop()
        self.fold(self._columns)
        self.post_message(self.Folded())

    async def set_open(self, *, to: bool) -> None:
        """Open or shut the row."""
        if to and not self.query(PanelView):
            await self.query_one(Grid).mount_all(map(PanelView, self.row.panels))
        self.open = to
        self.fold(self._columns)
        self.draw()
        self.post_message(self.Folded())

    @on(Heading.Toggled)
    async def toggle(self, message: Heading.Toggled) -> None:
        """Open what is shut, and shut what is open."""
        message.stop()
        await self.set_open(to=not self.open)
