"""The text format of metrics: what is read is what Prometheus' own parser reads, line by line and fast."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from raymon_tui.cluster.metrics.exposition import Decoder, Scrape

RECORDED = Path(__file__).parent.parent / "answers" / "agent_metrics.txt"
Sample = tuple[str, tuple[tuple[str, str], ...], float]


def everything() -> Decoder:
    return Decoder(lambda _family: True)


def samples(scrape: Scrape) -> list[Sample]:
    pairs = zip(scrape.series, scrape.values, strict=True)
    return [(series.name, tuple(sorted(series.labels)), value) for series, value in pairs]


def by_prometheus(body: bytes) -> list[Sample]:
    families = text_string_to_metric_families(body.decode())
    return [(one.name, tuple(sorted(one.labels.items())), one.value) for family in families for one in family.samples]


def same(ours: list[Sample], theirs: list[Sample]) -> bool:
    return sorted(map(repr, ours)) == sorted(map(repr, theirs))


def test_a_real_agents_scrape_is_read_as_prometheus_reads_it_at_first_and_ever_after() -> None:
    body, decoder = RECORDED.read_bytes(), everything()
    theirs = by_prometheus(body)
    assert len(theirs) >= 300
    assert same(samples(decoder.decode(body)), theirs)
    assert same(samples(decoder.decode(body)), theirs)


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True)
LABELS = st.dictionaries(
    NAMES.filter(lambda name: name != "le" and not name.startswith("__")), st.text(max_size=20), max_size=4
)
VALUES = st.floats() | st.sampled_from([math.inf, -math.inf, math.nan, 0.0, 1e300])


@given(st.lists(st.tuples(NAMES, LABELS, VALUES), max_size=12, unique_by=lambda one: one[0]))
def test_whatever_prometheus_client_writes_is_read_as_its_own_parser_reads_it(
    made: list[tuple[str, dict[str, str], float]],
) -> None:
    registry = CollectorRegistry()
    for name, labels, value in made:
        gauge = Gauge(f"g_{name}", "a [help] with \\ and \n a break", list(labels), registry=registry)
        (gauge.labels(*labels.values()) if labels else gauge).set(value)
    body = generate_latest(registry)
    decoder, theirs = everything(), by_prometheus(body)
    assert same(samples(decoder.decode(body)), theirs)
    assert same(samples(decoder.decode(body)), theirs)


def test_counters_histograms_and_summaries_keep_all_their_parts() -> None:
    registry = CollectorRegistry()
    Counter("done", "done", registry=registry).inc(3)
    histogram = Histogram("took", "took", ["route"], registry=registry)
    histogram.labels("a").observe(0.3)
    Summary("sizes", "sizes", registry=registry).observe(5)
    body = generate_latest(registry)
    scrape = everything().decode(body)
    assert same(samples(scrape), by_prometheus(body))
    assert {one.family for one in scrape.series if one.name.startswith("took_") and "created" not in one.name} == {
        "took"
    }
    assert scrape.families["took"].type == "histogram"


@pytest.mark.parametrize(
    "bad",
    [
        b"no_value",
        b'broken{label="x} 1',
        b"{} 1",
        b'name{="x"} 1',
        b'name{a="1",a="2"} 3',
        b"name one",
        b"name 1_000",
        b"name 1 2 3",
        b"\x00\xff\xfe",
        b"name" + b"x" * 200_000 + b" 1",
    ],
)
def test_a_malformed_line_costs_that_line_and_is_counted(bad: bytes) -> None:
    scrape = everything().decode(b"before 1\n" + bad + b"\nafter 2\n")
    assert [one.name for one in scrape.series] == ["before", "after"]
    assert scrape.malformed == 1


def test_a_value_that_is_broken_in_a_series_known_before_is_counted_too() -> None:
    decoder = everything()
    decoder.decode(b"known 1\n")
    scrape = decoder.decode(b"known what\nother 2\n")
    assert (scrape.malformed, list(scrape.values)) == (1, [2.0])


def test_times_of_samples_are_no_part_of_their_names() -> None:
    decoder = everything()
    for text in (b'one{a="b"} 1 1700000000\n', b'one{a="b"} 2 1700000001\n', b'one{a="b"} 3\n'):
        scrape = decoder.decode(text)
    assert [(one.name, one.labels) for one in scrape.series] == [("one", (("a", "b"),))]
    assert list(scrape.values) == [3.0]


def test_only_what_is_wanted_is_kept_but_every_family_is_listed() -> None:
    body = b"# HELP wanted yes\n# TYPE wanted gauge\nwanted 1\n# TYPE other counter\nother 2\n"
    scrape = Decoder(lambda family: family == "wanted").decode(body)
    assert [one.name for one in scrape.series] == ["wanted"]
    assert {name: one.type for name, one in scrape.families.items()} == {"wanted": "gauge", "other": "counter"}
    assert scrape.families["wanted"].help == "yes"


def test_series_that_come_and_go_do_not_pile_up() -> None:
    decoder = everything()
    for round_ in range(50):
        decoder.decode(b"".join(b'worker{pid="%d"} 1\n' % (round_ * 1000 + n) for n in range(1000)))
    assert len(decoder._known) < 10_000


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_it_fail(body: bytes) -> None:
    everything().decode(body)
