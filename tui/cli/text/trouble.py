"""What needs attention, what failed of late, and what the cluster did not answer."""

from __future__ import annotations

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.layout import GAP, Drawn, heading, more, said
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.states import DONE, FAILED, WARNING, Mark, glyph

MOST_FINDINGS = 8
MOST_FAILURES = 4

_MARKS = {Severity.ERROR: FAILED, Severity.WARNING: WARNING, Severity.INFO: Mark("·", "-", "dim")}


def attention_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return the findings, worst first, each with its cause."""
    findings = sorted(snapshot.findings, key=lambda one: -one.severity)
    if not findings:
        quiet = glyph(DONE, ascii_only=drawn.ascii_only)
        return ((*heading("Attention"), GAP, quiet, Piece(" nothing found", "dim")),)
    lines = [_finding(one, drawn) for one in findings[:MOST_FINDINGS]]
    return heading("Attention"), *lines, *more(len(findings) - MOST_FINDINGS, "findings")


def failure_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return the nodes that died and the launches that failed, newest first; nothing where there are none."""
    status = snapshot.value(AUTOSCALER)
    failed = [(one.at or 0.0, one.node_type, one.ip or "", one.reason) for one in (status.failed if status else ())]
    dead = [
        (node.end_time or 0.0, node.node_type or "node", node.ip, node.state_message or "died")
        for node in snapshot.value(NODES) or ()
        if not node.alive
    ]
    rows = sorted((*failed, *dead), reverse=True)
    if not rows:
        return ()
    lines = [_failure(*row, drawn) for row in rows[:MOST_FAILURES]]
    return heading("Recent failures"), *lines, *more(len(rows) - MOST_FAILURES, "failures")


def unanswered_lines(snapshot: Snapshot, _drawn: Drawn) -> tuple[Content, ...]:
    """Return a line for each question that went without an answer; nothing where all were answered."""
    lines = [
        (Piece("  "), *said(name), GAP, *said(reading.error.said, "dim"))
        for name, reading in snapshot.readings.items()
        if reading.error is not None and not reading.error.unsupported
    ]
    return (heading("Not answered"), *lines) if lines else ()


def _finding(one: Finding, drawn: Drawn) -> Content:
    mark = glyph(_MARKS[one.severity], ascii_only=drawn.ascii_only)
    ago = None if one.since is None else drawn.now - one.since
    # What nobody dated began, as far as one look can tell, with this very look: that says nothing.
    age = "" if ago is None or ago < 1 else numbers.age(ago)
    title = (Piece("  "), mark, Piece(f" {age:>4} ", "dim"), *said(one.title, bold=True))
    return (*title, GAP, *said(one.cause, "dim")) if one.cause else title


def _failure(at: float, node_type: str, ip: str, reason: str, drawn: Drawn) -> Content:
    mark = glyph(FAILED, ascii_only=drawn.ascii_only)
    age = Piece(f"{numbers.age(drawn.now - at):>4}", "dim") if at else Piece("    ")
    where = " ".join(part for part in (node_type, ip) if part)
    return (Piece("  "), mark, Piece(" "), age, Piece(" "), *said(where), GAP, *said(reason, "dim"))
