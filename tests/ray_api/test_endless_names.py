"""Lists of what has a name that no address can hold."""

from __future__ import annotations

import json

from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.ray_api.asking import Params
from raymon_tui.cluster.ray_api.state_list import ask_list

ENDLESS = "名" * 10_000


async def test_a_filter_that_is_too_long_to_be_sent_is_applied_here() -> None:
    sent: list[Params] = []

    async def get(path: str, params: Params = (), *, timeout_s: float = 10.0) -> bytes:
        sent.append(params)
        rows = [{"task_id": "1", "name": ENDLESS}, {"task_id": "2", "name": "other"}]
        listing = {"result": rows, "total": 5, "num_after_truncation": 5, "num_filtered": 5}
        return json.dumps({"result": True, "data": {"result": listing}}).encode()

    page = await ask_list(get, "tasks", Task, [Filter("name", "=", ENDLESS), Filter("state", "!=", "FAILED")], limit=2)
    assert [row.task_id for row in page.rows] == ["1"]
    assert ("filter_values", "FAILED") in sent[0]
    assert ENDLESS not in str(sent)
    assert (page.matching, page.missing, page.unseen) == (1, 0, 3)
