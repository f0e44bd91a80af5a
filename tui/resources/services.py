"""How Prometheus and Grafana are, and what to do where there is none."""

from __future__ import annotations

from raymon_tui.tui.grafana.services import Services
from raymon_tui.tui.screens.document import wrapped
from raymon_tui.widgets.content import Content, Piece, plain

_HOW_TO = (
    ("on the head", "ray metrics launch-prometheus"),
    ("anywhere", "raymon-tui targets TARGET --format prometheus > prometheus.yml"),
    ("", "prometheus --config.file=prometheus.yml, then raymon-tui --prometheus http://HOST:9090 TARGET"),
)


def service_lines(services: Services, width: int, *, ascii_only: bool) -> tuple[Content, ...]:
    """Return a line for each service, and below one that is missing how to get it."""
    marks = ("+", "-") if ascii_only else ("●", "○")
    missing = ((Piece(line, "dim"),) for line in wrapped(services.why_none, width))
    return (*_of_prometheus(services, width, *marks), *_of_grafana(services, width, *marks), *missing)


def _of_prometheus(services: Services, width: int, good: str, missing: str) -> list[Content]:
    if services.prometheus_title:
        return [_healthy(services.prometheus_title, good)]
    if services.prometheus_lost:
        said = f"{missing} {services.prometheus_lost} is gone: {services.prometheus_said}; it is asked again by itself"
        return [(Piece(line, "warning"),) for line in wrapped(said, width)]
    if not services.prometheus_looked:
        return [(Piece(f"{missing} ", "faint"), Piece("Prometheus: looking for it…", "dim"))]
    said = f"{missing} no Prometheus at {services.prometheus_address}: {services.prometheus_said}"
    return [*((Piece(line, "warning"),) for line in wrapped(said, width)), *_how_to(width)]


def _of_grafana(services: Services, width: int, good: str, missing: str) -> list[Content]:
    if services.grafana is None and not services.grafana_said:
        return []
    if services.grafana is None:
        said = f"{missing} no Grafana at {services.grafana_address}: {services.grafana_said} (none is needed)"
        return [(Piece(line, "dim"),) for line in wrapped(said, width)]
    own = f"  dashboards of its own: {services.search_said}" if services.search_said else ""
    return [_healthy(services.grafana.title, good), *((Piece(line, "dim"),) for line in wrapped(own, width))]


def _healthy(title: str, mark: str) -> Content:
    return (Piece(f"{mark} ", "good"), Piece(plain(title, 200)), Piece("  healthy", "dim"))


def _how_to(width: int) -> list[Content]:
    lines: list[Content] = [(Piece("  Dashboards are drawn from what a Prometheus server keeps. To get one:", "dim"),)]
    for where, command in _HOW_TO:
        first, *rest = wrapped(command, max(20, width - 16)) or [""]
        lines.append((Piece(f"    {where:<12}", "dim"), Piece(first)))
        lines.extend((Piece(" " * 16), Piece(line)) for line in rest)
    return lines
