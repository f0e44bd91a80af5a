"""The count of tasks, in the order in which its parts are to be had."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from raymon_tui.cluster.model.page import Counts

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi


async def ask_task_counts(api: RayApi) -> Counts:
    """Return how many tasks are in each state; the first time without those that are dear to count.

    Nobody who has just come waits for them: while it counts them the dashboard answers nothing else.
    """
    return await api.task_counts(whole_within_s=math.inf if api.has_counted_tasks else 0.0)
