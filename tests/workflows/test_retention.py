"""The records are pruned by a schedule that any worker may have made."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import ScheduleActionExecutionStartWorkflow

from bench.stage import Stage, staged
from lakemend.audit import AuditEntry
from lakemend.retention import PRUNE_RECORDS
from workflows.retention import PruneRecordsWorkflow, schedule_pruning

PATIENCE = 300


async def pruned(stage: Stage) -> dict[str, int]:
    """Let the schedule fire now, and return what its workflow says."""
    handle = stage.client.get_schedule_handle(PRUNE_RECORDS)
    await handle.trigger()
    for _ in range(PATIENCE):
        actions = (await handle.describe()).info.recent_actions
        if actions:
            started = actions[-1].action
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError("the schedule has not fired")
    assert isinstance(started, ScheduleActionExecutionStartWorkflow)
    run = stage.client.get_workflow_handle_for(PruneRecordsWorkflow.run, started.workflow_id)
    return await run.result()


async def test_old_records_go_by_the_schedule_and_the_trail_says_so(tmp_path: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=400)
    async with staged("jobs: {}", tmp_path) as stage, stage.working():
        entry = AuditEntry(entry_id="old", at=old, subject="s", kind="k", message="m")
        stage.records.append_audit([entry])
        # a second worker finds the schedule made
        await schedule_pruning(stage.client)

        removed = await pruned(stage)

        assert removed["audit_entries"] == 1
        (left,) = stage.records.events_after(0)
        assert left[1].kind == "records.pruned"
        assert left[1].message == "Removed what is kept no longer: 1 audit entries."
