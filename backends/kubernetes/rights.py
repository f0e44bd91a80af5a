"""What we may do, asked of the API server before it is tried: a refusal stands in the log of whoever runs it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import anyio

from raymon_tui.backends.errors import RaymonError, RefusedError
from raymon_tui.backends.kubernetes.answers import RIGHTS, mapping
from raymon_tui.backends.kubernetes.errand import Errand

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
DENIED_S = 30.0
"""So long a no counts: a right may have been given since. A yes counts until something is refused."""
CREATE_TOO_FROM = 35
"""From this minor version on, `create` is checked beside `get`, whichever way a websocket is opened."""

Ask = Callable[[str, Mapping[str, Any] | None], Awaitable[Mapping[str, Any]]]
"""Puts a question to a path: by POST where there is something to send, else by GET."""


class _Right(NamedTuple):
    verb: str
    resource: str
    namespace: str


class Rights:
    """The rights of whoever we are. Every method may raise the `RaymonError` of an API server that is not reached."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._asking: dict[_Right, Errand[bool]] = {}
        self._answers: dict[_Right, tuple[bool, float]] = {}

    async def may(self, verb: str, resource: str, namespace: str) -> bool:
        """Return whether we may do that; `resource` may have a subresource behind a slash.

        Where one may not even ask, it is to be tried.
        """
        right = _Right(verb, resource, namespace)
        allowed, at = self._answers.get(right, (False, -DENIED_S))
        if allowed or anyio.current_time() - at < DENIED_S:
            return allowed
        return await self._asking.setdefault(right, Errand(partial(self._review, right))).result()

    async def lacking(self, resource: str, namespace: str) -> str:
        """Return the verb that we lack for `pods/exec` or `pods/portforward`; "" where we lack none."""
        if not await self.may("get", resource, namespace):
            return "get"
        if await self.may("create", resource, namespace):
            return ""
        return "create" if await self._create_is_checked() else ""

    async def demand(self, resource: str, namespace: str, tried: str) -> None:
        """Raise the `RefusedError` of what we lack for a resource as `lacking` takes it."""
        verb = await self.lacking(resource, namespace)
        if verb:
            said = f'we cannot {verb} resource "{resource}" in API group "" in the namespace "{namespace}"'
            raise RefusedError(tried, said, RIGHTS)

    def forget(self) -> None:
        """Ask anew what we may do: something was refused that was allowed before."""
        self._answers.clear()

    async def aclose(self) -> None:
        """End what is being asked."""
        for errand in self._asking.values():
            await errand.aclose()

    async def _review(self, right: _Right) -> bool:
        name, _, sub = right.resource.partition("/")
        asked = {"namespace": right.namespace, "verb": right.verb, "resource": name, "subresource": sub}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {one: value for one, value in asked.items() if value}},
        }
        try:
            allowed = bool(mapping((await self._ask(REVIEWS, review)).get("status")).get("allowed"))
        except RefusedError:
            allowed = True
        self._answers[right] = (allowed, anyio.current_time())
        return allowed

    async def _create_is_checked(self) -> bool:
        try:
            found = re.match(r"\d+", str((await self._ask("/version", None)).get("minor")))
        except RaymonError:
            return True
        return found is None or int(found.group()) >= CREATE_TOO_FROM
