from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lakemend.budget import Attempt, Budgets
from lakemend.decision_record import ChosenPhase, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from lakemend.recording import RecordInput
from records import Records

NOW = datetime.now(UTC)
JOB = "5501"


@pytest.fixture
def recovered(records: Records) -> None:
    """A job that the fallback has helped, in one attempt."""
    attempt = Attempt(
        token="jobs/1",
        workspace="finance",
        subject=f"job-{JOB}",
        incident_id="incident:finance:run-5501",
        action="repair_run",
        starts_run=True,
        cost_factor=1.5,
    )
    records.reserve_attempt(attempt, Budgets())
    step = StepRecord(
        action="repair_run",
        phase="fallback",
        decision=1,
        status=StepStatus.SUCCEEDED,
        started_at=NOW,
    )
    decision = DecisionRecord(
        diagnosis=Diagnosis(cause=Cause.DISK_FULL),
        consent="act",
        phases=(ChosenPhase(name="fallback", what="scale_cluster(percent=50), repair_run"),),
    )
    view = IncidentView(
        incident_id="incident:finance:run-5501",
        workspace="finance",
        run_id="5501",
        job_id=JOB,
        workflow_run_id="jobs",
        outcome=Outcome.RECOVERED,
        decisions=(decision,),
        steps=(step,),
        started_at=NOW,
        ended_at=NOW,
    )
    records.record(RecordInput(view=view))


@pytest.mark.usefixtures("recovered")
async def test_a_job_tells_its_budget_and_what_helped(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"/api/jobs/{JOB}", params={"workspace": "finance"})
    elsewhere = await api.get(f"/api/jobs/{JOB}")

    told = answer.json()
    assert (told["attempts"], told["cost_factor"]) == (1, 1.5)
    assert told["budget_left"].startswith("29 of 30 attempts and 58.5 of 60 cost are left")
    assert [each["phase"] for each in told["remembered"]] == ["fallback"]
    assert elsewhere.json()["remembered"] == []


@pytest.mark.usefixtures("recovered")
async def test_only_an_operator_may_have_it_forgotten(
    api: httpx.AsyncClient, records: Records, make_token: Any
) -> None:
    path = f"/api/jobs/{JOB}/memory?workspace=finance"
    token = {"authorization": f"Bearer {make_token(sub='ada')}"}

    refused = await api.delete(path)
    other = await api.delete(f"{path}&cause=driver_oom", headers=token)
    answer = await api.delete(path, headers=token)

    assert refused.status_code == 401
    assert len(other.json()["remembered"]) == 1
    assert answer.json()["remembered"] == []
    (entry,) = records.audit_of(f"job:finance:{JOB}")
    assert (entry.kind, entry.actor) == ("job.forgotten", "ada")


@pytest.mark.parametrize("query", ["cause=bad_luck", "workspace=a/b"])
async def test_what_cannot_be_read_is_named(
    api: httpx.AsyncClient, make_token: Any, query: str
) -> None:
    token = {"authorization": f"Bearer {make_token()}"}

    answer = await api.delete(f"/api/jobs/{JOB}/memory?{query}", headers=token)

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["errors"][0]["field"]
