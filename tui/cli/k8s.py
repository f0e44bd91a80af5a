"""`raymon-tui k8s`: all Ray clusters, jobs and services in Kubernetes, live."""

from __future__ import annotations

import click

from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.monitor import need_terminal, show_list


@common_options
@click.command("k8s")
@click.pass_context
def k8s(ctx: click.Context) -> None:
    """List what KubeRay runs, live; Enter opens one, Esc comes back.

    Those of one namespace: the one of -n, else that of the context; with -A those of all. The API server is asked as
    kubectl asks it.

    \b
    Examples:
      raymon-tui k8s
      raymon-tui k8s -n team-vision
      raymon-tui k8s -A --context prod
    """
    need_terminal()
    ctx.exit(show_list(options_of(ctx)))
