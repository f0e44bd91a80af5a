"""The real programs that tests run beside Ray: which of them is missing where they may not be installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "programs.sh"


def test_each_program_that_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    for name, says in (("id", "1000"), ("tmux", "")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {says}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ("/bin/sh", str(SCRIPT)), capture_output=True, text=True, check=True, env={"PATH": str(tmp_path)}
    )
    lines = done.stdout.splitlines()
    assert "prometheus is not here (on Debian: apt-get install prometheus); the tests that need it will say so" in lines
    assert not any(line.startswith("tmux") for line in lines)
