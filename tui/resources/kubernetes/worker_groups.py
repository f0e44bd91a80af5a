"""The worker groups of a RayCluster beside the pods that they have, as lines of a panel: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len

from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster, WorkerGroup
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.numbers import count, duration
from raymon_tui.widgets.states import FAILED, IDLE, WAITING, glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted

NAME_CELLS, NUMBER_CELLS = 26, 8
_BEGINNING = {"Pending", "ContainerCreating", "PodInitializing", "Running"}
HEADINGS = ("min", "max", "desired", "pods", "running", "ready")


def group_lines(picture: KubernetesPicture, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return how the autoscaler is set, and a line for each worker group with what keeps its pods."""
    cluster = picture.cluster
    if cluster is None:
        return ((Piece("there is no RayCluster yet", "dim"),),)
    lines: list[Content] = [(Piece(f"autoscaler {plain(autoscaler_words(cluster), 200)}", "dim"),)]
    groups = cluster.spec.worker_group_specs
    if not groups:
        return (*lines, (Piece("the RayCluster has no worker group", "dim"),))
    label = min(NAME_CELLS, max(cell_len(plain(one.group_name)) for one in groups))
    headings = (Piece(f"{title:>{NUMBER_CELLS}}", "faint") for title in HEADINGS)
    lines.append((Piece(f"{'group':<{label}}", "faint"), *headings))
    pods = None if picture.pods is None else picture.own_pods
    lines += [_group_line(one, pods, label, moment) for one in groups]
    return tuple(fitted(line, width, ascii_only=moment.ascii_only) for line in lines)


def autoscaler_words(cluster: RayCluster) -> str:
    """Return which autoscaler the cluster has, and how it is set."""
    if not cluster.spec.enable_in_tree_autoscaling:
        return "none: enableInTreeAutoscaling is not set"
    options = cluster.spec.autoscaler_options
    parts = [cluster.autoscaler_version or "of a version that is not told"]
    if options.idle_timeout_seconds is not None:
        parts.append(f"idle nodes go after {duration(options.idle_timeout_seconds)}")
    if options.upscaling_mode:
        parts.append(f"upscaling {options.upscaling_mode}")
    return ", ".join(parts)


def _group_line(group: WorkerGroup, pods: Sequence[Pod] | None, label: int, moment: Moment) -> Content:
    own = None if pods is None else [pod for pod in pods if pod.group == group.group_name and not pod.deleting]
    running = None if own is None else sum(pod.status.phase == "Running" for pod in own)
    ready = None if own is None else sum(pod.ready for pod in own)
    least, desired = group.least_pods, group.desired_pods
    pieces = [*fitted((Piece(plain(group.group_name)),), label), _number(least), _maximum(group, moment)]
    pieces += [_number(desired), _number(None if own is None else len(own)), _number(running)]
    pieces.append(_number(ready, "warning" if ready is not None and ready < desired else "ink"))
    return (*pieces, *_remark(group, own or (), moment))


def _number(number: int | None, role: Role = "ink") -> Piece:
    if number is None:
        return UNKNOWN._replace(text=f"{UNKNOWN.text:>{NUMBER_CELLS}}")
    return Piece(f"{count(number):>{NUMBER_CELLS}}", role if number or role == "warning" else "faint")


def _maximum(group: WorkerGroup, moment: Moment) -> Piece:
    if group.most_pods is None:
        return Piece(f"{'none' if moment.ascii_only else '∞':>{NUMBER_CELLS}}", "dim")
    return _number(group.most_pods)


def _remark(group: WorkerGroup, own: Sequence[Pod], moment: Moment) -> Content:
    """Return what keeps a group's pods: the states of those that are not ready, or that the group is suspended."""
    if group.suspend:
        return (Piece("   "), glyph(IDLE, ascii_only=moment.ascii_only), Piece(" suspended", "dim"))
    waiting = Counter(pod.state for pod in own if not pod.ready)
    if not waiting:
        return ()
    mark = WAITING if waiting.keys() <= _BEGINNING else FAILED
    words = ", ".join(f"{count(number)} {state}" for state, number in waiting.most_common())
    return (Piece("   "), glyph(mark, ascii_only=moment.ascii_only), Piece(f" {plain(words, 200)}", "dim"))
