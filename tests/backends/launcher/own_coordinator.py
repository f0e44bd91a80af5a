"""Ray's coordinator server, with its state in the working directory: Ray itself keeps one for the whole machine."""

from __future__ import annotations

from pathlib import Path

import ray.autoscaler._private.local.node_provider as keeping
from ray.autoscaler.local.coordinator_server import main

State = keeping.OnPremCoordinatorState

if __name__ == "__main__":
    here = Path.cwd()
    keeping.OnPremCoordinatorState = lambda _lock, _state, ips: State(str(here / "lock"), str(here / "state"), ips)
    main()
