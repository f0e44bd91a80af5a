"""An API server of Kubernetes for tests: it answers as a real one did, in front of a real Ray, and grants as Roles do.

One head pod and one worker pod stand for this machine: their ports are its ports. Lists, single objects, watches, logs,
access reviews, the pod proxy, exec and port-forward are there; all else is not found.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import trustme
import yaml
from aiohttp import web

ROLES = Path(__file__).parent.parent / "docs" / "rbac.yaml"
NAMESPACE, CLUSTER, HEAD_POD, WORKER_POD = "ray", "demo", "demo-head-abcde", "demo-small-worker-w1"
TOKEN = "viewer-token"
Rule = tuple[str, str, str]
"""A group, a resource with its subresource, a verb."""


def role(name: str, path: Path = ROLES) -> set[Rule]:
    """Return what a Role of the documented ones grants."""
    (found,) = [one for one in yaml.safe_load_all(path.read_text()) if one["metadata"]["name"] == name]
    return {
        (group, resource, verb)
        for rule in found["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


READ, ENTER = role("raymon-tui-read"), role("raymon-tui-enter")


def status(code: int, message: str, reason: str) -> web.Response:
    """Return an error as the API server writes it."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    return web.json_response({**body, "code": code}, status=code)


def pod(
    name: str, kind: str, ip: str, *, cluster: str = CLUSTER, env: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return a pod of Ray that runs."""
    labels = {"ray.io/cluster": cluster, "ray.io/node-type": kind, "ray.io/is-ray-node": "yes", "ray.io/group": kind}
    container = {"name": f"ray-{kind}", "image": "rayproject/ray", "env": env or []}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels, "resourceVersion": "1"},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "podIP": ip, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def ray_cluster_object(port: int, name: str = CLUSTER) -> dict[str, Any]:
    """Return a RayCluster whose dashboard listens on `port`."""
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": name, "namespace": NAMESPACE, "resourceVersion": "1"},
        "spec": {"headGroupSpec": {"rayStartParams": {"dashboard-port": str(port)}}},
        "status": {"state": "ready"},
    }


class KubeApi:
    """The server. Its objects may be changed at will by `put` and `remove`, which watches then tell.

    `rights` are what whoever comes may do; `asked` names what was asked, as verb and resource; `token` is the one that
    is taken; `slow_s` delays every answer.
    """

    def __init__(self, rights: set[Rule]) -> None:
        self.rights = set(rights)
        self.token = TOKEN
        self.slow_s = 0.0
        self.asked: list[tuple[str, str]] = []
        self.proxied_headers: list[dict[str, str]] = []
        self.log = "one\ntwo\n"
        self.version = 10
        self.forget_before = 0
        self.url = ""
        self._objects: dict[tuple[str, str], dict[str, Any]] = {}
        self._watchers: list[tuple[str, asyncio.Queue[dict[str, Any]]]] = []

    def put(self, plural: str, found: dict[str, Any]) -> None:
        """Add or replace an object."""
        self.version += 1
        key = (plural, found["metadata"]["name"])
        kind = "MODIFIED" if key in self._objects else "ADDED"
        found["metadata"]["resourceVersion"] = str(self.version)
        self._objects[key] = found
        self._tell(plural, kind, found)

    def remove(self, plural: str, name: str) -> None:
        """Take an object away."""
        self.version += 1
        self._tell(plural, "DELETED", self._objects.pop((plural, name)))

    def end_watches(self) -> None:
        """End every watch, and forget what was before: whoever goes on from there is told 410."""
        self.forget_before = self.version = self.version + 1
        for _, queue in self._watchers:
            queue.put_nowait({})

    def _tell(self, plural: str, kind: str, found: dict[str, Any]) -> None:
        for wanted, queue in self._watchers:
            if wanted == plural:
                queue.put_nowait({"type": kind, "object": found})

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        routes: list[tuple[str, str, Callable[[web.Request], Any]]] = [
            ("GET", "/version", self._version),
            ("GET", "/apis/ray.io/v1/{plural}", self._list),
            ("GET", "/apis/ray.io/v1/namespaces/{ns}/{plural}", self._list),
            ("GET", "/apis/ray.io/v1/namespaces/{ns}/{plural}/{name}", self._one),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._review),
            ("*", "/api/v1/namespaces/{ns}/pods/{pod}/proxy/{tail:.*}", self._proxy),
            ("GET", "/api/v1/namespaces/{ns}/pods/{pod}/portforward", self._forward),
            ("GET", "/api/v1/namespaces/{ns}/pods/{pod}/exec", self._exec),
            ("GET", "/api/v1/namespaces/{ns}/pods/{pod}/log", self._log),
            ("GET", "/api/v1/namespaces/{ns}/{plural}", self._list),
            ("GET", "/api/v1/namespaces/{ns}/{plural}/{name}", self._one),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, handler)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return status(401, "Unauthorized", "Unauthorized")
        wanted = self._wanted(request)
        if wanted is not None:
            self.asked.append((wanted[2], wanted[1]))
            needed = (
                [wanted, (wanted[0], wanted[1], "create")]
                if wanted[1] in ("pods/exec", "pods/portforward")
                else [wanted]
            )
            for group, resource, verb in needed:
                if (group, resource, verb) not in self.rights:
                    what = f'resource "{resource}" in API group "{group}"'
                    message = f'{resource} is forbidden: User "viewer" cannot {verb} {what}'
                    return status(403, message, "Forbidden")
        answer: web.StreamResponse = await handler(request)
        return answer

    def _wanted(self, request: web.Request) -> Rule | None:
        """Return the right that a request needs; None where everybody has it."""
        parts = request.path.strip("/").split("/")
        if parts == ["version"] or parts[1] == "authorization.k8s.io":
            return None
        group = parts[1] if parts[0] == "apis" else ""
        rest = parts[3:] if parts[0] == "apis" else parts[2:]
        rest = rest[2:] if rest[0] == "namespaces" else rest
        resource = rest[0] + (f"/{rest[2]}" if len(rest) > 2 else "")
        verb = "get" if len(rest) > 1 else "watch" if "watch" in request.query else "list"
        return group, resource, verb

    async def _version(self, _request: web.Request) -> web.Response:
        return web.json_response({"major": "1", "minor": "36", "gitVersion": "v1.36.2"})

    async def _review(self, request: web.Request) -> web.Response:
        asked = (await request.json())["spec"]["resourceAttributes"]
        resource = asked["resource"] + (f"/{asked['subresource']}" if asked.get("subresource") else "")
        allowed = (asked.get("group", ""), resource, asked["verb"]) in self.rights
        return web.json_response({"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}}, status=201)

    def _chosen(self, request: web.Request) -> Callable[[dict[str, Any]], bool]:
        labels = [one.partition("=") for one in request.query.get("labelSelector", "").split(",") if one]
        name = request.query.get("fieldSelector", "").removeprefix("metadata.name=")
        named = name if request.query.get("fieldSelector", "").startswith("metadata.name=") else None

        def chosen(found: dict[str, Any]) -> bool:
            metadata = found["metadata"]
            fits = all(metadata.get("labels", {}).get(key) == value for key, _, value in labels)
            return fits and (named is None or metadata["name"] == named)

        return chosen

    async def _list(self, request: web.Request) -> web.StreamResponse:
        plural, chosen = request.match_info["plural"], self._chosen(request)
        if "watch" in request.query:
            return await self._watch(request, plural, chosen)
        namespace = request.match_info.get("ns")
        items = [
            found
            for (kind, _), found in self._objects.items()
            if kind == plural and chosen(found) and namespace in (None, found["metadata"]["namespace"])
        ]
        return web.json_response({"kind": "List", "metadata": {"resourceVersion": str(self.version)}, "items": items})

    async def _watch(
        self, request: web.Request, plural: str, chosen: Callable[[dict[str, Any]], bool]
    ) -> web.StreamResponse:
        if int(request.query["resourceVersion"]) < self.forget_before:
            return status(410, "too old resource version", "Expired")
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        entry: tuple[str, asyncio.Queue[dict[str, Any]]] = (plural, asyncio.Queue())
        self._watchers.append(entry)
        try:
            while event := await entry[1].get():
                if chosen(event["object"]):
                    await answer.write(json.dumps(event).encode() + b"\n")
        finally:
            self._watchers.remove(entry)
        return answer

    async def _one(self, request: web.Request) -> web.Response:
        plural, name = request.match_info["plural"], request.match_info["name"]
        found = self._objects.get((plural, name))
        if found is None or found["metadata"]["namespace"] != request.match_info["ns"]:
            return status(404, f'{plural} "{name}" not found', "NotFound")
        return web.json_response(found)

    async def _log(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.log)

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        _, name, port = request.match_info["pod"].split(":")
        if ("pods", name) not in self._objects:
            return status(404, f'pods "{name}" not found', "NotFound")
        # As a real one does: what says who asks is for the API server alone.
        headers = {key: value for key, value in request.headers.items() if key not in ("Authorization", "Host")}
        self.proxied_headers.append(headers)
        url = f"http://{self._address(name)}:{port}/{request.match_info['tail']}"
        if request.query_string:
            url += f"?{request.query_string}"
        try:
            async with (
                aiohttp.ClientSession(auto_decompress=False) as session,
                session.request(request.method, url, headers=headers, data=await request.read()) as reply,
            ):
                kept = {
                    key: value
                    for key, value in reply.headers.items()
                    if key not in ("Transfer-Encoding", "Content-Length")
                }
                return web.Response(status=reply.status, headers=kept, body=await reply.read())
        except aiohttp.ClientConnectionError as error:
            return status(503, f"error trying to reach service: dial tcp: connect: {error}", "ServiceUnavailable")

    def _address(self, name: str) -> str:
        """Return where a pod's ports really are: the head's on the loopback, as if that were in its network."""
        return "127.0.0.1" if "head" in name else str(self._objects[("pods", name)]["status"]["podIP"])

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        port = int(request.query["ports"])
        socket = web.WebSocketResponse(protocols=("v4.channel.k8s.io",), max_msg_size=0)
        await socket.prepare(request)
        for channel in (0, 1):
            await socket.send_bytes(bytes([channel]) + port.to_bytes(2, "little"))
        try:
            reading, writing = await asyncio.open_connection(self._address(request.match_info["pod"]), port)
        except OSError as error:
            await socket.send_bytes(b"\x01error forwarding port: " + str(error).encode())
            await socket.close()
            return socket

        async def back() -> None:
            while data := await reading.read(1 << 16):
                await socket.send_bytes(b"\x00" + data)
            await socket.close()

        task = asyncio.ensure_future(back())
        async for message in socket:
            if message.type == aiohttp.WSMsgType.BINARY and message.data[:1] == b"\x00":
                writing.write(message.data[1:])
                await writing.drain()
        task.cancel()
        writing.close()
        return socket

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("v5.channel.k8s.io",), max_msg_size=0)
        await socket.prepare(request)
        if request.query.get("tty"):
            return await self._exec_on_terminal(request, socket)
        stdin = asyncio.subprocess.PIPE if request.query.get("stdin") else subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *request.query.getall("command"),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

        async def out(stream: asyncio.StreamReader | None, channel: int) -> None:
            while stream is not None and (data := await stream.read(1 << 16)):
                await socket.send_bytes(bytes([channel]) + data)

        async def into() -> None:
            async for message in socket:
                if process.stdin is None or message.type != aiohttp.WSMsgType.BINARY:
                    continue
                if message.data == b"\xff\x00":
                    process.stdin.close()
                elif message.data[:1] == b"\x00":
                    process.stdin.write(message.data[1:])

        reading = asyncio.ensure_future(into())
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(out(process.stdout, 1), out(process.stderr, 2))
        code = await process.wait()
        await _tell_end(socket, code)
        reading.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return socket

    async def _exec_on_terminal(self, request: web.Request, socket: web.WebSocketResponse) -> web.WebSocketResponse:
        master, slave = pty.openpty()
        words = request.query.getall("command")
        process = await asyncio.create_subprocess_exec(
            *words, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

        async def out() -> None:
            with contextlib.suppress(OSError):
                while data := await asyncio.to_thread(os.read, master, 1 << 16):
                    await socket.send_bytes(b"\x01" + data)

        async def into() -> None:
            async for message in socket:
                if message.type != aiohttp.WSMsgType.BINARY:
                    continue
                if message.data[:1] == b"\x00":
                    os.write(master, message.data[1:])
                elif message.data[:1] == b"\x04":
                    size = json.loads(message.data[1:])
                    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size["Height"], size["Width"], 0, 0))

        reading = asyncio.ensure_future(into())
        await out()
        await _tell_end(socket, await process.wait())
        reading.cancel()
        os.close(master)
        return socket


async def _tell_end(socket: web.WebSocketResponse, code: int) -> None:
    told: dict[str, Any] = {"status": "Success"}
    if code:
        code = 128 - code if code < 0 else code
        cause = {"reason": "ExitCode", "message": str(code)}
        told = {"status": "Failure", "message": f"exit code {code}", "details": {"causes": [cause]}}
    with contextlib.suppress(ConnectionError):
        await socket.send_bytes(b"\x03" + json.dumps(told).encode())
        await socket.close()


def node_ip(url: str) -> str:
    """Return the address that Ray's nodes have: that of this machine."""
    nodes = httpx.get(f"{url}/nodes?view=summary", trust_env=False).json()["data"]["summary"]
    return str(nodes[0]["ip"])


@asynccontextmanager
async def kube_api(rights: set[Rule], port: int, ip: str) -> AsyncIterator[KubeApi]:
    """Run the server in front of the Ray on this machine whose dashboard listens on `port`, its nodes having `ip`."""
    api = KubeApi(rights)
    api.put("rayclusters", ray_cluster_object(port))
    api.put("pods", pod(HEAD_POD, "head", "10.244.0.28"))
    api.put("pods", pod(WORKER_POD, "worker", ip))
    async with serving(api):
        yield api


@asynccontextmanager
async def serving(api: KubeApi, port: int = 0) -> AsyncIterator[None]:
    """Serve over TLS for as long as the block lasts; `authority` is then what signed its certificate."""
    authority = trustme.CA()
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    runner = web.AppRunner(api.application(), shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
    await site.start()
    api.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    api.authority = authority.cert_pem.bytes().decode()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        await runner.cleanup()


def kubeconfig(
    api: KubeApi, directory: Path, user: dict[str, Any] | None = None, *, namespace: str | None = NAMESPACE
) -> Path:
    """Write a kubeconfig for the server, and return where."""
    ca = directory / "ca.pem"
    ca.write_text(api.authority)  # type: ignore[attr-defined]
    context = {"cluster": "test", "user": "viewer"} | ({"namespace": namespace} if namespace else {})
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": api.url, "certificate-authority": str(ca)}}],
        "users": [{"name": "viewer", "user": user or {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": context}],
    }
    path = directory / "kubeconfig"
    path.write_text(yaml.safe_dump(written))
    return path
