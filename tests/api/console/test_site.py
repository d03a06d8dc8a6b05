"""Where the console is, and what its pages may do."""

import httpx
import pytest
from playwright.async_api import BrowserContext, Error


@pytest.mark.parametrize("path", ["/", "/console"])
async def test_the_console_is_where_people_look_first(
    stranger: httpx.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


@pytest.mark.parametrize("file", ["", "main.js", "console.css", "icon.svg"])
async def test_pages_may_load_nothing_but_files_of_ours(
    stranger: httpx.AsyncClient, file: str
) -> None:
    answer = await stranger.get(f"/console/{file}")

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy


async def test_a_page_that_has_not_changed_is_not_sent_again(stranger: httpx.AsyncClient) -> None:
    first = await stranger.get("/console/main.js")
    again = await stranger.get("/console/main.js", headers={"if-none-match": first.headers["etag"]})

    assert (first.headers["cache-control"], again.status_code) == ("no-cache", 304)


async def test_the_browser_itself_refuses_to_take_a_text_for_markup(
    context: BrowserContext, demo: httpx.AsyncClient
) -> None:
    page = await context.new_page()
    await page.goto(f"{demo.base_url}/console/")

    with pytest.raises(Error, match="TrustedHTML"):
        await page.evaluate("document.body.innerHTML = '<img src=x onerror=alert(1)>'")


@pytest.mark.parametrize("path", ["nothing.js", "..%2fsite.py", "../site.py"])
async def test_nothing_but_the_pages_is_served(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(f"/console/{path}")

    assert answer.status_code == 404
