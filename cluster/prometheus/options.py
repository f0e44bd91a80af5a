"""What the user said of a Prometheus server."""

from __future__ import annotations

from typing import NamedTuple


class PrometheusOptions(NamedTuple):
    """Its address, the headers that it wants, and from how many nodes on it is asked in place of all of them."""

    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    many_nodes: int = 64
