"""The one tree of exceptions: every failure says what was tried, what was said, and what to do."""

from __future__ import annotations

from typing import ClassVar


class RaymonError(Exception):
    """A failure in the three lines that a user sees.

    `tried`: what was attempted, in the words of the user's target.
    `said`: the other side's own words, or the system's.
    `advice`: what the user can do next.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, tried: str, said: str, advice: str) -> None:
        super().__init__(tried, said, advice)
        self.tried = tried
        self.said = said
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.tried}: {self.said}"


class UsageError(RaymonError):
    """What the user typed cannot be meant: unknown target form, unreadable file, bad option."""

    exit_code = 2


class UnreachableError(RaymonError):
    """Nothing answered: refused, no route, name not found, link lost."""

    exit_code = 3


class TimedOutError(UnreachableError):
    """Something is there but did not answer in time."""


class RefusedError(RaymonError):
    """The other side answered and said no: token, permission, host key."""

    exit_code = 4


class DeclinedError(RefusedError):
    """What was asked of the user did not lead on: a host key was not accepted, a secret not given, or not right."""


class UnauthorizedError(RefusedError):
    """HTTP 401: no token was sent, and this cluster wants one."""


class ForbiddenError(RefusedError):
    """HTTP 403: the token that was sent is not this cluster's."""


class NotRayError(RaymonError):
    """Something answered, but it is no Ray dashboard."""

    exit_code = 5


class BadAnswerError(RaymonError):
    """Ray answered with an error or with something that cannot be read (500, HTML, cut-off JSON)."""

    exit_code = 3


class RouteMissingError(BadAnswerError):
    """HTTP 404: this version of Ray has no such route."""


class ProgramMissingError(UnreachableError):
    """There is no such program to run; the code is the shell's own for that."""

    exit_code = 127


class UnsupportedError(RaymonError):
    """This backend cannot do that: a command over plain HTTP, for one."""

    exit_code = 2


class ObjectMissingError(UnreachableError):
    """Kubernetes knows no such object."""
