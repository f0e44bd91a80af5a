"""A training run: actors that train, restart and die, tasks that run, wait and fail, demands that cannot be met."""

from __future__ import annotations

import math
import os
import random
import time
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.metrics import Counter, Gauge, Histogram
from ray.util.placement_group import placement_group

STEPS_OF_A_ROUND = 48
"""One round takes about 150 s: a wave of shards that nodes are added for, then a calm in which they go again."""
WAVE = 18


@ray.remote(num_cpus=1, max_retries=0)
def load_shard(index: int) -> int:
    """Read a shard; every ninth is corrupt."""
    time.sleep(random.uniform(5, 9))
    if index % 9 == 5:
        raise ValueError(f"shard-{index:05}.parquet: checksum does not match")
    return index


@ray.remote(num_cpus=0.2)
def evaluate(step: int) -> float:
    """Measure a checkpoint."""
    time.sleep(random.uniform(6, 10))
    return 1 / (1 + step)


@ray.remote(num_gpus=4)
def fine_tune(variant: str) -> str:
    """Want more GPUs than any node has."""
    return variant


@ray.remote(num_cpus=0.1, num_gpus=0.5)
class Trainer:
    """Holds half of a GPU and trains, and tells how well with metrics of its own."""

    def __init__(self) -> None:
        of = {"trainer": str(ray.get_runtime_context().get_actor_name())}
        self._loss = Gauge("training_loss", "The loss of the last step.", ("trainer",)).set_default_tags(of)
        self._samples = Counter("training_samples", "Samples that were trained on.", ("trainer",)).set_default_tags(of)
        self._took = Histogram("training_step_seconds", "What a step takes.", [1, 2, 3, 5], ("trainer",))
        self._took.set_default_tags(of)

    def train_step(self, step: int) -> float:
        """Train for a while, and return the loss."""
        took_s = random.uniform(1.5, 3)
        time.sleep(took_s)
        loss = 10.8 - 1.5 * math.log10(1 + step)
        self._loss.set(loss)
        self._samples.inc(512)
        self._took.observe(took_s)
        print(f"step {step}: loss {loss:.4f}", flush=True)
        return loss


@ray.remote(num_cpus=0.1, max_restarts=-1)
class DataWorker:
    """Feeds the trainers, takes a while to start, and falls over now and then."""

    def __init__(self) -> None:
        time.sleep(8)

    def next_batch(self, step: int) -> int:
        """Give a batch."""
        if step % 12 == 6:
            print("out of file handles, giving up", flush=True)
            os._exit(7)
        return step


@ray.remote(num_cpus=0.1)
class Checkpointer:
    """Lives for one checkpoint."""

    def save(self, step: int) -> str:
        """Write a checkpoint."""
        time.sleep(4)
        return f"step-{step}"


@ray.remote(num_cpus=0.1)
class Evaluator:
    """Cannot be made: what it needs is not there."""

    def __init__(self, checkpoint: str) -> None:
        raise FileNotFoundError(f"/mnt/checkpoints/{checkpoint}: no such checkpoint")


def demand_too_much() -> list[Any]:
    """Ask for what this cluster cannot give, each for another reason."""
    return [
        fine_tune.remote("lora"),
        fine_tune.remote("full"),
        Trainer.options(name="trainer-2", num_gpus=1).remote(),
        placement_group([{"CPU": 16}] * 2, strategy="STRICT_SPREAD", name="eval-gang"),
    ]


def said_of(result: ray.ObjectRef[Any]) -> str:
    """Return what came of a task, however it ended."""
    try:
        return str(ray.get(result))
    except RayError as error:
        return f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}"


def start_what_is_due(step: int) -> list[ray.ObjectRef[Any]]:
    """Start the tasks and actors that belong to this step."""
    due: list[ray.ObjectRef[Any]] = []
    place = step % STEPS_OF_A_ROUND
    if place == 0:
        due += [load_shard.remote(step * WAVE + index) for index in range(WAVE)]
    if place % 12 == 6:
        due += [load_shard.remote(step * WAVE + place), evaluate.remote(step)]
    if place == 8:
        due.append(Checkpointer.remote().save.remote(step))
    if place == 4:
        due.append(Evaluator.remote(f"step-{step}").__ray_ready__.remote())
    return due


def main() -> None:
    """Train until ended."""
    ray.init(log_to_driver=False, namespace="training")
    kept: list[Any] = [ray.put(os.urandom(8_000_000))]
    trainers = [Trainer.options(name=f"trainer-{rank}").remote() for rank in range(2)]
    loaders = [DataWorker.options(name=f"data-worker-{rank}").remote() for rank in range(2)]
    pending: list[ray.ObjectRef[Any]] = []
    step = 0
    while kept:
        pending += start_what_is_due(step)
        batches = [loader.next_batch.remote(step + 9 * rank) for rank, loader in enumerate(loaders)]
        steps = [trainer.train_step.remote(step) for trainer in trainers]
        print(f"step {step}: {', '.join(said_of(one) for one in (*batches, *steps))}", flush=True)
        ended, pending = ray.wait(pending, num_returns=len(pending), timeout=0.5) if pending else ([], [])
        for one in ended:
            print(f"  {said_of(one)}", flush=True)
        if step == 0:
            # Not before: the third trainer would take the GPU that the first two, by now at work, share.
            kept += demand_too_much()
        step += 1


if __name__ == "__main__":
    main()
