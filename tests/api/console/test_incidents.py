"""The list of incidents, in a browser."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from playwright.async_api import Page, expect

from lakemend.audit import AuditEntry
from lakemend.incident import IncidentView, Outcome, Stage, incident_id
from records import Records

_RUNS = count(700_001)
_LINES = """(it) => {
    const words = new Range();
    words.selectNodeContents(it);
    return words.getClientRects().length;
}"""
_HOSTILE = "<img src=x onerror=\"document.title='stolen'\"><script>alert(1)</script>"


def incident(**changes: Any) -> IncidentView:
    run_id = str(next(_RUNS))
    fields: dict[str, Any] = {
        "incident_id": incident_id("default", run_id),
        "workspace": "default",
        "run_id": run_id,
        "job_id": "662012345678901",
        "job_name": f"nightly-{run_id}",
        "started_at": datetime.now(UTC),
    }
    return IncidentView.model_validate(fields | changes)


def happens(records: Records, view: IncidentView) -> None:
    """Keep an incident as a worker does, which is an event for those who look."""
    records.save_incident(view)
    kind = f"incident.{view.outcome or view.stage}"
    records.append_audit(
        [
            AuditEntry(
                entry_id=f"{view.incident_id}:{kind}",
                at=datetime.now(UTC),
                subject=view.incident_id,
                kind=kind,
                message=view.message or "it happened",
            )
        ]
    )


async def test_an_incident_appears_and_changes_while_one_looks(
    console: Page, records: Records
) -> None:
    await expect(console.locator("#connection")).to_have_text("live")
    view = incident(stage=Stage.RECOVERING)
    row = console.get_by_role("row").filter(has_text=view.job_name)

    happens(records, view)
    await expect(row).to_contain_text("recovering")
    ended = {"stage": Stage.ENDED, "outcome": Outcome.RECOVERED, "message": "the repair helped"}
    happens(records, view.model_copy(update=ended))

    await expect(row).to_contain_text("recovered")
    await expect(row).to_contain_text("the repair helped")


async def test_headings_and_ages_stay_on_one_line(console: Page, records: Records) -> None:
    view = incident(
        message="a long story, " * 20, started_at=datetime.now(UTC) - timedelta(hours=3)
    )
    happens(records, view)
    row = console.get_by_role("row").filter(has_text=view.job_name)
    age = row.locator("time")
    await expect(age).to_have_text("3 h")

    for words in (*await console.get_by_role("columnheader").all(), age):
        assert await words.evaluate(_LINES) == 1, await words.inner_text()


async def test_hostile_names_stay_text(console: Page, records: Records) -> None:
    happens(records, incident(job_name=_HOSTILE, message=_HOSTILE))

    await expect(console.get_by_role("link", name=_HOSTILE)).to_be_visible()
    assert await console.locator("main img, main script").count() == 0
    assert await console.title() == "Incidents · Lakemend"


async def test_the_list_is_filtered_and_the_address_can_be_kept(
    console: Page, records: Records
) -> None:
    wanted = incident(outcome=Outcome.ESCALATED, stage=Stage.ENDED)
    other = incident(outcome=Outcome.SUPERSEDED, stage=Stage.ENDED)
    for view in (wanted, other):
        happens(records, view)

    await console.get_by_label("State").select_option("escalated")
    await console.get_by_role("button", name="Show").click()

    await expect(console.get_by_role("link", name=wanted.job_name)).to_be_visible()
    await expect(console.get_by_role("link", name=other.job_name)).to_have_count(0)
    assert console.url.endswith("#/incidents?outcome=escalated")


async def test_a_filter_that_finds_nothing_says_so(console: Page, demo: httpx.AsyncClient) -> None:
    await console.goto(f"{demo.base_url}/console/#/incidents?job_id=404")

    await expect(console.locator("main")).to_contain_text("No incident is like that.")


async def test_a_filter_that_cannot_be_read_is_named_with_its_remedy(
    console: Page, demo: httpx.AsyncClient
) -> None:
    await console.goto(f"{demo.base_url}/console/#/incidents?job_id=abc")

    refused = console.get_by_role("alert").filter(has_text="query.job_id")
    await expect(refused).to_contain_text("abc")


async def test_older_incidents_are_on_further_pages(
    console: Page, demo: httpx.AsyncClient, records: Records
) -> None:
    views = [incident(workspace="paged") for _ in range(3)]
    for view in views:
        records.save_incident(view)

    await console.goto(f"{demo.base_url}/console/#/incidents?workspace=paged&limit=2")
    await console.get_by_role("link", name="Older").click()

    await expect(console.get_by_role("link", name=views[0].job_name)).to_be_visible()
    await expect(console.get_by_role("link", name=views[2].job_name)).to_have_count(0)
    await console.get_by_role("link", name="Newest").click()
    await expect(console.get_by_role("link", name=views[2].job_name)).to_be_visible()
