"""Asking Ray's own program for the head: `ray get-head-ip FILE`, which looks and creates nothing."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from raymon_tui.backends.commands import run_here
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.launcher.cluster_file import ClusterFile
from raymon_tui.backends.launcher.head import CLUSTER_TAG, KIND_TAG, Head, NoDirectWayError, looking_for

PATIENCE_S = 60.0
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+|(?!-)[\w-]{1,63}(\.[\w-]{1,63})*")
_LONGEST = 300
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


async def ask_ray(cluster: ClusterFile, data: bytes, why: NoDirectWayError) -> Head:
    """Return the head of `cluster`, whose file holds `data`; `why` is the reason for not asking directly.

    Raises `UnreachableError` where Ray is not installed here, finds no head or cannot tell, `TimedOutError` after
    `PATIENCE_S`.
    """
    tried = looking_for(cluster)
    program = _program()
    if program is None:
        said = f"{why.said}, and there is no program ray here that could tell"
        raise UnreachableError(tried, said, f"{why.advice}; or give the head's address with --head-ip")
    with _file(data) as path:
        done = await run_here((program, "get-head-ip", str(path)), timeout_s=PATIENCE_S, limit=1 << 18)
    tried = f"{tried} with ray get-head-ip"
    lines = _lines(done.stdout)
    if done.returncode == 0 and lines and lines[-1] != "None" and _ADDRESS.fullmatch(lines[-1]):
        return Head(lines[-1])
    complaints = _lines(done.stderr) or lines
    said = complaints[-1] if complaints else f"it ended with code {done.returncode} and no word"
    tags = f"it looks for the tags {CLUSTER_TAG}={cluster.name}, {KIND_TAG}=head"
    raise UnreachableError(tried, f"{said} ({tags})", "is it up (ray up)? --head-ip names the head without asking")


def _program() -> str | None:
    """Return the program that comes with the Ray in the path, or with the one that is installed beside us."""
    return shutil.which("ray") or shutil.which("ray", path=str(Path(sys.executable).parent))


@contextlib.contextmanager
def _file(data: bytes) -> Iterator[Path]:
    """Give the file as it was when it was read; it may have come by standard input, and holds secrets."""
    with tempfile.TemporaryDirectory(prefix="raymon-") as folder:
        path = Path(folder) / "cluster.yaml"
        path.touch(mode=0o600)
        path.write_bytes(data)
        yield path


def _lines(written: bytes) -> list[str]:
    """Return the lines that hold anything, each cut and fit to be printed."""
    text = _COLOUR.sub("", written.decode(errors="replace"))
    lines = ("".join(character for character in line if character.isprintable()) for line in text.splitlines())
    return [line.strip()[:_LONGEST] for line in lines if line.strip()]
