"""Nodes that died without anybody having meant them to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import RECENT_S, listed, node_name, sentence, several
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.cluster.snapshot import Snapshot

_ORDINARY = ("Expected termination", "Terminated due to idle", "Terminated by autoscaler")
MOST_NAMES = 3


class Cause(NamedTuple):
    """Why a node died: a short key that groups, the sentence, and what to do."""

    key: str
    said: str
    hint: str = ""


def node_dead(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name the nodes that died lately, together where they died of the same; scale-downs are no trouble."""
    groups: defaultdict[Cause, list[Node]] = defaultdict(list)
    for node in snapshot.value(NODES) or ():
        cause = cause_of(node)
        if cause is not None and now - (node.end_time or now) <= RECENT_S:
            groups[cause].append(node)
    for cause, nodes in groups.items():
        nodes.sort(key=lambda node: node.end_time or 0.0)
        yield Finding(
            id=f"node-dead:{cause.key}",
            severity=Severity.ERROR,
            title=_title(nodes),
            cause=cause.said,
            where="nodes",
            subject=nodes[-1].node_id,
            since=nodes[0].end_time,
            hint=cause.hint,
        )


def cause_of(node: Node) -> Cause | None:
    """Return why a node died, in one sentence; None for one that lives or was taken away on purpose."""
    message = node.state_message or ""
    if node.state != "DEAD" or message.startswith(_ORDINARY):
        return None
    if not message:
        return Cause("unexplained", "Ray gives no reason", "Look at raylet.out and gcs_server.out of the head node.")
    if message.startswith("Terminated due to preemption"):
        return Cause("preempted", "its machine was preempted by the cloud provider")
    if "missing too many heartbeats" in message or "health check failed" in message:
        return Cause(
            "silent",
            "it stopped answering: its raylet was killed, or its machine is gone or too busy",
            "Look at the machine: is it up, was it out of memory?",
        )
    if "agent failed" in message:
        return Cause(
            "agent", "one of its agents died, and its raylet with it", "Look at dashboard_agent.log of that node."
        )
    said = sentence(spoken(message.removeprefix("Unexpected termination:"), 160))
    return Cause(said, said)


def _title(nodes: list[Node]) -> str:
    if len(nodes) <= MOST_NAMES:
        return f"{listed(dict.fromkeys(map(node_name, nodes)))} died"
    return f"{several(len(nodes), 'node')} died"
