"""Pods that fail and are replaced under new names, so that no container of theirs is ever restarted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from raymon_tui.cluster.findings.pod_troubles import CRASHES
from raymon_tui.cluster.findings.wording import RECENT_S, several
from raymon_tui.cluster.kubernetes.failed_pods import FailedPod, failed_in
from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.model.quantity import age


def crash_loops(picture: KubernetesPicture, now: float) -> dict[str, str]:
    """Return the groups (`cluster/group`) of which several pods failed within the last hour, with how and how many.

    They are known from what was watched, and from the events of KubeRay, which tell what was before.
    """
    found = {one.name: one for cluster in picture.clusters or () for one in failed_in(picture.events or (), cluster)}
    found |= {one.name: one for one in picture.failed_pods}
    groups: defaultdict[str, list[FailedPod]] = defaultdict(list)
    for one in found.values():
        if now - one.at <= RECENT_S and one.cluster == picture.followed:
            groups[f"{one.cluster}/{one.group}"].append(one)
    return {group: _told(pods, now) for group, pods in groups.items() if len(pods) >= CRASHES}


def _told(pods: Sequence[FailedPod], now: float) -> str:
    ends = Counter(_end(one) for one in pods)
    how, _ = ends.most_common(1)[0]
    first = min(one.at for one in pods)
    return f"{several(len(pods), 'pod')} failed within {age(now - first)} and came again under new names{how}"


def _end(one: FailedPod) -> str:
    reason = f" ({one.reason})" if one.reason not in ("", "Error") else ""
    return f", with exit code {one.exit_code}{reason}" if one.exit_code is not None else reason
