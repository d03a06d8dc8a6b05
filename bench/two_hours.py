"""What two hours of waiting for a repaired run add to an incident's history.

Ended by a look: Temporal's time-skipping server lets the two hours pass at the default poll
interval; workspace, worker and records are the same as ever. Ended by a webhook: the development
server, where the webhook comes while the activity sleeps between two looks. No hours pass there: a
wait without events has none to add, and the time-skipping server writes one workflow task more for
a cancelled activity than a real one does.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from bench.history import Cost, cost_of
from bench.stage import HEAD, Stage, settings_for, staged
from lakemend.incident import SEARCH_ATTRIBUTES, IncidentView, Outcome, parse_incident_id
from lakemend.settings import Settings
from records import migrate, open_records
from simulator.server import SimulatorProcess

MAX_ADDED_EVENTS = 12
WAIT = timedelta(hours=2)
# the pause between two looks grows to two minutes
_NEXT_LOOK = timedelta(minutes=5)

_TEST_SERVER = Path(sys.executable).with_name("temporal-test-server")
_USUAL = Settings().poll_interval
_LONGER = 4 * 3600.0  # seconds of the simulated workspace, in which the slow run ends
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_JOBS = """
jobs:
  quick: &job
    settings: &settings
      job_clusters:
        - job_cluster_key: main
          new_cluster: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
      tasks:
        - {task_key: load, job_cluster_key: main, notebook_task: {notebook_path: /load}}
    tasks: {load: {duration: 0s, fails: {kind: network, times: 1}}}
  found_by_looking: &slow
    settings: *settings
    tasks: {load: {duration: 3h, fails: {kind: network, times: 1}}}
  told_by_webhook: *slow
"""


@dataclass(frozen=True)
class TwoHours:
    """The cost of the same repair: over at once, found over by a look, and told by a webhook."""

    at_once: Cost
    found_by_looking: Cost
    told_by_webhook: Cost

    def broken_limits(self) -> list[str]:
        """Say where the wait adds too many events."""
        waits = {"looking": self.found_by_looking, "a webhook": self.told_by_webhook}
        added = {end: (cost - self.at_once).events for end, cost in waits.items()}
        return [
            f"two hours ended by {end} add {events} events, allowed are {MAX_ADDED_EVENTS}"
            for end, events in added.items()
            if events > MAX_ADDED_EVENTS
        ]


async def measure_two_hours() -> TwoHours:
    """Repair three runs, two of which take their time."""
    with tempfile.TemporaryDirectory() as folder:
        async with _skipping(Path(folder)) as (environment, stage):
            at_once = await _ended(stage, await stage.report(await stage.failed_run("quick")))
            handle = await _waiting(stage, "found_by_looking")
            await environment.sleep(WAIT)
            stage.simulator.control.advance(_LONGER)
            await environment.sleep(_NEXT_LOOK)
            found_by_looking = await _ended(stage, handle)
    with tempfile.TemporaryDirectory() as folder:
        async with staged(_JOBS, Path(folder)) as stage, stage.working(poll_interval=_USUAL):
            told_by_webhook = await _told(stage, "told_by_webhook")
    return TwoHours(at_once, found_by_looking, told_by_webhook)


async def _told(stage: Stage, job: str) -> Cost:
    handle = await _waiting(stage, job)
    stage.simulator.control.advance(_LONGER)
    run_id = parse_incident_id(handle.id).run_id
    await stage.report(int(run_id), event_type="jobs.on_success")
    return await _ended(stage, handle)


async def _waiting(stage: Stage, job: str) -> WorkflowHandle[Any, IncidentView]:
    """Return an incident that waits for its repaired run, between two looks."""
    control = stage.simulator.control
    run_id = control.run_job(job)
    await asyncio.to_thread(control.wait_until, lambda: control.run(run_id)["phase"] == "RUNNING")
    control.advance(_LONGER)
    handle = await stage.report(run_id)
    await asyncio.to_thread(control.wait_until, lambda: stage.repairs_of(run_id) == 1)
    await asyncio.sleep(1)
    return handle


async def _ended(stage: Stage, handle: WorkflowHandle[Any, IncidentView]) -> Cost:
    view = await handle.result()
    assert view.outcome is Outcome.RECOVERED, view.message
    return await cost_of(stage.client, handle.id, _LONG_AGO)


@asynccontextmanager
async def _skipping(folder: Path) -> AsyncGenerator[tuple[WorkflowEnvironment, Stage]]:
    url = f"sqlite:///{folder / 'records.db'}"
    migrate(url)
    records = open_records(url)
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(_TEST_SERVER), data_converter=pydantic_data_converter
    ) as environment:
        await _know_search_attributes(environment)
        with SimulatorProcess(HEAD + _JOBS) as simulator:
            settings = settings_for(simulator, folder)
            stage = Stage(simulator, environment.client, records, settings, metrics_url="")
            async with stage.working(poll_interval=_USUAL):
                yield environment, stage
    records.close()


async def _know_search_attributes(environment: WorkflowEnvironment) -> None:
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace="default", search_attributes=dict.fromkeys(SEARCH_ATTRIBUTES, keyword)
        )
    )
