"""Dashboards of all ages, and what is none."""

from __future__ import annotations

import contextlib
import json

import pytest
from given_dashboards import dashboard, panel, written
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.grafana.model import Place, Target
from raymon_tui.cluster.grafana.parsing import dashboard_of


def test_a_row_that_is_shut_keeps_its_panels_inside() -> None:
    shut = {"type": "row", "title": "Inputs", "collapsed": True, "panels": [panel("Blocks", "b"), panel("Rows", "r")]}
    found = dashboard_of(written(dashboard(panel("First", "a"), shut)), named="x")
    assert [(row.title, row.collapsed, len(row.panels)) for row in found.rows] == [("", False, 1), ("Inputs", True, 2)]


def test_the_panels_below_an_open_row_are_its_own() -> None:
    rows = (panel("Alone", "a"), {"type": "row", "title": "R", "panels": []}, panel("In it", "b"))
    found = dashboard_of(written(dashboard(*rows)), named="x")
    assert [(row.title, [one.title for one in row.panels]) for row in found.rows] == [("", ["Alone"]), ("R", ["In it"])]


def test_dashboards_from_before_the_grid_are_read() -> None:
    old = {
        "title": "Old",
        "rows": [{"title": "R", "panels": [{"type": "singlestat", "span": 3, "targets": [{"expr": "up"}]}]}],
    }
    one = dashboard_of(written(old), named="old").panels[0]
    assert (one.kind, one.place.w, one.targets) == ("stat", 6, (Target(expr="up"),))


def test_what_grafanas_own_api_wraps_is_unwrapped() -> None:
    found = dashboard_of(written({"meta": {}, "dashboard": dashboard(panel("P", "up"))}), named="x")
    assert (found.uid, len(found.panels)) == ("given", 1)


def test_a_panel_says_how_it_is_drawn() -> None:
    steps = [{"color": "green", "value": None}, {"color": "red", "value": 90}]
    gauge = panel("G", "up", kind="gauge", unit="percent")
    gauge["fieldConfig"]["defaults"] |= {"min": 0, "max": "100", "thresholds": {"mode": "absolute", "steps": steps}}
    gauge["options"] = {"reduceOptions": {"calcs": ["max"]}}
    one = dashboard_of(written(dashboard(gauge)), named="x").panels[0]
    assert (one.kind, one.unit, one.low, one.high, one.calc) == ("gauge", "percent", 0.0, 100.0, "max")
    assert [(step.value, step.colour) for step in one.thresholds] == [(None, "green"), (90.0, "red")]


def test_questions_that_are_switched_off_are_not_asked() -> None:
    two = panel("P", "up")
    two["targets"].append({"expr": "down", "hide": True})
    assert len(dashboard_of(written(dashboard(two)), named="x").panels[0].targets) == 1


def test_a_panel_of_another_data_source_says_of_which() -> None:
    logs = panel("Logs", "x", kind="logs", datasource={"type": "loki", "uid": "L"})
    assert dashboard_of(written(dashboard(logs)), named="x").panels[0].other_source == "loki"


@pytest.mark.parametrize(
    "wrong", [b"", b"<html>", b"[]", b'{"title": 1}', b'{"panels": {}}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_no_dashboard_is_said_to_be_none(wrong: bytes) -> None:
    with pytest.raises(BadAnswerError):
        dashboard_of(wrong, named="x")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_PANEL_WORDS = ("type", "targets", "expr", "gridPos", "x", "w", "panels", "seriesOverrides", "alias", "datasource")
_LOOK_WORDS = ("fieldConfig", "defaults", "unit", "thresholds", "steps", "options", "reduceOptions", "calcs", "min")
_WORDS = (*_PANEL_WORDS, *_LOOK_WORDS, "yaxes")
_MANGLED = st.dictionaries(
    st.sampled_from(_WORDS),
    _JSON | st.lists(st.dictionaries(st.sampled_from(_WORDS), _JSON, max_size=4), max_size=2),
    max_size=8,
)


@given(st.lists(_MANGLED, max_size=3), st.lists(_MANGLED, max_size=2), _JSON)
def test_no_dashboard_however_mangled_is_a_fault_of_ours(
    panels: list[object], variables: list[object], time: object
) -> None:
    found = {"panels": panels, "templating": {"list": variables}, "time": time}
    with contextlib.suppress(BadAnswerError):
        for one in dashboard_of(json.dumps(found).encode(), named="x").panels:
            assert isinstance(one.place, Place)
            assert 1 <= one.place.w <= 24
