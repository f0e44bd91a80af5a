"""Finding the head among EC2 instances, at a real server that speaks EC2's API."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import anyio
import boto3
import httpx
import pytest

from raymon_tui.backends.errors import RefusedError, UnreachableError, UsageError
from raymon_tui.backends.launcher.finding import HeadFinder
from raymon_tui.backends.launcher.head import Head

MakeFinder = Callable[..., HeadFinder]
Start = Callable[..., str]

REGION = "us-west-2"
PROVIDER = f"type: aws, region: {REGION}"
SECRET = "hunter2"


@dataclass
class Account:
    """An AWS account: what is started in it, and what its API is asked."""

    url: str
    ec2: Any = field(repr=False)

    def start(self, name: str = "one", *, kind: str = "head", status: str | None = "up-to-date") -> Any:
        tags = {"ray-cluster-name": name, "ray-node-type": kind} | ({"ray-node-status": status} if status else {})
        (instance,) = self.ec2.create_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            ],
        )
        instance.wait_until_running()
        instance.reload()
        return instance

    @contextmanager
    def recorded(self) -> Iterator[list[dict[str, list[str]]]]:
        """Give a list that holds, after the block, what the API was asked meanwhile."""
        asked: list[dict[str, list[str]]] = []
        recorder = f"{self.url}/moto-api/recorder"
        httpx.post(f"{recorder}/reset-recording").raise_for_status()
        httpx.post(f"{recorder}/start-recording").raise_for_status()
        yield asked
        httpx.post(f"{recorder}/stop-recording").raise_for_status()
        lines = httpx.get(f"{recorder}/download-recording").raise_for_status().text.splitlines()
        asked.extend(parse_qs(b64decode(json.loads(line)["body"]).decode()) for line in lines)


@pytest.fixture(scope="session")
def aws_url(started: Start) -> str:
    return f"http://{started('-m', 'moto.server', '-H', '127.0.0.1', '-p', 'PORT')}"


@pytest.fixture
def account(aws_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[Account]:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_url)
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    httpx.post(f"{aws_url}/moto-api/reset").raise_for_status()
    yield Account(aws_url, boto3.resource("ec2", REGION))
    httpx.post(f"{aws_url}/moto-api/reset").raise_for_status()


async def test_the_head_is_found_by_its_tags_among_all_that_runs(account: Account, finder: MakeFinder) -> None:
    account.start("other")
    account.start(kind="worker")
    head = account.start()
    assert await finder(PROVIDER).find() == Head(head.public_ip_address, head.id)


async def test_within_the_network_its_internal_address_is_taken(account: Account, finder: MakeFinder) -> None:
    head = account.start()
    found = await finder(f"{PROVIDER}, use_internal_ips: true").find()
    assert found == Head(head.private_ip_address, head.id)


async def test_a_head_that_moved_is_found_where_it_is_now(account: Account, finder: MakeFinder) -> None:
    before, ours = account.start(), finder(PROVIDER)
    assert (await ours.find()).machine_id == before.id
    before.terminate()
    after = account.start()
    assert await ours.find() == Head(after.public_ip_address, after.id)


async def test_of_several_heads_that_is_taken_which_ray_has_set_up(account: Account, finder: MakeFinder) -> None:
    ready = account.start()
    account.start(status="setting-up")
    account.start(status=None)
    assert (await finder(PROVIDER).find()).machine_id == ready.id


async def test_where_there_is_no_head_the_tags_are_told_that_were_searched(
    account: Account, finder: MakeFinder
) -> None:
    account.start().stop()
    with pytest.raises(UnreachableError) as caught:
        await finder(PROVIDER).find()
    assert "ray-cluster-name=one" in caught.value.said
    assert "ray-node-type=head" in caught.value.said
    assert REGION in caught.value.said
    assert "--head-ip" in caught.value.advice


def test_only_instances_are_described_and_nothing_is_created(account: Account, finder: MakeFinder) -> None:
    head = account.start()
    with account.recorded() as asked:
        anyio.run(finder(PROVIDER).find)
    assert [body["Action"] for body in asked] == [["DescribeInstances"]]
    assert [one.id for one in account.ec2.instances.all()] == [head.id]


@pytest.mark.parametrize(
    "given", ["", f", aws_credentials: {{aws_access_key_id: AKIA, aws_secret_access_key: {SECRET}}}"]
)
async def test_credentials_are_those_of_the_file_then_those_of_the_user(
    account: Account, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    head = account.start()
    if given:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert (await finder(f"{PROVIDER}{given}").find()).machine_id == head.id


async def test_without_credentials_it_is_said_how_to_log_in(
    account: Account, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RefusedError) as caught:
        await finder(PROVIDER).find()
    assert "redentials" in caught.value.said
    assert "aws sso login" in caught.value.advice


async def test_where_aws_is_not_reached_that_is_told(
    account: Account, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UnreachableError) as caught:
        await finder(PROVIDER).find()
    assert "one" in caught.value.tried
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    ("provider", "environ"),
    [
        ("type: aws, region: us west", {}),
        (PROVIDER, {"AWS_PROFILE": "no-such-profile"}),
        (f"{PROVIDER}, aws_credentials: {{no_such_word: {SECRET}}}", {}),
    ],
)
async def test_what_the_file_or_the_profile_says_wrong_is_told_without_secrets(
    account: Account, finder: MakeFinder, monkeypatch: pytest.MonkeyPatch, provider: str, environ: dict[str, str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        await finder(provider).find()
    assert SECRET not in repr(caught.value)
