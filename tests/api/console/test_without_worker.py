"""What the console says while no worker runs."""

from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect
from temporalio.client import Client

from lakemend.settings import Settings


async def test_an_order_is_kept_and_said_to_be_carried_out_later(
    page: Page,
    serve: Callable[..., Any],
    settings: Settings,
    temporal: Client,
    make_token: Any,
) -> None:
    lonely = {"lonely": settings.further_workspaces["finance"]}
    changes = {"demo": True, "databricks_host": "", "further_workspaces": lonely}
    async with serve(settings=settings.model_copy(update=changes)) as client:
        await page.goto(f"{client.base_url}/console/#/gates")
        card = page.locator("section.card").filter(has_text="lonely")
        await card.get_by_role("button", name="Pause …").click()
        await page.get_by_label("Token").fill(make_token())
        await page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
        await page.get_by_label("Why").fill("maintenance")
        await page.get_by_role("button", name="Pause", exact=True).click()

        await expect(page.locator("#done")).to_contain_text("carried out when one is back")

    await temporal.get_workflow_handle("gate:lonely").terminate()
