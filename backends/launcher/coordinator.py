"""Asking the coordinator server of the provider `local` which machine is a cluster's head."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.launcher.cluster_file import ClusterFile
from raymon_tui.backends.launcher.head import CLUSTER_TAG, HEAD_KIND, KIND_TAG, STATUS_TAG, Head, Machine, head_among
from raymon_tui.backends.launcher.providers import CoordinatorProvider

ANSWER_S = 10.0


async def find_through_coordinator(cluster: ClusterFile, provider: CoordinatorProvider) -> Head:
    """Return the head of `cluster`; raises `UnreachableError` or `BadAnswerError`."""
    url = f"http://{provider.address.removeprefix('http://')}"
    tags = {KIND_TAG: HEAD_KIND, CLUSTER_TAG: cluster.name}
    async with httpx.AsyncClient(timeout=ANSWER_S) as client:
        ids = await _ask(client, url, "non_terminated_nodes", tags)
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise _unknown(url, "it names no machines")
        machines = [await _machine(client, url, one) for one in ids]
    return head_among(tuple(machines), cluster, f"the coordinator {provider.address} knows none with {_words(tags)}")


async def _machine(client: httpx.AsyncClient, url: str, machine_id: str) -> Machine:
    tags = await _ask(client, url, "node_tags", machine_id)
    internal, external = [await _ask(client, url, kind, machine_id) for kind in ("internal_ip", "external_ip")]
    return Machine(
        machine_id=machine_id,
        internal=internal if isinstance(internal, str) else None,
        external=external if isinstance(external, str) else None,
        running=True,
        status=tags.get(STATUS_TAG) if isinstance(tags, dict) else None,
    )


async def _ask(client: httpx.AsyncClient, url: str, question: str, *args: object) -> object:
    tried = f"ask the coordinator {url} for the head node"
    try:
        # The server reads a body with GET, as Ray's own client sends it.
        answer = await client.request("GET", url, json={"type": question, "args": _sent(args)})
        answer.raise_for_status()
        found: object = answer.json()
    except httpx.HTTPStatusError as error:
        raise _unknown(url, f"HTTP {error.response.status_code}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise failure_of(error, tried=tried) from None
    except ValueError:
        raise _unknown(url, "what it answers is no JSON") from None
    return found


def _sent(args: Sequence[object]) -> list[object]:
    return list(args)


def _unknown(url: str, said: str) -> BadAnswerError:
    return BadAnswerError(
        f"ask the coordinator {url} for the head node", said, "is provider.coordinator_address that of Ray's server?"
    )


def _words(tags: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in tags.items())
