"""A RayService: the cluster that serves, and the one that is to follow it."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.kubernetes.metadata import Condition, KubernetesObject, condition_of
from raymon_tui.cluster.model.serve import FAILING


class DeploymentStatus(Struct, frozen=True, kw_only=True):
    """How one deployment of an application is."""

    status: str = ""
    message: str = ""


class ApplicationStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """How one Serve application is, as the operator last read it from Ray."""

    status: str = ""
    message: str = ""
    serve_deployment_statuses: dict[str, DeploymentStatus] = {}

    @property
    def failing(self) -> bool:
        """Whether it does not serve as it should."""
        return self.status in FAILING

    @property
    def why(self) -> str:
        """What is said of it: by its deployment that fails, whose words are the cause, else of itself."""
        said = (one.message for one in self.serve_deployment_statuses.values() if one.status in FAILING)
        return next((one for one in said if one), self.message)


class ServiceCluster(Struct, frozen=True, kw_only=True, rename="camel"):
    """One of the two clusters; `traffic_routed_percent` is told while an upgrade goes on in steps."""

    ray_cluster_name: str = ""
    traffic_routed_percent: int | None = None
    target_capacity: int | None = None
    application_statuses: dict[str, ApplicationStatus] = {}

    @property
    def trouble(self) -> str:
        """What is said of an application that fails; "" where none does."""
        for name, one in self.application_statuses.items():
            if one.failing:
                return f"{name} is {one.status}{': ' + one.why if one.why else ''}"
        return ""


class ServiceStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the operator says."""

    service_status: str = ""
    num_serve_endpoints: int = 0
    active_service_status: ServiceCluster = ServiceCluster()
    pending_service_status: ServiceCluster = ServiceCluster()
    conditions: tuple[Condition, ...] = ()


class ServiceSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the service is to be."""

    suspend: bool = False
    managed_by: str = ""


class RayService(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """A RayService."""

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus | None = None

    @property
    def active(self) -> ServiceCluster | None:
        """The cluster that serves."""
        found = None if self.status is None else self.status.active_service_status
        return found if found is not None and found.ray_cluster_name else None

    @property
    def pending(self) -> ServiceCluster | None:
        """The cluster that is to follow the active one."""
        found = None if self.status is None else self.status.pending_service_status
        return found if found is not None and found.ray_cluster_name else None

    @property
    def managed_by(self) -> str:
        """Which controller is to look at it; "" for KubeRay's own."""
        return self.spec.managed_by

    @property
    def seen_by_operator(self) -> bool:
        """Whether an operator has ever said anything of it."""
        status = self.status
        return status is not None and bool(status.conditions or status.service_status or self.active or self.pending)

    @property
    def suspended(self) -> bool:
        """Whether it is to have no cluster."""
        return self.spec.suspend

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the operator says of its sides."""
        return () if self.status is None else self.status.conditions

    @property
    def why(self) -> str:
        """Why it does not serve as it should, in the operator's words; "" where it does."""
        troubles = (one.trouble for one in (self.active, self.pending) if one is not None)
        ready = condition_of(self.conditions, "Ready")
        said = "" if ready is None or ready.status == "True" else ready.message or ready.reason
        return next((one for one in troubles if one), said)

    @property
    def state(self) -> str:
        """How it is in one word."""
        if self.deleting:
            return "Terminating"
        if self.spec.suspend:
            said = condition_of(self.conditions, "Suspended")
            return "Suspended" if said is None or said.status == "True" else "Suspending"
        if self.status is None or not self.seen_by_operator:
            return "not seen"
        ready = condition_of(self.conditions, "Ready")
        if ready is not None and ready.status != "True":
            return "Upgrading" if self.active is not None and self.pending is not None else "Not ready"
        if self.pending is not None and self.active is not None:
            return "Upgrading"
        return "Running" if ready is not None else self.status.service_status or "Starting"
