"""`raymon-tui k8s`: all Ray clusters, jobs and services in Kubernetes, live."""

from __future__ import annotations

import click

from raymon_tui.tui.cli.common import common_options, options_of
from raymon_tui.tui.cli.monitor import need_terminal
from raymon_tui.tui.cli.quick import quick_imports


@click.command("k8s")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Those of all namespaces.")
@common_options
@click.pass_context
def k8s(ctx: click.Context, *, everywhere: bool) -> None:
    """List what KubeRay runs, live; Enter opens one, Esc comes back.

    Those of one namespace: the one of -n, else that of the context. The API server is asked as kubectl asks it.

    \b
    Examples:
      raymon-tui k8s
      raymon-tui k8s -n team-vision
      raymon-tui k8s -A --context prod
    """
    need_terminal()
    with quick_imports():
        from raymon_tui.backends.resolve import kubernetes_of
        from raymon_tui.tui.opening import run_kubernetes_list

    options = options_of(ctx)
    ctx.exit(run_kubernetes_list(kubernetes_of(options.connect), options, everywhere=everywhere))
