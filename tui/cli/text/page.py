"""The whole page of `raymon-tui status`."""

from __future__ import annotations

from datetime import datetime

from raymon_tui.cluster.feeds.catalogue import NODES, VERSION
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.demands import demand_lines
from raymon_tui.tui.cli.text.layout import GAP, Drawn, cut, said
from raymon_tui.tui.cli.text.nodes import node_lines, resource_lines
from raymon_tui.tui.cli.text.trouble import attention_lines, failure_lines, unanswered_lines
from raymon_tui.tui.cli.text.work import work_lines
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import UNKNOWN, Content, Piece

_SECTIONS = (attention_lines, node_lines, resource_lines, demand_lines, work_lines, failure_lines, unanswered_lines)


def page(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return the page line by line: each section that has something to say, a blank line between them."""
    lines = [_title(snapshot, drawn)]
    for section in _SECTIONS:
        if found := section(snapshot, drawn):
            lines += [(), *found]
    return tuple(cut(line, drawn) for line in lines)


def _title(snapshot: Snapshot, drawn: Drawn) -> Content:
    version = snapshot.value(VERSION)
    head = next((node for node in snapshot.value(NODES) or () if node.is_head and node.alive), None)
    up_s = drawn.now - head.start_time if head and head.start_time else None
    at = datetime.fromtimestamp(snapshot.at).astimezone()
    return (
        Piece("Ray ", bold=True),
        *(said(version.ray_version, bold=True) if version else (UNKNOWN,)),
        *(GAP, Piece("up ", "dim"), Piece(numbers.duration(up_s))),
        *(GAP, *said(snapshot.reached_by, "dim")),
        *(GAP, Piece(f"{at:%H:%M:%S}", "dim")),
    )
