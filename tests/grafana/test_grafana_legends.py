"""What series are called, and which of them a dashboard hides."""

from __future__ import annotations

import pytest

from raymon_tui.cluster.grafana.legends import constant_start, override_of, series_name
from raymon_tui.cluster.grafana.model import Override
from raymon_tui.cluster.grafana.patterns import pattern

LABELS = (("__name__", "ray_tasks"), ("Name", "load"), ("instance", "10.0.0.1:80"))


@pytest.mark.parametrize(
    ("legend", "expected"),
    [
        ("{{Name}}", "load"),
        ("CPU: {{ instance }} ({{Name}})", "CPU: 10.0.0.1:80 (load)"),
        ("MAX", "MAX"),
        ("{{missing}}", "missing"),
        ("{{Name, instance}}", "load, 10.0.0.1:80"),
        ("", 'ray_tasks{Name="load", instance="10.0.0.1:80"}'),
        ("__auto", 'ray_tasks{Name="load", instance="10.0.0.1:80"}'),
        ("{{", "{{"),
    ],
)
def test_a_series_is_called_as_its_legend_says(legend: str, expected: str) -> None:
    assert series_name(legend, LABELS) == expected


def test_what_all_names_begin_with_is_what_stands_before_the_first_label() -> None:
    assert constant_start("CPU Usage: {{instance}} x") == "CPU Usage: "
    assert constant_start("MAX") == ""


def test_series_are_hidden_by_name_and_by_pattern() -> None:
    overrides = (Override("/FINISHED|Failed Nodes:/", hidden=True), Override("MAX", apart=True))
    assert override_of("Failed Nodes: head", overrides).hidden
    assert not override_of("Active Nodes: head", overrides).hidden
    assert override_of("MAX", overrides).apart
    assert not override_of("MAX + PENDING", overrides).apart


@pytest.mark.parametrize(
    "wild", ["/(a+)+$/", "/(a|aa)*b/", "(x*)*", "a" * 400, "/.*.*.*.*=/", "/(/", "[", "/(a{1,9}){9}/"]
)
def test_a_pattern_that_could_take_for_ever_is_not_tried(wild: str) -> None:
    assert pattern(wild) is None


def test_patterns_of_javascript_are_read() -> None:
    compiled = pattern('{SessionName="(?<value>.*)".*')
    assert compiled is not None
    match = compiled.search('{SessionName="session_1"} 4')
    assert match is not None
    assert match["value"] == "session_1"
