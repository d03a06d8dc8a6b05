import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lakemend.audit import AuditEntry
from records import Records


def entry(name: str) -> AuditEntry:
    return AuditEntry(
        entry_id=name,
        at=datetime(2026, 1, 5, tzinfo=UTC),
        subject="breaker:DatabricksNetworkError:job-1",
        kind="breaker.opened",
        message="five failures\nin a row",
    )


@asynccontextmanager
async def following(api: httpx.AsyncClient, **request: Any) -> AsyncGenerator[AsyncIterator[str]]:
    async with api.stream("GET", "/api/events", **request) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.aiter_lines()


async def next_event(lines: AsyncIterator[str]) -> dict[str, str]:
    event: dict[str, str] = {}
    async for line in lines:
        if not line and "data" in event:
            return event
        name, _, value = line.partition(": ")
        event[name] = value
    raise AssertionError("the stream ended")


async def test_event_arrives_while_it_happens(api: httpx.AsyncClient, records: Records) -> None:
    async with following(api) as lines:
        assert await anext(lines) == ": following"
        records.append_audit([entry("live-1")])

        event = await next_event(lines)

    assert event["event"] == "breaker.opened"
    assert json.loads(event["data"])["entry_id"] == "live-1"
    assert json.loads(event["data"])["message"] == "five failures\nin a row"
    assert int(event["id"]) == records.latest_sequence()


async def test_client_that_comes_back_misses_nothing(
    api: httpx.AsyncClient, records: Records
) -> None:
    records.append_audit([entry("before")])
    seen = records.latest_sequence()
    records.append_audit([entry("missed-1"), entry("missed-2")])

    async with following(api, headers={"Last-Event-ID": str(seen)}) as lines:
        missed = [json.loads((await next_event(lines))["data"])["entry_id"] for _ in range(2)]

    assert missed == ["missed-1", "missed-2"]


async def test_stream_can_begin_with_the_first_event(
    api: httpx.AsyncClient, records: Records
) -> None:
    records.append_audit([entry("first")])

    async with following(api, params={"after": 0}) as lines:
        event = await next_event(lines)

    assert int(event["id"]) == 1


async def test_last_event_id_wins_over_the_query(api: httpx.AsyncClient, records: Records) -> None:
    records.append_audit([entry("wins-1"), entry("wins-2")])
    newest = records.latest_sequence()

    request = {"params": {"after": 0}, "headers": {"Last-Event-ID": str(newest - 1)}}
    async with following(api, **request) as lines:
        event = await next_event(lines)

    assert int(event["id"]) == newest


@pytest.mark.parametrize("value", ["abc", "-1", str(2**63)])
async def test_garbled_last_event_id_is_a_problem(api: httpx.AsyncClient, value: str) -> None:
    answer = await api.get("/api/events", headers={"Last-Event-ID": value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.Last-Event-ID"


async def test_server_that_goes_down_ends_the_streams(serve: Callable[..., Any]) -> None:
    ended = asyncio.Event()

    async def follow(client: httpx.AsyncClient, began: asyncio.Event) -> None:
        async with following(client) as lines:
            began.set()
            async for _ in lines:
                pass
        ended.set()

    async with serve() as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        began = asyncio.Event()
        follower = asyncio.create_task(follow(client, began))
        await began.wait()
    await follower  # raises if the stream was cut off

    assert ended.is_set()
