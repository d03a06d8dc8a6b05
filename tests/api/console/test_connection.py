"""What the console says when something is away."""

from collections.abc import Callable
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Page, expect
from temporalio.client import Client

from lakemend.settings import Settings


async def nowhere() -> Client:
    raise RuntimeError("nobody listens there")


async def test_a_lost_connection_is_said_and_found_again(
    console: Page, context: BrowserContext
) -> None:
    connection = console.locator("#connection")
    await expect(connection).to_have_text("live")

    await context.set_offline(True)
    await expect(connection).to_contain_text("disconnected since")
    await expect(connection).to_contain_text("what you see may be old")
    await expect(console.get_by_role("heading", name="Incidents")).to_be_visible()

    await context.set_offline(False)
    await expect(connection).to_have_text("live")


async def test_what_was_read_stays_and_tells_its_age_when_the_api_ends(
    page: Page, serve: Callable[..., Any], settings: Settings
) -> None:
    async with serve(settings=settings.model_copy(update={"demo": True})) as client:
        await page.goto(f"{client.base_url}/console/#/gates")
        await expect(page.get_by_role("heading", name="finance")).to_be_visible()

    await expect(page.locator("#connection")).to_contain_text("disconnected since")
    told = page.get_by_role("main").get_by_role("alert")
    await expect(told).to_contain_text("the API does not answer")
    await expect(told).to_contain_text("What follows was read at")
    await expect(page.get_by_role("heading", name="finance")).to_be_visible()


async def test_without_temporal_it_is_not_known_what_is_paused(
    page: Page, serve: Callable[..., Any], settings: Settings
) -> None:
    demo = settings.model_copy(update={"demo": True})
    async with serve(settings=demo, temporal=nowhere) as client:
        await page.goto(f"{client.base_url}/console/")

        held = page.locator("#held")
        await expect(held).to_contain_text("Whether something is paused is not known now")
        await expect(held).to_contain_text("Temporal cannot be reached")
        await expect(page.get_by_role("heading", name="Incidents")).to_be_visible()


async def test_neither_console_nor_docs_ask_anybody_else(
    page: Page, demo: httpx.AsyncClient
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for view in ("incidents", "breakers", "gates", "storms/storm:none", "nowhere/x/y%"):
        await page.goto(f"{demo.base_url}/console/#/{view}")
        await expect(page.locator("#connection")).to_have_text("live")
        await expect(page.get_by_role("main")).not_to_be_empty()

    await page.goto(f"{demo.base_url}/docs")
    await expect(page.get_by_role("heading", name="Lakemend")).to_be_visible()

    assert asked
    assert all(url.startswith(str(demo.base_url)) for url in asked)
