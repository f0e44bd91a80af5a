"""The rooms import each other in one direction only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_no_room_imports_what_it_must_not_know() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run((linter, "--no-cache"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
