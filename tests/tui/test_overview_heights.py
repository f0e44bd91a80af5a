"""How high a panel must be is known before there is room to draw in it."""

from __future__ import annotations

import pytest
from still import LARGE, NOW, SMALL, known

from raymon_tui.cluster.history import History
from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.panes.overview.resources import resources_height, resources_lines
from raymon_tui.widgets.table.column import Moment


@pytest.mark.parametrize("nodes", [(), (SMALL,), (SMALL, LARGE)], ids=len)
def test_resources_have_the_lines_that_were_foretold(nodes: tuple[Node, ...]) -> None:
    snapshot = known(nodes=nodes)
    assert len(resources_lines(snapshot, History(), Moment(now=NOW), 60)) == resources_height(snapshot)


def test_nodes_that_share_a_machine_share_its_memory_in_the_sparkline_too() -> None:
    nodes = tuple(
        Node(node_id=name, ip="10.0.0.1", mem_used=3.0, mem_total=8.0, resources_total={"CPU": 1.0}) for name in "abc"
    )
    history = History()
    history.add_nodes(NOW - 2.0, nodes)
    lines = resources_lines(known(nodes=nodes), history, Moment(now=NOW), 80)
    (memory,) = [text for line in lines if (text := "".join(piece.text for piece in line)).startswith("memory")]
    assert "38%" in memory
    assert memory[-1] in "▃▄"
