"""What the text form of `raymon-tui status` shows of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rich.cells import cell_len

from raymon_tui.cluster.feeds import catalogue
from raymon_tui.cluster.feeds.feed import Feed, FeedError, Reading
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, FailedNode, NodeType, PendingNode
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.layout import Drawn
from raymon_tui.tui.cli.text.page import page
from raymon_tui.tui.cli.text.paint import paint

NOW = 1_795_456_400.0

HEAD = Node(node_id="a", ip="10.0.0.1", node_type="head", is_head=True, start_time=NOW - 3 * 86400)
DEAD = Node(
    node_id="b", ip="10.0.0.2", node_type="cpu", state="DEAD", state_message="raylet was killed", end_time=NOW - 120
)
STATUS = AutoscalerStatus(
    version="v1",
    node_types=(
        NodeType(name="head", active=1),
        NodeType(name="cpu", active=2, idle=1, pending=3, minimum=0, maximum=9),
    ),
    pending=(PendingNode(node_type="cpu", count=3),),
    failed=(FailedNode(node_type="gpu", ip="10.0.0.9", reason="InsufficientInstanceCapacity", at=NOW - 60),),
    demands=(
        Demand(shape={"CPU": 1.0, "GPU": 4.0}, count=6, at_least=True),
        Demand(
            shape={"CPU": 64.0},
            count=2,
            kind="placement_group",
            strategy="STRICT_SPREAD",
            bundles=(({"CPU": 64.0}, 2),),
        ),
    ),
    usage={"CPU": (7.2, 8.0), "memory": (0.0, float(1 << 36)), "node:10.0.0.1": (0.0, 1.0)},
)


def seen(
    values: Mapping[Feed[Any], Any],
    *,
    findings: tuple[Finding, ...] = (),
    drawn: Drawn | None = None,
    colour: bool = False,
) -> str:
    """Return the page for these answers."""
    readings = {feed.name: Reading(value=value, read_at=NOW) for feed, value in values.items()}
    snapshot = Snapshot(at=NOW, reached_by="local 127.0.0.1:8265", readings=readings, findings=findings)
    drawn = drawn or Drawn(now=NOW)
    return paint(page(snapshot, drawn), colour=colour, ascii_only=drawn.ascii_only)


def line_of(text: str, start: str) -> list[str]:
    """Return the words of the first line that starts so."""
    return next(line.split() for line in text.splitlines() if line.strip().startswith(start))


def test_the_first_line_says_which_ray_runs_since_when_and_how_it_is_reached() -> None:
    text = seen({catalogue.VERSION: Version(ray_version="2.60.0"), catalogue.NODES: (HEAD,)})
    assert text.splitlines()[0].startswith("Ray 2.60.0  up 3d 0h  local 127.0.0.1:8265")


def test_each_node_type_has_its_nodes_by_state_and_its_bounds() -> None:
    text = seen({catalogue.AUTOSCALER: STATUS, catalogue.NODES: (HEAD, DEAD)})
    assert line_of(text, "Nodes") == ["Nodes", "active", "idle", "pending", "dead", "min", "max"]
    assert line_of(text, "cpu") == ["cpu", "2", "1", "3", "1", "0", "9"]
    assert line_of(text, "head") == ["head", "1", "–", "0", "0", "–", "–"]


def test_without_an_autoscaler_the_nodes_are_counted_by_what_they_say_of_themselves() -> None:
    assert line_of(seen({catalogue.NODES: (HEAD, DEAD)}), "head") == ["head", "1", "–", "0", "0", "–", "–"]


def test_resources_show_how_much_is_used_of_how_much() -> None:
    text = seen({catalogue.AUTOSCALER: STATUS})
    assert line_of(text, "CPU")[2:] == ["90%", "7.2", "of", "8"]
    assert line_of(text, "memory")[2:] == ["0%", "0", "B", "of", "64.0", "GiB"]
    assert "node:10.0.0.1" not in text


def test_demands_and_launches_are_listed() -> None:
    text = seen({catalogue.AUTOSCALER: STATUS, catalogue.NODES: (HEAD,)})
    assert "6+  {CPU: 1, GPU: 4}           " in text
    assert "2 × {CPU: 64} STRICT_SPREAD" in text
    assert "3 cpu" in text


def test_each_demand_says_why_it_waits() -> None:
    roomy = Node(node_id="a", node_type="head", resources_total={"CPU": 64.0, "GPU": 4.0})
    demand = line_of(seen({catalogue.AUTOSCALER: STATUS, catalogue.NODES: (roomy,)}), "◌  6+")
    assert " ".join(demand).endswith("3 cpu on the way")


def test_failed_launches_and_dead_nodes_stand_newest_first() -> None:
    text = seen({catalogue.AUTOSCALER: STATUS, catalogue.NODES: (HEAD, DEAD)})
    failures = text.partition("Recent failures")[2].splitlines()
    assert failures[1].split()[1:] == ["1m", "gpu", "10.0.0.9", "InsufficientInstanceCapacity"]
    assert failures[2].split()[1:6] == ["2m", "cpu", "10.0.0.2", "raylet", "was"]


def test_jobs_are_counted_and_those_that_run_are_named() -> None:
    running = Job(
        submission_id="raysubmit_1", status="RUNNING", entrypoint="python train.py", start_time=(NOW - 90) * 1000
    )
    text = seen({catalogue.JOBS: (running, Job(job_id="02", status="FAILED"))})
    assert line_of(text, "Jobs") == ["Jobs", "▶", "1", "running", "✕", "1", "failed"]
    assert "raysubmit_1  1m 30s  python train.py" in text


def test_tasks_and_actors_are_counted_by_state() -> None:
    tasks = Counts(
        by_state={"RUNNING": 10, "PENDING_NODE_ASSIGNMENT": 3000, "FINISHED": 10316, "FAILED": 11}, total=13337
    )
    text = seen({catalogue.TASK_COUNTS: tasks, catalogue.ACTOR_COUNTS: Counts(by_state={"ALIVE": 8}, total=8)})
    assert "▶ 10 running  ◌ 3,000 waiting  ✓ 10,316 finished  ✕ 11 failed  of 13,337" in text
    assert "● 8 alive" in text


def test_what_was_too_dear_to_count_is_a_dash_beside_what_was_counted() -> None:
    text = seen({catalogue.TASK_COUNTS: Counts(by_state={"RUNNING": 10})})
    assert "▶ 10 running  ◌ – waiting  ✓ – finished  ✕ – failed\n" in text


def test_findings_stand_first_and_the_worst_of_them_on_top() -> None:
    mild = Finding(id="1", severity=Severity.WARNING, title="A demand waits", cause="No node has 4 GPU.")
    bad = Finding(id="2", severity=Severity.ERROR, title="A job failed", since=NOW - 300, hint="Read its log.")
    lines = seen({}, findings=(mild, bad)).splitlines()
    at = lines.index("Attention")
    assert lines[at + 1 : at + 3] == ["  ✕   5m A job failed", "  ▲      A demand waits  No node has 4 GPU."]
    assert at < lines.index("Resources")


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    text = seen({})
    assert line_of(text, "Tasks") == ["Tasks", "–"]
    assert line_of(text, "Demands") == ["Demands", "–"]
    assert "0" not in text.split("\n", 1)[1]


def test_a_question_without_an_answer_is_named_with_what_was_said() -> None:
    late = Reading[Any](error=FeedError(said="no answer within 10 s", since=NOW))
    snapshot = Snapshot(at=NOW, readings={catalogue.TASK_COUNTS.name: late})
    assert "task counts  no answer within 10 s" in paint(page(snapshot, Drawn(now=NOW)), colour=False)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = Job(submission_id="job", status="RUNNING", entrypoint="python " + "数据" * 200, start_time=NOW * 1000)
    text = seen({catalogue.JOBS: (long,), catalogue.AUTOSCALER: STATUS}, drawn=Drawn(now=NOW, width=width))
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" in text


def test_names_with_control_codes_and_line_breaks_are_drawn_as_text() -> None:
    job = Job(submission_id="a\x1b[31mb", status="RUNNING", entrypoint="one\ntwo\r\x07", start_time=NOW * 1000)
    text = seen({catalogue.JOBS: (job,)})
    assert "a␛[31mb" in text
    assert "one two" in text
    assert not set(text) & {"\x1b", "\r", "\x07"}


def test_colour_is_sent_only_where_it_is_wanted() -> None:
    assert "\x1b[" not in seen({catalogue.AUTOSCALER: STATUS})
    assert "\x1b[36m" in seen({catalogue.AUTOSCALER: STATUS}, colour=True)


def test_ascii_alone_draws_every_mark_and_meter_in_ascii() -> None:
    values: dict[Feed[Any], Any] = {catalogue.AUTOSCALER: STATUS, catalogue.NODES: (HEAD, DEAD)}
    text = seen(values, drawn=Drawn(now=NOW, ascii_only=True))
    assert text.isascii()
