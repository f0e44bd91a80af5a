"""`raymon-tui demo`: a real small cluster on this machine, busy, and the monitor on it."""

from __future__ import annotations

import click

from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.monitor import need_terminal
from raymon_tui.tui.cli.quick import quick_imports


@common_options
@click.command("demo")
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Start a real small Ray cluster on this machine, busy, and watch it.

    It runs tasks that wait and fail, actors that live and die, a submitted job, a placement group that cannot be
    placed, and an autoscaler that starts nodes. It ends when the monitor ends, and touches no other cluster.
    """
    need_terminal()
    with quick_imports():
        from raymon_tui.backends.base import Endpoint
        from raymon_tui.backends.local import LocalBackend
        from raymon_tui.backends.resolve import Candidate
        from raymon_tui.tui.demo.cluster import plan_cluster, running
        from raymon_tui.tui.opening import run_monitor

    options = options_of(ctx)
    with running(plan_cluster(), lambda doing: click.echo(f"{doing} …", err=True)) as cluster:
        head = Endpoint(cluster.host, cluster.port)
        candidate = Candidate(str(head), lambda: LocalBackend(head, options.connect))
        ctx.exit(run_monitor((candidate,), options))
