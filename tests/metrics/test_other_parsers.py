"""What is decoded is what prometheus_client's parsers decode, of whatever it writes and of what a real Ray exports."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from raymon_tui.cluster.metrics.exposition import Decoder, Scrape
from raymon_tui.cluster.metrics.vocabulary import Vocabulary
from raymon_tui.tui.demo.cluster import RunningCluster

Sample = tuple[str, tuple[tuple[str, str], ...], str]
HISTOGRAM_BUCKETS = (0.0, 0.5, 10.0, 1e6)

kinds_by_name = st.dictionaries(
    st.sampled_from(("a", "b_total", "c_sum", "d_bucket", "_e")), st.integers(0, 3), max_size=5
)
tricky = st.sampled_from(['a"}', "\\", "\n", ' # {a="b"} 1 2', "}", "", "ü", "a,b"])
texts = st.text(max_size=8) | tricky
plain = st.text("abc }{,#=é ", max_size=8)
numbers = st.floats(allow_nan=False, min_value=-1e9, max_value=1e9)
few = settings(max_examples=60)


def told_with(labels: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, float]]]:
    return st.lists(st.tuples(labels, numbers), min_size=1, max_size=4)


def everything() -> Decoder:
    return Decoder(Vocabulary(lambda _family: True))


def ours(scrape: Scrape) -> list[Sample]:
    pairs = zip(scrape.series, scrape.values, strict=True)
    return sorted((one.name, tuple(sorted(one.labels)), repr(value)) for one, value in pairs)


def theirs(families: Iterator[Metric]) -> list[Sample]:
    found = [one for family in families for one in family.samples]
    return sorted((one.name, tuple(sorted(one.labels.items())), repr(float(one.value))) for one in found)


def registry_of(kinds: dict[str, int], told: list[tuple[str, float]]) -> CollectorRegistry:
    """Return a registry with a metric of some kind by each name, all of which were told the same."""
    registry = CollectorRegistry()
    for name, kind in kinds.items():
        make = (Counter, Gauge, Summary, Histogram)[kind]
        more = {"buckets": HISTOGRAM_BUCKETS} if make is Histogram else {}
        metric = make(f"m_{name}_{kind}", "a [help] with \\ and \n a break", ["label"], registry=registry, **more)
        for text, number in told:
            one = metric.labels(text)
            if isinstance(one, Counter):
                one.inc(abs(number), exemplar={"trace": "a"})
            elif isinstance(one, Gauge):
                one.set(number)
            elif isinstance(one, Histogram):
                one.observe(number, exemplar={"trace": "b # 5"})
            else:
                one.observe(number)
    return registry


@few
@given(kinds_by_name, told_with(texts))
def test_each_kind_of_metric_is_read_as_their_parser_reads_it(
    kinds: dict[str, int], told: list[tuple[str, float]]
) -> None:
    body, decoder = generate_latest(registry_of(kinds, told)), everything()
    expected = theirs(text_string_to_metric_families(body.decode()))
    for text in (body, body, body.replace(b"\n", b"\r\n")):
        scrape = decoder.decode(text)
        assert ours(scrape) == expected
        assert scrape.malformed == 0
    described = {family.name: family.type for family in text_string_to_metric_families(body.decode()) if family.samples}
    for name, kind in described.items():
        assert kind in {scrape.families[one].type for one in (name, f"{name}_total") if one in scrape.families}


@few
@given(kinds_by_name, told_with(plain))
def test_openmetrics_with_exemplars_is_read_as_their_parser_reads_it(
    kinds: dict[str, int], told: list[tuple[str, float]]
) -> None:
    # That format knows no sum that may go down.
    told = [(text, abs(number)) for text, number in told]
    body, decoder = openmetrics.generate_latest(registry_of(kinds, told)), everything()
    expected = theirs(openmetrics_families(body.decode()))
    for _ in range(2):
        scrape = decoder.decode(body)
        assert ours(scrape) == expected
        assert scrape.malformed == 0


class _Timed:
    def __init__(self, told: list[tuple[str, float]]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("timed", "with times", labels=["label"])
        for place, (text, number) in enumerate(self._told):
            family.add_metric([text], number, timestamp=1_795_456_400.5 + place)
        yield family


@few
@given(st.lists(st.tuples(texts, st.floats()), max_size=6))
def test_values_with_times_are_read_and_known_again(told: list[tuple[str, float]]) -> None:
    registry = CollectorRegistry()
    registry.register(_Timed(told))
    body, decoder = generate_latest(registry), everything()
    expected = theirs(text_string_to_metric_families(body.decode()))
    assert ours(decoder.decode(body)) == expected
    known = len(decoder.known)
    assert ours(decoder.decode(body.replace(b"1795456", b"1795457"))) == expected
    assert len(decoder.known) == known


@pytest.mark.ray
def test_all_that_a_real_cluster_exports_is_read_as_their_parser_reads_it(ray_cluster: RunningCluster) -> None:
    with httpx.Client(trust_env=False, timeout=60) as http:
        found = http.get(f"{ray_cluster.dashboard_url}/api/prometheus/sd").json()
        addresses = [address for group in found for address in group["targets"]]
        assert len(addresses) >= 3
        vocabulary = Vocabulary(lambda _family: True)
        for address in addresses:
            decoder = Decoder(vocabulary)
            for _ in range(2):
                body = http.get(f"http://{address}/metrics").content
                scrape = decoder.decode(body)
                assert ours(scrape) == theirs(text_string_to_metric_families(body.decode())), address
                assert (scrape.malformed, scrape.left_out) == (0, 0)
