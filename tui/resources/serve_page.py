"""An application of Serve in full, and its replicas as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import yaml

from raymon_tui.cluster.model.serve import (
    ServeActor,
    ServeApplication,
    ServeDeployment,
    ServeInstance,
    ServeProxy,
    ServeReplica,
)
from raymon_tui.tui.resources.cells import ago, clock, pid_column, text_column
from raymon_tui.tui.resources.serve import mark_of, other_states, scaling_words
from raymon_tui.tui.screens.confidential import without_secrets
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, Role, piece, plain
from raymon_tui.widgets.numbers import amount, count
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Column, Moment


class ReplicaRow(NamedTuple):
    """A replica and the deployment that it is of; `gone` where it ended lately."""

    deployment: str
    replica: ServeReplica
    gone: bool = False


def replicas_of(application: ServeApplication) -> list[ReplicaRow]:
    """Return the replicas of all deployments, those that do not serve first, those that ended last."""
    rows = [ReplicaRow(one.name, replica) for one in application.deployments.values() for replica in one.replicas]
    rows.sort(key=lambda row: (row.replica.state == "RUNNING", row.deployment, row.replica.start_time_s or 0.0))
    ended = [
        ReplicaRow(one.name, replica, gone=True)
        for one in application.deployments.values()
        for replica in one.recent_dead_replicas
    ]
    return rows + sorted(ended, key=lambda row: -(row.replica.start_time_s or 0.0))


def sections(application: ServeApplication, serve: ServeInstance, moment: Moment) -> list[Section]:
    """Return an application in full, what is wrong with it first."""
    fields = [Field("status", _stated(application.status, moment)), Field("route", _address(application, serve))]
    fields += [
        Field("replicas", f"{count(application.running)} of {count(application.target)} serve"),
        Field("deployed", clock(application.last_deployed_time_s)),
        Field("by", {"declarative": "a config file", "imperative": "serve.run"}.get(application.source)),
    ]
    said = [Section(one.name, text=one.message, role=_role(one)) for one in application.deployments.values()]
    if not any(section.text for section in said):
        said = [Section("Message", text=application.message, role="bad" if application.failing else "dim")]
    return [
        Section("Application", fields),
        *said,
        Section("Deployments", [_deployment(one, moment) for one in application.deployments.values()]),
        Section("Config", text=config_text(application)),
    ]


def _role(deployment: ServeDeployment) -> Role:
    return "bad" if deployment.failing else "dim"


def _stated(status: str, moment: Moment) -> Content:
    return (glyph(mark_of(status), ascii_only=moment.ascii_only), Piece(" " + plain(status or "–", 40)))


def _address(application: ServeApplication, serve: ServeInstance) -> str:
    if application.route_prefix is None:
        return "none: not over HTTP"
    port = None if serve.http_options is None else serve.http_options.port
    return application.route_prefix + (f", port {port} of each proxy" if port else "")


def _deployment(one: ServeDeployment, moment: Moment) -> Field:
    words = [f"{count(one.running)}/{count(one.target_num_replicas)} replicas"]
    if others := other_states(one):
        words.append(others)
    if scaling := scaling_words(one):
        words.append(f"autoscaling {scaling}")
    if one.deployment_config.max_ongoing_requests is not None:
        words.append(f"{count(one.deployment_config.max_ongoing_requests)} requests each at most")
    wanted = [f"{amount(number)} {name}" for name, number in one.required_resources.items() if _is_number(number)]
    if wanted:
        words.append(" and ".join(wanted) + " each")
    return Field(plain(one.name, 60), (*_stated(one.status, moment), Piece("  " + ", ".join(words), "dim")))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def config_text(application: ServeApplication) -> str:
    """Return what a config file said of an application, as YAML without what was given in confidence."""
    if not application.deployed_app_config:
        return ""
    shown = without_secrets(application.deployed_app_config)
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=10_000)


def actor_sections(actor: ServeActor, moment: Moment) -> list[Section]:
    """Return a proxy, or the controller, in full."""
    proxy = isinstance(actor, ServeProxy)
    fields = [
        *([Field("status", _stated(actor.status, moment))] if isinstance(actor, ServeProxy) else []),
        Field("node", f"{actor.node_ip or '–'}  {actor.node_id or ''}".strip()),
        Field("actor", actor.actor_id),
        Field("name", actor.actor_name),
        Field("log", actor.log_file_path),
    ]
    return [Section("Proxy" if proxy else "Controller", fields)]


def _replica(row: ReplicaRow, moment: Moment) -> Content:
    state = "STOPPED" if row.gone else row.replica.state
    return (glyph(mark_of(state), ascii_only=moment.ascii_only), Piece(" "), *piece(row.replica.replica_id or "–"))


REPLICA_COLUMNS: tuple[Column[ReplicaRow], ...] = (
    Column("replica", _replica, lambda row: row.replica.replica_id, width=14, flex=1, max_width=30),
    text_column("deployment", lambda row: row.deployment, width=14, max_width=40),
    text_column("state", lambda row: "ended" if row.gone else row.replica.state, width=10, max_width=18, priority=1),
    text_column("node", lambda row: row.replica.node_ip, width=15, max_width=20, priority=2),
    pid_column(lambda row: row.replica.pid, priority=3),
    text_column("actor", lambda row: row.replica.actor_id, width=10, max_width=34, priority=5),
    Column(
        "started",
        lambda row, moment: ago(row.replica.start_time_s, moment),
        lambda row: row.replica.start_time_s,
        width=7,
        align="right",
        priority=4,
    ),
    text_column("log", lambda row: row.replica.log_file_path, width=20, max_width=80, priority=6),
)


def rows_key(row: ReplicaRow) -> str:
    """Return what names a replica."""
    return row.replica.replica_id


def proxies_line(serve: ServeInstance) -> Content:
    """Return how many proxies take requests, and where."""
    well = sum(one.status == "HEALTHY" for one in serve.proxies.values())
    http = serve.http_options
    where = "" if http is None or http.port is None else f", port {http.port}"
    pieces: Sequence[Piece] = (
        Piece(f"{count(well)}/{count(len(serve.proxies))}", "ink" if well == len(serve.proxies) else "warning"),
        Piece(f" proxies take requests{where}", "dim"),
    )
    return tuple(pieces)
