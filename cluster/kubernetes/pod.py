"""A pod: where it runs, what it asked for, and how its containers are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from raymon_tui.backends import kuberay
from raymon_tui.cluster.kubernetes.metadata import Condition, KubernetesObject, condition_of, moment
from raymon_tui.cluster.kubernetes.quantity import quantity

HEAD_GROUP = "headgroup"
CLUSTER_LABEL, GROUP_LABEL, TYPE_LABEL = kuberay.CLUSTER_LABEL, "ray.io/group", kuberay.TYPE_LABEL
JOB_LABEL = "job-name"
"""Of every pod that a Job of Kubernetes has made."""


class Waiting(Struct, frozen=True, kw_only=True):
    """Why a container does not run yet."""

    reason: str = ""
    message: str = ""


class Terminated(Struct, frozen=True, kw_only=True, rename="camel"):
    """How a container ended."""

    exit_code: int | None = None
    signal: int | None = None
    reason: str = ""
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def ended_at(self) -> float | None:
        """When it ended, in seconds since the epoch."""
        return moment(self.finished_at)


class Running(Struct, frozen=True, kw_only=True, rename="camel"):
    """Since when a container runs."""

    started_at: str | None = None


class ContainerState(Struct, frozen=True, kw_only=True):
    """One of the three at most."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """How a container is now, and how it ended last."""

    name: str = ""
    ready: bool = False
    restart_count: int = 0
    image: str = ""
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()

    @property
    def last_end(self) -> Terminated | None:
        """How it ended: just now, or before it was started anew."""
        return self.state.terminated or self.last_state.terminated


class Wanted(Struct, frozen=True, kw_only=True):
    """What a container asks for and may use, as quantities of Kubernetes."""

    requests: dict[str, str] = {}
    limits: dict[str, str] = {}


class Container(Struct, frozen=True, kw_only=True):
    """A container as it was asked for; what it is given in confidence (`env`) is not read."""

    name: str = ""
    image: str = ""
    resources: Wanted = Wanted()


class PodSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was asked for."""

    node_name: str = ""
    containers: tuple[Container, ...] = ()


class PodStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the scheduler and the kubelet say."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = field(default="", name="podIP")
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """A pod of a Ray cluster, or one that submits a job to it."""

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def ip(self) -> str:
        """Its address, by which Ray knows its node; "" before it has one."""
        return self.status.pod_ip

    @property
    def cluster(self) -> str:
        """The RayCluster that it belongs to."""
        return self.metadata.labels.get(CLUSTER_LABEL, "")

    @property
    def group(self) -> str:
        """Its worker group; `headgroup` for the head."""
        return self.metadata.labels.get(GROUP_LABEL, "")

    @property
    def is_head(self) -> bool:
        """Whether Ray's head node runs in it."""
        return self.metadata.labels.get(TYPE_LABEL) == "head"

    @property
    def is_ray_node(self) -> bool:
        """Whether one of Ray's nodes is to run in it: a pod that cleans up Redis has the cluster's labels too."""
        return self.metadata.labels.get(TYPE_LABEL) in ("head", "worker")

    @property
    def job(self) -> str:
        """The Job of Kubernetes that made it; "" where none did."""
        return self.metadata.labels.get(JOB_LABEL, "")

    @property
    def containers(self) -> tuple[ContainerStatus, ...]:
        """How its containers are, Ray's first; none before the kubelet has looked at it."""
        order = {container.name: place for place, container in enumerate(self.spec.containers)}
        return tuple(sorted(self.status.container_statuses, key=lambda one: order.get(one.name, len(order))))

    @property
    def ready(self) -> bool:
        """Whether it is ready to serve."""
        found = condition_of(self.status.conditions, "Ready")
        return found is not None and found.status == "True" and not self.deleting

    @property
    def restarts(self) -> int | None:
        """How often its containers were started anew; None before the kubelet has looked at it."""
        every = self.status.container_statuses
        return sum(one.restart_count for one in every) if every else None

    @property
    def unschedulable(self) -> Condition | None:
        """What the scheduler says where it finds no place."""
        found = condition_of(self.status.conditions, "PodScheduled")
        return found if found is not None and found.status == "False" else None

    @property
    def state(self) -> str:
        """How it is in one word, as kubectl says it: `Running`, `ImagePullBackOff`, `Init:Error`, `Terminating`."""
        if self.deleting:
            return "Terminating"
        if self.status.reason:
            return self.status.reason
        if (word := _halted(self.status.init_container_statuses)) is not None:
            return f"Init:{word}"
        if (word := _halted(self.containers)) is not None:
            return word
        if self.unschedulable is not None:
            return self.unschedulable.reason or "Pending"
        return self.status.phase or "Unknown"

    @property
    def why(self) -> str:
        """Why it is not as it should be, in the words of whoever says so; "" where there is nothing to say."""
        if self.unschedulable is not None:
            return self.unschedulable.message or self.unschedulable.reason
        for one in (*self.status.init_container_statuses, *self.containers):
            if one.state.waiting is not None and one.state.waiting.message:
                return one.state.waiting.message
            if one.last_end is not None and not one.ready and (said := end_words(one.last_end)):
                return f"container {one.name} {said}"
        return self.status.message

    def requested(self, resource: str) -> float | None:
        """Return what its containers ask for together (cores, bytes, pieces); None where none asks."""
        return _total(one.resources.requests.get(resource) for one in self.spec.containers)

    def limit(self, resource: str) -> float | None:
        """Return what its containers may use together; None where one may use as much as there is."""
        limits = [one.resources.limits.get(resource) for one in self.spec.containers]
        return None if None in limits else _total(limits)

    @property
    def accelerators(self) -> dict[str, float]:
        """The accelerators that its containers ask for, by resource name (`nvidia.com/gpu`)."""
        names = {name for one in self.spec.containers for name in one.resources.limits if "/" in name}
        return {name: amount for name in sorted(names) if (amount := self.limit_of_any(name))}

    def limit_of_any(self, resource: str) -> float | None:
        """Return what those containers may use together that name the resource."""
        return _total(one.resources.limits.get(resource) for one in self.spec.containers)


def end_words(end: Terminated) -> str:
    """Return how a container ended: `ended with exit code 1`, `was killed: OOMKilled`; "" where it ended well."""
    if end.reason == "Completed" and not end.exit_code:
        return ""
    if end.reason in ("Error", "") and end.exit_code is not None:
        return f"ended with exit code {end.exit_code}"
    return f"ended: {end.reason}"


def _halted(containers: Iterable[ContainerStatus]) -> str | None:
    """Return in one word why one of these does not run; None where all run, ended well, or merely begin."""
    for one in containers:
        if one.state.waiting is not None and one.state.waiting.reason not in ("", "PodInitializing"):
            return one.state.waiting.reason
        end = one.state.terminated
        if end is not None and (end.exit_code or end.reason not in ("", "Completed")):
            return end.reason or f"ExitCode:{end.exit_code}"
    return None


def _total(quantities: Iterable[str | None]) -> float | None:
    known = [value for text in quantities if (value := quantity(text)) is not None]
    return sum(known) if known else None
