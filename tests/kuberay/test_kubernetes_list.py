"""The list of all Ray clusters, jobs and services in Kubernetes, and the way into one and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from list_app import ListApp, comes_in_time, goes
from recorded_kubernetes import NAMESPACE, RecordedKubernetes, job, recorded, renamed, service
from still import comes, line_with, lines, text

from raymon_tui.backends.base import Backend, KubernetesPlace
from raymon_tui.backends.errors import UsageError

SIZES = [(140, 45), (120, 34), (80, 24)]
EVERYWHERE = KubernetesPlace(context="lab", namespace="")


class RecordedCluster(RecordedKubernetes):
    """A whole Kubernetes cluster, that remembers what was opened in it."""

    def __init__(self, *others: dict[str, Any]) -> None:
        super().__init__(EVERYWHERE, *others)
        self.opened: list[RecordedKubernetes] = []

    def open(self, kind: str, namespace: str, name: str) -> Backend:
        if name == "broken":
            raise UsageError("open broken", "it has no head", "wait for one")
        place = KubernetesPlace(context="lab", namespace=namespace, kind=kind, name=name)
        self.opened.append(RecordedKubernetes(place, job()))
        return self.opened[-1]


def objects(*others: dict[str, Any]) -> RecordedCluster:
    return RecordedCluster(job(), service("demo", "next"), *others)


@pytest.mark.parametrize("size", SIZES)
async def test_all_objects_stand_in_one_list_with_how_they_are(size: tuple[int, int]) -> None:
    async with (tui := ListApp(objects())).run_test(size=size) as pilot:
        await comes(pilot, "● demo")
        assert "ready" in line_with(tui, "● demo")
        assert "1/1" in line_with(tui, "● demo")
        assert "Running" in line_with(tui, "● train")
        assert "Upgrading" in line_with(tui, "↻ llm")
        assert "Ray in Kubernetes" in lines(tui)[0]
        assert all(len(line) <= size[0] for line in lines(tui))


async def test_the_list_follows_what_comes_changes_andgoes() -> None:
    kubernetes = objects()
    async with ListApp(kubernetes).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "● demo")
        kubernetes.put(renamed(recorded("raycluster.json"), "second"))
        await comes_in_time(pilot, "● second")
        kubernetes.change("RayCluster", "second", lambda one: one["spec"].update(suspend=True))
        await comes_in_time(pilot, "suspending")
        kubernetes.delete("RayCluster", "second")
        await goes(pilot, "second")


async def test_a_filter_narrows_the_list_and_escape_takes_it_away() -> None:
    async with (tui := ListApp(objects())).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "● demo")
        await pilot.press("slash", *"llm")
        await goes(pilot, "● train")
        assert "llm" in text(tui)
        await pilot.press("enter", "escape")
        await comes(pilot, "● train")


async def test_enter_opens_one_and_escape_comes_back() -> None:
    async with (tui := ListApp(objects())).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "● demo")
        await pilot.press("enter")
        await comes(pilot, "1 Overview")
        await comes_in_time(pilot, "cannot pull its image")
        assert "all clusters" in lines(tui)[-1]
        await pilot.press("2")
        await comes(pilot, "pods, of which Ray has said nothing")
        await pilot.press("escape")
        await comes(pilot, "Ray in Kubernetes")
        assert tui.session is None
        assert tui.is_running


async def test_several_are_opened_one_after_the_other() -> None:
    kubernetes = objects()
    async with ListApp(kubernetes).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "● demo")
        await pilot.press("enter")
        await comes(pilot, "1 Overview")
        await pilot.press("escape")
        await comes(pilot, "Ray in Kubernetes")
        await pilot.press("j", "enter")
        await comes(pilot, "1 Overview")
        assert [one.place.kind for one in kubernetes.opened] == ["RayCluster", "RayJob"]


async def test_one_that_cannot_be_opened_says_why_and_the_list_stays() -> None:
    kubernetes = objects(renamed(recorded("raycluster.json"), "broken"))
    async with ListApp(kubernetes).run_test(size=SIZES[0], notifications=True) as pilot:
        await comes(pilot, "● broken")
        await pilot.press("enter")
        await comes(pilot, "it has no head")
        await comes(pilot, "Ray in Kubernetes")


async def test_one_that_went_away_meanwhile_says_so_and_the_list_comes_back() -> None:
    kubernetes = objects(renamed(recorded("raycluster.json"), "absent"))
    async with (tui := ListApp(kubernetes)).run_test(size=SIZES[0], notifications=True) as pilot:
        await comes(pilot, "● absent")
        await pilot.press("enter")
        await comes_in_time(pilot, "Ray in Kubernetes")
        await comes_in_time(pilot, "127.0.0.1:9")
        assert tui.session is None


async def test_a_kind_that_one_may_not_list_is_named_and_the_others_are_there() -> None:
    kubernetes = objects()
    kubernetes.refused.add("/rayjobs")
    async with (tui := ListApp(kubernetes)).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "▲ RayJobs cannot be listed for 0s: you may not list rayjobs in ray")
        assert "● demo" in text(tui)


async def test_nothing_that_one_may_list_says_what_to_do() -> None:
    kubernetes = objects()
    kubernetes.refused |= {"/rayjobs", "/rayclusters", "/rayservices", "/raycronjobs"}
    async with ListApp(kubernetes).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "ask for the Role of docs/rbac.yaml")


async def test_why_something_is_not_well_stands_beside_its_state() -> None:
    failed = job("nightly", jobDeploymentStatus="Failed", message="Job failed due to an application error")
    async with (tui := ListApp(objects(failed))).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "✕ nightly")
        assert "Failed" in line_with(tui, "✕ nightly")
        assert "Job failed due to an" in line_with(tui, "✕ nightly")


async def test_one_is_shown_as_yaml_found_in_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def saved() -> list[Path]:
        return list(tmp_path.glob("raymon-tui-demo-*.yaml"))

    async with (tui := ListApp(objects())).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "● demo")
        await pilot.press("y")
        await comes_in_time(pilot, "kind: RayCluster")
        await pilot.press("slash", *"groupName", "enter")
        await comes(pilot, "groupName: small")
        await pilot.press("ctrl+s")
        while not saved():
            await pilot.pause(0.05)
        await pilot.press("escape", "escape")
        await comes(pilot, "Ray in Kubernetes")
        assert tui.is_running


async def test_zero_looks_in_all_namespaces_and_back() -> None:
    elsewhere = renamed(recorded("raycluster.json"), "elsewhere")
    elsewhere["metadata"]["namespace"] = "team"
    async with (tui := ListApp(objects(elsewhere), NAMESPACE)).run_test(size=SIZES[0]) as pilot:
        await comes_in_time(pilot, "● demo")
        await comes(pilot, f"namespace {NAMESPACE}")
        assert "elsewhere" not in text(tui)
        await pilot.press("0")
        await comes_in_time(pilot, "● elsewhere")
        assert "all namespaces" in lines(tui)[0]
        await pilot.press("0")
        await goes(pilot, "elsewhere")
        await comes(pilot, f"namespace {NAMESPACE}")


async def test_an_empty_namespace_says_where_to_look() -> None:
    kubernetes = RecordedCluster()
    kubernetes.objects.clear()
    async with ListApp(kubernetes, NAMESPACE).run_test(size=SIZES[0]) as pilot:
        await comes(pilot, "No Ray object in namespace ray; 0 looks in all.")
