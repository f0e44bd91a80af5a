"""The simulator as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPT = Path(__file__).parent.parent / "simulator.py"


@contextmanager
def simulator(nodes: int, actors: int, tasks: int) -> Iterator[str]:
    """Serve a simulated cluster of this size and yield its address."""
    sizes = ("--nodes", str(nodes), "--actors", str(actors), "--tasks", str(tasks))
    with subprocess.Popen((sys.executable, str(_SCRIPT), *sizes), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
