"""A job in full: what came of it first, then its driver, its times and its whole message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from signal import Signals

from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.ray_api.words import without_escapes
from raymon_tui.tui.resources.cells import clock, id_number, stated
from raymon_tui.tui.resources.jobs import TYPES, began, lasted, outcome, tally
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Piece, Role, piece, plain
from raymon_tui.widgets.numbers import count, duration
from raymon_tui.widgets.table.column import Moment

_OF_A_SHELL = 128


def sections(job: Job, progress: JobProgress | None, addresses: Mapping[str, str], moment: Moment) -> list[Section]:
    """Return a job in full, its outcome first; `addresses` are those of the nodes."""
    fields = [Field("status", stated(job.status, job.status, moment))]
    why = outcome(job)
    if why:
        role: Role = "bad" if job.status == "FAILED" else "ink"
        fields.append(Field("why", piece(why, role)))
    if progress is not None:
        tasks = f"{count(progress.finished)} of {count(progress.total)} finished  "
        fields.append(Field("tasks", (Piece(tasks), *tally(progress))))
    fields += [
        Field("entrypoint", _first_line(job.entrypoint)),
        Field("type", TYPES.get(job.type, job.type)),
        Field("submission id", job.submission_id),
        Field("job id", job.job_id or "none: it has not called ray.init"),
    ]
    return [
        Section("Job", fields),
        Section("Times", _times(job, moment)),
        Section("Driver", _driver_fields(job, addresses)),
        Section("Metadata", [Field(plain(key, 60), value) for key, value in sorted((job.metadata or {}).items())]),
        Section("Entrypoint", text=job.entrypoint if "\n" in job.entrypoint.strip() else ""),
        Section("Message", text=_message(job), role="bad" if job.status == "FAILED" else "dim"),
    ]


def _first_line(entrypoint: str) -> str | None:
    first, _, rest = entrypoint.strip().partition("\n")
    return f"{first} …" if rest else first or None


def _times(job: Job, moment: Moment) -> Sequence[Field]:
    fields = [Field("started", clock(began(job)))]
    if job.end_time:
        fields.append(Field("ended", clock(job.end_time / 1000)))
    return [*fields, Field("took", duration(lasted(job, moment.now)))]


def _driver_fields(job: Job, addresses: Mapping[str, str]) -> Sequence[Field]:
    node = addresses.get(job.driver_node_id or "") or job.driver_node_id
    info = job.driver_info
    code, killed = id_number(job.driver_exit_code), _signal(job.driver_exit_code)
    fields = [Field("node", node or (info.node_ip_address if info is not None else None))]
    if info is not None:
        fields.append(Field("pid", id_number(info.pid)))
    if job.ended or code is not None:
        fields.append(Field("exit code", f"{code}: {killed}" if killed else code))
    return fields


def _signal(code: int | None) -> str:
    """Return what killed a driver by its exit code, which is that of a shell or of Python; "" where nothing did."""
    if not code:
        return ""
    try:
        return f"killed by {Signals(-code if code < 0 else code - _OF_A_SHELL).name}"
    except ValueError:
        return ""


def _message(job: Job) -> str:
    """Return the whole message, unless it says no more than the status does."""
    return "" if job.status in ("RUNNING", "SUCCEEDED") else without_escapes(job.message or "")


def where_the_log_is(job: Job) -> str:
    """Return where the output is of a driver that was not submitted, which Ray does not keep."""
    where, pid = "its machine", "*"
    if job.driver_info is not None:
        where = job.driver_info.node_ip_address or where
        pid = id_number(job.driver_info.pid) or pid
    return (
        "This driver was started by hand, not submitted: what it prints goes to its own terminal, and Ray keeps none "
        f"of it. Ray's own log of it is python-core-driver-*_{pid}.log among the logs of {where}."
    )
