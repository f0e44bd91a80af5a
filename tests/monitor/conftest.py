from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from faults import FaultyServer, faulty
from watching import Session


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
async def server(session: Session) -> AsyncIterator[FaultyServer]:
    async with faulty(session) as one:
        yield one
