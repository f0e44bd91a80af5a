"""How applications of Serve, their deployments and the proxies look in one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from raymon_tui.cluster.findings.wording import last_words
from raymon_tui.cluster.model.serve import (
    FAILING,
    ServeActor,
    ServeApplication,
    ServeDeployment,
    ServeInstance,
    ServeProxy,
)
from raymon_tui.tui.resources.cells import ago
from raymon_tui.widgets.content import Content, Piece, Role, piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import ALIVE, ENDED, FAILED, IDLE, RESTARTING, UNKNOWN_STATE, WAITING, Mark, glyph
from raymon_tui.widgets.table.column import Column, Moment

_MARKS: Mapping[str, Mark] = {
    "NOT_STARTED": IDLE,
    "DEPLOYING": WAITING,
    "RUNNING": ALIVE,
    "DEPLOY_FAILED": FAILED,
    "DELETING": ENDED,
    "UNHEALTHY": FAILED,
    "HEALTHY": ALIVE,
    "UPDATING": WAITING,
    "UPSCALING": WAITING,
    "DOWNSCALING": WAITING,
    "STARTING": WAITING,
    "DRAINING": RESTARTING,
    "DRAINED": ENDED,
    "RECOVERING": RESTARTING,
    "PENDING_MIGRATION": RESTARTING,
    "STOPPING": ENDED,
    "STOPPED": ENDED,
}
_INDENT = "  "
_RANK = ("UNHEALTHY", "DEPLOY_FAILED", "DEPLOYING", "DELETING", "NOT_STARTED")


def mark_of(status: str) -> Mark:
    """Return how the state of an application, a deployment, a replica or a proxy looks."""
    return _MARKS.get(status, UNKNOWN_STATE)


class ServeRow(NamedTuple):
    """An application, one of its deployments, a proxy, or the controller."""

    application: ServeApplication | None = None
    deployment: ServeDeployment | None = None
    proxy: ServeProxy | None = None
    controller: ServeActor | None = None

    @property
    def key(self) -> str:
        """What names it: the application, `application/deployment`, the proxy's node, or `controller`."""
        if self.controller is not None:
            return "controller"
        if self.proxy is not None:
            return f"proxy/{self.proxy.node_id}"
        name = "" if self.application is None else self.application.name
        return name if self.deployment is None else f"{name}/{self.deployment.name}"

    @property
    def status(self) -> str:
        """Its state, as Serve says it."""
        one = self.proxy or self.deployment or self.application
        return "" if one is None else one.status

    @property
    def why(self) -> str:
        """What is said of it in one line."""
        if self.deployment is not None:
            return last_words(self.deployment.message) if self.deployment.message else ""
        if self.application is None or any(one.message for one in self.application.deployments.values()):
            return ""
        return last_words(self.application.message) if self.application.message else ""


def rows_of(serve: ServeInstance) -> list[ServeRow]:
    """Return applications with their deployments behind them, those that fail first; then proxies and controller."""
    applications = sorted(serve.applications.values(), key=_rank)
    rows = [
        row
        for one in applications
        for row in (ServeRow(one), *(ServeRow(one, deployment) for deployment in one.deployments.values()))
    ]
    proxies = sorted(serve.proxies.values(), key=lambda one: (one.status == "HEALTHY", one.node_ip or ""))
    controller = [ServeRow(controller=serve.controller_info)] if serve.controller_info.actor_id else []
    return [*rows, *(ServeRow(proxy=one) for one in proxies), *controller]


def _rank(application: ServeApplication) -> tuple[int, str]:
    place = _RANK.index(application.status) if application.status in _RANK else len(_RANK)
    return place, application.name


def _name(row: ServeRow, moment: Moment) -> Content:
    mark = glyph(ALIVE if row.controller is not None else mark_of(row.status), ascii_only=moment.ascii_only)
    actor = row.proxy or row.controller
    if actor is not None:
        what = " proxy " if row.proxy is not None else " controller "
        return (mark, Piece(what, "dim"), *piece(actor.node_ip or actor.node_id or "–"))
    if row.deployment is not None:
        return (Piece(_INDENT), mark, Piece(f" {plain(row.deployment.name, 80)}"))
    name = "" if row.application is None else row.application.name
    return (mark, Piece(f" {plain(name, 80)}", "ink", bold=True))


def _state(row: ServeRow, _moment: Moment) -> Content:
    if row.controller is not None:
        return ()
    role = mark_of(row.status).role
    return piece(row.status or "–", role if role in ("bad", "warning") else "dim")


def _replicas(row: ServeRow, _moment: Moment) -> Content:
    one = row.deployment or row.application
    if one is None:
        return ()
    target = one.target_num_replicas if isinstance(one, ServeDeployment) else one.target
    lacking: Role = "warning" if target is None or one.running < target else "ink" if one.running else "faint"
    return (Piece(count(one.running), lacking), Piece(f"/{count(target)}", "dim"))


def other_states(deployment: ServeDeployment) -> str:
    """Return the replicas that do not serve, by state: `1 STARTING, 2 STOPPING`."""
    return ", ".join(f"{number} {state}" for state, number in deployment.states.most_common() if state != "RUNNING")


def _why(row: ServeRow, _moment: Moment) -> Content:
    role: Role = "ink" if row.status in FAILING else "dim"
    others = "" if row.deployment is None else other_states(row.deployment)
    said = piece(row.why, role) if row.why else ()
    return (*said, Piece(f"  {others}" if said else others, "dim")) if others else said


def scaling_words(deployment: ServeDeployment) -> str:
    """Return how many replicas the autoscaler may make, and what it does: `1–3 upscaling`; "" where there is none."""
    bounds = deployment.deployment_config.autoscaling_config
    if bounds is None:
        return ""
    detail = deployment.autoscaling_detail
    does = "" if detail is None or detail.scaling_status in ("", "STABLE") else f" {detail.scaling_status.lower()}"
    return f"{count(bounds.min_replicas)}–{count(bounds.max_replicas)}{does}"


def _route(row: ServeRow) -> str | None:
    return None if row.application is None or row.deployment is not None else row.application.route_prefix


def _scaling(row: ServeRow) -> str | None:
    return None if row.deployment is None else scaling_words(row.deployment) or None


def _deployed(row: ServeRow) -> float | None:
    return None if row.application is None or row.deployment is not None else row.application.last_deployed_time_s


def _told(text: str | None) -> Content:
    """Return what a row has, and nothing where its kind has no such thing."""
    return piece(text, "dim") if text else ()


def _ago(row: ServeRow, moment: Moment) -> Content:
    at = _deployed(row)
    return () if at is None else ago(at, moment)


COLUMNS: tuple[Column[ServeRow], ...] = (
    Column("application", _name, lambda row: row.key, width=18, flex=2, max_width=40),
    Column("status", _state, lambda row: row.status, width=13),
    Column(
        "replicas",
        _replicas,
        lambda row: None if row.deployment is None else row.deployment.running,
        width=8,
        align="right",
        priority=1,
        descending=True,
    ),
    Column("why", _why, lambda row: row.why or None, width=24, flex=8, max_width=200, priority=2),
    Column("route", lambda row, _: _told(_route(row)), _route, width=10, flex=1, max_width=30, priority=4),
    Column("autoscaling", lambda row, _: _told(_scaling(row)), _scaling, width=11, priority=5),
    Column("deployed", _ago, _deployed, width=8, align="right", priority=3, descending=True),
)
