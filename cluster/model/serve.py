"""Ray Serve: its applications, their deployments, the replicas of those, and the proxies that take requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite

FAILING = ("DEPLOY_FAILED", "UNHEALTHY")
"""States of an application or a deployment in which it does not serve as it should."""


class ServeActor(Struct, frozen=True, kw_only=True):
    """An actor of Serve, and where it runs; `log_file_path` is relative to the log directory of its node."""

    node_id: str | None = None
    node_ip: str | None = None
    actor_id: str | None = None
    actor_name: str | None = None
    log_file_path: str | None = None


class ServeReplica(ServeActor, frozen=True, kw_only=True):
    """One replica of a deployment; `start_time_s` is seconds since the epoch."""

    replica_id: str = ""
    state: str = ""
    pid: int | None = None
    start_time_s: Finite | None = None


class ServeProxy(ServeActor, frozen=True, kw_only=True):
    """What takes requests on a node: `STARTING`, `HEALTHY`, `UNHEALTHY`, `DRAINING` or `DRAINED`."""

    status: str = ""


class ServeAutoscaling(Struct, frozen=True, kw_only=True):
    """How many replicas the autoscaler may make."""

    min_replicas: int | None = None
    max_replicas: int | None = None
    target_ongoing_requests: Finite | None = None


class ServeAutoscalingDetail(Struct, frozen=True, kw_only=True):
    """What the autoscaler does: `UPSCALING`, `DOWNSCALING` or `STABLE`."""

    scaling_status: str = ""


class ServeDeploymentConfig(Struct, frozen=True, kw_only=True):
    """The options of a deployment that are applied now."""

    max_ongoing_requests: int | None = None
    autoscaling_config: ServeAutoscaling | None = None


class ServeDeployment(Struct, frozen=True, kw_only=True):
    """A deployment. `status_trigger` is not read: it says REPLICA_STARTUP_FAILED for failed health checks too."""

    name: str = ""
    status: str = ""
    message: str = ""
    target_num_replicas: int | None = None
    required_resources: dict[str, Any] = {}
    replicas: tuple[ServeReplica, ...] = ()
    recent_dead_replicas: tuple[ServeReplica, ...] = ()
    deployment_config: ServeDeploymentConfig = ServeDeploymentConfig()
    autoscaling_detail: ServeAutoscalingDetail | None = None

    @property
    def running(self) -> int:
        """How many replicas serve."""
        return sum(one.state == "RUNNING" for one in self.replicas)

    @property
    def states(self) -> Counter[str]:
        """How many replicas are in each state."""
        return Counter(one.state for one in self.replicas)

    @property
    def failing(self) -> bool:
        """Whether it does not serve as it should."""
        return self.status in FAILING


class ServeApplication(Struct, frozen=True, kw_only=True):
    """An application; `deployed_app_config` is what a config file said of it, secrets and all."""

    name: str = ""
    route_prefix: str | None = None
    docs_path: str | None = None
    status: str = ""
    message: str = ""
    last_deployed_time_s: Finite | None = None
    source: str = ""
    deployments: dict[str, ServeDeployment] = {}
    deployed_app_config: dict[str, Any] | None = None

    @property
    def running(self) -> int:
        """How many replicas serve."""
        return sum(one.running for one in self.deployments.values())

    @property
    def target(self) -> int | None:
        """How many replicas there are to be; None where one deployment does not say."""
        targets = [one.target_num_replicas for one in self.deployments.values()]
        return None if None in targets else sum(one or 0 for one in targets)

    @property
    def failing(self) -> bool:
        """Whether it does not serve as it should."""
        return self.status in FAILING

    @property
    def why(self) -> str:
        """What is said of it: by its deployment that fails, whose words are the cause, else of itself."""
        said = (one.message for one in self.deployments.values() if one.failing and one.message)
        return next(said, self.message)


class ServeHttp(Struct, frozen=True, kw_only=True):
    """Where requests are taken."""

    host: str | None = None
    port: int | None = None


class ServeInstance(Struct, frozen=True, kw_only=True):
    """All of Serve in one cluster; of a cluster on which it does not run there is no controller."""

    controller_info: ServeActor = ServeActor()
    proxy_location: str | None = None
    http_options: ServeHttp | None = None
    proxies: dict[str, ServeProxy] = {}
    applications: Mapping[str, ServeApplication] = {}
    target_capacity: Finite | None = None

    @property
    def runs(self) -> bool:
        """Whether Serve was started."""
        return bool(self.controller_info.actor_id or self.applications or self.proxies)
