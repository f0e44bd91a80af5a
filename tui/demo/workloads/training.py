"""What the demo's cluster is busy with: jobs as a team that trains a model would submit them.

Run by the demo's keeper with Ray's own Python. It sleeps nearly all of the time, and so do the jobs.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ray.job_submission import JobSubmissionClient

JOBS = {
    "pretrain-7b": "python pretrain.py --layers 32 --gpus 1",
    "tokenize-web": "python tokenize_web.py --days 40",
    "nightly-eval": "python nightly_eval.py --checkpoint step-1200",
    "export-onnx": "python export.py --format onnx",
}


def main() -> None:
    """Submit the jobs: one trains, one has its progress, one is soon done, one fails."""
    client = JobSubmissionClient(os.environ["RAY_API_SERVER_ADDRESS"])
    for script in (Path(__file__).parent / "jobs").glob("*.py"):
        # Where jobs start. A `working_dir` would do too, but nodes of one machine delete it under each other's feet.
        shutil.copy(script, Path.cwd())
    for name, entrypoint in JOBS.items():
        client.submit_job(entrypoint=entrypoint, submission_id=name)


if __name__ == "__main__":
    main()
