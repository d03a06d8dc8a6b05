"""A playbook tried against a simulated workspace, from the first process to the verdict."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.children import Child
from cli.demo.verdict import take_account
from cli.embedded import running_server
from cli.problems import CommandError
from cli.readiness import wait_until_serving
from cli.record_store import opened_records
from cli.runtime import stop_event
from cli.supervision import run_together
from cli.trial.failures import Failures
from cli.trial.pace import accelerated, accelerated_settings
from cli.trial.surroundings import Surroundings, surroundings
from cli.trial.verdict import Trial, judge_trial
from lakemend.playbook import Playbook, Playbooks
from lakemend.playbook_set import check_together, load_all_playbooks
from lakemend.settings import Settings
from records import migrate
from simulator.client import Control
from simulator.scenario import Scenario, load_scenario
from worker import run_worker

# how much faster time runs where the scenario does not say
USUAL_FACTOR = 100.0
_LOOK_EVERY_SECONDS = 0.2


async def play_trial(playbook: Playbook, file: Path, settings: Settings, within: int) -> Trial:
    """Let the scenario's jobs fail, and recover them with this playbook among those in force.

    Raises ScenarioError and PlaybookError before anything is started.
    """
    stopping = stop_event()
    scenario = load_scenario(file)
    playbooks = load_all_playbooks(settings.playbooks_dir)
    playbooks[playbook.error_type] = playbook
    check_together(playbooks)
    factor = scenario.time_factor if "time_factor" in scenario.model_fields_set else USUAL_FACTOR
    with surroundings(file, factor) as place:
        trial = _Trial(place, scenario, playbook, playbooks)
        await trial.run(stopping, accelerated_settings(settings, factor), within)
    if trial.result is None:
        raise CommandError("stopped before the end")
    return trial.result


class _Trial:
    """One trial; `result` is None until everything has ended."""

    def __init__(
        self, place: Surroundings, scenario: Scenario, playbook: Playbook, playbooks: Playbooks
    ) -> None:
        self._place = place
        self._scenario = scenario
        self._playbook = playbook
        self._playbooks = playbooks
        self.result: Trial | None = None

    async def run(self, stopping: asyncio.Event, settings: Settings, within: int) -> None:
        """Run until the end, or the event; ends all processes."""
        place, server = self._place, self._place.server()
        settings = place.settings(settings)
        await asyncio.to_thread(migrate, settings.records_url)
        async with AsyncExitStack() as stack:
            temporal = await stack.enter_async_context(running_server(server))
            workspace = await stack.enter_async_context(Child(place.simulator()))
            records = await stack.enter_async_context(opened_records(settings))
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            playbooks = accelerated(self._playbooks, place.factor)
            await run_together(
                stopping,
                _fail_with(temporal),
                _fail_with(workspace),
                run_worker(
                    settings, client, records, shutdown=asyncio.Event(), playbooks=playbooks
                ),
                self._play(client, within),
            )

    async def _play(self, client: Client, within: int) -> None:
        await wait_until_serving(f"{self._place.workspace_url}/simulator/status")
        control = Control(self._place.workspace_url)
        failures = Failures(client, control)
        try:
            await asyncio.to_thread(self._let_jobs_run, control)
            in_time = await _until_settled(failures, within)
            account = await asyncio.to_thread(take_account, control)
        finally:
            control.close()
        incidents = await failures.incidents()
        late = "" if in_time else f"not everything has ended after {within} s"
        self.result = judge_trial(self._playbook, self._scenario, account, incidents, late)

    def _let_jobs_run(self, control: Control) -> None:
        """Begin the schedule; a job without one runs once."""
        control.start()
        for name, job in self._scenario.jobs.items():
            if not job.runs:
                control.run_job(name)


async def _until_settled(failures: Failures, within: int) -> bool:
    deadline = time.monotonic() + within
    while not await failures.all_dealt_with():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return True


async def _fail_with(child: Child) -> None:
    await child.wait()
    raise child.failure()
