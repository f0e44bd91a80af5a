"""Everything that is known of one thing, live, over the list that it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.document import Section, document
from raymon_tui.tui.screens.raw_screen import RawScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class DetailScreen(ClusterScreen):
    """A page of labelled values and texts that follows the cluster.

    `describe` gives the sections for a snapshot, or None while nothing is known yet. `raw_path` is the route whose
    answer is the raw truth about the thing, `copied` the id that `c` copies.
    """

    DEFAULT_CSS = """
    DetailScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    DetailScreen > VerticalScroll { height: 1fr; width: 1fr; padding: 1 2 0 2; scrollbar-size-vertical: 1; }
    DetailScreen VerticalScroll > Lines { height: auto; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h", "app.pop_screen", "back"),
        Binding("y", "raw", "raw JSON", show=False),
        Binding("c", "copy", "copy id", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("ctrl+f,pagedown", "scroll_page(1)", "page down", show=False),
        Binding("ctrl+b,pageup", "scroll_page(-1)", "page up", show=False),
        Binding("g,home", "scroll_top", "top", show=False),
        Binding("G,end", "scroll_bottom", "bottom", show=False),
    ]

    def __init__(
        self,
        session: Session,
        title: Content,
        feeds: Sequence[Feed[Any]],
        describe: Callable[[Snapshot, Moment], Sequence[Section] | None],
        *,
        raw_path: str | None = None,
        copied: str | None = None,
    ) -> None:
        super().__init__(session)
        self._title = title
        self._feeds = tuple(feeds)
        self._describe = describe
        self._raw_path = raw_path
        self._copied = copied

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feeds of this one thing."""
        return self._feeds

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the page."""
        with VerticalScroll(id="page"):
            yield Lines(id="sections")

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Write the page anew."""
        self.query_one("#title", Lines).show((self._title,))
        width = max(10, self.size.width - 6)
        sections = self._describe(snapshot, moment)
        self.query_one("#sections", Lines).show(
            document(sections, width) if sections is not None else self._waiting(snapshot)
        )

    def _waiting(self, snapshot: Snapshot) -> tuple[Content, ...]:
        errors = [reading.error for feed in self._feeds if (reading := snapshot.reading(feed)).error is not None]
        if not errors or errors[0] is None:
            return ((Piece("asking the cluster…", "dim"),),)
        return ((Piece(errors[0].said, "bad"),), (Piece(errors[0].advice, "dim"),))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this thing has."""
        if action == "raw":
            return self._raw_path is not None
        if action == "copy":
            return self._copied is not None
        return super().check_action(action, parameters)

    def action_raw(self) -> None:
        """Show what Ray itself says of this."""
        if self._raw_path is not None:
            self.app.push_screen(RawScreen(self.session, self._raw_path))

    def action_copy(self) -> None:
        """Copy the id to the terminal's clipboard (OSC 52)."""
        if self._copied is not None:
            self.app.copy_to_clipboard(self._copied)
            self.app.notify(f"copied {plain(self._copied, 60)}", markup=False, timeout=2)

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._page.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._page.scroll_relative(y=pages * max(1, self._page.size.height - 2), animate=False)

    def action_scroll_top(self) -> None:
        """Go to the first line."""
        self._page.scroll_home(animate=False)

    def action_scroll_bottom(self) -> None:
        """Go to the last line."""
        self._page.scroll_end(animate=False)
