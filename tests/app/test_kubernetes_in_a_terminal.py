"""The whole program on a terminal, in front of an API server that grants what the documented Role grants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from kube_api import ENTER, READ, KubeApi, kube_api, kubeconfig, ray_cluster_object
from terminal import Program

NO_DASHBOARD = 9


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ | ENTER, NO_DASHBOARD, "10.244.0.29") as server:
        second = ray_cluster_object(NO_DASHBOARD, "second")
        second["metadata"]["namespace"] = "elsewhere"
        server.put("rayclusters", second)
        yield server


async def in_a_thread(do: Callable[..., Any], *arguments: Any) -> Any:
    """Do what waits for the program, while the server answers it."""
    return await to_thread.run_sync(do, *arguments)


async def test_all_clusters_are_listed_one_is_opened_and_the_list_comes_back(api: KubeApi, tmp_path: Path) -> None:
    with Program("k8s", "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        await in_a_thread(program.until, lambda screen: "demo" in screen and "namespace ray" in screen)
        assert "second" not in program.text
        program.press("\r")
        await in_a_thread(program.until, lambda screen: "Overview" in screen and "raycluster/demo" in screen)
        program.press("2")
        await in_a_thread(program.until, lambda screen: "2 pods, of which Ray has said nothing" in screen)
        program.press("\x1b")
        await in_a_thread(program.until, lambda screen: "Ray in Kubernetes" in screen)
        program.press("q")
        assert await in_a_thread(program.ended) == 0


@pytest.mark.parametrize("words", [("-n", "elsewhere"), ("namespace/elsewhere",)])
async def test_a_namespace_alone_is_a_list_of_what_is_in_it(
    api: KubeApi, tmp_path: Path, words: tuple[str, ...]
) -> None:
    api.granted.everywhere = set(READ)
    with Program(*words, "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        screen = await in_a_thread(program.until, lambda screen: "second" in screen)
        assert "namespace elsewhere" in screen
        assert "demo" not in screen


async def test_a_name_that_several_namespaces_have_is_asked_for(api: KubeApi, tmp_path: Path) -> None:
    api.granted.everywhere = set(READ)
    second = ray_cluster_object(NO_DASHBOARD, "demo")
    second["metadata"]["namespace"] = "elsewhere"
    api.put("rayclusters", second)
    with Program("raycluster/demo", "-A", "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        await in_a_thread(program.until, lambda screen: "There are several in Kubernetes. Which one?" in screen)
        program.press("\r")
        await in_a_thread(program.until, lambda screen: "raycluster/demo" in screen and "Overview" in screen)


async def test_all_namespaces_are_listed_where_that_is_asked_for(api: KubeApi, tmp_path: Path) -> None:
    api.granted.everywhere = set(READ)
    with Program("k8s", "-A", "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        screen = await in_a_thread(program.until, lambda screen: "second" in screen)
        assert "all namespaces" in screen
        assert "elsewhere" in screen


@pytest.mark.parametrize("words", [("k8s",), ("raycluster/demo", "-A")])
async def test_a_first_answer_that_takes_long_is_said_to_be_waited_for(
    api: KubeApi, tmp_path: Path, words: tuple[str, ...]
) -> None:
    api.granted.everywhere = set(READ)
    api.slow_s = 3600.0
    with Program(*words, "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        screen = await in_a_thread(program.until, lambda screen: "^C ends it" in screen)
        assert ("waiting for the API server" in screen) or ("looking for what is meant" in screen)
        program.press("\x03")
        assert await in_a_thread(program.ended)
        assert "Traceback" not in program.text


async def test_an_api_server_that_knows_us_not_ends_in_three_lines(api: KubeApi, tmp_path: Path) -> None:
    path = kubeconfig(api, tmp_path, {"token": "wrong"})
    with Program("k8s", "--kubeconfig", str(path)) as program:
        assert await in_a_thread(program.ended) == 4
        assert "it does not know who we are" in program.text
        assert "Traceback" not in program.text


async def test_of_a_manifest_with_several_objects_one_is_chosen(api: KubeApi, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    one = "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {{name: {}}}\n"
    path.write_text(f"{one.format('absent')}---\n{one.format('demo')}")
    with Program(str(path), "--kubeconfig", str(kubeconfig(api, tmp_path))) as program:
        await in_a_thread(program.until, lambda screen: "The file holds several Ray objects. Which one?" in screen)
        program.press("j\r")
        await in_a_thread(program.until, lambda screen: "raycluster/demo" in screen and "Overview" in screen)
