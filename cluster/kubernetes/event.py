"""An event of Kubernetes: what a controller, the scheduler or a kubelet did or could not do."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.kubernetes.metadata import KubernetesObject, moment


class Involved(Struct, frozen=True, kw_only=True):
    """The object that an event is about."""

    kind: str = ""
    name: str = ""


class Series(Struct, frozen=True, kw_only=True, rename="camel"):
    """How often it was seen, in the newer form."""

    count: int | None = None
    last_observed_time: str | None = None


class KubernetesEvent(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """One event, with what was seen again counted."""

    type: str = ""
    reason: str = ""
    message: str = ""
    involved_object: Involved = Involved()
    count: int | None = None
    series: Series | None = None
    event_time: str | None = None
    last_timestamp: str | None = None

    @property
    def at(self) -> float | None:
        """When it was last seen, in seconds since the epoch: each writer tells that in another field."""
        observed = None if self.series is None else moment(self.series.last_observed_time)
        return observed or moment(self.event_time) or moment(self.last_timestamp) or self.created_at

    @property
    def times(self) -> int:
        """How often it was seen."""
        return (None if self.series is None else self.series.count) or self.count or 1

    @property
    def is_warning(self) -> bool:
        """Whether whoever wrote it thinks that it is trouble."""
        return self.type == "Warning"
