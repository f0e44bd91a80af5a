"""Whose a metric is: what Ray's own sources define is Ray's, and whatever else begins with `ray_` is the user's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from raymon_tui.cluster.metrics.families import KEPT, is_custom

KINDS = {"Gauge", "Counter", "Histogram"}
LIBRARIES = ("dashboard", "data", "serve", "train", "_private", "_common", "util")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "train_loss",
            "data_rows_read",
            "serve_cache_hits",
            "node_temperature",
            "cluster_budget",
            "component_errors_total",
        ),
        *("scheduler_lag", "gcs_uploads_total", "tasks_done", "actors_idle", "object_store_hits", "operation_seconds"),
        *("memory_manager", "node_mem", "grpc_server_req", "requests", "llm_tokens_total", "data_rows_mean"),
    ],
)
def test_what_the_users_code_calls_like_something_of_ray_is_still_the_users(name: str) -> None:
    assert is_custom(f"ray_{name}")


@pytest.mark.parametrize(
    "family",
    [
        *("ray_tasks", "ray_finished_jobs_total", "ray_grpc_server_req_process_time_ms", "ray_node_mem_total"),
        *("ray_serve_num_http_requests_total", "ray_train_controller_state", "ray_data_block_size_bytes_mean"),
        *("ray_scheduler_placement_time_ms_p95", "ray_dashboard_api_requests_duration_seconds_created"),
        *("ray_rllib_env_runner_num_env_steps_sampled_counter_total", "ray_vllm_num_requests_running"),
        *("autoscaler_active_nodes", "python_info", "process_open_fds", "target_info"),
    ],
)
def test_what_ray_and_its_processes_define_is_not_the_users(family: str) -> None:
    assert not is_custom(family)


def test_no_chart_of_the_cluster_draws_a_metric_of_the_users() -> None:
    assert not [family for family in KEPT if is_custom(family)]


def test_every_metric_that_the_installed_ray_defines_by_name_is_rays() -> None:
    ray = pytest.importorskip("ray", reason="this machine cannot tell: Ray is not installed")
    root = Path(ray.__file__).parent
    found = {name for library in LIBRARIES for file in (root / library).rglob("*.py") for name in defined_in(file)}
    assert len(found) > 150
    assert not sorted(name for name in found if is_custom(f"ray_{name}"))


def defined_in(file: Path) -> Iterator[str]:
    """Yield the names that are given to constructors of metrics in a file; those in its tests are examples."""
    text = file.read_text(encoding="utf-8")
    if "tests" in file.parts or not ("metrics" in text or "prometheus_client" in text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in KINDS:
            named = [one.value for one in node.keywords if one.arg == "name"]
            for argument in (*node.args[:1], *named):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value
