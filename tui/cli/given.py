"""What the user asked for: what the configuration file says, and over that what all levels of the command line said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from raymon_tui.tui.cli.config_file import settings_for
from raymon_tui.tui.options import MonitorOptions

if TYPE_CHECKING:
    from raymon_tui.backends.asking import Asking
    from raymon_tui.backends.base import ConnectOptions
    from raymon_tui.cluster.prometheus.options import PrometheusOptions
    from raymon_tui.tui.options import GrafanaOptions

_GIVEN = "raymon_tui.given"


class Setting(NamedTuple):
    """What one option comes to."""

    change: Callable[[MonitorOptions, Any], MonitorOptions]
    value: Any

    def __call__(self, options: MonitorOptions) -> MonitorOptions:
        """Return the options with it."""
        return self.change(options, self.value)


class Keep:
    """A callback for click that notes what an option comes to where it was really given.

    Its default must not undo what was said elsewhere. What is `everywhere` the same cannot be another for one target.
    """

    def __init__(self, change: Callable[[MonitorOptions, Any], MonitorOptions], *, everywhere: bool = False) -> None:
        self.change = change
        self.everywhere = everywhere

    def __call__(self, ctx: click.Context, param: click.Parameter, value: Any) -> None:
        """Note it; raises `click.BadParameter` where the value means nothing."""
        if ctx.get_parameter_source(param.name or "") is not click.core.ParameterSource.DEFAULT:
            setting = Setting(self.change, value)
            setting(MonitorOptions())
            _given(ctx).append(setting)


def keep_connect(change: Callable[[ConnectOptions, Any], ConnectOptions]) -> Keep:
    """Return the callback of an option that says how to connect."""
    return Keep(lambda options, value: replace(options, connect=change(options.connect, value)))


def keep_prometheus(change: Callable[[PrometheusOptions, Any], PrometheusOptions]) -> Keep:
    """Return the callback of an option that is about Prometheus."""
    return Keep(lambda options, value: replace(options, prometheus=change(options.prometheus, value)))


def keep_grafana(change: Callable[[GrafanaOptions, Any], GrafanaOptions]) -> Keep:
    """Return the callback of an option that is about Grafana."""
    return Keep(lambda options, value: replace(options, grafana=change(options.grafana, value)))


def options_of(ctx: click.Context, target: str | None = None) -> MonitorOptions:
    """Return what was asked for, for the target that is written so; raises `UsageError` of the configuration file."""
    typed, options = MonitorOptions(), MonitorOptions()
    for setting in _given(ctx):
        typed = setting(typed)
    for setting in (*settings_for(ctx, target), *_given(ctx)):
        options = setting(options)
    if typed.connect.names_kubernetes:
        return options
    return replace(options, connect=replace(options.connect, kubernetes_by_default=options.connect.names_kubernetes))


def asking(options: MonitorOptions, whom: Asking) -> MonitorOptions:
    """Return the options with somebody to ask while connecting."""
    return replace(options, connect=replace(options.connect, asking=whom))


def _given(ctx: click.Context) -> list[Setting]:
    """Return what the command line said so far, at whichever level."""
    found: list[Setting] = ctx.find_root().meta.setdefault(_GIVEN, [])
    return found
