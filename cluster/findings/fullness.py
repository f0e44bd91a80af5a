"""One rule for whatever fills up on nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import node_name, several
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.totals import alive

MOST_NAMED = 3


@dataclass(frozen=True)
class Fullness:
    """What fills up, from which percentages on that is worth a word, and what comes of it before and after `error`."""

    key: str
    what: str
    percent: Callable[[Node], float | None]
    warning: float
    error: float
    before: str
    after: str
    hint: str


def crowded(nodes: Iterable[Node], of: Fullness) -> Iterator[Finding]:
    """Name each machine that is too full, or the fullest of them where they are many.

    Nodes of one address share one machine.
    """
    machines: dict[str, tuple[float, Node]] = {}
    for node in alive(nodes):
        percent = of.percent(node)
        name = node_name(node)
        if percent is not None and percent >= of.warning and percent > machines.get(name, (0.0, node))[0]:
            machines[name] = (percent, node)
    found = sorted(machines.values(), key=lambda one: -one[0])
    if len(found) <= MOST_NAMED:
        for percent, node in found:
            title = f"{node_name(node)} {of.what} {percent:.0f}% full"
            yield _finding(f"{of.key}:{node_name(node)}", title, percent, node, of)
    else:
        percent, node = found[0]
        title = f"{of.what} over {of.warning:.0f}% full on {several(len(found), 'node')}"
        worst = f"{node_name(node)} {percent:.0f}%"
        yield _finding(of.key, title, percent, node, of, f"the fullest is {worst}; ")


def _finding(key: str, title: str, percent: float, node: Node, of: Fullness, first: str = "") -> Finding:
    over = percent >= of.error
    return Finding(
        id=key,
        severity=Severity.ERROR if over else Severity.WARNING,
        title=title,
        cause=first + (of.after if over else of.before),
        where="nodes",
        subject=node.node_id,
        hint=of.hint,
    )
