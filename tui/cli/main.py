"""The console script: the commands in one group, and every way in which they may end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.cli import failure
from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.dashboard import dashboard
from raymon_tui.tui.cli.demo import demo
from raymon_tui.tui.cli.doctor import doctor
from raymon_tui.tui.cli.execute import execute
from raymon_tui.tui.cli.k8s import k8s
from raymon_tui.tui.cli.monitor import monitor
from raymon_tui.tui.cli.status import status
from raymon_tui.tui.cli.targets import targets

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class TargetGroup(click.Group):
    """A group whose first word is a command, or else the target of the live monitor."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both forms of the command line."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] [TARGET]...")
        formatter.write_usage(ctx.command_path, "[OPTIONS] COMMAND [TARGET]", prefix="       ")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` start with, or the live monitor with all of `args`."""
        if self.get_command(ctx, args[0]) is None:
            args = [monitor.name or "", *args]
        return super().resolve_command(ctx, args)


@common_options
@click.group(
    cls=TargetGroup,
    invoke_without_command=True,
    context_settings=_HELP,
)
@click.version_option(package_name="raymon-tui", message="raymon-tui %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """How a Ray cluster is, and why: a live monitor in the terminal.

    \b
    TARGET is the cluster to watch:
      (none)                           the cluster on this machine, else the one
                                       that RAY_API_SERVER_ADDRESS or RAY_ADDRESS names
      FILE.yaml, -                     the file that ray up was given, over SSH, or
                                       kubectl apply, through the API server
      raycluster/NAME, rayjob/NAME, rayservice/NAME, raycronjob/NAME
                                       an object of KubeRay (-n, -A, --context)
      namespace/NAME, or -n NAME alone what KubeRay runs there, as a list
      ssh://[user@]host[:port]         a head node that ssh reaches
      http(s)://[user:pass@]host[:port][/prefix]
                                       a dashboard that can be reached from here

    \b
    Examples:
      raymon-tui                                on a head node
      raymon-tui cluster.yaml                   over SSH, from wherever ray up was run
      raymon-tui http://10.0.0.5:8265           from anywhere that can see the dashboard
      raymon-tui dev.yaml prod.yaml             several clusters, side by side
      raymon-tui k8s -A                         all Ray clusters in Kubernetes
      raymon-tui status --json | jq .findings   for scripts
      raymon-tui demo                           no cluster at hand

    \b
    Completion in bash (zsh and fish likewise), from ~/.bashrc:
      eval "$(_RAYMON_TUI_COMPLETE=bash_source raymon-tui)"

    \b
    Keys: ? shows them all, 1..0 go to the panes, / filters, : finds any command, q quits.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(monitor)


cli.add_command(monitor)
cli.add_command(status)
cli.add_command(execute)
cli.add_command(dashboard)
cli.add_command(doctor)
cli.add_command(targets)
cli.add_command(k8s)
cli.add_command(demo)


def run(args: Sequence[str]) -> int:
    """Do what a command line says and return the exit code; a failure is printed, not raised."""
    try:
        code = cli.main(args=list(args), prog_name="raymon-tui", standalone_mode=False)
    except click.Abort:
        return failure.INTERRUPTED
    except click.ClickException as error:
        return failure.show(failure.usage(error))
    except RaymonError as error:
        return failure.show(error)
    except Exception as error:
        return failure.show_unexpected(error)
    except BaseException as error:
        if _ended_by_control_c(error):
            return failure.INTERRUPTED
        raise
    return code if isinstance(code, int) else 0


def _ended_by_control_c(error: BaseException) -> bool:
    """Whether this is how an event loop tells of Ctrl-C where tasks cannot be uncancelled: on Python 3.10."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def main() -> None:
    """Run the console script `raymon-tui`."""
    sys.exit(run(sys.argv[1:]))
