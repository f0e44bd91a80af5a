"""What the autoscaler last reported, from whichever of its two versions runs."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.ray_api.asking import Get, answered, ask_both
from raymon_tui.cluster.ray_api.autoscaler_text import StatusText, read_status_text
from raymon_tui.cluster.ray_api.autoscaler_v1 import V1Data, read_v1
from raymon_tui.cluster.ray_api.autoscaler_v2 import read_v2
from raymon_tui.cluster.ray_api.reply import content

_PATH = "/api/cluster_status"


class _TextData(Struct, frozen=True, rename="camel"):
    cluster_status: str | None = None


async def ask_autoscaler(get: Get) -> AutoscalerStatus:
    """Return what the autoscaler last reported.

    Version 1 is exact in JSON but has its names mangled there; version 2 is in the text only. So both are asked for.
    """
    report, printed = await ask_both(partial(_ask_report, get), partial(_ask_text, get))
    data = answered(report)
    if data.cluster_status is None or data.cluster_status.autoscaler_report is None:
        return read_v2(read_status_text(answered(printed)), error=data.autoscaling_error)
    text = StatusText() if isinstance(printed, RaymonError) else read_status_text(printed)
    return read_v1(data, text)


async def _ask_report(get: Get) -> V1Data:
    return content(await get(_PATH), V1Data, asked=_PATH)


async def _ask_text(get: Get) -> str:
    return content(await get(_PATH, {"format": "1"}), _TextData, asked=_PATH).cluster_status or ""
