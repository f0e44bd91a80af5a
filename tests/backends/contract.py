"""What every way of reaching a cluster must do, as tests against a real one.

To join: in a test file of its own, subclass `BackendContract`, together with `CommandsContract` where commands can be
run on the head and `NoCommandsContract` where not, and give it a fixture `backend` that opens the backend on the
suite's cluster and closes it afterwards:

    class TestSshBackend(BackendContract, CommandsContract):
        secret = "hunter2"

        @pytest.fixture
        async def backend(self, ray_cluster: RunningCluster, sshd: Sshd) -> AsyncIterator[Backend]:
            opened = SshBackend(...)
            yield opened
            await opened.aclose()

The head is this machine, however it is reached: tests listen on its loopback and write files to its disk.
"""

from __future__ import annotations

import os
from typing import ClassVar

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from listening import HERE, closed_port, echoing, recording, silent
from words import says

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.demo.cluster import RunningCluster

CREDENTIALS = {"authorization", "x-ray-authorization", "cookie", "proxy-authorization"}
PATIENCE_S = 60.0


class BackendContract:
    """What holds for all ways; `secret` is what the backend was given and must never tell."""

    secret: ClassVar[str] = ""

    @pytest.fixture
    async def backend(self) -> Backend:
        raise NotImplementedError("the subclass opens its backend here")

    async def test_the_dashboard_answers(self, backend: Backend, ray_cluster: RunningCluster) -> None:
        async with backend.http(backend.dashboard) as client:
            answer = await client.get("/api/version")
        assert answer.json()["session_name"] == ray_cluster.session_name

    async def test_two_questions_are_answered_at_the_same_time(self, backend: Backend) -> None:
        async with backend.http(backend.dashboard) as client, anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(_ask_version, client)

    async def test_the_agent_of_every_node_answers(self, backend: Backend) -> None:
        async with backend.http(backend.dashboard) as client:
            nodes = [node for node in await RayApi(client).nodes() if node.alive]
        assert nodes
        for node in nodes:
            assert node.agent_http_port
            async with backend.http(Endpoint(node.ip, node.agent_http_port)) as client:
                assert "raylet.out" in (await client.get("/logs/")).text

    async def test_other_ports_are_sent_no_credentials(self, backend: Backend) -> None:
        async with recording() as (endpoint, requests), backend.http(endpoint) as client:
            await client.get("/metrics")
        (head,) = requests
        names = {line.partition(":")[0].strip().lower() for line in head.splitlines()[1:]}
        assert not names & CREDENTIALS
        assert not self.secret or self.secret not in head

    async def test_a_dialled_stream_carries_bytes_both_ways_until_it_is_ended(self, backend: Backend) -> None:
        sent, received = os.urandom(1 << 20), bytearray()
        async with echoing() as endpoint, await backend.dial(endpoint) as stream, anyio.create_task_group() as tasks:
            tasks.start_soon(_send_and_end, stream, sent)
            with anyio.fail_after(PATIENCE_S):
                async for chunk in stream:
                    received += chunk
        assert bytes(received) == sent

    async def test_a_refused_port_is_told_in_words(self, backend: Backend) -> None:
        endpoint = Endpoint(HERE, closed_port())
        with pytest.raises(UnreachableError) as caught:
            await backend.dial(endpoint)
        assert not isinstance(caught.value, TimedOutError)
        says(caught.value, str(endpoint), self.secret)

    @pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", "no host", "a..invalid"])
    async def test_an_unknown_host_is_told_in_words(self, backend: Backend, host: str) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.dial(Endpoint(host, 80))
        says(caught.value, host, self.secret)

    async def test_a_port_that_never_answers_is_given_up(self, backend: Backend) -> None:
        with silent() as endpoint, pytest.raises(TimedOutError) as caught, anyio.fail_after(PATIENCE_S):
            await backend.dial(endpoint)
        says(caught.value, str(endpoint), self.secret)

    async def test_how_it_is_reached_is_told_without_secrets(self, backend: Backend) -> None:
        assert backend.describe()
        assert backend.describe().isprintable()
        told = (backend.describe(), repr(backend), str(backend), repr(backend.http(backend.dashboard)))
        assert not self.secret or all(self.secret not in text for text in told)

    async def test_it_may_be_closed_twice(self, backend: Backend) -> None:
        await backend.aclose()
        await backend.aclose()

    async def test_it_is_a_backend(self, backend: Backend) -> None:
        assert isinstance(backend, Backend)


async def _ask_version(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/version")).status_code == 200


async def _send_and_end(stream: ByteStream, data: bytes) -> None:
    await stream.send(data)
    await stream.send_eof()
