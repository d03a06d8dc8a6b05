from datetime import UTC, datetime

import httpx

from lakemend.decision_record import DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis, Reason
from lakemend.incident import IncidentView, Outcome, Stage, incident_id
from records import Records


async def test_decisions_are_told_also_when_nothing_was_done(
    api: httpx.AsyncClient, records: Records
) -> None:
    reason = Reason(rule="own-code", where="task_error", quote="KeyError: 'a'")
    decision = DecisionRecord(
        diagnosis=Diagnosis(cause=Cause.USER_CODE, reasons=(reason,)),
        consent="escalate",
        reason="Only a person can remedy this cause.",
    )
    ended = IncidentView(
        incident_id=incident_id("default", "771"),
        workspace="default",
        run_id="771",
        stage=Stage.ENDED,
        outcome=Outcome.ESCALATED,
        decisions=(decision,),
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    records.save_incident(ended)

    answer = await api.get(f"/api/incidents/{ended.incident_id}/why")
    page = await api.get(f"/api/incidents/{ended.incident_id}")

    assert answer.status_code == 200
    (told,) = answer.json()["decisions"]
    assert told["diagnosis"]["reasons"][0]["rule"] == "own-code"
    assert told["reason"] == "Only a person can remedy this cause."
    assert answer.json()["breaker_answer"] == "not asked"
    assert page.json()["decisions"] == [told]


async def test_decisions_of_an_unknown_incident_are_a_problem(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/incidents/incident:default:run-773/why")

    assert answer.status_code == 404
