"""The autoscaler's status as `ray status` prints it: the only form in which version 2 gives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from raymon_tui.cluster.model.autoscaler import Demand, FailedNode, PendingNode
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.ray_api.resource_text import read_usage

T = TypeVar("T")

_NO_STATUS = "No cluster status"
_SECTIONS = {
    "Active": "active",
    "Healthy": "active",  # Before Ray 2.7.
    "Idle": "idle",
    "Pending": "pending",
    "Recent failures": "failed",
    "Usage": "usage",
    "Total Usage": "usage",
    "Constraints": "requests",
    "Total Constraints": "requests",
    "From request_resources": "requests",
    "Demands": "demands",
    "Total Demands": "demands",
    "Pending Demands": "demands",
}
_COUNTED = re.compile(r"^(\d+) (\S.*)$")
_LAUNCHING = re.compile(r"^(\S.*), (\d+) launching$")
_STARTING = re.compile(r"^(.*?): (\S[^,]*), (.*)$")
_FAILED = re.compile(r"^(\S.*?): (.*)$")
_ADDRESS = re.compile(r"\((?:ip|instance_id): ([^)]*)\)")
_RESOURCE = re.compile(r"(['\"])(.+?)\1: ([-+.\deE]+)")
_BUNDLES = re.compile(r"(\{[^{}]*\})(?: \* (\d+))?")
_DEMAND = re.compile(
    r"^(?P<shapes>\{.*\}(?: \* \d+)?)(?: \((?P<strategy>\w+)\))?: (?P<count>\d+)(?P<more>\+?) (?P<what>.*)$"
)


class StatusText(Struct, frozen=True, kw_only=True):
    """What the text says. `reported` is False where there is no status yet, or no autoscaler.

    `idle` is None where the text has no such section: version 1 does not tell idle nodes from active ones.
    """

    reported: bool = False
    active: dict[str, int] = {}
    idle: dict[str, int] | None = None
    pending: tuple[PendingNode, ...] = ()
    failed: tuple[FailedNode, ...] = ()
    demands: tuple[Demand, ...] = ()
    usage: dict[str, tuple[Finite, Finite]] = {}
    error: str | None = None
    text: str = ""


def read_status_text(text: str) -> StatusText:
    """Return what `text` says; lines of an unknown form are passed over."""
    if not text.strip() or text.startswith(_NO_STATUS):
        return StatusText(error="\n".join(text.splitlines()[1:]).strip() or None, text=text)
    sections, after = _split(text)
    return StatusText(
        reported=True,
        active=_counted(sections.get("active", [])),
        idle=_counted(sections["idle"]) if "idle" in sections else None,
        pending=_each(_pending, sections.get("pending", [])),
        failed=_each(_failed, sections.get("failed", [])),
        demands=_each(_demand, sections.get("demands", []) + sections.get("requests", [])),
        usage=read_usage("\n".join(sections.get("usage", []))),
        error=after or None,
        text=text,
    )


def _split(text: str) -> tuple[dict[str, list[str]], str]:
    """Return the lines of each section, without their indentation, and what stands after the last section.

    What stands there is the autoscaler's error, which Ray appends without a heading.
    """
    sections: dict[str, list[str]] = {}
    current = ""
    after: list[str] = []
    for line in text.splitlines():
        heading = _SECTIONS.get(line.removesuffix(":")) if line.endswith(":") else None
        if heading:
            current = heading
            sections.setdefault(current, [])
        elif line.startswith(" ") and current:
            sections[current].append(line.strip())
        elif current == "demands" and (line.strip() or after):
            after.append(line)
    return sections, "\n".join(after).strip()


def _counted(lines: Iterable[str]) -> dict[str, int]:
    found = (_COUNTED.match(line) for line in lines)
    return {match[2]: int(match[1]) for match in found if match}


def _each(read: Callable[[str], T | None], lines: Iterable[str]) -> tuple[T, ...]:
    return tuple(row for line in lines if (row := read(line)) is not None)


def _pending(line: str) -> PendingNode | None:
    if launching := _LAUNCHING.match(line):
        return PendingNode(node_type=launching[1], count=int(launching[2]), status="launching")
    if starting := _STARTING.match(line):
        return PendingNode(node_type=starting[2], ip=starting[1] or None, status=starting[3])
    return None


def _failed(line: str) -> FailedNode | None:
    found = _FAILED.match(line)
    if found is None:
        return None
    address = _ADDRESS.search(found[2])
    return FailedNode(node_type=found[1], ip=address[1] if address else None, reason=found[2])


def _demand(line: str) -> Demand | None:
    found = _DEMAND.match(line)
    if found is None:
        return None
    bundles = tuple((_shape(shape), int(count or 1)) for shape, count in _BUNDLES.findall(found["shapes"]))
    count, more, what = int(found["count"]), bool(found["more"]), found["what"]
    if what.startswith("pending placement groups"):
        strategy = None if found["strategy"] == "None" else found["strategy"]
        return Demand(
            shape=bundles[0][0], count=count, kind="placement_group", strategy=strategy, bundles=bundles, at_least=more
        )
    kind = "request" if "request_resources" in what else "task_actor"
    return Demand(shape=bundles[0][0], count=count, kind=kind, at_least=more)


def _shape(text: str) -> dict[str, float]:
    amounts = ((name, _number(amount)) for _, name, amount in _RESOURCE.findall(text))
    return {name: amount for name, amount in amounts if amount is not None}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
