"""Where in Kubernetes this is, and what of it cannot be read, in lines above a table."""

from __future__ import annotations

from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import age
from raymon_tui.widgets.states import WARNING, glyph
from raymon_tui.widgets.table.column import Moment


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


def unread_lines(picture: KubernetesPicture, moment: Moment) -> tuple[Content, ...]:
    """Return a line for each kind that cannot be read, with why and since when."""
    mark = glyph(WARNING, ascii_only=moment.ascii_only)
    return tuple(
        (
            mark,
            Piece(f" {one.what} cannot be read: {plain(one.said, 200)}", "warning"),
            Piece(f"  {age(moment.now - one.since)} ago", "dim"),
        )
        for one in picture.unread
    )
