"""What a launcher's file says, whoever wrote it for whichever version of Ray."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.documents import documents_in
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.launcher.cluster_file import (
    ClusterFile,
    ContainerName,
    DashboardPlace,
    cluster_file_of,
    is_cluster_file,
)
from raymon_tui.backends.launcher.keys import keys_there
from raymon_tui.backends.launcher.providers import (
    AwsProvider,
    CoordinatorProvider,
    GcpProvider,
    LocalProvider,
    OtherProvider,
)

SECRET = "hunter2"
RAY = Path((find_spec("ray") or pytest.fail("Ray is not installed here")).origin or "").parent


def read(text: str) -> ClusterFile:
    (document,) = documents_in(text.encode(), "cluster.yaml")
    assert is_cluster_file(document)
    return cluster_file_of(document, "cluster.yaml")


def provider(text: str) -> ClusterFile:
    return read(f"cluster_name: one\nprovider: {{{text}}}\n")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("type: local, head_ip: 10.0.0.1, worker_ips: [10.0.0.2]", LocalProvider("10.0.0.1")),
        ("type: local, head_ip: head, external_head_ip: 1.2.3.4", LocalProvider("head", "1.2.3.4")),
        ("type: local, coordinator_address: 'host:1234'", CoordinatorProvider("host:1234")),
        ("type: aws, region: us-west-2, availability_zone: 'us-west-2a,us-west-2b'", AwsProvider("us-west-2")),
        (
            "type: gcp, region: us-west1, availability_zone: us-west1-a, project_id: 1234",
            GcpProvider("us-west1-a", "1234"),
        ),
        ("type: gcp, availability_zone: us-west1-a, project_id: null", GcpProvider("us-west1-a")),
        ("type: azure, location: westus2, resource_group: ray", OtherProvider("azure")),
        ("type: vsphere, vsphere_config: {}", OtherProvider("vsphere")),
        ("type: aliyun, region: cn-hangzhou", OtherProvider("aliyun")),
        ("type: external, module: my.provider.Class", OtherProvider("external")),
        ("type: fake_multinode", OtherProvider("fake_multinode")),
    ],
)
def test_every_provider_is_read(text: str, meant: object) -> None:
    assert provider(text).provider == meant


@pytest.mark.parametrize("kind", ["aws", "azure", "gcp", "vsphere"])
def test_the_defaults_that_come_with_ray_are_read(kind: str) -> None:
    path = RAY / "autoscaler" / kind / "defaults.yaml"
    (document,) = documents_in(path.read_bytes(), str(path))
    assert document["provider"]["type"] == kind  # type: ignore[index]
    assert cluster_file_of(document, str(path)).name == document["cluster_name"]


def test_the_legacy_form_with_a_head_node_and_worker_nodes_is_read() -> None:
    file = read(
        """
cluster_name: default
min_workers: 0
initial_workers: 0
autoscaling_mode: default
docker: {image: "", container_name: "", pull: True, run_options: []}
provider: {type: local, head_ip: YOUR_HEAD_NODE_HOSTNAME, worker_ips: [WORKER_NODE_1_HOSTNAME, ... ]}
auth: {ssh_user: YOUR_USERNAME, ssh_private_key: ~/.ssh/id_rsa}
head_node: {}
worker_nodes: {}
file_mounts: {
#    "/path1/on/remote/machine": "/path1/on/local/machine",
}
head_start_ray_commands:
    - ray stop
    - ulimit -c unlimited && ray start --head --redis-port=6379 --autoscaling-config=~/ray_bootstrap_config.yaml
"""
    )
    assert file.provider == LocalProvider("YOUR_HEAD_NODE_HOSTNAME")
    assert (file.login.user, file.login.private_key) == ("YOUR_USERNAME", "~/.ssh/id_rsa")
    assert file.container is None
    assert file.dashboard == DashboardPlace()


@pytest.mark.parametrize(
    ("text", "internal"),
    [
        ("", False),
        (", use_internal_ips: true", True),
        (", use_internal_ips: True, use_external_head_ip: yes", False),
        (", use_external_head_ip: true", False),
    ],
)
def test_the_internal_address_is_used_as_ray_uses_it(text: str, internal: bool) -> None:
    assert provider(f"type: local, head_ip: x{text}").internal is internal


def test_the_login_is_that_of_ray() -> None:
    file = read(
        "cluster_name: one\nprovider: {type: aws, region: us-west-2}\n"
        "auth: {ssh_proxy_command: 'aws ssm start-session --target %h', ssh_proxy_use_node_id: true}\n"
    )
    assert file.login.user == "ubuntu"
    assert file.login.private_key is None
    assert file.login.proxy_command == "aws ssm start-session --target %h"
    assert file.login.proxy_by_id


@pytest.mark.parametrize(
    ("docker", "meant"),
    [
        ("docker: {image: x, container_name: ray_container}", ContainerName("ray_container", "docker")),
        ("docker: {image: x, container_name: ray, use_podman: true}", ContainerName("ray", "podman")),
        ("docker: {container_name: ''}", None),
        ("docker: ''", None),
        ("docker: {}", None),
        (
            """
docker: {container_name: all, use_podman: true}
head_node_type: head
available_node_types: {head: {docker: {container_name: mine}}}
""",
            ContainerName("mine", "podman"),
        ),
    ],
)
def test_the_container_is_that_of_the_head(docker: str, meant: ContainerName | None) -> None:
    assert read(f"cluster_name: one\nprovider: {{type: local, head_ip: x}}\n{docker}\n").container == meant


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("ray start --head --port=6379", DashboardPlace()),
        ("ulimit -n 65536; ray start --head --dashboard-port=8300", DashboardPlace(port=8300)),
        ("ray start --head --dashboard-port 8300 --dashboard-host 0.0.0.0", DashboardPlace(port=8300)),
        ("ray start --head --dashboard-host=10.0.0.7", DashboardPlace("10.0.0.7")),
        ("ray start --head --dashboard-port=99999", DashboardPlace()),
        ("ray start --head --dashboard-agent-listen-port=52365", DashboardPlace()),
        ("ray start --address=$RAY_HEAD_IP:6379 --dashboard-port=8300", DashboardPlace()),
    ],
)
def test_the_dashboard_is_where_the_head_is_told_to_open_it(command: str, meant: DashboardPlace) -> None:
    text = f"cluster_name: one\nprovider: {{type: local, head_ip: x}}\nhead_start_ray_commands: [ray stop, '{command}']"
    assert read(text).dashboard == meant


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "type: aws, region: us-west-2",
            (
                ".ssh/ray-autoscaler_us-west-2.pem",
                ".ssh/ray-autoscaler_1_us-west-2.pem",
                ".ssh/ray-autoscaler_10_us-west-2.pem",
            ),
        ),
        (
            "type: aws, region: us-west-2, key_pair: {key_name: 'team[1]'}",
            (".ssh/team[1].pem", ".ssh/team[1]_key-1.pem"),
        ),
        (
            "type: gcp, availability_zone: us-west1-a, project_id: p",
            (".ssh/ray-autoscaler_gcp_us-west1_p_ubuntu_0", ".ssh/ray-autoscaler_gcp_us-west1_p_ubuntu_1"),
        ),
        ("type: gcp, availability_zone: us-west1-a, project_id: ~", (".ssh/ray-autoscaler_gcp_us-west1_p_ubuntu_0",)),
        (
            "type: azure, location: westus2, resource_group: ray",
            (".ssh/ray-autoscaler_azure_westus2_ray_ubuntu_1",),
        ),
        ("type: vsphere", ("ray-bootstrap-key.pem",)),
        ("type: aliyun", (".ssh/ray",)),
        ("type: aliyun, key_name: mine", (".ssh/mine",)),
    ],
)
def test_where_no_key_is_named_those_are_taken_that_ray_made(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    (tmp_path / ".ssh").mkdir()
    others = (".ssh/id_rsa", ".ssh/ray-autoscaler_eu-west-1.pem", ".ssh/team1.pem")
    for name in (*names, *others, *(f"{name}.pub" for name in names if not name.endswith(".pem"))):
        (tmp_path / name).touch()
    found = keys_there(provider(text).login.default_keys, tmp_path)
    assert tuple(str(path.relative_to(tmp_path)) for path in found) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cluster_name: one\nprovider: {}\n", "provider.type is not there"),
        ("cluster_name: one\nprovider: local\n", "provider is no mapping"),
        ("cluster_name: ''\nprovider: {type: local, head_ip: x}\n", "cluster_name is not there"),
        ("cluster_name: one\nprovider: {type: local}\n", "provider.head_ip is not there"),
        ("cluster_name: one\nprovider: {type: aws}\n", "provider.region is not there"),
        ("cluster_name: one\nprovider: {type: local, head_ip: [x]}\n", "provider.head_ip is no text"),
        ("cluster_name: one\nprovider: {type: local, head_ip: x}\nauth: [x]\n", "auth is no mapping"),
        (
            "cluster_name: one\nprovider: {type: local, head_ip: x, use_internal_ips: perhaps}\n",
            "provider.use_internal_ips is neither true nor false",
        ),
    ],
)
def test_what_is_needed_and_lacks_is_told_by_its_key(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read(text)
    assert caught.value.tried == "read cluster.yaml"


def test_keys_that_are_not_needed_are_not_looked_at() -> None:
    text = "cluster_name: one\nprovider: {type: local, head_ip: x, worker_ips: 3}\nmax_workers: many\nsetup_commands: 3"
    assert read(text).provider == LocalProvider("x")


def test_what_is_secret_in_the_file_is_not_printed() -> None:
    aws = provider(f"type: aws, region: r, aws_credentials: {{aws_access_key_id: a, aws_secret_access_key: {SECRET}}}")
    gcp = provider(
        f"type: gcp, availability_zone: z, gcp_credentials: {{type: credentials_token, credentials: {SECRET}}}"
    )
    assert isinstance(aws.provider, AwsProvider)
    assert aws.provider.credentials == {"aws_access_key_id": "a", "aws_secret_access_key": SECRET}
    assert isinstance(gcp.provider, GcpProvider)
    assert gcp.provider.credentials == ("credentials_token", SECRET)
    assert SECRET not in repr((aws, gcp))


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PROVIDER_KEYS = ("head_ip", "region", "availability_zone", "key_pair", "gcp_credentials", "aws_credentials")
PROVIDERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["local", "aws", "gcp", "azure", "aliyun", "x"])},
    optional=dict.fromkeys(PROVIDER_KEYS, VALUES),
)
OTHER_KEYS = ("auth", "docker", "head_start_ray_commands", "available_node_types", "head_node_type")
FILES = st.fixed_dictionaries(
    {"cluster_name": st.just("one") | VALUES, "provider": PROVIDERS | VALUES},
    optional=dict.fromkeys(OTHER_KEYS, VALUES),
)


@given(FILES)
def test_no_file_at_all_raises_anything_but_a_usage_error(document: dict[str, object]) -> None:
    with contextlib.suppress(UsageError):
        cluster_file_of(document, "cluster.yaml")
