"""Who keeps a cluster's machines, as far as is needed to find the head among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from raymon_tui.backends.launcher.fields import Fields


@dataclass(frozen=True)
class LocalProvider:
    """Machines that the file names. `external_head_ip` is the head's address from outside their network."""

    head_ip: str
    external_head_ip: str | None = None


@dataclass(frozen=True)
class CoordinatorProvider:
    """Machines that a coordinator server hands out, which listens at `address` (`host:port`)."""

    address: str


@dataclass(frozen=True)
class AwsProvider:
    """EC2 instances. `credentials` are those that the file itself holds, by the names that boto3 gives them."""

    region: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class GcpProvider:
    """Compute Engine instances; no `project` means that of the credentials.

    `credentials` are those that the file itself holds: their type (`service_account` or `credentials_token`) and they
    themselves, as JSON or as a token.
    """

    zone: str
    project: str | None = None
    credentials: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OtherProvider:
    """One whose machines only Ray itself knows how to find; `type` is its name."""

    type: str


Provider = LocalProvider | CoordinatorProvider | AwsProvider | GcpProvider | OtherProvider


def provider_of(section: Fields) -> Provider:
    """Return what a launcher's file says in its section `provider`; raises `UsageError` where what is needed lacks."""
    kind = section.needed("type")
    reader = _READERS.get(kind)
    return reader(section) if reader else OtherProvider(kind)


def _local(section: Fields) -> Provider:
    coordinator = section.text("coordinator_address")
    if coordinator is not None:
        return CoordinatorProvider(coordinator)
    return LocalProvider(section.needed("head_ip"), section.text("external_head_ip"))


def _aws(section: Fields) -> Provider:
    given = section.section("aws_credentials")
    credentials = {key: value for key in given.values if (value := given.text(key)) is not None}
    return AwsProvider(section.needed("region"), credentials)


def _gcp(section: Fields) -> Provider:
    given = section.section("gcp_credentials")
    credentials = (given.needed("type"), given.needed("credentials")) if given.values else None
    return GcpProvider(section.needed("availability_zone"), section.text("project_id"), credentials)


_READERS: dict[str, Callable[[Fields], Provider]] = {"local": _local, "aws": _aws, "gcp": _gcp}
