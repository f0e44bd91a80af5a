"""A RayCluster: what it is to be, and what the operator says that it is."""

from __future__ import annotations

from msgspec import Struct, field

from raymon_tui.cluster.kubernetes.metadata import Condition, KubernetesObject, condition_of, moment
from raymon_tui.cluster.kubernetes.quantity import quantity

NO_MAXIMUM = 2147483647
"""What the operator writes where no maximum was given."""
V2_FROM = (2, 47)
"""From this Ray on, KubeRay's autoscaler is of version 2 where none is asked for."""


class WorkerGroup(Struct, frozen=True, kw_only=True, rename="camel"):
    """One worker group as it was asked for; `replicas` is what the autoscaler last wanted."""

    group_name: str = ""
    replicas: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    num_of_hosts: int = 1
    suspend: bool = False

    @property
    def most_pods(self) -> int | None:
        """How many pods it may have; None where there is no bound."""
        limit = self.max_replicas
        return None if limit is None or limit >= NO_MAXIMUM else limit * self.num_of_hosts

    @property
    def least_pods(self) -> int:
        """How many pods it keeps."""
        return (self.min_replicas or 0) * self.num_of_hosts

    @property
    def desired_pods(self) -> int:
        """How many pods it is to have now."""
        return 0 if self.suspend else (self.replicas or 0) * self.num_of_hosts


class AutoscalerOptions(Struct, frozen=True, kw_only=True, rename="camel"):
    """How the autoscaler of the head pod is to work."""

    version: str = ""
    idle_timeout_seconds: int | None = None
    upscaling_mode: str = ""


class ClusterSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the cluster is to be."""

    ray_version: str = ""
    suspend: bool = False
    managed_by: str = ""
    enable_in_tree_autoscaling: bool = False
    autoscaler_options: AutoscalerOptions = AutoscalerOptions()
    worker_group_specs: tuple[WorkerGroup, ...] = ()


class HeadInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the head is."""

    pod_name: str = ""
    pod_ip: str = field(default="", name="podIP")
    service_name: str = ""


class ClusterStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the operator says. It leaves out what is 0, so that a number that is not there is 0."""

    state: str = ""
    reason: str = ""
    desired_worker_replicas: int = 0
    min_worker_replicas: int = 0
    max_worker_replicas: int = 0
    available_worker_replicas: int = 0
    ready_worker_replicas: int = 0
    desired_cpu: str | None = field(default=None, name="desiredCPU")
    desired_memory: str | None = None
    desired_gpu: str | None = field(default=None, name="desiredGPU")
    desired_tpu: str | None = field(default=None, name="desiredTPU")
    last_update_time: str | None = None
    head: HeadInfo = HeadInfo()
    conditions: tuple[Condition, ...] = ()


class RayCluster(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """A RayCluster. `status` is None until an operator has looked at it."""

    spec: ClusterSpec = ClusterSpec()
    status: ClusterStatus | None = None

    @property
    def seen_by_operator(self) -> bool:
        """Whether an operator has ever said anything of it."""
        status = self.status
        return status is not None and bool(status.conditions or status.state or status.last_update_time)

    @property
    def managed_by(self) -> str:
        """Which controller is to look at it; "" for KubeRay's own."""
        return self.spec.managed_by

    @property
    def suspended(self) -> bool:
        """Whether it is to have no pods."""
        return self.spec.suspend

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the operator says of its sides."""
        return () if self.status is None else self.status.conditions

    @property
    def head_ready(self) -> Condition | None:
        """What the operator says of its head pod, with the container's own reason."""
        return condition_of(self.conditions, "HeadPodReady")

    @property
    def state(self) -> str:
        """How it is in one word. `ready` of the operator stays after the head has crashed, and so is not believed."""
        if self.deleting:
            return "terminating"
        if not self.seen_by_operator or self.status is None:
            return "not seen"
        if self.suspended and self.status.state != "suspended":
            return "suspending"
        head = self.head_ready
        if self.status.state == "ready" and head is not None and head.status != "True":
            return "head not ready"
        return self.status.state or "starting"

    @property
    def why(self) -> str:
        """Why it is not ready, in the operator's words; "" where it is."""
        head, status = self.head_ready, self.status
        if self.state == "head not ready" and head is not None:
            return head.message or head.reason
        if self.state == "not seen":
            return "no operator has looked at it"
        failing = condition_of(self.conditions, "ReplicaFailure")
        if failing is not None and failing.status == "True":
            return failing.message or failing.reason
        return "" if status is None else status.reason

    @property
    def autoscaler_version(self) -> str | None:
        """`v1` or `v2`; None where it has no autoscaler, or where its Ray's version is not told."""
        if not self.spec.enable_in_tree_autoscaling:
            return None
        if self.spec.autoscaler_options.version:
            return self.spec.autoscaler_options.version
        numbers = self.spec.ray_version.split(".")[:2]
        if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
            return None
        return "v2" if tuple(map(int, numbers)) >= V2_FROM else "v1"

    @property
    def cpus(self) -> float | None:
        """The cores that its pods are to have together."""
        return None if self.status is None else quantity(self.status.desired_cpu)

    @property
    def gpus(self) -> float | None:
        """The GPUs and TPUs that its pods are to have together."""
        if self.status is None:
            return None
        known = [quantity(text) for text in (self.status.desired_gpu, self.status.desired_tpu)]
        return sum(value or 0.0 for value in known) if any(value is not None for value in known) else None

    @property
    def updated_at(self) -> float | None:
        """When its status was last written, in seconds since the epoch."""
        return None if self.status is None else moment(self.status.last_update_time)
