"""How many nodes of each type the autoscaler may keep, from the configuration that it was started with.

No route of the dashboard tells it. So the head is asked: its processes name the file, and the file is read. What
cannot be found or understood is not known, and no failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from msgspec import structs

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType, NodeTypeLimits, ScalingLimits

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

PROCESSES = ("sh", "-c", 'echo "$HOME"; ps -eww -o args 2>/dev/null || ps -eo args 2>/dev/null || ps')
"""Prints the home directory, then a line for each process. The later forms are for ps of busybox."""
BOOTSTRAP_FILE = "ray_bootstrap_config.yaml"
"""What `ray up` leaves in the head's home, and starts the autoscaler with."""
LARGEST_FILE = 1 << 18
TIMEOUT_S = 10.0
_MONITORS = ("/autoscaler/_private/monitor.py", "/autoscaler/v2/monitor.py")
_OPTION = "--autoscaling-config="


def limits_feed(backend: Backend) -> Feed[ScalingLimits | None]:
    """Return the feed of the limits, asked once a minute at an ordinary pace; None is a cluster whose are not known.

    The dashboard is asked first: a feed that is answered says that the cluster can be reached.
    """

    async def ask(api: RayApi) -> ScalingLimits | None:
        session_name = (await api.version()).session_name
        try:
            done = await backend.run(PROCESSES, timeout_s=TIMEOUT_S)
            home, *processes = done.stdout.decode("utf-8", "replace").splitlines() or [""]
            path = config_path(processes, home, session_name)
            if path is None:
                return None
            return await to_thread.run_sync(read_limits, await backend.read(path, 0, LARGEST_FILE))
        except RaymonError:
            return None

    return Feed("node type limits", ask, pace=30.0, rest=20.0, timeout_s=3 * TIMEOUT_S)


def config_path(processes: Sequence[str], home: str, session_name: str) -> str | None:
    """Return the file that the autoscaler of this session was started with; None where it has none.

    Several clusters may share a machine. Where no autoscaler at all is among the processes, they may be hidden from
    us, and it is what `ray up` leaves.
    """
    monitors = [command for command in processes if any(one in command for one in _MONITORS)]
    if not monitors:
        return f"{home.rstrip('/')}/{BOOTSTRAP_FILE}" if home.startswith("/") else None
    own = [command for command in monitors if f"/{session_name}/logs" in command] if session_name else monitors
    return next(_configs(own), None) if len(own) == 1 else None


def _configs(commands: Sequence[str]) -> Iterator[str]:
    """Yield the file of each command; its path may hold blanks, but a further option begins with two dashes."""
    for command in commands:
        _, option, rest = command.partition(_OPTION)
        if option:
            yield rest.partition(" --")[0].strip()


def read_limits(data: bytes) -> ScalingLimits | None:
    """Return what a configuration in YAML or JSON says; None where it says nothing that can be understood."""
    import yaml  # noqa: PLC0415 - it takes 15 ms, and most clusters have no such file

    try:
        # The loader in C is faster, but a deeply nested file overflows its stack.
        config = yaml.load(data, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    types = config.get("available_node_types") if isinstance(config, dict) else None
    if not isinstance(types, dict):
        return None
    most, head = _count(config.get("max_workers")), config.get("head_node_type")
    limits = {name: _limits(one, most, is_head=name == head) for name, one in types.items() if isinstance(name, str)}
    return ScalingLimits(types=limits, workers=most)


def _limits(config: Any, most: int | None, *, is_head: bool) -> NodeTypeLimits:
    """Return one type's limits. Ray counts workers: the head itself comes on top of what its type may have."""
    if not isinstance(config, dict):
        return NodeTypeLimits()
    least = _count(config.get("min_workers", 0))
    greatest = _count(config.get("max_workers", 0 if is_head else most))
    return NodeTypeLimits(
        minimum=None if least is None else least + is_head, maximum=None if greatest is None else greatest + is_head
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def with_limits(status: AutoscalerStatus, limits: ScalingLimits | None) -> AutoscalerStatus:
    """Return the status with the limits of its node types, and with the types that have no node yet."""
    if limits is None or status.version is None:
        return status
    there = {one.name for one in status.node_types}
    idle = 0 if any(one.idle is not None for one in status.node_types) else None
    absent = tuple(NodeType(name=name, idle=idle) for name in limits.types if name not in there)
    return structs.replace(
        status,
        node_types=tuple(_limited(one, limits) for one in (*status.node_types, *absent)),
        most_workers=limits.workers,
    )


class Completion:
    """`with_limits`, which gives the same object again for the same ones: whoever looks for changes finds none."""

    def __init__(self) -> None:
        self._last: tuple[AutoscalerStatus, ScalingLimits | None, AutoscalerStatus] | None = None

    def __call__(self, status: AutoscalerStatus, limits: ScalingLimits | None) -> AutoscalerStatus:
        """Return the status with the limits."""
        if self._last is None or self._last[0] is not status or self._last[1] is not limits:
            self._last = (status, limits, with_limits(status, limits))
        return self._last[2]


def _limited(one: NodeType, limits: ScalingLimits) -> NodeType:
    own = limits.types.get(one.name, NodeTypeLimits())
    return structs.replace(
        one,
        minimum=own.minimum if one.minimum is None else one.minimum,
        maximum=own.maximum if one.maximum is None else one.maximum,
    )
