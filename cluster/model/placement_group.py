"""A placement group and its bundles."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite


class Bundle(Struct, frozen=True, kw_only=True, gc=False):
    """One bundle; `node_id` is empty until it is placed."""

    unit_resources: dict[str, Finite] = {}
    node_id: str | None = None


class PlacementGroupStats(Struct, frozen=True, kw_only=True, gc=False):
    """How its scheduling went."""

    scheduling_state: str = ""
    scheduling_attempt: int | None = None
    creation_request_received_ns: int | None = None


class PlacementGroup(Struct, frozen=True, kw_only=True, gc=False):
    """One placement group, with the fields of `/api/v0/placement_groups`.

    `strategy` is known only while the group waits for capacity that an autoscaler was asked for.
    """

    placement_group_id: str
    name: str = ""
    state: str = ""
    creator_job_id: str = ""
    bundles: tuple[Bundle, ...] | None = None
    is_detached: bool | None = None
    stats: PlacementGroupStats | None = None
    strategy: str | None = None
