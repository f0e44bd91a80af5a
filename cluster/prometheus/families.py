"""Every metric that a Prometheus server knows of a cluster, with what is said of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import custom_labels
from raymon_tui.cluster.metrics.measure import selector
from raymon_tui.cluster.prometheus.api import Described, PrometheusApi

MOST_NAMES = 5000
LATELY_S = 3600.0
_SERVERS_OWN = frozenset(("instance", "job", "le", "__name__"))


async def ask_families(api: PrometheusApi, matchers: Mapping[str, str], at: float) -> tuple[Family, ...]:
    """Return what was scraped of a cluster in the last hour, by name; raises the `RaymonError` of asking."""
    names = await api.label_values("__name__", selector("", matchers), start=at - LATELY_S, end=at, most=MOST_NAMES)
    try:
        described = await api.metadata()
    except RaymonError:
        # Not every server that speaks the API has it; names alone tell most of it.
        described = {}
    return tuple(families_in(names, described))


def families_in(names: Collection[str], described: Mapping[str, Described]) -> Iterator[Family]:
    """Yield the families that these names of samples belong to, in order, each with its type and its help."""
    there, yielded = set(names), set[str]()
    for name in sorted(there):
        base = _base(name, there, described)
        if base not in yielded:
            yielded.add(base)
            told = described.get(base)
            yield Family(base, _type(base, name, told), "" if told is None else told.help)


def _base(name: str, there: Collection[str], described: Mapping[str, Described]) -> str:
    """Return the family of a sample: a histogram is called otherwise than its samples."""
    for suffix in ("_bucket", "_sum", "_count"):
        base = name.removesuffix(suffix)
        if base != name and name not in described and (base in described or f"{base}_bucket" in there):
            return base
    return name


def _type(base: str, name: str, told: Described | None) -> str:
    if told is not None and told.type not in ("", "unknown"):
        return told.type
    return "histogram" if base != name else "counter" if name.endswith("_total") else "untyped"


async def ask_tags(api: PrometheusApi, family: str, matchers: Mapping[str, str], at: float) -> tuple[str, ...]:
    """Return the labels by which the user's own code tells the series of a family apart."""
    found = await api.query(selector(family, matchers), at)
    names = {name for one in found.samples for name, _ in custom_labels(one.labels)}
    return tuple(sorted(names - _SERVERS_OWN))
