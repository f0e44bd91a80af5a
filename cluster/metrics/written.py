"""Where metrics are, written for others: for a Prometheus server of the user's own, and for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from raymon_tui.cluster.metrics.targets import MetricsTarget

JOB = "ray"
SCRAPE_INTERVAL = "15s"


def as_file_sd(targets: Sequence[MetricsTarget]) -> str:
    """Return what Prometheus' `file_sd_configs` reads: a group for each exporter, with its node among the labels."""
    return json.dumps(_groups(targets), indent=2) + "\n"


def as_prometheus(targets: Sequence[MetricsTarget], cluster: str) -> str:
    """Return a whole `prometheus.yml` that scrapes these exporters; `cluster` becomes an external label."""
    # JSON is YAML too, and no name of a host can break it.
    lines = [
        "global:",
        f"  scrape_interval: {SCRAPE_INTERVAL}",
        f"  evaluation_interval: {SCRAPE_INTERVAL}",
        "  external_labels:",
        f"    ray_cluster: {json.dumps(cluster)}",
        "scrape_configs:",
        f"- job_name: {JOB}",
        "  static_configs:" if targets else "  static_configs: []",
    ]
    return "\n".join([*lines, *(f"  - {json.dumps(group)}" for group in _groups(targets))]) + "\n"


def as_json(targets: Sequence[MetricsTarget]) -> str:
    """Return all that is known of each exporter."""
    found = [
        {
            "address": str(target.endpoint),
            "host": target.endpoint.host,
            "port": target.endpoint.port,
            "node_id": target.node_id,
            "title": target.title,
            "source": target.source,
        }
        for target in targets
    ]
    return json.dumps(found, indent=2) + "\n"


def _groups(targets: Sequence[MetricsTarget]) -> list[dict[str, Any]]:
    return [{"targets": [str(target.endpoint)], "labels": _labels(target)} for target in targets]


def _labels(target: MetricsTarget) -> dict[str, str]:
    labels = {"job": JOB}
    if target.node_id is not None:
        labels |= {"ray_node_id": target.node_id, "ray_node": target.title}
    return labels
