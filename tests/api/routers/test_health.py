from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client

from records import open_records


async def test_ready_when_temporal_and_records_answer(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"temporal": "ok", "records": "ok"}}


async def test_app_starts_without_temporal_and_says_so(serve: Callable[..., Any]) -> None:
    async def connect() -> Client:
        return await Client.connect("127.0.0.1:9")

    async with serve(temporal=connect) as client:
        alive = await client.get("/healthz")
        ready = await client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert ready.status_code == 503
    assert ready.json()["parts"]["records"] == "ok"
    assert "cannot be reached" in ready.json()["parts"]["temporal"]


async def test_records_away_are_named(serve: Callable[..., Any], tmp_path: Path) -> None:
    gone = open_records(f"sqlite:///{tmp_path / 'missing' / 'records.db'}")

    async with serve(records=gone) as client:
        ready = await client.get("/readyz")
        client.headers["x-api-key"] = "key-one-3fA8"
        listed = await client.get("/api/incidents")
    gone.close()

    assert ready.status_code == 503
    assert ready.json()["parts"]["temporal"] == "ok"
    assert ready.json()["parts"]["records"] != "ok"
    assert listed.status_code == 503
    assert listed.headers["retry-after"]
