"""The only numbers that can be drawn, added up and compared."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]
"""A float that is a number: reading `NaN` or `"inf"` as one fails, so a mangled value becomes unknown."""
