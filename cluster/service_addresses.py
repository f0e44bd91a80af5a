"""Where Prometheus and Grafana are, as the head of the cluster knows it.

Ray's dashboard takes both from its environment (`RAY_PROMETHEUS_HOST`, `RAY_GRAFANA_HOST` and their like), and looks
for them at the head's own ports where that says nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping

from msgspec import Struct, field

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.dashboard_process import at_dashboard
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.service_client import without_secrets

PROMETHEUS, GRAFANA = "http://localhost:9090", "http://localhost:3000"
"""Where Ray looks for them by default."""
NAMES = (
    "RAY_PROMETHEUS_HOST",
    "RAY_PROMETHEUS_HEADERS",
    "RAY_GRAFANA_HOST",
    "RAY_GRAFANA_IFRAME_HOST",
    "RAY_GRAFANA_ORG_ID",
)
_READ_S = 10.0


class ServiceAddresses(Struct, frozen=True, kw_only=True):
    """Addresses as seen from the head; `..._told_by` says who gave them, and "" that nobody did.

    `prometheus_headers` may hold a secret, and so may the addresses: `without_secrets` is for messages.
    """

    prometheus: str = PROMETHEUS
    prometheus_told_by: str = ""
    prometheus_headers: tuple[tuple[str, str], ...] = field(default=())
    grafana: str = GRAFANA
    grafana_told_by: str = ""

    def __repr__(self) -> str:
        known = (without_secrets(url) for url in (self.prometheus, self.grafana))
        return "ServiceAddresses(prometheus={!r}, grafana={!r})".format(*known)


def script(port: int) -> str:
    """Return a shell script that prints what the dashboard on `port` was told of both, and nothing else it knows."""
    names = "|".join(NAMES)
    return at_dashboard(port, f"tr '\\0' '\\n' 2>/dev/null <\"$p/environ\" | grep -E '^({names})='")


def addresses_in(text: str) -> ServiceAddresses:
    """Return what the script printed: lines of `NAME=VALUE`."""
    told: dict[str, str] = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator and name in NAMES and value.strip():
            told[name] = value.strip()
    prometheus, grafana = told.get("RAY_PROMETHEUS_HOST"), told.get("RAY_GRAFANA_HOST")
    return ServiceAddresses(
        prometheus=prometheus or PROMETHEUS,
        prometheus_told_by="RAY_PROMETHEUS_HOST on the head" if prometheus else "",
        prometheus_headers=headers_in(told.get("RAY_PROMETHEUS_HEADERS", "")),
        grafana=grafana or GRAFANA,
        grafana_told_by="RAY_GRAFANA_HOST on the head" if grafana else "",
    )


def headers_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the headers in either of the forms that Ray takes: a JSON object, or a list of pairs; else none."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return ()
    pairs = found.items() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return tuple(
        (str(pair[0]), str(pair[1]))
        for pair in pairs
        if isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
    )


async def service_addresses(backend: Backend, api: RayApi) -> ServiceAddresses:
    """Return where both are; Ray's defaults where nothing more is known. Raises nothing."""
    found = ServiceAddresses()
    with contextlib.suppress(RaymonError):
        done = await backend.run(["sh", "-c", script(backend.dashboard.port)], timeout_s=_READ_S)
        found = addresses_in(done.stdout.decode("utf-8", "replace"))
    if not found.grafana_told_by:
        with contextlib.suppress(RaymonError, ValueError, AttributeError, RecursionError):
            said = json.loads(await api.get("/api/grafana_health"))
            host = said.get("data", {}).get("grafanaHost")
            if isinstance(host, str) and host.startswith(("http://", "https://")):
                return ServiceAddresses(
                    prometheus=found.prometheus,
                    prometheus_told_by=found.prometheus_told_by,
                    prometheus_headers=found.prometheus_headers,
                    grafana=host,
                    grafana_told_by="the dashboard",
                )
    return found
