"""Files are many and each measurement costs an agent: what is worth it comes first, and nothing is forgotten."""

from __future__ import annotations

from raymon_tui.cluster.logs.head_listing import listed
from raymon_tui.cluster.logs.measuring import QUIET_AFTER_S, QUIET_FOR_S, Measured, due
from raymon_tui.cluster.logs.naming import component_of, other_stream
from raymon_tui.cluster.model.log_file import LogFile

NOW = 1_000_000.0


def file(name: str, modified_at: float | None = None) -> LogFile:
    return LogFile(node_id="n", name=name, component=component_of(name), modified_at=modified_at)


def names(files: list[LogFile]) -> list[str]:
    return [one.name for one in files]


def test_files_of_rays_own_components_are_measured_before_those_of_workers_and_the_newest_worker_first() -> None:
    new = [file(name) for name in ("worker-a-01000000-100.out", "worker-b-01000000-900.out", "raylet.out")]
    assert names(due(new, {}, 10, NOW)) == ["raylet.out", "worker-b-01000000-900.out", "worker-a-01000000-100.out"]


def test_a_quiet_file_is_measured_again_only_after_a_while() -> None:
    quiet = file("gcs_server.out", NOW - QUIET_AFTER_S - 1)
    assert due([quiet], {quiet.name: Measured(quiet, NOW - 1)}, 10, NOW) == []
    assert due([quiet], {quiet.name: Measured(quiet, NOW - QUIET_FOR_S)}, 10, NOW) == [quiet]


def test_a_file_that_grows_is_measured_each_time() -> None:
    growing = file("raylet.out", NOW - 2)
    assert due([growing], {growing.name: Measured(growing, NOW - 1)}, 10, NOW) == [growing]


def test_neither_new_files_nor_growing_ones_wait_for_ever_where_there_are_more_than_the_budget() -> None:
    growing = [file(f"raylet.{number}.out", NOW) for number in range(100)]
    new = [file(f"worker-x-01000000-{number}.out") for number in range(100)]
    chosen = due([*growing, *new], {one.name: Measured(one, NOW) for one in growing}, 10, NOW)
    assert len(chosen) == 10
    assert sum(1 for one in chosen if one in growing) == 5


def test_a_listing_of_the_heads_directory_gives_names_sizes_and_times() -> None:
    text = "12\t1000.5\traylet.out\n0\t1001.0\tserve/replica_a.log\n7\t1\told/gone.log\n99\t10"
    found = list(listed(text, "n"))
    assert [(one.name, one.size, one.modified_at) for one in found] == [
        ("raylet.out", 12, 1000.5),
        ("serve/replica_a.log", 0, 1001.0),
    ]
    assert [one.component for one in found] == ["raylet", "serve"]


def test_stdout_leads_to_stderr_and_back() -> None:
    assert other_stream("worker-a-01000000-7.out") == "worker-a-01000000-7.err"
    assert other_stream("raylet.err") == "raylet.out"
    assert other_stream("monitor.log") is None
