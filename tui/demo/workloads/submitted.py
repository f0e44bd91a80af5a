"""What the demo's submitted jobs run: one is soon done, one fails, one goes on."""

from __future__ import annotations

import sys
import time

import ray


@ray.remote(num_cpus=0.2)
def extract(part: int) -> int:
    """Take a while over a part."""
    time.sleep(6)
    return part


def main(name: str) -> None:
    """Do what the job of that name does."""
    print(f"{name}: started", flush=True)
    if name == "warmup":
        return
    if name == "prep-9":
        raise KeyError("column 'label' is not in the table")
    ray.init(address="auto", log_to_driver=False)
    parts = [extract.remote(part) for part in range(400)]
    for done, part in enumerate(parts):
        ray.get(part)
        print(f"{name}: {done + 1} of {len(parts)} parts", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
