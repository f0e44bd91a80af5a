"""The text format of metrics: what is read is what Prometheus' own parser reads, line by line and fast."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from raymon_tui.cluster.metrics.exposition import MOST_SERIES, Decoder, Scrape
from raymon_tui.cluster.metrics.sample_line import NoMetricsError
from raymon_tui.cluster.metrics.vocabulary import Vocabulary

RECORDED = Path(__file__).parent.parent / "answers" / "agent_metrics.txt"
Sample = tuple[str, tuple[tuple[str, str], ...], float]


def everything() -> Decoder:
    return Decoder(Vocabulary(lambda _family: True))


def samples(scrape: Scrape) -> list[Sample]:
    pairs = zip(scrape.series, scrape.values, strict=True)
    return [(series.name, tuple(sorted(series.labels)), value) for series, value in pairs]


def by_prometheus(body: bytes) -> list[Sample]:
    families = text_string_to_metric_families(body.decode())
    return [
        (one.name, tuple(sorted(one.labels.items())), float(one.value)) for family in families for one in family.samples
    ]


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


TIMES = ("", " 1700000000", " -5", " 1.7e9", ' # {trace_id="a b"} 0.67 1520879607.789', ' 12 # {é="ü"} 1', "\r")


@pytest.mark.parametrize("blank", [" ", "  ", "\t"])
@pytest.mark.parametrize("name", ['one{a="b c",}', "one", ' one { a="}" }'])
def test_times_exemplars_and_ends_of_lines_are_no_part_of_a_series(name: str, blank: str) -> None:
    decoder = everything()
    found = [decoder.decode(f"{name}{blank}{value}{time}\n".encode()) for value, time in enumerate(TIMES)]
    assert [list(scrape.values) for scrape in found] == [[float(value)] for value in range(len(TIMES))]
    assert len({scrape.series[0] for scrape in found}) == 1
    assert len(decoder.known) == 1


@pytest.mark.parametrize("number", ["1_0", "\u0661", "0x", "1,5", "--1"])
def test_what_is_no_number_is_none_on_first_sight_and_later(number: str) -> None:
    decoder, body = everything(), f"one {number}\ntwo 2\nthree 3\n".encode()
    assert decoder.decode(body).malformed == 1
    decoder.decode(b"one 1\n")
    assert decoder.decode(body).malformed == 1


def test_lines_that_stand_there_twice_are_both_read_as_prometheus_client_does() -> None:
    body = b'# TYPE one gauge\none{a="b"} 1\none{a="b"} 2\n'
    assert same(samples(everything().decode(body)), by_prometheus(body))


def test_what_is_wanted_from_now_on_is_read_from_the_next_scrape_on() -> None:
    wanted: set[str] = set()
    vocabulary, body = Vocabulary(wanted.__contains__), b"# TYPE late counter\nlate_total 1\n"
    decoder = Decoder(vocabulary)
    assert not decoder.decode(body).series
    wanted.add("late")
    vocabulary.want_anew()
    assert [one.name for one in decoder.decode(body).series] == ["late_total"]


def test_exporters_that_say_the_same_hold_it_once() -> None:
    vocabulary = Vocabulary(lambda _family: True)
    one, two = (Decoder(vocabulary).decode(RECORDED.read_bytes()) for _ in range(2))
    assert one.families is two.families
    for ours, theirs in zip(one.series, two.series, strict=True):
        assert len(ours.labels) == len(theirs.labels)
        assert all(label is other for label, other in zip(ours.labels, theirs.labels, strict=True))


def test_only_what_is_wanted_is_kept_but_every_family_is_listed() -> None:
    body = b"# HELP wanted yes\n# TYPE wanted gauge\nwanted 1\n# TYPE other counter\nother 2\n"
    scrape = Decoder(Vocabulary(lambda family: family == "wanted")).decode(body)
    assert [one.name for one in scrape.series] == ["wanted"]
    assert {name: one.type for name, one in scrape.families.items()} == {"wanted": "gauge", "other": "counter"}
    assert scrape.families["wanted"].help == "yes"


def test_series_that_come_and_go_do_not_pile_up() -> None:
    decoder = everything()
    for round_ in range(50):
        decoder.decode(b"".join(b'worker{pid="%d"} 1\n' % (round_ * 1000 + n) for n in range(1000)))
    assert len(decoder.known) < 10_000


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_no_bytes_at_all_make_it_fail(pieces: list[bytes]) -> None:
    decoding = everything().begin()
    with suppress(NoMetricsError):
        for piece in pieces:
            decoding.feed(piece)
        decoding.end()


@settings(max_examples=15)
@given(st.integers(1, 400), st.booleans())
def test_in_whatever_pieces_a_scrape_comes_it_is_read_the_same(size: int, again: bool) -> None:
    body, decoder = RECORDED.read_bytes(), everything()
    whole = decoder.decode(body)
    decoding = (decoder if again else everything()).begin()
    for begin in range(0, len(body), size * 100):
        decoding.feed(body[begin : begin + size * 100])
    scrape = decoding.end()
    assert (scrape.series, scrape.values, scrape.lines) == (whole.series, whole.values, whole.lines)


@pytest.mark.parametrize(
    "text", [b"<html>\n<body>log in</body>\n</html>\n", b'{"error": 1}\n', b"\xff\xfe\x01" * 100, b"x" * 200_000]
)
def test_another_kind_of_text_is_no_scrape_with_malformed_lines(text: bytes) -> None:
    with pytest.raises(NoMetricsError):
        everything().decode(text)


def test_a_flood_of_malformed_lines_is_not_read_to_its_end() -> None:
    decoding = everything().begin()
    with pytest.raises(NoMetricsError):
        decoding.feed(b"a\n" * 1_000_000)
    assert decoding.lines < 5_000


def test_a_line_without_an_end_is_not_kept() -> None:
    decoding = everything().begin()
    decoding.feed(b"before 1\n" * 10)
    for _ in range(100):
        decoding.feed(b"x" * 50_000)
    decoding.feed(b"\nafter 2\n")
    scrape = decoding.end()
    assert (scrape.series[-1].name, scrape.malformed, len(scrape.series)) == ("after", 1, 11)


def test_of_endless_series_so_many_are_taken_and_the_others_counted() -> None:
    scrape = everything().decode(b"".join(b'one{a="%d"} 1\n' % number for number in range(MOST_SERIES + 5)))
    assert (len(scrape.series), len(scrape.values), scrape.left_out) == (MOST_SERIES, MOST_SERIES, 5)
