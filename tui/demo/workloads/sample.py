"""A small fixed workload for tests: every kind of thing once, then nothing more."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import ray
from ray.exceptions import RayError
from ray.job_submission import JobSubmissionClient
from ray.util.metrics import Counter, Gauge, Histogram
from ray.util.placement_group import placement_group

ODD = "wild \x1b[31mred\x1b[0m [bold]bold[/bold]\n\t名前🚀"
"""A name with terminal escapes, markup, line breaks and wide characters."""
WILD = ODD + "x" * 10_000
"""One without an end besides."""


@ray.remote(num_cpus=0.1)
def finishes(index: int) -> int:
    """End well."""
    print(f"finishes {index}", flush=True)
    return index


@ray.remote(num_cpus=0.1, max_retries=0)
def fails() -> None:
    """End badly."""
    raise ValueError("sample failure: [bold]not markup[/bold] \x1b[31mnot red\x1b[0m")


@ray.remote(num_cpus=0.1)
def runs() -> None:
    """Run for as long as the cluster, and measure that with metrics of its own, one of each kind."""
    rounds = Counter("sample_rounds", description="How often it went round.", tag_keys=("of",))
    level = Gauge("sample_level", description="A level that stays as it is.", tag_keys=("of",))
    took = Histogram("sample_seconds", description="What a round takes.", boundaries=[0.1, 1, 10], tag_keys=("of",))
    while True:
        level.set(4.25, tags={"of": "runs"})
        rounds.inc(2, tags={"of": "runs"})
        took.observe(0.5, tags={"of": "runs"})
        time.sleep(1)


@ray.remote(num_gpus=4)
def never_placed() -> None:
    """Want what no node has."""


@ray.remote(num_cpus=0.1)
class Lives:
    """Stays alive."""

    def ping(self) -> str:
        """Answer."""
        return "pong"


@ray.remote(num_cpus=0.1)
class CannotStart:
    """Dies of its constructor."""

    def __init__(self) -> None:
        raise RuntimeError("sample constructor failure")


def main() -> None:
    """Make everything, then say so in a file, then wait."""
    ray.init(address=os.environ["RAY_ADDRESS"], namespace="sample", log_to_driver=False)
    client = JobSubmissionClient(os.environ["RAY_API_SERVER_ADDRESS"])
    client.submit_job(entrypoint=f"{sys.executable} -c \"print('sample job done')\"", submission_id="sample-done")
    client.submit_job(entrypoint=f"{sys.executable} -c \"raise KeyError('sample')\"", submission_id="sample-failed")
    # Ray names the driver's log after the submission id, so that cannot hold a slash.
    wild_id = ODD.replace("/", "")
    client.submit_job(entrypoint=f"printf '%s' '{WILD}'", submission_id=wild_id, metadata={"job_name": WILD, ODD: ODD})
    ray.get([finishes.remote(index) for index in range(20)])
    kept = [runs.remote(), runs.options(name=WILD).remote(), never_placed.remote()]
    kept += [placement_group([{"CPU": 64}], strategy="PACK", name=name) for name in ("sample-gang", WILD)]
    living = [Lives.options(name="living").remote(), Lives.options(name=WILD).remote()]
    ray.get([actor.ping.remote() for actor in living])
    kept.append(ray.put(b"sample" * 1000))
    for doomed in (fails.remote(), CannotStart.remote().__ray_ready__.remote()):
        with contextlib.suppress(RayError):
            ray.get(doomed)
    Path("sample-is-there").touch()
    while kept:
        time.sleep(60)


if __name__ == "__main__":
    main()
