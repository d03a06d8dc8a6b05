"""Record histories for the replay tests: `make histories`."""

import asyncio
import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bench.stage import Stage, staged
from lakemend.gate.talk import gate_workflow_id
from lakemend.incident import TASK_QUEUE, incident_id
from lakemend.lease import lease_workflow_id
from lakemend.permit import breaker_workflow_id
from lakemend.sweep import SWEEP, SweepRequest, sweep_id

HERE = Path(__file__).parent
SCENARIO = HERE.parent / "end_to_end" / "workspace.yaml"
MACHINE = {"identity", "stackTrace"}
INCIDENTS = {
    "incident-second-repair-helps": "flaky_network",
    "incident-more-memory-then-restored": "hungry_driver",
    "incident-fallback-and-escalation": "insatiable_driver",
    "incident-another-cause-after-repair": "memory_after_network",
    "incident-person-needed": "bug",
}


STORM = 4


async def main() -> None:
    """Let one job of each kind fail and keep what Temporal wrote down about it."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = SCENARIO.read_text(encoding="utf-8")
        async with (
            staged(scenario, Path(folder)) as stage,
            stage.working(storm_incidents=STORM - 1, sweep_grace=timedelta(0)),
        ):
            for name, job in INCIDENTS.items():
                view = await stage.recover(job)
                await _keep(stage, name, view.incident_id)
            views = [await stage.recover("for_ever") for _ in range(3)]
            view = views[-1]
            await _keep(stage, "incident-rejected-by-breaker", view.incident_id)
            await _keep(stage, "breaker-opens", breaker_workflow_id(view.breaker))
            job_id = str(stage.simulator.control.job_id("hungry_driver"))
            await _keep(stage, "lease-of-a-job", lease_workflow_id("default", f"job-{job_id}"))
            await _storm(stage)
            await _resource(stage)
            await _sweep(stage)


async def _resource(stage: Stage) -> None:
    """Let a cluster die under a run of which nobody tells."""
    control = stage.simulator.control
    run = control.run_job("shared_a")
    await asyncio.sleep(0.5)
    control.terminate_cluster("shared", code="COMMUNICATION_LOST", type="CLOUD_FAILURE")
    await asyncio.to_thread(control.wait_for_run, run)
    resource = f"cluster-{control.cluster_id('shared')}"
    view = await (await stage.report_resource(resource)).result()
    await _keep(stage, "incident-of-a-cluster", view.incident_id)


async def _sweep(stage: Stage) -> None:
    """Let a sweep find a run of which nobody tells, as soon as it has failed."""
    run = await stage.failed_run("found_again")
    request = SweepRequest(workspace="default", since=timedelta(minutes=1))
    workflow_id = sweep_id("default")
    await stage.client.execute_workflow(SWEEP, request, id=workflow_id, task_queue=TASK_QUEUE)
    await stage.client.get_workflow_handle(incident_id("default", str(run))).result()
    await _keep(stage, "sweep-finds-what-nobody-told", workflow_id)


async def _storm(stage: Stage) -> None:
    """Let a storm break out and a pause come over it: the rest waits, and then goes on."""
    gate = stage.client.get_workflow_handle(gate_workflow_id("default"))
    await gate.signal("pause", {"by": "a person", "reason": "to record it"})
    runs = [await stage.failed_run("flaky_network") for _ in range(STORM)]
    handles = [await stage.report(run) for run in runs]
    await asyncio.sleep(2)
    await gate.signal("resume", {"by": "a person", "reason": "recorded"})
    views = [await handle.result() for handle in handles]
    await _keep(stage, "incident-parked-in-a-storm", views[-1].incident_id)
    await _keep(stage, "gate-pause-and-storm", gate_workflow_id("default"))


async def _keep(stage: Stage, name: str, workflow_id: str) -> None:
    history = await stage.client.get_workflow_handle(workflow_id).fetch_history()
    text = json.dumps(_without_machine(history.to_json_dict()), indent=1)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _without_machine(value: Any) -> Any:
    """Leave out what names the machine of the recording; no replay looks at it."""
    if isinstance(value, list):
        return [_without_machine(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {key: _without_machine(each) for key, each in entries if key not in MACHINE}
    return value


if __name__ == "__main__":
    asyncio.run(main())
