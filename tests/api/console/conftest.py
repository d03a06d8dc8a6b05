"""A real browser that looks at a served console, and complains of what it complains of."""

import shutil
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from lakemend.settings import Settings

# those that tests/browser.sh looks for
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 60_000  # a loaded machine takes its time

Open = Callable[..., Any]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=_PATIENCE_MS)
    path = next((found for found in map(shutil.which, _NAMES) if found), None)
    assert path, "no browser is there: run `make browser`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def demo(
    serve: Callable[..., Any], settings: Settings, worker: None
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve as the demo does: everybody may look, and orders need a token."""
    del worker
    async with serve(settings=settings.model_copy(update={"demo": True})) as client:
        yield client


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context()
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """Open a tab in which nothing may go wrong: no error of a script, nothing that CSP forbids."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    yield page
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    # a refusal or a server that is away is the page's to show, and no fault of it
    is_ordinary = message.text.startswith("Failed to load resource")
    return [message.text] if message.type in {"error", "warning"} and not is_ordinary else []


@pytest.fixture
async def console(page: Page, demo: httpx.AsyncClient) -> Page:
    """Look at the demo's console."""
    await page.goto(f"{demo.base_url}/console/")
    return page
