"""Asking EC2 which instance is a cluster's head; needs the extra `aws`, and of permissions ec2:DescribeInstances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import boto3
from botocore import exceptions
from botocore.config import Config

from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UnreachableError, UsageError
from raymon_tui.backends.launcher.cluster_file import ClusterFile
from raymon_tui.backends.launcher.head import (
    CLUSTER_TAG,
    HEAD_KIND,
    KIND_TAG,
    STATUS_TAG,
    Head,
    Machine,
    head_among,
    looking_for,
)
from raymon_tui.backends.launcher.providers import AwsProvider

ANSWER_S = 45.0
_PATIENCE = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 2, "mode": "standard"})
_LOG_IN = "log in to AWS (aws configure, aws sso login, AWS_PROFILE), or give the head's address with --head-ip"
_ALLOW = "the user needs ec2:DescribeInstances and nothing else; or give the head's address with --head-ip"
_ONLINE = "is this machine online, and the region right? --head-ip goes without asking AWS"
_ADVICE_BY_CODE = {
    "AuthFailure": _LOG_IN,
    "ExpiredToken": _LOG_IN,
    "ExpiredTokenException": _LOG_IN,
    "InvalidClientTokenId": _LOG_IN,
    "RequestExpired": _LOG_IN,
    "AccessDenied": _ALLOW,
    "AccessDeniedException": _ALLOW,
    "UnauthorizedOperation": _ALLOW,
}
"""EC2's own words for no, and what to do about each; its other errors are faults of the service."""
_NOBODY = (
    exceptions.NoCredentialsError
    | exceptions.CredentialRetrievalError
    | exceptions.TokenRetrievalError
    | exceptions.UnauthorizedSSOTokenError
    | exceptions.SSOTokenLoadError
)


async def find_in_ec2(cluster: ClusterFile, provider: AwsProvider) -> Head:
    """Return the head of `cluster`.

    Raises `RefusedError` where the credentials are missing or not taken, `UnreachableError` where AWS is not reached
    or knows no such instance, `UsageError` where what the file or the profile says cannot be.
    """
    tried = f"{looking_for(cluster)} in EC2"
    try:
        with anyio.fail_after(ANSWER_S):
            found = await anyio.to_thread.run_sync(_describe, provider, cluster.name, abandon_on_cancel=True)
    except TimeoutError:
        raise TimedOutError(tried, f"no answer within {ANSWER_S:g} s", _ONLINE) from None
    except (exceptions.BotoCoreError, exceptions.ClientError, ValueError, TypeError) as error:
        raise _told(error, tried) from None
    searched = (
        f"no instance in {provider.region} is pending or running with the tags "
        f"{CLUSTER_TAG}={cluster.name}, {KIND_TAG}={HEAD_KIND}"
    )
    return head_among(found, cluster, searched)


def _describe(provider: AwsProvider, name: str) -> tuple[Machine, ...]:
    """Ask, which blocks; it is the one call to AWS that there is, and changes nothing."""
    client = boto3.session.Session().client("ec2", provider.region, config=_PATIENCE, **provider.credentials)
    try:
        pages = client.get_paginator("describe_instances").paginate(
            Filters=[
                {"Name": "instance-state-name", "Values": ["pending", "running"]},
                {"Name": f"tag:{CLUSTER_TAG}", "Values": [name]},
                {"Name": f"tag:{KIND_TAG}", "Values": [HEAD_KIND]},
            ]
        )
        return tuple(
            _machine(instance)
            for page in pages
            for reservation in page.get("Reservations", ())
            for instance in reservation.get("Instances", ())
        )
    finally:
        client.close()


def _machine(instance: Mapping[str, Any]) -> Machine:
    tags = {tag.get("Key"): tag.get("Value") for tag in instance.get("Tags", ())}
    launched = instance.get("LaunchTime")
    return Machine(
        machine_id=instance["InstanceId"],
        internal=instance.get("PrivateIpAddress"),
        external=instance.get("PublicIpAddress"),
        running=instance.get("State", {}).get("Name") == "running",
        status=tags.get(STATUS_TAG),
        since=launched.isoformat() if launched else "",
    )


def _told(error: Exception, tried: str) -> RaymonError:
    """Return what boto3 raised in our words. Its own hold no secrets, but may run over several lines."""
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, exceptions.ClientError):
        advice = _ADVICE_BY_CODE.get(error.response.get("Error", {}).get("Code", ""))
        return RefusedError(tried, said, advice) if advice else UnreachableError(tried, said, _ONLINE)
    if isinstance(error, _NOBODY):
        return RefusedError(tried, said, _LOG_IN)
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return UnreachableError(tried, said, _ONLINE)
    return UsageError(tried, said, "correct provider in the file, or the profile that AWS_PROFILE names")
