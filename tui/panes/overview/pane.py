"""The overview: what needs attention, then the whole cluster on one page."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from raymon_tui.cluster.feeds.catalogue import (
    ACTOR_COUNTS,
    ACTOR_SUMMARY,
    AUTOSCALER,
    JOB_PROGRESS,
    JOBS,
    NODES,
    OVERVIEW_FEEDS,
    SERVE,
    TASK_COUNTS,
    TASK_SUMMARY,
)
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.messages import FeedsChanged
from raymon_tui.tui.panes.overview.attention_list import AttentionList
from raymon_tui.tui.panes.overview.jobs import jobs_lines
from raymon_tui.tui.panes.overview.nodes import nodes_lines
from raymon_tui.tui.panes.overview.picture_panel import Draw, PicturePanel
from raymon_tui.tui.panes.overview.resources import resources_height, resources_lines
from raymon_tui.tui.panes.overview.states import actors_lines, tasks_lines
from raymon_tui.tui.panes.overview.trends import cpu_lines, span_words, tasks_running_lines
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.resources.finding_page import sections_of, title_of
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.numbers import duration
from raymon_tui.widgets.table.column import Moment

HOTKEYS = {
    "nodes": "2",
    "autoscaler": "3",
    "jobs": "4",
    "tasks": "5",
    "actors": "6",
    "logs": "8",
    "events": "9",
    "more": "0",
}

FRAME_LINES = 2
TRENDS = ("cpu", "running")
SHOWN: dict[str, tuple[Feed[Any], ...]] = {
    "resources": (NODES,),
    "nodes": (NODES, AUTOSCALER),
    "jobs": (JOBS, JOB_PROGRESS),
    "tasks": (TASK_COUNTS, TASK_SUMMARY),
    "actors": (ACTOR_COUNTS, ACTOR_SUMMARY),
    "cpu": (NODES,),
    "running": (TASK_COUNTS,),
}
"""The feeds that each panel draws, the one that tells its age first.

With a thousand nodes, each needless drawing is felt.
"""


def serve_runs(snapshot: Snapshot) -> bool:
    """Whether Serve's controller is among the actors: to ask Serve itself would start a driver where none is needed."""
    summary = snapshot.value(ACTOR_SUMMARY)
    classes = () if summary is None else summary.classes
    return any(one.class_name == "ServeController" and one.of("ALIVE") for one in classes)


class OverviewPane(Pane):
    """Answers "is it fine, and if not, why" without a key."""

    DEFAULT_CSS = """
    OverviewPane > Horizontal { width: 1fr; }
    OverviewPane #top { height: 7; }
    OverviewPane #trends { height: 13; }
    OverviewPane #states { height: 1fr; }
    OverviewPane #resources { width: 5fr; }
    OverviewPane #nodes { width: 3fr; }
    OverviewPane #jobs { width: 3fr; }
    OverviewPane #states PicturePanel, OverviewPane #trends PicturePanel { width: 1fr; }
    OverviewPane.-low #trends { height: 9; }
    OverviewPane.-short #trends { display: none; }
    OverviewPane.-narrow #jobs { display: none; }
    """

    pane_id: ClassVar[str] = "overview"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._serve_runs = False

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return all that the panels and the findings need; Serve is asked only where it runs."""
        return (*OVERVIEW_FEEDS, SERVE) if self._serve_runs else OVERVIEW_FEEDS

    def compose(self) -> ComposeResult:
        """Yield Attention and three rows of panels."""
        yield AttentionList(HOTKEYS)
        with Horizontal(id="top"):
            yield PicturePanel("Resources", "nodes", id="resources")
            yield PicturePanel("Nodes", "nodes", id="nodes")
            yield PicturePanel("Jobs", "jobs", id="jobs")
        with Horizontal(id="trends"):
            yield PicturePanel("CPU in use", "nodes", id="cpu")
            yield PicturePanel("Tasks running", "tasks", id="running")
        with Horizontal(id="states"):
            yield PicturePanel("Tasks", "tasks", id="tasks")
            yield PicturePanel("Actors", "actors", id="actors")

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw every panel; what did not change is not sent to the terminal again."""
        if self._serve_runs != serve_runs(snapshot):
            self._serve_runs = not self._serve_runs
            self.post_message(FeedsChanged())
        known = snapshot.reading(NODES).known
        self.query_one(AttentionList).show(snapshot.findings, moment, self._attention_rows(), known=known)
        history = self.session.monitor.history
        draws: dict[str, Draw] = {
            "resources": lambda width, _height: resources_lines(snapshot, history, moment, width),
            "nodes": partial(nodes_lines, snapshot, moment),
            "jobs": partial(jobs_lines, snapshot, moment),
            "tasks": partial(tasks_lines, snapshot, moment),
            "actors": partial(actors_lines, snapshot, moment),
            "cpu": partial(cpu_lines, history, moment),
            "running": partial(tasks_running_lines, history, moment),
        }
        for panel_id, draw in draws.items():
            aged = _aged(snapshot, SHOWN[panel_id][0], moment)
            span = span_words(history, moment) if panel_id in TRENDS else ""
            self._panel(panel_id).show(draw, aged, span, anew=self._is_new(panel_id, changed))
        self.query_one("#top").styles.height = resources_height(snapshot) + FRAME_LINES

    def _is_new(self, panel_id: str, changed: frozenset[str]) -> bool:
        """Whether a panel would be drawn otherwise than before: charts and meters are not for the passing of time."""
        if panel_id in TRENDS and self.has_class("-short"):
            return False
        return any(feed.name in changed for feed in SHOWN[panel_id]) or (not changed and panel_id == "jobs")

    def on_resize(self) -> None:
        """Leave out what has no room."""
        self.set_class(self.size.height < 36, "-low")
        self.set_class(self.size.height < 30, "-short")
        self.set_class(self.size.width < 110, "-narrow")

    def take_focus(self) -> None:
        """Give the keyboard to Attention."""
        self.screen.set_focus(self.query_one(AttentionList), scroll_visible=False)

    @on(AttentionList.Opened)
    async def open_finding(self, message: AttentionList.Opened) -> None:
        """Open the pane that a finding points to, on the row that it is about; what has none is told in full."""
        message.stop()
        finding = message.finding
        if finding.where in HOTKEYS:
            await self.screen.run_action(f"screen.open({finding.where!r}, {finding.subject!r})")
        else:
            describe = partial(sections_of, finding)
            self.app.push_screen(DetailScreen(self.session, title_of(finding), OVERVIEW_FEEDS, describe))

    def _attention_rows(self) -> int:
        """Return how many findings to show: a seventh of the height, three at least."""
        return max(3, self.size.height // 7)

    def _panel(self, panel_id: str) -> PicturePanel:
        return self.query_one(f"#{panel_id}", PicturePanel)


def _aged(snapshot: Snapshot, feed: Feed[Any], moment: Moment) -> str:
    """Return how old the answer of a feed is that fails while others do not; for all of them the banner says it."""
    reading = snapshot.reading(feed)
    if reading.error is None or reading.read_at is None or snapshot.link.state not in ("live", "slow"):
        return ""
    return f"{duration(moment.now - reading.read_at)} old"
