"""How `raymon-tui exec` is run by its tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

Begun = Callable[..., "subprocess.Popen[bytes]"]
Run = Callable[..., tuple[int, str, str]]

HERE = "here://127.0.0.1:8265"
NO_DASHBOARD = 9
RAYMON = (sys.executable, "-m", "raymon_tui.tui")
WAITING = "while :; do sleep 0.1; done"
