"""The autoscaler's view: node types, what is being launched, what failed, and what is wanted."""

from __future__ import annotations

from msgspec import Struct


class NodeType(Struct, frozen=True, kw_only=True):
    """One node type (launcher) or worker group (KubeRay). Minimum and maximum are None where no source gives them."""

    name: str
    minimum: int | None = None
    maximum: int | None = None
    active: int = 0
    idle: int | None = None
    pending: int = 0


class NodeTypeLimits(Struct, frozen=True, kw_only=True):
    """How many nodes there may be of one type, the head counted; None where that is not known."""

    minimum: int | None = None
    maximum: int | None = None


class ScalingLimits(Struct, frozen=True, kw_only=True):
    """What the autoscaler may do: the limits of each node type by name, and of all nodes but the head together."""

    types: dict[str, NodeTypeLimits] = {}
    workers: int | None = None


class PendingNode(Struct, frozen=True, kw_only=True):
    """A node that was asked for and is not up yet; `count` are alike."""

    node_type: str
    count: int = 1
    ip: str | None = None
    status: str = ""


class FailedNode(Struct, frozen=True, kw_only=True):
    """A node, or a launch, that failed."""

    node_type: str
    ip: str | None = None
    reason: str = ""
    at: float | None = None


class Demand(Struct, frozen=True, kw_only=True):
    """What waits for capacity: `count` times `shape`.

    `kind` is `task_actor`, `placement_group` or `request`. For a placement group `shape` is one bundle,
    `bundles` all of them and `strategy` how they must lie. `at_least` where Ray says "10+".
    """

    shape: dict[str, float]
    count: int
    kind: str = "task_actor"
    strategy: str | None = None
    bundles: tuple[tuple[dict[str, float], int], ...] = ()
    at_least: bool = False


class AutoscalerStatus(Struct, frozen=True, kw_only=True):
    """What the autoscaler last reported. `version` is `v1`, `v2`, or None where no autoscaler runs.

    `most_workers` is how many nodes there may be beside the head, None where no source gives it.
    """

    version: str | None = None
    reported_at: float | None = None
    node_types: tuple[NodeType, ...] = ()
    pending: tuple[PendingNode, ...] = ()
    failed: tuple[FailedNode, ...] = ()
    demands: tuple[Demand, ...] = ()
    usage: dict[str, tuple[float, float]] = {}
    error: str | None = None
    text: str = ""
    most_workers: int | None = None
