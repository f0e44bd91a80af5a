"""All attempts of one task."""

from __future__ import annotations

from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.state_list import ask_list


async def ask_attempts(get: Get, task_id: str) -> Page[Task]:
    """Return the attempts of `task_id` in detail; none where GCS does not remember it."""
    return await ask_list(get, "tasks", Task, (Filter("task_id", "=", task_id),), limit=100, detail=True)
