from __future__ import annotations

import os
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


@pytest.fixture(scope="session")
def dashboard_url() -> str:
    url = os.environ.get("RAYMON_TEST_DASHBOARD", "")
    if not url:
        pytest.skip("RAYMON_TEST_DASHBOARD names no running cluster")
    return url
