"""`raymon-tui targets`: where each exporter of a cluster is, for a Prometheus server of the user's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import RaymonError, UsageError
from raymon_tui.tui.cli.common import between, common_options
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.backends.resolve import Candidate
    from raymon_tui.cluster.metrics.targets import MetricsTarget

FORMATS = ("file_sd", "prometheus", "json")


@click.command("targets")
@click.argument("target", required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="file_sd", show_default=True, help="What to print."
)
@click.option(
    "--watch",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep FILE current until Ctrl-C, for file_sd_configs; it is replaced whole.",
)
@click.option(
    "--every",
    "every_s",
    type=float,
    default=15.0,
    show_default=True,
    metavar="SECONDS",
    callback=lambda _ctx, _param, value: between(value, 1.0, 3600.0),
    help="With --watch, look this often.",
)
@common_options
@click.pass_context
def targets(ctx: click.Context, target: str | None, *, form: str, file: Path | None, every_s: float) -> None:
    """Print where the metrics of a cluster are: every node's agent, and what else Ray says it exports.

    \b
    Examples:
      raymon-tui targets --format prometheus > prometheus.yml
      raymon-tui targets cluster.yaml --watch /etc/prometheus/ray.json
      raymon-tui targets --format json | jq -r '.[].address'

    Addresses are those that the head knows. Exit codes are those of raymon-tui status.
    """
    with quick_imports():
        import anyio

    candidate = one_cluster(ctx, target)
    if file is not None:
        anyio.run(_keep_current, candidate, file, _writer(form, candidate.title), every_s)
    found = anyio.run(_find, candidate)
    click.echo(_writer(form, candidate.title)(found), nl=False)


def _writer(form: str, cluster: str) -> Callable[[Sequence[MetricsTarget]], str]:
    from raymon_tui.cluster.metrics import written

    if form == "prometheus":
        return lambda found: written.as_prometheus(found, cluster)
    return written.as_json if form == "json" else written.as_file_sd


async def _find(candidate: Candidate) -> Sequence[MetricsTarget]:
    """Return the exporters of a cluster, asked once."""
    from raymon_tui.cluster.metrics.targets import beside_agents, discovered, known_targets
    from raymon_tui.cluster.ray_api.client import RayApi

    backend = candidate.open()
    try:
        async with backend.http(backend.dashboard) as http:
            api = RayApi(http)
            await api.version()
            nodes = await api.nodes()
            try:
                addresses = discovered(await api.service_discovery()) or ()
            except RaymonError:
                # The nodes themselves say where their agents are; an older Ray has no such route.
                addresses = ()
    finally:
        await backend.aclose()
    return known_targets(nodes, beside_agents(addresses, nodes))


async def _keep_current(
    candidate: Candidate, file: Path, write: Callable[[Sequence[MetricsTarget]], str], every_s: float
) -> None:
    """Write the exporters into `file` whenever they are others than before; say what fails, and go on."""
    import anyio

    before, failing = "", ""
    while True:
        try:
            text = write(await _find(candidate))
        except RaymonError as failure:
            if not before:
                raise
            if str(failure) != failing:
                click.echo(f"{failure}; {file} stays as it is", err=True)
            failing = str(failure)
        else:
            if text != before:
                _replace(file, text)
                click.echo(f"wrote {file}", err=True)
            before, failing = text, ""
        await anyio.sleep(every_s)


def _replace(file: Path, text: str) -> None:
    """Put `text` in the place of a file at one stroke: whoever reads it sees the old one or the new one."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        path = Path(new.name)
        path.chmod(0o644)
        path.replace(file)
    except OSError as error:
        said = f"{error.filename or file}: {error.strerror or error}"
        raise UsageError(f"write {file}", said, "name a file in a directory that is yours to write to") from None
