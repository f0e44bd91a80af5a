"""Finding the head among Compute Engine's instances, at a small server that answers as its API does."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from raymon_tui.backends.errors import BadAnswerError, RefusedError, UnreachableError, UsageError
from raymon_tui.backends.launcher.finding import HeadFinder
from raymon_tui.backends.launcher.head import Head

MakeFinder = Callable[..., HeadFinder]

ZONE = "us-west1-a"
PROVIDER = f"type: gcp, region: us-west1, availability_zone: {ZONE}, project_id: lab"
TOKEN, SECRET = "ya29.given", "hunter2"


@dataclass
class Project:
    """A project: its instances, what its API was asked, and what it answers instead where `refusal` is set."""

    instances: list[dict[str, object]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusal: tuple[int, str] | None = None
    url: str = ""

    def start(
        self, name: str, *, cluster: str = "one", kind: str = "head", status: str = "RUNNING", **more: str
    ) -> None:
        number = len(self.instances) + 1
        labels = {"ray-cluster-name": cluster, "ray-node-type": kind} | more
        access = [{"natIP": f"34.0.0.{number}"}]
        self.instances.append(
            {
                "name": name,
                "status": status,
                "labels": labels,
                "creationTimestamp": f"2026-01-0{number}T00:00:00.000-08:00",
                "networkInterfaces": [{"networkIP": f"10.138.0.{number}", "accessConfigs": access}],
            }
        )

    @property
    def account(self) -> str:
        """The key file of a service account, which is told to log in here."""
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "lab",
                "private_key_id": "1",
                "private_key": private_key(),
                "client_email": "ray@lab.iam.gserviceaccount.com",
                "token_uri": f"{self.url}/token",
            }
        )


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, pem, plain).decode()


@pytest.fixture
async def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Project]:
    served = Project()

    async def give_token(request: web.Request) -> web.Response:
        assert (await request.post())["assertion"]
        return web.json_response({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def list_instances(request: web.Request) -> web.Response:
        served.asked.append((request.method, request.path))
        if served.refusal:
            status, said = served.refusal
            return web.json_response({"error": {"code": status, "message": said}}, status=status)
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return web.json_response({"error": {"message": "Invalid Credentials"}}, status=401)
        wanted = dict(re.findall(r'\(labels\.([\w-]+) = "([^"]*)"\)', request.query["filter"]))
        assert wanted
        found = [one for one in served.instances if wanted.items() <= one["labels"].items()]  # type: ignore[attr-defined]
        return web.json_response({"items": found} if found else {})

    app = web.Application()
    app.router.add_post("/token", give_token)
    app.router.add_get(f"/compute/v1/projects/lab/zones/{ZONE}/instances", list_instances)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", f"{served.url}/compute/v1/")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    (tmp_path / "account.json").write_text(served.account)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    try:
        yield served
    finally:
        await runner.cleanup()


async def test_the_head_is_found_by_its_labels_among_all_that_runs(project: Project, finder: MakeFinder) -> None:
    project.start("ray-other-head", cluster="other")
    project.start("ray-one-worker", kind="worker")
    project.start("ray-one-head")
    assert await finder(PROVIDER).find() == Head("34.0.0.3", "ray-one-head")
    assert project.asked == [("GET", f"/compute/v1/projects/lab/zones/{ZONE}/instances")]


async def test_within_the_network_its_internal_address_is_taken(project: Project, finder: MakeFinder) -> None:
    project.start("head")
    assert (await finder(f"{PROVIDER}, use_internal_ips: true").find()).address == "10.138.0.1"


async def test_of_several_heads_that_is_taken_which_ray_has_set_up_then_the_newest(
    project: Project, finder: MakeFinder
) -> None:
    project.start("older")
    project.start("newer")
    project.start("staging", status="STAGING")
    project.start("gone", status="TERMINATED", **{"ray-node-status": "up-to-date"})
    assert (await finder(PROVIDER).find()).machine_id == "newer"
    project.start("ready", **{"ray-node-status": "up-to-date"})
    project.start("setting-up", **{"ray-node-status": "setting-up"})
    assert (await finder(PROVIDER).find()).machine_id == "ready"


async def test_a_head_without_a_public_address_is_named(project: Project, finder: MakeFinder) -> None:
    project.start("head")
    project.instances[0]["networkInterfaces"] = [{"networkIP": "10.138.0.1"}]
    with pytest.raises(UnreachableError, match="head is the head, but has no public address") as caught:
        await finder(PROVIDER).find()
    assert "use_internal_ips: true" in caught.value.advice


async def test_a_head_that_a_proxy_reaches_by_its_name_needs_no_address(project: Project, finder: MakeFinder) -> None:
    project.start("head")
    project.instances[0]["networkInterfaces"] = []
    auth = "auth: {ssh_proxy_command: gcloud compute start-iap-tunnel %h 22, ssh_proxy_use_node_id: true}"
    assert await finder(PROVIDER, auth).find() == Head("head", "head")


async def test_where_there_is_no_head_the_labels_are_told_that_were_searched(
    project: Project, finder: MakeFinder
) -> None:
    with pytest.raises(UnreachableError) as caught:
        await finder(PROVIDER).find()
    assert "ray-cluster-name=one" in caught.value.said
    assert ZONE in caught.value.said
    assert "--head-ip" in caught.value.advice


async def test_credentials_in_the_file_come_before_those_of_the_user(
    project: Project, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.start("head")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    for kind, credentials in (("service_account", project.account), ("credentials_token", TOKEN)):
        given = f"gcp_credentials: {{type: {kind}, credentials: {json.dumps(credentials)}}}"
        assert (await finder(f"{PROVIDER}, {given}").find()).machine_id == "head"


async def test_where_the_file_names_no_project_that_of_the_credentials_is_meant(
    project: Project, finder: MakeFinder
) -> None:
    project.start("head")
    found = await finder(f"type: gcp, availability_zone: {ZONE}, project_id: null").find()
    assert found.machine_id == "head"


@pytest.mark.parametrize(
    ("status", "kind", "advised"),
    [
        (401, RefusedError, "gcloud auth"),
        (403, RefusedError, "compute.instances.list"),
        (404, BadAnswerError, "project_id"),
        (503, BadAnswerError, "project_id"),
    ],
)
async def test_what_google_says_no_with_is_told(
    project: Project, finder: MakeFinder, status: int, kind: type[Exception], advised: str
) -> None:
    project.refusal = status, "Required permission is missing"
    with pytest.raises(kind) as caught:
        await finder(PROVIDER).find()
    assert "Required permission is missing" in str(caught.value)
    assert advised in getattr(caught.value, "advice", "")


async def test_without_credentials_it_is_said_how_to_log_in(
    project: Project, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    with pytest.raises(RefusedError) as caught:
        await finder(PROVIDER).find()
    assert "gcloud auth" in caught.value.advice


@pytest.mark.parametrize("credentials", [SECRET, f'"{SECRET}"', json.dumps({"private_key": SECRET})])
async def test_credentials_that_can_be_none_are_not_repeated(
    project: Project, finder: MakeFinder, credentials: str
) -> None:
    given = f"gcp_credentials: {{type: service_account, credentials: {json.dumps(credentials)}}}"
    with pytest.raises((UsageError, RefusedError)) as caught:
        await finder(f"{PROVIDER}, {given}").find()
    assert SECRET not in repr(caught.value)


async def test_where_google_is_not_reached_that_is_told(
    project: Project, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", f"http://{closed}/compute/v1/")
    with pytest.raises(UnreachableError) as caught:
        await finder(PROVIDER).find()
    assert "one" in caught.value.tried
