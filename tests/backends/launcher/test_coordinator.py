"""Finding the head at the coordinator server of the provider `local`, as Ray brings it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from raymon_tui.backends.errors import BadAnswerError, UnreachableError
from raymon_tui.backends.launcher.finding import HeadFinder
from raymon_tui.backends.launcher.head import Head

MakeFinder = Callable[..., HeadFinder]
Start = Callable[..., str]

SERVER = Path(__file__).with_name("own_coordinator.py")
IPS = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


@pytest.fixture(scope="session")
def coordinator(started: Start) -> str:
    """The address of a coordinator that keeps two clusters, `one` with a head and a worker, and `other` with a head."""
    address = started(str(SERVER), "--ips", ",".join(IPS), "--host", "127.0.0.1", "--port", "PORT")
    for cluster, kind in (("other", "head"), ("one", "worker"), ("one", "head")):
        tags = {"ray-node-type": kind, "ray-cluster-name": cluster, "ray-node-name": kind}
        body = {"type": "create_node", "args": [{}, tags, 1]}
        httpx.request("GET", f"http://{address}", json=body).raise_for_status()
    return address


@pytest.mark.parametrize(("cluster", "ip"), [("other", IPS[0]), ("one", IPS[2])])
async def test_the_head_is_the_machine_that_was_handed_out_for_it(
    coordinator: str, finder: MakeFinder, cluster: str, ip: str
) -> None:
    found = await finder(f"type: local, coordinator_address: '{coordinator}'", name=cluster).find()
    assert found == Head(ip, ip)


async def test_where_there_is_no_head_the_tags_are_told_that_were_searched(
    coordinator: str, finder: MakeFinder
) -> None:
    with pytest.raises(UnreachableError, match="ray-cluster-name=none"):
        await finder(f"type: local, coordinator_address: '{coordinator}'", name="none").find()


async def test_where_no_coordinator_listens_its_address_is_told(closed: str, finder: MakeFinder) -> None:
    with pytest.raises(UnreachableError, match=closed):
        await finder(f"type: local, coordinator_address: '{closed}'").find()


@pytest.mark.parametrize("answer", ["<html>Welcome</html>", '{"a": 1}', "[1, 2]", "null"])
async def test_a_server_that_is_no_coordinator_is_told(
    serving: Callable[[str], Awaitable[str]], finder: MakeFinder, answer: str
) -> None:
    address = await serving(answer)
    with pytest.raises(BadAnswerError, match=address):
        await finder(f"type: local, coordinator_address: '{address}'").find()
