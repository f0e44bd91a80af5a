"""Where the values of charts come from just now, in a line: what is scraped, what Prometheus has, what fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.prometheus.watch import PrometheusWatch
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.chrome.arrange import Part
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Moment

SAID_CELLS = 60


def source_parts(
    charts: BestSource, metrics: MetricsReader, prometheus: PrometheusWatch, moment: Moment
) -> Iterator[Part]:
    """Yield who is asked, how many exporters answer, and what the others and the server say."""
    if not metrics.states:
        yield Part((Piece("looking for the cluster's exporters…", "dim"),))
    elif charts.is_large:
        yield from _asked_of_server(metrics, prometheus)
    else:
        yield from _scraped(metrics, prometheus, moment)
    mark = "! " if moment.ascii_only else "▲ "
    if prometheus.lost:
        lost = f"{mark}{plain(prometheus.lost, SAID_CELLS)} is gone: {plain(prometheus.said, SAID_CELLS)}"
        yield Part((Piece(lost, "warning"),), 1)
    elif charts.said:
        yield Part((Piece(f"{mark}Prometheus: {plain(charts.said, 2 * SAID_CELLS)}", "warning"),), 1)
    if metrics.store.left_out:
        yield Part((Piece(f"{mark}{metrics.store.left_out} lines left out: too many", "warning"),), 3)


def empty_parts(charts: Sequence[Chart]) -> Iterator[Part]:
    """Yield which charts have nothing to show, and what would have to be there for that."""
    if charts:
        yield Part((Piece(f"nothing of: {', '.join(chart.title for chart in charts)}", "faint"),), 5)
        reasons = "; ".join(dict.fromkeys(chart.why_empty for chart in charts))
        yield Part((Piece(f"({reasons})", "faint"),), 6)


def _asked_of_server(metrics: MetricsReader, prometheus: PrometheusWatch) -> Iterator[Part]:
    title = "" if prometheus.server is None else prometheus.server.title
    yield Part((Piece(f"asked of {plain(title, SAID_CELLS)}", "dim"),), 1)
    yield Part((Piece(f"it knows {count(prometheus.nodes)} nodes", "dim"),), 3)
    exporters, most = len(metrics.states), prometheus.options.many_nodes
    yield Part((Piece(f"{count(exporters)} exporters are not scraped: more than {count(most)}", "dim"),), 4)


def _scraped(metrics: MetricsReader, prometheus: PrometheusWatch, moment: Moment) -> Iterator[Part]:
    states = metrics.states.values()
    answered = sum(1 for one in states if one.state in ("ok", None))
    yield Part((Piece(f"scraped from {answered} of {len(states)} exporters", "dim"),), 2)
    at_once, known = metrics.scraped_at_once
    if at_once < known:
        yield Part((Piece(f"{at_once} of {known} a round; a Prometheus server would know all", "warning"),), 1)
        if prometheus.server is None and prometheus.said:
            said = f"none at {plain(prometheus.address, SAID_CELLS)}: {plain(prometheus.said, SAID_CELLS)}"
            yield Part((Piece(said, "dim"),), 3)
    if prometheus.server is not None:
        yield Part((Piece(f"before that: {plain(prometheus.server.title, SAID_CELLS)}", "dim"),), 4)
    mark = "! " if moment.ascii_only else "▲ "
    broken = Counter(one.state for one in states if one.state not in ("ok", None))
    for state, number in broken.most_common():
        yield Part((Piece(f"{mark}{number} {state}", "warning"),), 1)
