"""`raymon-tui targets`: where each exporter of a cluster is, for a Prometheus server of the user's own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import RaymonError, UsageError
from raymon_tui.tui.cli.common import between, common_options
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.backends.base import Endpoint
    from raymon_tui.backends.resolve import Candidate
    from raymon_tui.cluster.metrics.targets import MetricsTarget

    Write = Callable[[Sequence[MetricsTarget]], str]
    Found = tuple[Sequence[MetricsTarget], RaymonError | None]
    """The exporters, and why Ray's service discovery could add nothing, where it could not."""
    Find = Callable[[], Awaitable[Found]]

FORMATS = ("file_sd", "prometheus", "json")


@common_options
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

        import raymon_tui.cluster.metrics.finding  # noqa: F401 - and httpx with it

    candidate = one_cluster(ctx, target)
    write, named = _writer(form, candidate.title), options_of(ctx, target).metrics_targets
    if file is None:
        anyio.run(_print, candidate, named, write)
    else:
        anyio.run(_keep_current, candidate, named, write, file, every_s)


def _writer(form: str, cluster: str) -> Write:
    from raymon_tui.cluster.metrics import written

    if form == "prometheus":
        return lambda found: written.as_prometheus(found, cluster)
    return written.as_json if form == "json" else written.as_file_sd


@asynccontextmanager
async def _finding(candidate: Candidate, named: Sequence[Endpoint]) -> AsyncIterator[Find]:
    """Yield what finds the exporters of a cluster, over one connection that is made again by itself."""
    from raymon_tui.backends.base import Connecting
    from raymon_tui.cluster.metrics.finding import TargetFinder, ask_discovery
    from raymon_tui.cluster.ray_api.client import RayApi

    backend = candidate.open()
    try:
        if isinstance(backend, Connecting):
            await backend.connect()
        async with backend.http(backend.dashboard) as http:
            api = RayApi(http)
            finder = TargetFinder(partial(ask_discovery, api, backend), named)

            async def find() -> Found:
                await api.version()
                nodes = await api.nodes()
                failure = await finder.look()
                return finder.targets(nodes), failure

            yield find
    finally:
        await backend.aclose()


async def _print(candidate: Candidate, named: Sequence[Endpoint], write: Write) -> None:
    async with _finding(candidate, named) as find:
        found, failure = await find()
    if failure is not None:
        _complain(f"{failure}; without that, only nodes and what you named are listed")
    click.echo(write(found), nl=False)


async def _keep_current(
    candidate: Candidate, named: Sequence[Endpoint], write: Write, file: Path, every_s: float
) -> None:
    """Write the exporters into `file` whenever they are others than before; say what fails, and go on."""
    import anyio

    before, failing = "", ""
    async with _finding(candidate, named) as find:
        while True:
            try:
                found, failure = await find()
                text = write(found)
                if text != before:
                    _replace(file, text)
                    _complain(f"wrote {file}")
                before = text
            except RaymonError as error:
                if not before:
                    raise
                failure = error
            said = "" if failure is None else f"{failure}; of that {file} keeps what was known before"
            if said not in ("", failing):
                _complain(said)
            failing = said
            await anyio.sleep(every_s)


def _complain(said: str) -> None:
    from raymon_tui.widgets.content import plain

    click.echo(plain(said, 500), err=True)


def _replace(file: Path, text: str) -> None:
    """Put `text` in the place of a file at one stroke: whoever reads it sees the old one or the new one."""
    import tempfile

    new: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", delete=False) as opened:
            new = Path(opened.name)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        new.chmod(0o644)
        new.replace(file)
    except OSError as error:
        if new is not None:
            new.unlink(missing_ok=True)
        said = f"{error.filename or file}: {error.strerror or error}"
        raise UsageError(f"write {file}", said, "name a file in a directory that is yours to write to") from None
