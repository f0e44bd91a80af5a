"""A made-up training run: tasks that run, wait and fail, actors that live and die, jobs, demands that cannot be met.

Run by the demo's keeper with Ray's own Python; it sleeps nearly all of the time.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from pathlib import Path

import ray
from ray.exceptions import RayError
from ray.job_submission import JobSubmissionClient
from ray.util.placement_group import placement_group

HERE = Path(__file__).parent


@ray.remote(num_cpus=1)
def load_shard(index: int) -> int:
    """Read a shard; every eighth is corrupt."""
    time.sleep(random.uniform(3, 6))
    if index % 8 == 7:
        raise ValueError(f"shard-{index:04}.parquet: checksum does not match")
    return index


load_shard = load_shard.options(max_retries=0)


@ray.remote(num_cpus=1)
def preprocess(index: int) -> int:
    """Prepare a shard."""
    time.sleep(random.uniform(4, 8))
    return index


@ray.remote(num_cpus=0.2)
def evaluate(step: int) -> float:
    """Measure a checkpoint."""
    time.sleep(random.uniform(2, 5))
    return 1 / (1 + step)


@ray.remote(num_gpus=4)
def fine_tune() -> None:
    """Want more GPUs than any node has."""


@ray.remote(num_cpus=0.1, num_gpus=0.5)
class Trainer:
    """Holds half of a GPU and trains."""

    def train_step(self, step: int) -> int:
        """Train for a while."""
        print(f"step {step}: loss {2.3 / (1 + step / 50):.4f}", flush=True)
        time.sleep(random.uniform(1, 3))
        return step


@ray.remote(num_cpus=0.1, max_restarts=-1, max_task_retries=0)
class DataWorker:
    """Feeds the trainers, and falls over now and then."""

    def feed(self, step: int) -> int:
        """Give a batch."""
        time.sleep(2)
        if step % 20 == 19:
            os._exit(7)
        return step


@ray.remote(num_cpus=0.1)
class Evaluator:
    """Cannot be made: what it needs is not there."""

    def __init__(self) -> None:
        raise FileNotFoundError("/mnt/checkpoints/latest: no such checkpoint")


def submit_jobs() -> None:
    """Submit one job that runs on, one that fails and one that is soon done."""
    client = JobSubmissionClient(os.environ["RAY_API_SERVER_ADDRESS"])
    script = HERE / "submitted.py"
    for name in ("warmup", "prep-9", "etl-11"):
        client.submit_job(entrypoint=f"{sys.executable} {script} {name}", submission_id=name)


def main() -> None:
    """Be busy until ended."""
    ray.init(address=os.environ["RAY_ADDRESS"], namespace="training", log_to_driver=False)
    submit_jobs()
    kept = [fine_tune.remote() for _ in range(3)]
    kept.append(placement_group([{"CPU": 16}] * 2, strategy="STRICT_SPREAD", name="big-gang"))
    kept.append(ray.put(b"weights" * 1_500_000))
    trainers = [Trainer.options(name=f"trainer-{rank}").remote() for rank in range(2)]
    feeder = DataWorker.options(name="feeder").remote()
    for step in range(10_000_000):
        if step % 40 == 3:
            kept.append(Evaluator.remote())
        wave = 10 if step % 30 < 8 else 2
        pending = [load_shard.remote(step * 8 + index) for index in range(wave)]
        pending += [preprocess.remote(step) for _ in range(wave // 2)]
        pending += [evaluate.remote(step), feeder.feed.remote(step)]
        pending += [trainer.train_step.remote(step) for trainer in trainers]
        for one in pending:
            wait_for(one)
        time.sleep(1)


def wait_for(one: ray.ObjectRef) -> None:
    """Wait for a task, however it ends."""
    with contextlib.suppress(RayError):
        ray.get(one)


if __name__ == "__main__":
    main()
