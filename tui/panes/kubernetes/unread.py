"""Where in Kubernetes this is, and what of it cannot be read, in lines above a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from raymon_tui.backends.kuberay import KINDS
from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.kubernetes.unread import API_SERVER, Unread
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import age
from raymon_tui.widgets.states import WARNING, glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted


def place_line(picture: KubernetesPicture) -> Content:
    """Return the object, its namespace and the context that it is reached by."""
    pieces = [Piece(f"{picture.kind} ", "dim"), Piece(plain(picture.name, 80), "ink", bold=True)]
    if picture.followed and picture.followed != picture.name:
        pieces.append(Piece(f"  on {plain(picture.followed, 80)}", "ink"))
    elif picture.followed is None:
        pieces.append(Piece("  no RayCluster yet", "warning"))
    pieces.append(Piece(f"  namespace {plain(picture.namespace, 60)}", "dim"))
    if picture.context:
        pieces.append(Piece(f"  context {plain(picture.context, 60)}", "dim"))
    return tuple(pieces)


def unread_lines(
    unread: Iterable[Unread], moment: Moment, width: int, *, of: Collection[str] = (), done: str = "read"
) -> tuple[Content, ...]:
    """Return a line for each kind that cannot be `done` now, how old what is shown of it is, and why.

    Where `of` names kinds, others are left out; the API server itself never is.
    """
    mark = glyph(WARNING, ascii_only=moment.ascii_only)
    lines = (
        (
            mark,
            Piece(f" {_trouble(one, done)}{_standing(one, moment)}: ", "warning"),
            Piece(plain(one.said, 200), "dim"),
        )
        for one in unread
        if not of or one.what in (*of, API_SERVER)
    )
    return tuple(fitted(line, width, ascii_only=moment.ascii_only) for line in lines)


def _trouble(one: Unread, done: str) -> str:
    if one.what == API_SERVER:
        return "the API server does not answer"
    return f"{one.what}s cannot be {done}" if one.what in KINDS else f"{one.what} cannot be {done}"


def _standing(one: Unread, moment: Moment) -> str:
    since = age(moment.now - one.since)
    # Of the server itself nothing is shown, but all the rest is as old as its silence.
    return f", shown as of {since} ago" if one.known or one.what == API_SERVER else f" for {since}"
