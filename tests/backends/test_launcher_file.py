"""The file that `ray up` was given: what it must be, where the head is, how one logs in."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from listening import closed_port
from ssh_home import make_home, settings_for
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, UnreachableError, UnsupportedError, UsageError
from raymon_tui.backends.launcher.destination import destination_of, keys_of
from raymon_tui.backends.launcher.file import LARGEST, LauncherFile, read_file, understood
from raymon_tui.backends.launcher.head import by_ray, find_head
from raymon_tui.backends.resolve import resolve
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import Container

LOCAL = """
cluster_name: lab
provider:
    type: local
    head_ip: 127.0.0.1
    worker_ips: [127.0.0.2]
auth:
    ssh_user: ray
    ssh_private_key: ~/keys/lab.pem
docker:
    image: rayproject/ray
    container_name: ray_container
head_start_ray_commands:
    - ray stop
    - ulimit -c unlimited && ray start --head --port=6379 --dashboard-port=8888 --dashboard-host 0.0.0.0
"""
AWS = """
cluster_name: train
provider: {type: aws, region: us-west-2, availability_zone: us-west-2a}
auth: {ssh_user: ec2-user}
docker: {}
"""
LEGACY = """
cluster_name: old
provider: {type: gcp, region: us-west1, availability_zone: us-west1-a, project_id: p}
auth: {ssh_user: ubuntu}
head_node: {machineType: n1-standard-2}
worker_nodes: {machineType: n1-standard-2}
"""
MANIFEST = "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: x}\n"


def read(text: str) -> LauncherFile:
    return understood(text.encode(), "read it")


def test_what_a_launchers_file_says_is_where_one_connects_to() -> None:
    where = destination_of(read(LOCAL), ConnectOptions())
    assert where.find_host is not None
    assert where.find_host() == "127.0.0.1"
    assert where.user == "ray"
    assert where.keys == (Path.home() / "keys" / "lab.pem",)
    assert where.container == Container("docker", "ray_container")
    assert where.dashboard == Endpoint("127.0.0.1", 8888)


def test_the_command_line_comes_before_the_file() -> None:
    options = ConnectOptions(head_ip="10.9.8.7", ssh_user="me", ssh_key=Path("/k"), dashboard_port=9999)
    where = destination_of(read(LOCAL), options)
    assert (where.host, where.find_host, where.user, where.keys) == ("10.9.8.7", None, "me", (Path("/k"),))
    assert where.dashboard.port == 9999


def test_older_files_are_read_too_and_an_empty_container_is_none() -> None:
    assert read(LEGACY).provider_type == "gcp"
    where = destination_of(read(AWS), ConnectOptions())
    assert where.container is None
    assert where.dashboard.port == 8265


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("just words", "empty"),
        ("a: 1\n", "no cluster_name"),
        ("cluster_name: x\n", "no cluster_name"),
        ("a: [1\n", "no YAML"),
        ("cluster_name: !!python/object/apply:os.system [touch /tmp/x]\nprovider: {type: local}\n", "no YAML"),
        ("[" * 100_000, "no YAML"),
    ],
)
def test_what_is_no_launchers_file_is_told_in_words(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert said in caught.value.said


def test_a_yaml_bomb_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(UsageError):
        read("\n".join(lines))


def test_binaries_and_huge_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    binary, huge = tmp_path / "b.yaml", tmp_path / "h.yaml"
    shutil.copy(sys.executable, binary)
    with huge.open("wb") as file:
        file.truncate(100 << 20)
    for path in (binary, huge):
        with pytest.raises(UsageError) as caught:
            read_file(path)
        assert str(path) in caught.value.tried
    with pytest.raises(UsageError) as missing:
        read_file(tmp_path / "missing.yaml")
    assert "No such file" in missing.value.said
    with pytest.raises(UsageError):
        understood(b"x" * (LARGEST + 1), "read it")


def test_a_kubernetes_manifest_is_known_for_what_it_is() -> None:
    with pytest.raises(UnsupportedError) as caught:
        read(MANIFEST)
    assert "Kubernetes" in caught.value.said


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_at_all_raise_anything_but_our_own_errors(data: bytes) -> None:
    with contextlib.suppress(RaymonError):
        understood(data, "read it")


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOCAL.encode())))
    (candidate,) = resolve("-", ConnectOptions(), {})
    assert "lab" in candidate.title
    assert isinstance(candidate.open(), SshBackend)


def test_keys_of_rays_own_making_are_found(tmp_path: Path) -> None:
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    assert keys_of(read(AWS), tmp_path) == ()
    for name in ("us-west-2", "3_us-west-2", "gcp_us-west1_p_ubuntu_0"):
        (ssh / f"ray-autoscaler_{name}.pem").touch()
    names = [path.name for path in keys_of(read(AWS), tmp_path)]
    assert names == ["ray-autoscaler_us-west-2.pem", "ray-autoscaler_3_us-west-2.pem"]
    assert [path.name for path in keys_of(read(LEGACY), tmp_path)] == ["ray-autoscaler_gcp_us-west1_p_ubuntu_0.pem"]


@pytest.fixture
def coordinator(tmp_path: Path) -> Iterator[str]:
    """Ray's own coordinator server, in a process of its own."""
    port = closed_port()
    script = (
        # Its state lies where all servers of this machine have theirs, unless it is told otherwise.
        "import sys, ray.autoscaler._private.local.node_provider as n; State = n.OnPremCoordinatorState;"
        "n.OnPremCoordinatorState = lambda _lock, _state, ips: State('lock', 'state', ips);"
        "from ray.autoscaler.local.coordinator_server import OnPremCoordinatorServer as S;"
        f"s = S(['127.0.0.1', '127.0.0.2'], '127.0.0.1', {port}); print('ready', flush=True); sys.stdin.read();"
        "s.shutdown()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"127.0.0.1:{port}"
        assert process.stdin is not None
        process.stdin.close()


def test_rays_own_coordinator_is_asked_for_the_head(coordinator: str) -> None:
    text = f"cluster_name: shared\nprovider: {{type: local, coordinator_address: '{coordinator}'}}\n"
    with pytest.raises(UnreachableError) as nobody:
        find_head(read(text))
    assert "ray up" in nobody.value.advice
    question = {"type": "create_node", "args": [{}, {"ray-node-type": "head", "ray-cluster-name": "shared"}, 1]}
    httpx.request("GET", f"http://{coordinator}/", content=json.dumps(question)).raise_for_status()
    assert find_head(read(text)) == "127.0.0.1"


def test_a_coordinator_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreachableError) as caught:
        find_head(read(f"cluster_name: x\nprovider: {{type: local, coordinator_address: '127.0.0.1:{closed_port()}'}}"))
    assert "refused" in caught.value.said


def test_ray_itself_is_asked_for_what_only_ray_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(LOCAL)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    with pytest.raises(UnreachableError) as caught:
        by_ray(read_file(path))
    assert "ray get-head-ip" in caught.value.said
    assert "--head-ip" in caught.value.advice


def test_without_ray_the_flag_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError) as caught:
        find_head(read("cluster_name: x\nprovider: {type: azure}\n"))
    assert "azure" in caught.value.said
    assert "--head-ip" in caught.value.advice


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        yield running


async def test_a_head_that_moved_is_looked_up_again(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (*settings_for(sshd), f"  Port {sshd.port}", "  HostKeyAlias head", "  StrictHostKeyChecking yes")
    make_home(tmp_path / "home", monkeypatch, *lines)
    sshd.known_hosts.write_text(f"head {sshd.host_key}\n")
    path = tmp_path / "lab.yaml"
    auth = f"auth: {{ssh_user: {sshd.user}, ssh_private_key: {sshd.key}}}"
    path.write_text(f"cluster_name: lab\nprovider: {{type: local, head_ip: 127.0.0.1}}\n{auth}\n")
    looked_up: list[str] = []
    launched = read_file(path)

    def moving(_launched: LauncherFile) -> str:
        looked_up.append("127.0.0.1" if not looked_up else "localhost")
        return looked_up[-1]

    monkeypatch.setattr("raymon_tui.backends.launcher.destination.find_head", moving)
    backend = SshBackend(destination_of(launched, ConnectOptions()), environ={})
    try:
        assert (await backend.run(("echo", "one"))).stdout == b"one\n"
        (await backend.link.transport()).close()
        assert (await backend.run(("echo", "two"))).stdout == b"two\n"
    finally:
        await backend.aclose()
    assert looked_up == ["127.0.0.1", "localhost"]
