"""Serve: its applications with their deployments, and the proxies that take requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import NODES, SERVE
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.serve import ServeInstance
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import serve
from raymon_tui.tui.resources.serve import ServeRow
from raymon_tui.tui.resources.serve_page import actor_sections, proxies_line
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.serve_log import open_serve_log, worst_actor
from raymon_tui.tui.screens.serve_screen import RAW_PATH, ServeScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Column, Moment

_COUNTED = ("RUNNING", "DEPLOYING", "UNHEALTHY", "DEPLOY_FAILED")


class ServePane(TablePane[ServeRow]):
    """What Serve's controller says."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "log")]
    pane_id: ClassVar[str] = "serve"
    title: ClassVar[str] = "Serve"

    @property
    def columns(self) -> Sequence[Column[ServeRow]]:
        """The columns of an application, a deployment or a proxy."""
        return serve.COLUMNS

    def main_feed(self) -> Feed[ServeInstance]:
        """Return the feed of Serve."""
        return SERVE

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return Serve, and the nodes, whose agents have the logs."""
        return (SERVE, NODES)

    def rows(self, snapshot: Snapshot) -> Sequence[ServeRow] | None:
        """Return applications with their deployments, those that fail first, then proxies."""
        found, error = snapshot.value(SERVE), snapshot.reading(SERVE).error
        if found is None:
            return () if error is not None and error.unsupported else None
        return serve.rows_of(found)

    def key(self, row: ServeRow) -> str:
        """Return the name of the application, `application/deployment`, or the proxy's node."""
        return row.key

    def copied(self, row: ServeRow) -> str:
        """Return the name."""
        one = row.deployment or row.application
        return one.name if one is not None else row.key

    def empty(self, snapshot: Snapshot) -> str:
        """Say why there is nothing, and what would make an application."""
        error = snapshot.reading(SERVE).error
        if error is not None and error.unsupported:
            return f"{error.said}: {error.advice}"
        found = snapshot.value(SERVE)
        if found is not None and found.runs:
            return "Serve runs, and has no application. serve.run(app) makes one, and so does `serve deploy FILE`."
        return "Serve does not run here. serve.run(app) starts it, and so does `serve deploy FILE`."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return how many applications are in each state, and how many proxies take requests."""
        found = snapshot.value(SERVE)
        if found is None or not found.runs:
            return ()
        parts: list[Piece] = []
        for state in _COUNTED:
            number = sum(one.status == state for one in found.applications.values())
            mark = glyph(serve.mark_of(state), ascii_only=moment.ascii_only)
            parts.append(mark if number else mark._replace(role="faint"))
            parts.append(Piece(count(number), "ink" if number else "faint", bold=number > 0))
            parts.append(Piece(f" {state.lower().replace('_', ' ')}   ", "dim"))
        return (arrange([Part(tuple(parts))], [Part(proxies_line(found), 1)], width),)

    def detail(self, row: ServeRow) -> Screen[None] | None:
        """Open the application with its replicas, a proxy, or the controller."""
        if row.application is not None:
            return ServeScreen(self.session, row.application, row.deployment)
        actor = row.proxy or row.controller
        if actor is None:
            return None
        what = "Proxy " if row.proxy is not None else "Controller "
        title = (Piece(what, "dim"), Piece(plain(actor.node_ip or row.key, 80), "ink", bold=True))

        def describe(snapshot: Snapshot, moment: Moment) -> list[Section]:
            found = snapshot.value(SERVE)
            now = None if found is None or row.proxy is None else found.proxies.get(actor.node_id or "")
            return actor_sections(now or actor, moment)

        return DetailScreen(self.session, title, (SERVE,), describe, raw_path=RAW_PATH, copied=actor.actor_id)

    def raw_path(self, row: ServeRow) -> str | None:
        """Return the route of all of Serve: there is none of one application."""
        return RAW_PATH

    def action_log(self) -> None:
        """Open the log of the replica that is worst, of a proxy, or of the controller."""
        row = self.table.cursor_row
        if row is not None:
            open_serve_log(self.app, self.session, worst_actor(row))
