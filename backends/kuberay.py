"""What KubeRay calls its objects, and what is to be known of their order: names alone, for whoever reads them."""

from __future__ import annotations

import re

KINDS = ("RayCluster", "RayJob", "RayService", "RayCronJob")
"""A target writes one in lower case."""

GROUP = "/apis/ray.io/v1"
CLUSTER_LABEL, TYPE_LABEL, CRON_LABEL = "ray.io/cluster", "ray.io/node-type", "ray.io/cronjob-name"

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
PULL_REASONS = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
"""Why a container waits whose image cannot be had."""

JOB_ENDED = ("Complete", "Failed", "ValidationFailed")
"""Deployment states of a RayJob after which nothing more comes."""

LONGEST_PREFIX = 58
"""Kubernetes cuts what a name is to begin with (`generateName`), and appends five characters."""


def is_made_from(name: str, prefix: str) -> bool:
    """Return whether Kubernetes may have made a name from a prefix; others may begin so too."""
    return re.fullmatch(re.escape(prefix[:LONGEST_PREFIX]) + "[a-z0-9]{5}", name) is not None


def plural(kind: str) -> str:
    """Return what a kind is called in paths, whichever way it is written."""
    return f"{kind.lower()}s"


def kind_of(word: str) -> str:
    """Return the kind that a target writes so."""
    return next(kind for kind in KINDS if kind.lower() == word)


def job_order(deployment_state: str | None, created: str | None) -> tuple[bool, str]:
    """Return by what to order RayJobs of which the greatest is to be followed: what runs before what ended, the newest.

    `created` is as the API server writes it, which sorts.
    """
    return deployment_state not in JOB_ENDED, created or ""
