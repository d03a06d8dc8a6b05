"""Breakers in a browser: how they stand, and orders to them."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from temporalio.client import Client

from tests.api.breakers import opened_breaker


@pytest.fixture
async def opened(temporal: Client, request: pytest.FixtureRequest) -> str:
    """Name a breaker that one failure has opened."""
    name = f"DatabricksNetworkError:{request.node.name}"
    await opened_breaker(temporal, name)
    return name


@pytest.fixture
async def signed_in(page: Page, demo: httpx.AsyncClient, make_token: Any) -> Page:
    """Look at the breakers as anna."""
    await page.goto(f"{demo.base_url}/console/#/breakers")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("Token").fill(make_token(sub="anna"))
    await page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


async def test_an_open_breaker_is_found_read_and_reset(
    signed_in: Page, opened: str, demo: httpx.AsyncClient
) -> None:
    await signed_in.get_by_role("link", name=opened).click()
    title = signed_in.get_by_role("heading", level=1)
    await expect(title).to_have_text(f"{opened} open")
    await expect(signed_in.get_by_role("main")).to_contain_text("1 of 1 in a row")

    await signed_in.get_by_role("button", name="Reset …").click()
    await signed_in.get_by_label("Why").fill("the network is back")
    await signed_in.get_by_role("button", name="Reset", exact=True).click()

    await expect(title).to_have_text(f"{opened} closed")
    await expect(signed_in.locator("#done")).to_have_text(f"{opened} reset.")
    last = (await demo.get(f"/api/circuit-breakers/{opened}/history")).json()["events"][-1]
    assert (last["actor"], last["reason"]) == ("anna", "the network is back")
    await expect(
        signed_in.get_by_role("row").filter(has_text="the network is back")
    ).to_be_visible()


@pytest.mark.parametrize(
    ("order", "state"),
    [("Hold open", "forced_open"), ("Disable", "disabled"), ("Only count", "metrics_only")],
)
async def test_a_breaker_is_held_for_a_time_though_it_had_nothing_to_remember(
    signed_in: Page, demo: httpx.AsyncClient, order: str, state: str
) -> None:
    name = f"DatabricksDiskFull:job-{state}"
    await signed_in.goto(f"{demo.base_url}/console/#/breakers/{name}")
    await expect(signed_in.get_by_role("main")).to_contain_text("lets everybody pass")

    await signed_in.get_by_role("button", name=f"{order} …").click()
    await signed_in.get_by_label("Why").fill("maintenance")
    await signed_in.get_by_label("Ends by itself after").fill("1h")
    await signed_in.get_by_role("button", name=order, exact=True).click()

    title = signed_in.get_by_role("heading", level=1)
    await expect(title).to_have_text(f"{name} {state.replace('_', ' ')}")
    last = (await demo.get(f"/api/circuit-breakers/{name}/history")).json()["events"][-1]
    assert (last["actor"], last["reason"]) == ("anna", "maintenance")


async def test_settings_are_changed_and_what_is_wrong_is_refused(
    signed_in: Page, demo: httpx.AsyncClient
) -> None:
    name = "DatabricksDiskFull:job-configured"
    await signed_in.goto(f"{demo.base_url}/console/#/breakers/{name}")
    await signed_in.get_by_role("button", name="Change settings …").click()
    await signed_in.get_by_label("Why").fill("a flaky job")
    settings = signed_in.get_by_label("Settings", exact=True)
    change = signed_in.get_by_role("button", name="Change", exact=True)

    await settings.fill("failure_threshold")
    await change.click()
    refused = signed_in.get_by_role("dialog").get_by_role("alert")
    await expect(refused).to_contain_text("failure_threshold")
    await settings.fill("failure_threshold=3  cool_down=1m open_for=")
    await change.click()

    await expect(signed_in.locator("#done")).to_have_text(f"Settings of {name} changed.")
    breaker = (await demo.get(f"/api/circuit-breakers/{name}")).json()
    assert breaker["overrides"] == {"failure_threshold": 3, "cool_down": "1m"}
    last = (await demo.get(f"/api/circuit-breakers/{name}/history")).json()["events"][-1]
    assert (last["kind"], last["actor"]) == ("configured", "anna")
