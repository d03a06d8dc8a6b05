"""Gates and storms in a browser."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Page, expect
from temporalio.client import Client

from lakemend.gate.storm import StormSettings, StormTicket
from lakemend.gate.talk import GateReport, GateRequest, GateSettings
from lakemend.gate.view import GateInput
from lakemend.incident import IncidentView, Outcome
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import PermitOutcome
from lakemend.recording import AuditInput
from records import Records

_CAUSE = "cloud_capacity"
# the second of one cause makes it a storm; after a failure the next one goes in an hour
_SETTINGS = GateSettings(storm=StormSettings(incidents=1, probe_pause=timedelta(hours=1)))


@pytest.fixture
async def storm(temporal: Client) -> AsyncIterator[None]:
    """Four incidents of one cause: two under way, of which one fails, and two parked."""
    ids = [f"incident:stormy:run-{number}" for number in range(1, 5)]
    # holders that are there to be answered, or they would lose their place
    holders = [
        await temporal.start_workflow("Sleeper", id=id_, task_queue="nobody-listens") for id_ in ids
    ]
    gate = await temporal.start_workflow(
        "GateWorkflow", GateInput(workspace="stormy"), id="gate:stormy", task_queue=ENTITY_QUEUE
    )
    for id_ in ids:
        request = GateRequest(request_id=id_, holder=id_, cause=_CAUSE, settings=_SETTINGS)
        await gate.signal("request_permit", request)
    await gate.signal("report", GateReport(request_id=ids[1], outcome=PermitOutcome.FAILURE))
    yield
    for holder in holders:
        await holder.terminate()
    await gate.terminate()


@pytest.mark.usefixtures("storm")
async def test_a_storm_is_shown_with_its_ramp_and_who_waits(
    console: Page, demo: httpx.AsyncClient
) -> None:
    held = console.locator("#held")
    await expect(held).to_contain_text("Storm of cloud capacity in stormy: 2 parked, one is tried")

    await console.goto(f"{demo.base_url}/console/#/gates")

    card = console.locator("section.card").filter(has_text="stormy")
    await expect(card).to_contain_text("1 of at most 50")
    await expect(card).to_contain_text("4 arrived, 1 let through: 0 recovered, 1 failed; 2 parked")
    await expect(card).to_contain_text("one is tried, the next one at")
    first = card.get_by_role("row").filter(has_text="run-3")
    await expect(first.get_by_role("cell").first).to_have_text("1")
    await expect(first).to_contain_text("storm of cloud_capacity, one is tried first")

    await card.get_by_role("link", name="Storm of cloud capacity").click()
    await expect(console.get_by_role("heading", level=1)).to_contain_text("in stormy")


async def test_the_incidents_of_a_storm_are_shown_a_page_at_a_time(
    console: Page, demo: httpx.AsyncClient, records: Records
) -> None:
    storm_id = "storm:paged:network:1"
    for number in range(1, 103):
        incident = IncidentView(
            incident_id=f"incident:paged:run-{number}",
            workspace="paged",
            job_name=f"job {number}",
            started_at=datetime.now(UTC),
            storm=storm_id,
            outcome=Outcome.RECOVERED,
        )
        records.save_incident(incident)
    ticket = StormTicket(
        storm_id=storm_id,
        workspace="paged",
        cause="network",
        began_at=datetime.now(UTC),
        began_with=("incident:paged:run-1",),
    )
    records.append_with_storms(AuditInput(entries=(), storms=(ticket,)))

    await console.goto(f"{demo.base_url}/console/#/storms/{storm_id}")

    main = console.locator("main")
    await expect(main).to_contain_text("Its 102 incidents")
    await expect(main).to_contain_text("102 recovered")
    await expect(main).to_contain_text("job 1 (one of those that began it)")
    await console.get_by_role("link", name="Newer").click()
    await expect(main.get_by_role("row")).to_have_count(3)
    await expect(main).to_contain_text("job 102")
    await console.get_by_role("link", name="Oldest").click()
    await expect(main.get_by_role("row")).to_have_count(101)
