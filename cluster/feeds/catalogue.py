"""Every fixed question to the cluster, with a pace and a rest that its cost to the head allows.

`rest` is high where an answer blocks the dashboard's loop or grows with the cluster: such a feed slows down by
itself as the cluster grows.
"""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster.feeds.counting import ask_task_counts
from raymon_tui.cluster.feeds.failures import TaskFailures, ask_task_failures
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.progress import ask_job_progress
from raymon_tui.cluster.model.actor import Actor, ActorSummary
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.page import Counts, Filter, Page
from raymon_tui.cluster.model.placement_group import PlacementGroup
from raymon_tui.cluster.model.serve import ServeInstance
from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.cluster.model.task import TaskSummary
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.model.worker import Worker

DEAD_ACTORS_LIMIT = 100

VERSION: Feed[Version] = Feed("version", lambda api: api.version(), rest=4.0, timeout_s=5.0)
"""Also the probe of the link, so it is always asked."""

NODES: Feed[tuple[Node, ...]] = Feed("nodes", lambda api: api.nodes(), rest=10.0)
AUTOSCALER: Feed[AutoscalerStatus] = Feed("autoscaler", lambda api: api.autoscaler(), rest=10.0)
JOBS: Feed[tuple[Job, ...]] = Feed("jobs", lambda api: api.jobs(), pace=2.0, rest=10.0)
TASK_COUNTS: Feed[Counts] = Feed("task counts", ask_task_counts, rest=10.0, timeout_s=30.0)
ACTOR_COUNTS: Feed[Counts] = Feed("actor counts", lambda api: api.actor_counts(), rest=10.0, timeout_s=30.0)
TASK_SUMMARY: Feed[TaskSummary] = Feed(
    "task summary", lambda api: api.task_summary(), pace=3.0, rest=20.0, timeout_s=35.0
)
ACTOR_SUMMARY: Feed[ActorSummary] = Feed(
    "actor summary", lambda api: api.actor_summary(), pace=3.0, rest=20.0, timeout_s=35.0
)
PLACEMENT_GROUPS: Feed[Page[PlacementGroup]] = Feed(
    "placement groups", lambda api: api.placement_groups(), pace=2.0, rest=10.0, timeout_s=15.0
)
EVENTS: Feed[tuple[Event, ...]] = Feed("events", lambda api: api.events(), pace=2.0, rest=10.0)
WORKERS: Feed[Page[Worker]] = Feed("workers", lambda api: api.workers(), pace=3.0, rest=20.0, timeout_s=30.0)
OBJECTS: Feed[Page[StoredObject]] = Feed("objects", lambda api: api.objects(), pace=5.0, rest=20.0, timeout_s=35.0)
AUTHENTICATION_MODE: Feed[str] = Feed("authentication mode", lambda api: api.authentication_mode(), pace=150.0)
JOB_PROGRESS: Feed[tuple[JobProgress, ...]] = Feed(
    "job progress", ask_job_progress, pace=2.0, rest=20.0, timeout_s=30.0
)
"""The tasks of the newest running jobs."""

SERVE: Feed[ServeInstance] = Feed("serve", lambda api: api.serve(), pace=5.0, rest=20.0, timeout_s=35.0)
"""Asked only where it is looked at: the first answer starts a driver of Ray in the dashboard."""

DEAD_ACTORS: Feed[Page[Actor]] = Feed(
    "dead actors",
    lambda api: api.actors((Filter("state", "=", "DEAD"),), limit=DEAD_ACTORS_LIMIT, detail=True),
    pace=2.0,
    rest=20.0,
    timeout_s=15.0,
)
"""With their death causes."""

FAILED_TASKS: Feed[TaskFailures] = Feed("failed tasks", ask_task_failures, pace=5.0, rest=20.0, timeout_s=30.0)
"""Task failures by function, each with whether its newest one is final."""

BASE_FEEDS: tuple[Feed[Any], ...] = (
    VERSION,
    NODES,
    AUTOSCALER,
    JOBS,
    TASK_COUNTS,
    ACTOR_COUNTS,
    PLACEMENT_GROUPS,
    EVENTS,
    DEAD_ACTORS,
    FAILED_TASKS,
    AUTHENTICATION_MODE,
)
"""What the findings and the header need, whichever pane shows."""

OVERVIEW_FEEDS: tuple[Feed[Any], ...] = (*BASE_FEEDS, TASK_SUMMARY, ACTOR_SUMMARY, JOB_PROGRESS)
"""What the overview draws."""
