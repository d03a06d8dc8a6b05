import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.records import RecordActivities
from lakemend import recording
from lakemend.audit import AuditEntry
from lakemend.incident import IncidentView, Outcome, Stage
from lakemend.recording import AuditInput, FailureClaim, FailureSettlement, RecordInput
from records import Records, migrate, open_records

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INCIDENT = "incident:default:run-1"
KEY = "default/1/original/2026-03-02T12:00:00+00:00"
VIEW = IncidentView(
    incident_id=INCIDENT,
    workspace="default",
    run_id="1",
    stage=Stage.ENDED,
    outcome=Outcome.RECOVERED,
    started_at=NOON,
    workflow_run_id="first",
)
ENTRY = AuditEntry(
    entry_id="1", at=NOON, subject=INCIDENT, kind="incident.ended", message="recovered"
)
SECONDS = timedelta(seconds=10)
Result = TypeVar("Result")


@workflow.defn
class RecordingWorkflow:
    """Records one incident as the incident workflow does: by local activities, by name."""

    @workflow.run
    async def run(self) -> tuple[bool, str, bool]:
        claim = FailureClaim(key=KEY, incident_id=INCIDENT, owner="first")
        claimed = await self._call(recording.CLAIM_FAILURE, claim, bool)
        request = RecordInput(view=VIEW, audit=(ENTRY,), settled=(KEY,))
        ticket = await self._call(recording.RECORD, request, str)
        late = claim.model_copy(update={"owner": "second"})
        return claimed, ticket, await self._call(recording.CLAIM_FAILURE, late, bool)

    async def _call(self, name: str, request: object, result: type[Result]) -> Result:
        return await workflow.execute_local_activity(
            name, request, result_type=result, start_to_close_timeout=SECONDS
        )


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    records = open_records(url)
    yield records
    records.close()


@pytest.fixture
def activities(records: Records) -> RecordActivities:
    return RecordActivities(records)


@pytest.fixture
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    executable = str(Path(sys.executable).with_name("temporal-test-server"))
    starting = WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=executable
    )
    async with await starting as server:
        yield server


def test_failure_is_claimed_until_another_run_has_settled_it(activities: RecordActivities) -> None:
    environment = ActivityEnvironment()
    first = FailureClaim(key=KEY, incident_id=INCIDENT, owner="first")
    second = FailureClaim(key=KEY, incident_id=INCIDENT, owner="second")

    assert environment.run(activities.claim_failure, first)
    settlement = FailureSettlement(keys=(KEY,), incident_id=INCIDENT, owner="first")
    environment.run(activities.settle_failures, settlement)

    assert environment.run(activities.claim_failure, first)
    assert not environment.run(activities.claim_failure, second)


def test_repeated_activities_write_once(activities: RecordActivities, records: Records) -> None:
    environment = ActivityEnvironment()

    tickets = {environment.run(activities.save_incident, VIEW) for _ in range(2)}
    for _ in range(2):
        environment.run(activities.record_audit, AuditInput(entries=(ENTRY,)))

    assert tickets == {"LM-000001"}
    assert records.audit_of(INCIDENT) == [ENTRY]


def test_database_that_is_away_is_worth_a_retry(tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'not-migrated.db'}")
    activities = RecordActivities(records)

    with pytest.raises(ApplicationError) as caught:
        ActivityEnvironment().run(activities.save_incident, VIEW)
    records.close()

    assert caught.value.type == "RecordsError"
    assert not caught.value.non_retryable


async def test_workflow_records_by_local_activities(
    temporal: WorkflowEnvironment, activities: RecordActivities, records: Records
) -> None:
    queue = str(uuid4())
    with ThreadPoolExecutor(2) as pool:
        worker = Worker(
            temporal.client,
            task_queue=queue,
            workflows=[RecordingWorkflow],
            activities=[activities.claim_failure, activities.record],
            activity_executor=pool,
            # pytest's modules have no name that the sandbox could import again
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            answer = await temporal.client.execute_workflow(
                RecordingWorkflow.run, id=queue, task_queue=queue
            )

    assert answer == (True, "LM-000001", False)
    found = records.get_incident(INCIDENT)
    assert found == VIEW.model_copy(update={"ticket": "LM-000001"})
    assert records.audit_of(INCIDENT) == [ENTRY]
