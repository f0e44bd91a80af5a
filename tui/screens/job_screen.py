"""One job: what is known of it, above its driver's log, which is followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.catalogue import JOB_PROGRESS, JOBS, NODES
from raymon_tui.cluster.feeds.feed import Feed, Reading
from raymon_tui.cluster.feeds.output import Output, added, driver_output_feed
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources import job_page
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.session import Session
from raymon_tui.tui.stop_job import ask_to_stop, why_not
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.table.column import Moment


def raw_path(job: Job) -> str:
    """Return the route of one job."""
    return f"/api/jobs/{quote(job.key, safe='')}"


class JobScreen(DetailScreen):
    """A job: its page, and the end of what its driver wrote. Tab goes from one to the other."""

    DEFAULT_CSS = """
    JobScreen > VerticalScroll { height: auto; max-height: 50%; }
    JobScreen > LogView { height: 1fr; min-height: 5; width: 1fr; padding: 1 2 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop job"),
        Binding("tab", "app.focus_next", "page / log", show=False),
    ]

    def __init__(self, session: Session, job: Job) -> None:
        title = (Piece("Job ", "dim"), Piece(plain(job.key, 80), "ink", bold=True))
        self._row = job
        self._output = driver_output_feed(job)
        self._lines: Sequence[str] = ()
        super().__init__(
            session,
            title,
            (JOBS, JOB_PROGRESS, self._output),
            self.describe_job,
            raw_path=raw_path(job),
            copied=job.key,
        )

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the jobs, and the driver's log where Ray keeps one and it can still grow."""
        submitted = self._row.submission_id is not None
        return (JOBS, JOB_PROGRESS, self._output) if submitted else (JOBS, JOB_PROGRESS)

    def job(self) -> Job:
        """Return the job as it is now."""
        jobs = self.session.monitor.snapshot.value(JOBS) or ()
        return next((job for job in jobs if job.key == self._row.key), self._row)

    def describe_job(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        """Return what is known of the job."""
        job = self.job()
        progress = next((one for one in snapshot.value(JOB_PROGRESS) or () if one.job_id == job.job_id), None)
        addresses = {node.node_id: node.ip for node in snapshot.value(NODES) or ()}
        return job_page.sections(job, progress, addresses, moment)

    def compose_body(self) -> ComposeResult:
        """Yield the page and the log."""
        yield from super().compose_body()
        yield LogView(follow=True)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Write the page anew, and the log where it is another."""
        super().show(snapshot, changed, moment)
        lines = self._log_lines(snapshot.reading(self._output))
        if lines == self._lines:
            return
        newer = added(self._lines, lines)
        self._lines = lines
        log = self.query_one(LogView)
        if newer is None:
            log.replace(lines)
        else:
            log.append(newer)

    def _log_lines(self, reading: Reading[Output]) -> Sequence[str]:
        if self._row.submission_id is None:
            return [job_page.where_the_log_is(self._row)]
        if reading.value is not None and reading.value.stdout is not None:
            return reading.value.stdout.splitlines() or ["The driver has written nothing yet."]
        return [reading.error.said if reading.error is not None else "asking for the driver's log…"]

    def on_mount(self) -> None:
        """Let the keys move the log first: it is what grows."""
        super().on_mount()
        self.query_one(LogView).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop the job only where that is allowed and can be done."""
        if action == "stop":
            return not self.session.options.read_only and not why_not(self._row)
        return super().check_action(action, parameters)

    def action_stop(self) -> None:
        """Stop the job, after a yes."""
        ask_to_stop(self.app, self.session, self.job())
