"""Where a cluster's head is just now: asked again whenever the way to it is lost, since `ray up` may have moved it."""

from __future__ import annotations

from dataclasses import dataclass, field

from raymon_tui.backends.launcher.cluster_file import ClusterFile
from raymon_tui.backends.launcher.coordinator import find_through_coordinator
from raymon_tui.backends.launcher.head import Head, NoDirectWayError
from raymon_tui.backends.launcher.providers import (
    AwsProvider,
    CoordinatorProvider,
    GcpProvider,
    LocalProvider,
    OtherProvider,
)
from raymon_tui.backends.launcher.ray_child import ask_ray

_EXTRAS = {"boto3": "aws", "botocore": "aws", "google": "gcp", "requests": "gcp"}
"""The libraries that ask clouds, and which extra brings them."""


@dataclass(frozen=True)
class HeadFinder:
    """Finds the head of `cluster`, whose file holds `data`; `head_ip` is what the command line says that it is."""

    cluster: ClusterFile
    data: bytes = field(repr=False)
    head_ip: str | None = None

    async def find(self) -> Head:
        """Return where the head is now: as the command line says, else as the provider tells, else as Ray tells.

        Raises a `RaymonError` that says what was looked for. No call of it creates anything anywhere.
        """
        if self.head_ip is not None:
            return Head(self.head_ip)
        try:
            return await self._directly()
        except NoDirectWayError as error:
            why = error
        except ModuleNotFoundError as error:
            why = _missing(error)
        return await ask_ray(self.cluster, self.data, why)

    async def _directly(self) -> Head:
        provider = self.cluster.provider
        if isinstance(provider, LocalProvider):
            return Head(provider.head_ip if self.cluster.internal else provider.external_head_ip or provider.head_ip)
        if isinstance(provider, CoordinatorProvider):
            return await find_through_coordinator(self.cluster, provider)
        if isinstance(provider, AwsProvider):
            from raymon_tui.backends.launcher.aws import find_in_ec2

            return await find_in_ec2(self.cluster, provider)
        if isinstance(provider, GcpProvider):
            from raymon_tui.backends.launcher.gcp import find_in_compute_engine

            return await find_in_compute_engine(self.cluster, provider)
        return _only_ray_knows(provider)


def _missing(error: ModuleNotFoundError) -> NoDirectWayError:
    library = (error.name or "").partition(".")[0]
    if library not in _EXTRAS:
        raise error
    return NoDirectWayError(f"{library} is not installed", f"pip install 'raymon-tui[{_EXTRAS[library]}]'")


def _only_ray_knows(provider: OtherProvider) -> Head:
    raise NoDirectWayError(f"only Ray knows how to ask the provider {provider.type}", "install Ray as for ray up")
