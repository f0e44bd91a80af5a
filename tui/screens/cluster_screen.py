"""What every screen on a cluster shares: header above, footer below, feeds it needs, pictures only while it is seen."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from raymon_tui.backends.base import Inquiring
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.link import BROKEN
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.banner import banner_line
from raymon_tui.tui.chrome.footer import footer_line
from raymon_tui.tui.chrome.header import header_line
from raymon_tui.tui.messages import FeedsChanged
from raymon_tui.tui.session import Session
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class ClusterScreen(Screen[None]):
    """A screen on one cluster."""

    DEFAULT_CSS = """
    ClusterScreen { layout: vertical; background: $background; }
    ClusterScreen > .chrome { height: 1; width: 1fr; padding: 0 1; }
    ClusterScreen > #banner { display: none; }
    ClusterScreen > #banner.-shown { display: block; }
    ClusterScreen.-old > * { opacity: 70%; }
    ClusterScreen.-old > .chrome { opacity: 100%; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose_body(self) -> ComposeResult:
        """Yield what stands between header and footer."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Frame the body."""
        yield Lines(id="header", classes="chrome")
        yield from self.compose_above()
        yield Lines(id="banner", classes="chrome")
        yield from self.compose_body()
        yield Lines(id="footer", classes="chrome")

    def compose_above(self) -> ComposeResult:
        """Yield what stands between the header and the banner."""
        yield from ()

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return what must be asked while this screen is seen."""
        return ()

    @property
    def draws_metrics(self) -> bool:
        """Whether the cluster's exporters are to be scraped more often while this screen is seen."""
        return False

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the body; `changed` is empty when only time has passed."""

    def moment(self) -> Moment:
        """Return the present moment as cells need it."""
        return Moment(now=self.session.now(), ascii_only=self.session.options.ascii_only)

    def show_all(self, changed: frozenset[str]) -> None:
        """Draw the frame from the newest snapshot, and the body too unless drawing is paused."""
        if not self.query("#header"):
            # A tick or an answer may still come while the screen is being taken apart.
            return
        viewing = self.session.viewing
        drawn = viewing.drawn(changed)
        with self.app.batch_update():
            self._draw_frame()
            if drawn or not viewing.paused:
                self.show(viewing.picture(self.session.monitor.snapshot), drawn, self.moment())

    def _draw_frame(self) -> None:
        """Draw header and banner, which tell the present even while the body is held."""
        newest = self.session.monitor.snapshot
        moment = Moment(now=self.session.clock(), ascii_only=self.session.options.ascii_only)
        width = max(1, self.app.size.width - 2)
        self._line("header").show((header_line(newest, self.session.viewing, moment, width),))
        backend = self.session.backend
        inquiring = backend if isinstance(backend, Inquiring) else None
        banner = banner_line(
            newest,
            moment,
            width,
            step=inquiring.under_way if inquiring else None,
            declined=inquiring is not None and inquiring.declined,
        )
        self._line("banner").set_class(banner is not None, "-shown")
        self.set_class(banner is not None and newest.link.state in BROKEN, "-old")
        if banner is not None:
            self._line("banner").show((banner,))

    def on_mount(self) -> None:
        """Follow the bindings, so that the footer names the keys that work."""
        self.bindings_updated_signal.subscribe(self, lambda _screen: self.draw_footer())

    def draw_footer(self) -> None:
        """Draw the keys that work for what has the focus."""
        if not self.is_mounted or not self.is_current:
            return
        bindings = [active.binding for active in self.active_bindings.values() if active.enabled]
        width = max(1, self.app.size.width - 2)
        self._line("footer").show((footer_line(bindings, width, ascii_only=self.session.options.ascii_only),))

    @on(events.ScreenResume)
    def wake(self) -> None:
        """Ask for what this screen needs, and draw what is known at once."""
        self.post_message(FeedsChanged())
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Fit the frame to the new size."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Draw everything anew from what is known."""
        if self.is_current and self.query("#header"):
            picture = self.session.viewing.picture(self.session.monitor.snapshot)
            with self.app.batch_update():
                self._draw_frame()
                self.show(picture, frozenset(picture.readings), self.moment())
            self.draw_footer()

    def _line(self, line_id: str) -> Lines:
        return self.query_one(f"#{line_id}", Lines)

    def focus_on(self, widget: Widget) -> None:
        """Give `widget` the keyboard without scrolling anything."""
        widget.focus(scroll_visible=False)
