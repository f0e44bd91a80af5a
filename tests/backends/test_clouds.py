"""Finding the head in a cloud: a real moto server stands for AWS, a small HTTP server for Google Cloud."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from listening import closed_port

from raymon_tui.backends.errors import RefusedError, UnreachableError
from raymon_tui.backends.launcher.file import LauncherFile, understood
from raymon_tui.backends.launcher.head import find_head

REGION = "us-west-2"


def launched(provider: str, name: str = "train") -> LauncherFile:
    return understood(f"cluster_name: {name}\nprovider: {provider}\n".encode(), "read it")


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    port = closed_port()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], **silent
    ) as process:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def ec2(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client for an AWS that holds nothing yet, and an environment that leads everybody there."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    import httpx

    httpx.post(f"{moto_url}/moto-api/reset").raise_for_status()
    return boto3.client("ec2", region_name=REGION)


def launch(ec2: Any, cluster: str, kind: str) -> dict[str, Any]:
    tags = [{"Key": "ray-cluster-name", "Value": cluster}, {"Key": "ray-node-type", "Value": kind}]
    given = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=[{"ResourceType": "instance", "Tags": tags}]
    )
    (instance,) = given["Instances"]
    (found,) = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"]
    return dict(found)


def test_the_head_on_aws_is_found_by_its_tags(ec2: Any) -> None:
    launch(ec2, "other", "head")
    launch(ec2, "train", "worker")
    head = launch(ec2, "train", "head")
    provider = f"{{type: aws, region: {REGION}}}"
    assert find_head(launched(provider)) == head["PublicIpAddress"]
    internal = f"{{type: aws, region: {REGION}, use_internal_ips: true}}"
    assert find_head(launched(internal)) == head["PrivateIpAddress"]


def test_a_head_that_was_ended_is_none(ec2: Any) -> None:
    head = launch(ec2, "train", "head")
    ec2.terminate_instances(InstanceIds=[head["InstanceId"]])
    with pytest.raises(UnreachableError) as caught:
        find_head(launched(f"{{type: aws, region: {REGION}}}"))
    assert "ray-cluster-name=train" in caught.value.said
    assert "--head-ip" in caught.value.advice


def test_an_aws_that_is_not_there_is_told(ec2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(UnreachableError) as caught:
        find_head(launched(f"{{type: aws, region: {REGION}}}"))
    assert REGION in caught.value.tried


class Google(ThreadingHTTPServer):
    """Gives tokens, and tells of `instances` who has one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.instances: list[dict[str, Any]] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Google

    def do_POST(self) -> None:
        self._say(200, {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        known = self.headers["Authorization"] == "Bearer a-token"
        self._say(200 if known else 403, {"items": self.server.instances} if known else {})

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        return


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        account = {
            "type": "service_account",
            "client_email": "tests@example.invalid",
            "private_key": key.decode(),
            "token_uri": f"{server.url}/token",
        }
        path = tmp_path / "account.json"
        path.write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", server.url)
        yield server
        server.shutdown()
        thread.join()


GCP = "{type: gcp, project_id: lab, region: us-west1, availability_zone: us-west1-a%s}"


def test_the_head_on_google_cloud_is_found_by_its_labels(google: Google) -> None:
    interface = {"networkIP": "10.0.0.5", "accessConfigs": [{"natIP": "203.0.113.5"}]}
    google.instances = [{"name": "ray-train-head", "networkInterfaces": [interface]}]
    assert find_head(launched(GCP % "")) == "203.0.113.5"
    assert find_head(launched(GCP % ", use_internal_ips: true")) == "10.0.0.5"
    assert google.asked[0].startswith("/compute/v1/projects/lab/zones/us-west1-a/instances?filter=")
    assert "train" in google.asked[0]


def test_a_google_cloud_without_the_head_says_what_was_looked_for(google: Google) -> None:
    with pytest.raises(UnreachableError) as caught:
        find_head(launched(GCP % ""))
    assert "ray-cluster-name=train" in caught.value.said


def test_google_cloud_that_says_no_is_told_as_that(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    with pytest.raises(RefusedError) as caught:
        find_head(launched(GCP % ""))
    assert caught.value.exit_code == 4
