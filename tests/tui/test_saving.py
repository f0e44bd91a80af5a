"""What a table becomes in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.saving import as_csv, as_json, write_new


class Pair(NamedTuple):
    node: Node
    share: float | None


def test_a_name_that_a_cluster_made_up_becomes_no_formula_of_a_spreadsheet() -> None:
    written = as_csv(["name", "number"], [['=HYPERLINK("x")', "-5"], ["@a,b\n", "+1,200"]])
    assert written == 'name,number\n"\'=HYPERLINK(""x"")",-5\n"\'@a,b\n","+1,200"\n'


def test_rows_are_objects_in_json_and_what_is_not_known_is_null() -> None:
    rows = json.loads(as_json([Pair(Node(node_id="a"), None)]))
    assert rows[0]["share"] is None
    assert rows[0]["node"]["node_id"] == "a"
    assert rows[0]["node"]["cpu_percent"] is None


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [write_new("nodes", "csv", text, 1_795_456_400.0) for text in ("one", "two")]
    assert [path.read_text() for path in paths] == ["one", "two"]
    assert paths[1].name == paths[0].name.replace(".csv", "-1.csv")
