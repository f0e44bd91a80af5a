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
