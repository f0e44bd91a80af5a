"""Questions about one thing, or about the rows that pass a filter: a feed for each answer that is on screen."""

from __future__ import annotations

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.live_first import ask_live_first
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.node import NodeDetail
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.model.worker import Worker


def tasks_feed(filters: tuple[Filter, ...] = (), limit: int = 1000, *, detail: bool = False) -> Feed[Page[Task]]:
    """Return the feed of task attempts that pass all `filters`, applied at the server; finished ones are cut first.

    Times, errors and required resources come in detail only, at five times the bytes.
    """
    name = _name("tasks in detail" if detail else "tasks", filters, limit)
    return Feed(
        name, lambda api: ask_live_first(api, filters, limit=limit, detail=detail), pace=2.0, rest=10.0, timeout_s=60.0
    )


def actors_feed(filters: tuple[Filter, ...] = (), limit: int = 1000) -> Feed[Page[Actor]]:
    """Return the feed of actors that pass all `filters`, applied at the server."""
    name = _name("actors", filters, limit)
    return Feed(name, lambda api: api.actors(filters, limit=limit, detail=True), pace=2.0, rest=10.0, timeout_s=35.0)


def workers_feed(filters: tuple[Filter, ...] = ()) -> Feed[Page[Worker]]:
    """Return the feed of worker processes that pass all `filters`, applied at the server."""
    return Feed(_name("workers", filters), lambda api: api.workers(filters), pace=3.0, rest=20.0, timeout_s=30.0)


def node_feed(node_id: str) -> Feed[NodeDetail]:
    """Return the feed of one node with its worker processes (63–72 KB an answer)."""
    return Feed(f"node {node_id}", lambda api: api.node_detail(node_id), rest=10.0)


def task_feed(task_id: str) -> Feed[Page[Task]]:
    """Return the feed of all attempts of one task, in detail."""
    return Feed(f"task {task_id}", lambda api: api.task_attempts(task_id), pace=2.0, rest=10.0)


def actor_feed(actor_id: str) -> Feed[Actor | None]:
    """Return the feed of one actor, in detail; None where the cluster does not know the id."""
    return Feed(f"actor {actor_id}", lambda api: api.actor(actor_id), rest=10.0)


def _name(kind: str, filters: tuple[Filter, ...], limit: int | None = None) -> str:
    conditions = [f"{one.key}{one.predicate}{one.value}" for one in filters]
    bound = [] if limit is None else [f"limit {limit}"]
    inner = ", ".join((*conditions, *bound))
    return f"{kind} [{inner}]" if inner else kind
