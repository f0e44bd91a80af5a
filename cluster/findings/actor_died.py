"""Actors that died of an error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from raymon_tui.cluster.feeds.catalogue import DEAD_ACTORS, JOBS
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.out_of_memory import out_of_memory
from raymon_tui.cluster.findings.wording import RECENT_S, last_words, times
from raymon_tui.cluster.model.actor import Actor, DeathCause
from raymon_tui.cluster.snapshot import Snapshot

_ORDINARY = ("RAY_KILL", "OUT_OF_SCOPE", "OWNER_DIED", "REF_DELETED")
_MEANT = ("Worker exit type: INTENDED", "exit_actor")
_SUPERVISOR = "JobSupervisor"


def actor_died(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name the classes whose actors died lately of an error; those that were ended on purpose are no trouble."""
    page = snapshot.value(DEAD_ACTORS)
    if page is None:
        return
    ended = {job.job_id for job in snapshot.value(JOBS) or () if job.ended}
    groups: defaultdict[str, list[Actor]] = defaultdict(list)
    for actor in page.rows:
        if actor.class_name != _SUPERVISOR and cause_of(actor):
            groups[actor.class_name].append(actor)
    for class_name, actors in groups.items():
        actors.sort(key=_died_at)
        if _is_recent(actors[-1], now, job_ended=actors[-1].job_id in ended):
            yield _finding(class_name, actors, more=page.missing > 0)


def _finding(class_name: str, actors: Sequence[Actor], *, more: bool) -> Finding:
    newest = actors[-1]
    alone = len(actors) == 1 and not more
    return Finding(
        id=f"actor-died:{class_name}",
        severity=Severity.ERROR,
        title=f"{class_name} died" if alone else f"{class_name} died {times(len(actors), more=more)}",
        cause=cause_of(newest),
        where="actors",
        subject=newest.actor_id if alone else class_name,
        since=min((actor.end_time for actor in actors if actor.end_time), default=None),
        hint="Its detail has the whole message, its log what it wrote last.",
    )


def cause_of(actor: Actor) -> str:
    """Return why an actor died, in one sentence; "" where somebody wanted it to end."""
    death = actor.death_cause
    if death is None or death.reason in _ORDINARY or any(words in death.message for words in _MEANT):
        return ""
    if death.kind == "creation_task_failure":
        return f"its constructor raised {last_words(death.message)}"
    if death.kind == "oom":
        return out_of_memory(death.message)
    if death.kind == "runtime_env_failed":
        return f"its runtime environment could not be built: {last_words(death.message)}"
    if death.kind == "actor_unschedulable":
        return f"it cannot be scheduled: {last_words(death.message)}"
    return _died(death)


def _died(death: DeathCause) -> str:
    """Ray's guesses at why a worker is gone may all be wrong, so none of them is repeated."""
    if death.reason == "NODE_DIED":
        return f"its node {death.node_ip} died" if death.node_ip else "its node died"
    if death.reason == "WORKER_DIED":
        return "its process exited by itself"
    return last_words(death.message)


def _died_at(actor: Actor) -> float:
    return actor.end_time or 0.0


def _is_recent(actor: Actor, now: float, *, job_ended: bool) -> bool:
    """Where Ray does not say when it died, it counts for as long as its job lasts."""
    return not job_ended if actor.end_time is None else now - actor.end_time <= RECENT_S
