"""The list as the program shows it, through a real client and TLS, in front of API servers that lack something."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kube_api import NAMESPACE, READ, KubeApi, kube_api, kubeconfig
from list_app import ListApp, comes_in_time, goes
from recorded_kubernetes import job, recorded
from still import text

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster
from raymon_tui.backends.resolve import kubernetes_of, one_of, resolve
from raymon_tui.cluster.kubernetes import watching
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.session import open_session

NO_DASHBOARD = 9
SIZE = (120, 34)


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, NO_DASHBOARD, "10.244.0.29") as server:
        server.put("rayclusters", recorded("raycluster.json"))
        yield server


@pytest.fixture
async def kubernetes(api: KubeApi, tmp_path: Path) -> AsyncIterator[WholeCluster]:
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
    found = kubernetes_of(options, {"HOME": str(tmp_path)})
    yield found
    await found.aclose()


async def test_a_kuberay_without_cron_jobs_is_no_trouble(api: KubeApi, kubernetes: WholeCluster) -> None:
    api.kinds = ("rayclusters", "rayjobs", "rayservices")
    async with (tui := ListApp(kubernetes, NAMESPACE)).run_test(size=SIZE) as pilot:
        await comes_in_time(pilot, "● demo")
        while ("list", "raycronjobs") not in api.asked:
            await pilot.pause(0.1)
        await pilot.pause(0.6)
        assert "404" not in text(tui)
        assert "cannot be" not in text(tui)


async def test_a_kubernetes_without_kuberay_says_so(api: KubeApi, kubernetes: WholeCluster) -> None:
    api.kinds = ()
    async with (tui := ListApp(kubernetes, NAMESPACE)).run_test(size=SIZE) as pilot:
        await comes_in_time(pilot, "KubeRay is not installed in this cluster")
        assert "404" not in text(tui)


async def test_rights_that_go_in_mid_session_leave_the_rows_and_say_how_old_they_are(
    api: KubeApi, kubernetes: WholeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RETRY_S", 0.1)
    api.put("rayjobs", job())
    rights = {("ray.io", "rayjobs", "list"), ("ray.io", "rayjobs", "watch")}
    async with (tui := ListApp(kubernetes, NAMESPACE)).run_test(size=SIZE) as pilot:
        await comes_in_time(pilot, "● train")
        api.rights -= rights
        api.end_watches()
        await comes_in_time(pilot, 'RayJobs cannot be listed, shown as of 0s ago: cannot list resource "rayjobs"')
        assert "● train" in text(tui)
        api.rights |= rights
        await goes(pilot, "cannot be listed")
        api.remove("rayjobs", "train")
        await goes(pilot, "● train")


@pytest.mark.parametrize("target", ["raycluster/demo", "rayjob/train", "rayservice/llm", "raycronjob/nightly"])
async def test_a_target_where_there_is_no_kuberay_fails_in_words(api: KubeApi, tmp_path: Path, target: str) -> None:
    api.kinds = ()
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
    session = open_session(one_of(resolve(target, options, {"HOME": str(tmp_path)})).open(), MonitorOptions())
    failure = await session._first_failure()
    await session.monitor.aclose()
    await session.backend.aclose()
    assert failure is not None
    assert failure.tried == f"find {target}"
    assert "KubeRay is not installed" in failure.said
