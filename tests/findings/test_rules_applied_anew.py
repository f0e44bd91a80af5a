"""Rules are applied again where what they go by is new, and what they found stays found while it is not."""

from __future__ import annotations

from given import NOW, known, node, worker
from msgspec import structs

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, JOBS, NODES
from raymon_tui.cluster.findings.find import Finder, find
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand
from raymon_tui.cluster.model.job import Job

WAITING = AutoscalerStatus(demands=(Demand(shape={"GPU": 1.0}, count=3, kind="task_actor"),))
FULL = node(mem_used=99.0, mem_total=100.0)


def test_a_finding_goes_when_what_it_goes_by_has_changed() -> None:
    finder = Finder()
    before = known((NODES, (worker("cpu", CPU=4.0),)), (AUTOSCALER, WAITING))
    assert [one.title for one in finder.find(before, NOW)] == ["3 × {GPU: 1} wait"]
    after = known((NODES, (worker("gpu", GPU=1.0),)), (AUTOSCALER, WAITING))
    assert finder.find(after, NOW) == ()


def test_a_finding_stays_while_other_things_change() -> None:
    finder = Finder()
    before = known((NODES, (FULL,)))
    found = finder.find(before, NOW)
    assert len(found) == 1
    job = Job(job_id="01", status="RUNNING", entrypoint="train.py")
    after = structs.replace(before, readings={**before.readings, **known((JOBS, (job,))).readings})
    assert finder.find(after, NOW + 1) == found == find(after, NOW + 1)
