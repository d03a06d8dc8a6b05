from typing import Any

import httpx


async def test_a_token_tells_its_name(stranger: httpx.AsyncClient, make_token: Any) -> None:
    headers = {"authorization": f"Bearer {make_token(sub='anna')}"}

    answer = await stranger.get("/api/operator", headers=headers)

    assert answer.json() == {"name": "anna"}


async def test_nobody_gives_orders_without_a_valid_token(
    api: httpx.AsyncClient, make_token: Any
) -> None:
    expired = {"authorization": f"Bearer {make_token(exp=1)}"}

    by_key = await api.get("/api/operator")
    late = await api.get("/api/operator", headers=expired)

    assert (by_key.status_code, late.status_code) == (401, 401)
    assert "expired" in late.json()["detail"]
