"""A job that fails."""

from __future__ import annotations


def main() -> None:
    """Look for what is not there."""
    print("reading checkpoints/step-1200", flush=True)
    raise FileNotFoundError("checkpoints/step-1200/optimizer.pt: the checkpoint is not complete")


if __name__ == "__main__":
    main()
