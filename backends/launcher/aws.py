"""The head on AWS: by its tags, with the one right `ec2:DescribeInstances`."""

from __future__ import annotations

from typing import Any

from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError
from raymon_tui.backends.launcher.file import LauncherFile
from raymon_tui.backends.launcher.head import CLUSTER_TAG, HEAD, KIND_TAG, by_ray, is_internal

WITHIN_S = 15


def find_on_aws(launched: LauncherFile) -> str:
    """Return the address of the newest head that is pending or running; without boto3 Ray is asked."""
    region = launched.provider.get("region")
    tried = f"find the head of {launched.cluster_name} on AWS in {region}"
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        said = "boto3 is not installed here"
        return by_ray(launched, UnreachableError(tried, said, "pip install 'raymon-tui[aws]'"))
    settings = Config(connect_timeout=WITHIN_S, read_timeout=WITHIN_S, retries={"max_attempts": 2})
    tags = {CLUSTER_TAG: launched.cluster_name, KIND_TAG: HEAD}
    filters = [{"Name": f"tag:{name}", "Values": [value]} for name, value in tags.items()]
    filters.append({"Name": "instance-state-name", "Values": ["pending", "running"]})
    try:
        client = boto3.client("ec2", region_name=region, config=settings)
        pages = client.get_paginator("describe_instances").paginate(Filters=filters)
        found = [one for page in pages for group in page["Reservations"] for one in group["Instances"]]
    except ClientError as error:
        raise RefusedError(
            tried, str(error), "May you call ec2:DescribeInstances? See aws sts get-caller-identity."
        ) from None
    except BotoCoreError as error:
        raise UnreachableError(
            tried, str(error), "Are AWS credentials and the region right? Or give --head-ip."
        ) from None
    return _address(launched, found, tried)


def _address(launched: LauncherFile, found: list[dict[str, Any]], tried: str) -> str:
    newest = max(found, key=lambda one: one["LaunchTime"], default=None)
    key = "PrivateIpAddress" if is_internal(launched) else "PublicIpAddress"
    if newest is None:
        said = f"no instance is pending or running with {CLUSTER_TAG}={launched.cluster_name} and {KIND_TAG}={HEAD}"
        raise _absent(tried, said)
    if not newest.get(key):
        raise _absent(tried, f"the instance {newest.get('InstanceId')} has no {key}")
    return str(newest[key])


def _absent(tried: str, said: str) -> RaymonError:
    return UnreachableError(tried, said, "Is the cluster up (ray up)? Or name it with --head-ip ADDRESS.")
