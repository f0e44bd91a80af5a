"""One chart of the wall: a frame with a title, the curves in it, and the keyboard where it has the focus."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.message import Message

from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.tui.charts.source import Answered
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.curves import Picture, last_known, picture_lines
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.panel import Panel

USUAL_MARGIN = 7
"""Cells for labels, as long as none are known."""
UNSEEN_CELLS = 60
"""What a hidden chart is asked for: enough that it is noticed when there is something in it."""


class ChartPanel(Panel, can_focus=True):
    """Shows the picture of one chart; drawn anew only for another picture or another size."""

    DEFAULT_CSS = """
    ChartPanel { height: 10; }
    ChartPanel:focus { border: round $role-accent; border-title-color: $role-ink; }
    ChartPanel Lines { height: 1fr; }
    """

    class Opened(Message):
        """The user wants to see this chart alone."""

        def __init__(self, chart: Chart) -> None:
            super().__init__()
            self.chart = chart

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart.title, id=f"chart-{chart.id}")
        self.chart = chart
        self.picture: Picture | None = None
        self.margin = 0
        self._drawn: tuple[Picture, tuple[int, int], int] | None = None
        self._told: tuple[Answered | None, float, bool] = (None, 0.0, False)

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield Lines()

    @property
    def steps(self) -> int:
        """How many values a curve has room for: two a cell, as braille has dots."""
        width = self.content_size.width or UNSEEN_CELLS
        return max(2, 2 * (width - (self.margin or USUAL_MARGIN) - 1))

    def show(self, picture: Picture, answered: Answered | None, now: float, *, ascii_only: bool) -> None:
        """Draw this from now on; what was `answered` says whose values they are, from when on and in which steps."""
        size = (self.content_size.width, self.content_size.height)
        if (picture, size, self.margin) == self._drawn or min(size) <= 0 or not self.query(Lines):
            # Values may come before its lines are there, and while the screen is taken apart.
            return
        self.picture, self._drawn = picture, (picture, size, self.margin)
        self._told = (answered, now, ascii_only)
        lone = picture.curves[0] if len(picture.curves) == 1 and not picture.curves[0].name else None
        value = None if lone is None else last_known(lone.values)
        title, told = plain(self.chart.title), "" if answered is None else plain(answered.words(size[0] - 2))
        self.entitle(title if value is None else f"{title} {picture.unit(value)}", told)
        legend_lines = 2 if size[1] >= 8 else 1
        lines = picture_lines(
            picture, *size, now=now, ascii_only=ascii_only, legend_lines=legend_lines, margin=self.margin
        )
        self.query_one(Lines).show(lines)

    def align(self, margin: int) -> None:
        """Have the curves begin behind so many cells for labels, if that is not so already."""
        if margin != self.margin:
            self.margin = margin
            if self.picture is not None:
                answered, now, ascii_only = self._told
                self.show(self.picture, answered, now, ascii_only=ascii_only)

    def on_click(self) -> None:
        """Open this chart; the first click gives it the keyboard."""
        if self.has_focus:
            self.post_message(self.Opened(self.chart))
