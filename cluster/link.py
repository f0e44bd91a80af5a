"""How the link to the cluster is, judged from the probe (the `VERSION` feed) and from what else is answered."""

from __future__ import annotations

from raymon_tui.backends.errors import BadAnswerError, NotRayError, RaymonError, RefusedError, TimedOutError
from raymon_tui.cluster.feeds.answer import Answer, BrokenFeedError
from raymon_tui.cluster.snapshot import Link

BROKEN = ("lost", "refused")
"""States in which nothing is learnt of the cluster."""
SLOW_FROM_S = 1.0
LIVE_BELOW_S = 0.7
"""Lower than `SLOW_FROM_S`, so that a link at the edge does not flicker."""
RECENT_ANSWER_S = 5.0


class LinkWatch:
    """The link's present state. Times are seconds since the epoch, `steady` seconds of a clock that never jumps.

    `held` says that only the probe is worth asking: nothing answers, all is refused, or the head is busy with what it
    was asked before.
    """

    def __init__(self, now: float, steady: float) -> None:
        self.link = Link(since=now)
        self.held = False
        self._heard_at = steady - RECENT_ANSWER_S

    def probed(self, answer: Answer, now: float, steady: float, *, busy: bool) -> None:
        """Take the probe's answer; `busy`: the head has since before then been at a question that takes it long."""
        if answer.failure is not None:
            self._probe_failed(answer.failure, answer.took_s, now, steady, busy=busy)
            return
        self.held = False
        slow_from = LIVE_BELOW_S if self.link.state == "slow" else SLOW_FROM_S
        self._become("slow" if answer.took_s > slow_from else "live", now)

    def answered(self, now: float, steady: float) -> None:
        """Take note that another feed was answered: such a cluster is not lost."""
        self._heard_at = steady
        if self.link.state not in ("live", "slow"):
            self.held = False
            self._become("live", now)

    def shift(self, seconds: float) -> None:
        """Move `since` with a wall clock that was set."""
        self.link = Link(
            state=self.link.state, since=self.link.since + seconds, said=self.link.said, advice=self.link.advice
        )

    def _probe_failed(self, failure: RaymonError, took_s: float, now: float, steady: float, *, busy: bool) -> None:
        """A dashboard that answers other questions is not lost because its version route is broken or hangs.

        Nor is one that counts tasks: it answers nothing else until it has, and the question must not be dropped and
        asked anew for that.
        """
        if steady - self._heard_at < _heard_lately_s(failure, took_s):
            return
        self.held = not isinstance(failure, BadAnswerError | BrokenFeedError)
        if busy and isinstance(failure, TimedOutError) and self.link.state not in BROKEN:
            self._become("slow", now, failure)
        else:
            self._become("refused" if isinstance(failure, RefusedError) else "lost", now, failure)

    def _become(self, state: str, now: float, failure: RaymonError | None = None) -> None:
        since = self.link.since if state == self.link.state else now
        said, advice = (failure.said, failure.advice) if failure else ("", "")
        self.link = Link(state=state, since=since, said=said, advice=advice)


def _heard_lately_s(failure: RaymonError, took_s: float) -> float:
    """Return how long ago another feed may have been answered for this failure of the probe not to count."""
    if isinstance(failure, TimedOutError):
        return took_s
    return RECENT_ANSWER_S if isinstance(failure, BadAnswerError | BrokenFeedError | NotRayError) else 0.0
