"""A worker with breakers on the time-skipping server, and somebody who asks them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.workflows.holders import Bench, Handle, running_bench, time_skipping


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env) as bench:
        yield bench


@pytest.fixture
def name() -> str:
    return f"DatabricksJobExecutionError:job-{uuid4().int % 10**6}"


@pytest.fixture
async def holder(bench: Bench) -> AsyncIterator[Handle]:
    handle = await bench.holder()
    yield handle
    await handle.signal("leave")
