"""A program that holds a cluster, as the monitor does: prints its temp dir, then `up`, then waits to be ended."""

from __future__ import annotations

import signal
import sys

from raymon_tui.tui.demo.cluster import plan_cluster, running


def tell(word: str) -> None:
    """Say one line to whoever started this."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A suite in the background runs with these ignored, which a monitor in its terminal does not.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    plan = plan_cluster(workload=None, autoscaler="none")
    tell(str(plan.temp_dir))
    with running(plan, tell):
        tell("up")
        signal.pause()
