"""From an actor of Serve to its log."""

from __future__ import annotations

from typing import Any

from textual.app import App

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.model.serve import ServeActor, ServeDeployment
from raymon_tui.tui.resources.serve import ServeRow
from raymon_tui.tui.screens.log_screen import LogScreen
from raymon_tui.tui.session import Session


def worst_actor(row: ServeRow) -> ServeActor | None:
    """Return the actor whose log tells most of a row: a replica that does not serve, else one that ended, else any."""
    if (actor := row.proxy or row.controller) is not None:
        return actor
    every = () if row.application is None else tuple(row.application.deployments.values())
    deployments = (row.deployment,) if row.deployment is not None else sorted(every, key=lambda one: not one.failing)
    return next((found for one in deployments if (found := _worst_of(one)) is not None), None)


def _worst_of(deployment: ServeDeployment) -> ServeActor | None:
    waits = [one for one in deployment.replicas if one.state != "RUNNING" and one.log_file_path]
    ended = [one for one in deployment.recent_dead_replicas if one.log_file_path]
    told = (*waits, *reversed(ended)) if deployment.failing else ()
    return next(iter((*told, *deployment.replicas)), None)


def open_serve_log(app: App[Any], session: Session, actor: ServeActor | None) -> None:
    """Open the log of an actor, or say why there is none."""
    if actor is None or not actor.log_file_path:
        app.notify("it has no log: no replica of it has begun to write one", timeout=4)
        return
    nodes = session.monitor.snapshot.value(NODES) or ()
    node = next((one for one in nodes if one.node_id == actor.node_id), None)
    if node is None:
        app.notify("its node is not known any more", timeout=4)
        return
    app.push_screen(LogScreen(session, node, actor.log_file_path.lstrip("/")))
