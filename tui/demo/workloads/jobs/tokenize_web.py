"""A job with progress: parts of which each waits for the one before the last, so that two are at work."""

from __future__ import annotations

import time

import ray

PARTS = 40


@ray.remote(num_cpus=0.1)
def tokenize(day: int, _earlier: int | None) -> int:
    """Take a while over the pages of a day."""
    time.sleep(5)
    return day


def main() -> None:
    """Begin anew when all is done."""
    ray.init(log_to_driver=False)
    while True:
        parts = [tokenize.remote(0, None), tokenize.remote(1, None)]
        for day in range(2, PARTS):
            parts.append(tokenize.remote(day, parts[-2]))
        for done, part in enumerate(parts, start=1):
            ray.get(part)
            print(f"{done} of {PARTS} days", flush=True)


if __name__ == "__main__":
    main()
