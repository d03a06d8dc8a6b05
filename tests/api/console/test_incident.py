"""The page of one incident, in a browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import Page, expect

from lakemend.audit import AuditEntry
from lakemend.decision_record import ChosenStep, DecisionRecord, Inputs
from lakemend.diagnosis import Cause, Diagnosis, Reason
from lakemend.incident import IncidentView, Parked, Stage
from records import Records

_ID = "incident:default:run-810001"
_NOW = datetime.now(UTC)
_HOSTILE = "</code><script>alert(1)</script><img src=x onerror=alert(2)>"


def parked() -> IncidentView:
    """An incident that was decided and waits, told in hostile words."""
    diagnosis = Diagnosis(
        cause=Cause.NETWORK_TRANSIENT,
        confidence=0.64,
        summary="A connection broke.",
        reasons=(Reason(rule="connection-broke", where="task_error", quote=_HOSTILE),),
        ruled_out=(Reason(rule="timeout", where="task_error", explanation="timeout ruled out"),),
    )
    decision = DecisionRecord(
        inputs=Inputs(run_id="810001", failed_tasks=("load",), tasks=3, unread=("events: denied",)),
        diagnosis=diagnosis,
        playbook="DatabricksNetworkError",
        consent="act",
        steps=(
            ChosenStep(phase="steps", action="repair_run", attempts=3),
            ChosenStep(phase="fallback", action="scale_cluster", skip="serverless"),
        ),
    )
    return IncidentView(
        incident_id=_ID,
        workspace="default",
        run_id="810001",
        job_name=_HOSTILE,
        run_page_url="javascript:alert(3)",
        stage=Stage.PARKED,
        diagnosis=diagnosis,
        decisions=(decision,),
        breaker="DatabricksNetworkError:job-1",
        breaker_state="closed",
        parked=Parked(
            by="gate:default",
            reason="storm of network_transient",
            since=_NOW,
            until=_NOW + timedelta(hours=4),
            place=12,
        ),
        notes=("a person changed the job meanwhile",),
        started_at=_NOW,
    )


def entries() -> list[AuditEntry]:
    call = {"method": "POST", "path": "/api/2.2/jobs/runs/repair", "summary": "Repair run 810001"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("diagnosed", {}),
        ("step_succeeded", {"calls": [call]}),
    ]
    return [
        AuditEntry(
            entry_id=f"810001:{kind}",
            at=_NOW,
            subject=_ID,
            kind=f"incident.{kind}",
            message=_HOSTILE,
            data=data,
        )
        for kind, data in told
    ]


async def test_a_page_tells_what_happened_and_why(
    console: Page, demo: httpx.AsyncClient, records: Records
) -> None:
    records.save_incident(parked())
    records.append_audit(entries())

    await console.goto(f"{demo.base_url}/console/#/incidents/{_ID}")

    main = console.get_by_role("main")
    story = main.get_by_role("listitem").filter(has_text="step succeeded")
    await expect(story).to_contain_text("POST /api/2.2/jobs/runs/repair Repair run 810001")
    await expect(main).to_contain_text("Parked by the gate default: storm of network_transient")
    await expect(main).to_contain_text("place 12 when it last asked")
    await expect(main).to_contain_text("network transient (64 % sure)")
    await expect(main).to_contain_text("timeout ruled out")
    await expect(main).to_contain_text("scale cluster (fallback): left out, serverless")
    await expect(main).to_contain_text("parked: the breaker is closed")
    await expect(main).to_contain_text("a person changed the job meanwhile")
    await main.get_by_text("What was read, and the limits").click()
    await expect(main.get_by_text("events: denied")).to_be_visible()


async def test_hostile_texts_of_a_page_stay_text(
    console: Page, demo: httpx.AsyncClient, records: Records
) -> None:
    records.save_incident(parked())
    records.append_audit(entries())

    await console.goto(f"{demo.base_url}/console/#/incidents/{_ID}")

    main = console.get_by_role("main")
    await expect(console.get_by_role("heading", level=1)).to_contain_text(_HOSTILE)
    await expect(main.get_by_role("link", name="Workflow in Temporal")).to_be_visible()
    # the address of the run is no address of a page
    await expect(main.get_by_role("link", name="Run in Databricks")).to_have_count(0)
    assert await main.locator("script, img").count() == 0


async def test_an_unknown_incident_is_said_to_be_unknown(
    console: Page, demo: httpx.AsyncClient
) -> None:
    await console.goto(f"{demo.base_url}/console/#/incidents/incident:default:run-404404")

    alert = console.get_by_role("main").get_by_role("alert")
    await expect(alert).to_contain_text("there is no incident 'incident:default:run-404404'")


async def test_what_a_reader_has_unfolded_stays_so_when_something_happens(
    console: Page, demo: httpx.AsyncClient, records: Records
) -> None:
    view = parked()
    records.save_incident(view)
    await console.goto(f"{demo.base_url}/console/#/incidents/{_ID}")
    details = console.get_by_text("What was read, and the limits")
    await details.click()

    records.save_incident(view.model_copy(update={"message": "it goes on"}))
    records.append_audit([entries()[0].model_copy(update={"entry_id": "810001:again"})])

    await expect(console.get_by_role("main")).to_contain_text("it goes on")
    await expect(console.get_by_text("events: denied")).to_be_visible()
