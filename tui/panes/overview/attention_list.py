"""The Attention panel as a list that one can walk through; Enter opens the pane that shows more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.tui.panes.overview.attention import attention_lines
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.panel import Panel
from raymon_tui.widgets.states import DONE, glyph
from raymon_tui.widgets.table.column import Moment


class AttentionList(Panel, can_focus=True):
    """All findings that there is room for, and how many more there are."""

    DEFAULT_CSS = """
    AttentionList { height: auto; padding: 0 1 0 0; }
    AttentionList Lines { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open"),
        Binding("j,down", "move(1)", "next", show=False),
        Binding("k,up", "move(-1)", "previous", show=False),
    ]

    class Opened(Message):
        """The user wants to see more of a finding."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self, hotkeys: Mapping[str, str]) -> None:
        super().__init__("Attention")
        self._hotkeys = hotkeys
        self._findings: tuple[Finding, ...] = ()
        self._marked: str | None = None
        self._first = 0
        self._rows = 3
        self._known = False
        self._moment = Moment(now=0.0)

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield Lines()

    def show(self, findings: tuple[Finding, ...], moment: Moment, rows: int, *, known: bool) -> None:
        """Draw the findings in at most `rows` lines; the mark stays on the finding it was on.

        `known` is whether the cluster has answered yet: without an answer there is nothing to be calm about.
        """
        self._findings, self._moment, self._rows, self._known = findings, moment, max(1, rows), known
        self._draw()

    @property
    def _cursor(self) -> int:
        ids = [finding.id for finding in self._findings]
        return ids.index(self._marked) if self._marked in ids else 0

    def _draw(self) -> None:
        found = self._findings
        self.set_class(bool(found), "tinted")
        self.query_one(Lines).show(self._visible(max(10, self.content_size.width)) if found else self._calm())

    def _visible(self, width: int) -> tuple[Content, ...]:
        cursor = self._cursor
        self._first = max(0, min(self._first, cursor, len(self._findings) - self._rows))
        self._first = max(self._first, cursor - self._rows + 1)
        shown = self._findings[self._first : self._first + self._rows]
        hidden = len(self._findings) - len(shown)
        self.entitle(f"Attention {len(self._findings)}", f"{hidden} more" if hidden else "")
        mark = cursor - self._first if self.has_focus else None
        return attention_lines(shown, self._hotkeys, self._moment, width, mark)

    def _calm(self) -> tuple[Content, ...]:
        self.entitle("Attention")
        if not self._known:
            return ((Piece(" asking the cluster…", "dim"),),)
        mark = glyph(DONE, ascii_only=self._moment.ascii_only)
        return ((Piece(" "), mark, Piece(" nothing needs attention", "dim")),)

    def action_move(self, step: int) -> None:
        """Mark the next finding, or the one before."""
        if self._findings:
            index = max(0, min(len(self._findings) - 1, self._cursor + step))
            self._marked = self._findings[index].id
            self._draw()

    def action_open(self) -> None:
        """Open the marked finding."""
        if self._findings:
            self.post_message(self.Opened(self._findings[self._cursor]))

    def on_click(self, event: events.Click) -> None:
        """Open the finding that was clicked."""
        index = self._first + event.y - 1
        if 0 <= index < len(self._findings):
            self._marked = self._findings[index].id
            self.action_open()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._draw()

    def on_focus(self) -> None:
        """Show the mark."""
        self._draw()

    def on_blur(self) -> None:
        """Hide the mark."""
        self._draw()
