"""Signing in, and the pause switch."""

import json
from typing import Any

import httpx
from playwright.async_api import Page, expect


async def sign_in(page: Page, token: str) -> None:
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("dialog").get_by_role("button", name="Sign in").click()


async def signed_in(page: Page, token: str) -> None:
    await sign_in(page, token)
    await expect(page.get_by_role("button", name="Sign out")).to_be_focused()


async def test_the_switch_pauses_and_resumes_a_workspace(
    console: Page, demo: httpx.AsyncClient, make_token: Any
) -> None:
    banner = console.locator("#held")
    await signed_in(console, make_token(sub="anna"))
    await console.get_by_role("button", name="Pause …").click()
    await console.get_by_label("Where").select_option("finance")
    await console.get_by_label("Why").fill("the zone is down")
    await console.get_by_role("button", name="Pause", exact=True).click()

    await expect(banner).to_contain_text("PAUSED finance")
    await expect(banner).to_contain_text("by anna")
    pause = (await demo.get("/api/gates/finance")).json()["pause"]
    assert (pause["by"], pause["reason"]) == ("anna", "the zone is down")
    assert pause["until"]
    for view in ("Breakers", "Gates", "Incidents"):
        await console.get_by_role("link", name=view, exact=True).click()
        await expect(banner).to_contain_text("PAUSED finance")

    await banner.get_by_role("button", name="Resume …").click()
    await console.get_by_role("button", name="Resume", exact=True).click()

    await expect(banner).to_be_empty()
    assert (await demo.get("/api/gates/finance")).json()["pause"] is None


async def test_everything_is_paused_by_keyboard_alone(
    console: Page, demo: httpx.AsyncClient, make_token: Any
) -> None:
    await signed_in(console, make_token(sub="anna"))
    await console.reload()
    keys = console.keyboard
    # past the skip link, the name, three views and the session
    for _ in range(7):
        await keys.press("Tab")
    await expect(console.get_by_role("button", name="Pause …")).to_be_focused()
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.type("all zones are down")
    await keys.press("Enter")

    await expect(console.locator("#held .bar")).to_have_count(2)
    assert (await demo.get("/api/gates")).json()["paused"] == 2
    await demo.post(
        "/api/gates/resume", headers={"authorization": f"Bearer {make_token(sub='anna')}"}
    )
    await expect(console.locator("#held")).to_be_empty()


async def test_a_duration_that_cannot_be_read_is_refused_with_its_remedy(
    console: Page, demo: httpx.AsyncClient, make_token: Any
) -> None:
    await signed_in(console, make_token())
    await console.get_by_role("button", name="Pause …").click()
    await console.get_by_label("Why").fill("a test")
    await console.get_by_label("Ends by itself after").fill("soon")
    await console.get_by_role("button", name="Pause", exact=True).click()

    refused = console.get_by_role("dialog").get_by_role("alert")
    await expect(refused).to_contain_text(
        "body.expires_after is soon: send a duration like 30m, 2h or 1d"
    )
    assert (await demo.get("/api/gates")).json()["paused"] == 0


async def test_a_wrong_token_is_refused_when_signing_in(console: Page, make_token: Any) -> None:
    await sign_in(console, make_token(secret="another secret, long enough to sign with"))

    refused = console.get_by_role("dialog").get_by_role("alert")
    await expect(refused).to_contain_text("the token is not valid")
    await console.keyboard.press("Escape")
    await expect(console.get_by_role("button", name="Sign in", exact=True)).to_be_focused()


async def test_a_token_that_is_no_good_any_more_is_forgotten(
    console: Page, make_token: Any
) -> None:
    await signed_in(console, make_token())
    kept = json.dumps({"token": make_token(exp=1), "name": "anna"})
    await console.evaluate("kept => sessionStorage.setItem('lakemend.session', kept)", kept)

    await console.get_by_role("button", name="Pause …").click()
    await console.get_by_label("Why").fill("a test")
    await console.get_by_role("button", name="Pause", exact=True).click()
    refused = console.get_by_role("dialog").get_by_role("alert")
    await expect(refused).to_contain_text("Signature has expired")
    await console.get_by_role("button", name="Cancel").click()

    await expect(console.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_outside_the_demo_nothing_is_shown_without_a_token(
    page: Page, api: httpx.AsyncClient, make_token: Any
) -> None:
    await page.goto(f"{api.base_url}/console/")
    await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("bearer token")
    await expect(page.locator("#connection")).to_have_text("not live: sign in")
    assert await page.get_by_role("table").count() == 0

    await page.get_by_role("button", name="Sign in to look").click()
    await page.get_by_label("Token").fill(make_token(sub="anna"))
    await page.get_by_role("dialog").get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("heading", name="Incidents")).to_be_visible()
    await expect(page.locator("#session")).to_contain_text("anna")
    await expect(page.locator("#connection")).to_have_text("live")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in to look")).to_be_visible()
