"""A cluster that is reached in another way pays nothing for Kubernetes."""

from __future__ import annotations

import subprocess
import sys

WATCHED_OVER_HTTP = """
import sys
from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import one_of, resolve
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.panes.registry import PANES, load_panes
from raymon_tui.tui.session import open_session

session = open_session(one_of(resolve("http://127.0.0.1:9", ConnectOptions(), {})).open(), MonitorOptions())
load_panes()
for pane in PANES:
    pane.make(session)
print([name for name in sys.modules if "kubernetes" in name or name == "websockets"])
"""


def test_nothing_of_kubernetes_is_imported_for_a_cluster_over_http() -> None:
    done = subprocess.run([sys.executable, "-c", WATCHED_OVER_HTTP], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
