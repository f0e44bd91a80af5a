"""Stopping a submitted job, after the user has said yes."""

from __future__ import annotations

from textual.app import App

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import JOBS
from raymon_tui.cluster.model.job import Job
from raymon_tui.tui.screens.confirm_screen import ConfirmScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import plain


def ask_to_stop(app: App[int], session: Session, job: Job) -> None:
    """Ask whether `job` is to be stopped, and have it stopped on a yes; say why where it cannot be."""
    reason = why_not(job)
    if reason:
        app.notify(reason, markup=False)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            app.run_worker(_stop(app, session, job))

    name, entrypoint = plain(job.key, 80), plain(job.entrypoint, 200)
    app.push_screen(ConfirmScreen(f"Stop the job {name}?\n{entrypoint}"), answered)


def why_not(job: Job) -> str:
    """Return why `job` cannot be stopped; "" where it can."""
    if job.ended:
        return "This job has ended."
    if job.submission_id is None:
        return "Ray stops submitted jobs only; this driver was started by hand and ends where it was started."
    return ""


async def _stop(app: App[int], session: Session, job: Job) -> None:
    try:
        stopped = await session.monitor.api.stop_job(job.submission_id or "")
    except RaymonError as error:
        app.notify(plain(f"{error.said} {error.advice}"), title="not stopped", severity="error", markup=False)
        return
    name = plain(job.key, 80)
    app.notify(f"{name} is being stopped" if stopped else f"{name} had ended already", markup=False)
    session.monitor.refresh_now({JOBS.name})
