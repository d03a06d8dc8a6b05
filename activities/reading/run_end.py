"""How a run stands."""

from datetime import UTC, datetime

from activities.reading.form import RUN, in_form
from activities.reading.run import newest_tasks, run_facts, task_result
from activities.reading.values import identifier
from activities.workspace import Json
from lakemend.evidence import Evidence, run_phase
from lakemend.step import RunEnd


def run_end(workspace_name: str, raw: Json) -> RunEnd:
    """Read the run's phase with the result of each task's newest attempt."""
    raw = in_form(raw, RUN, [])
    run = run_facts(raw)
    failure_key = Evidence(workspace=workspace_name, read_at=datetime.now(UTC), run=run).failure_key
    phase = run_phase(run)
    said = run.termination_message or run.state_message
    return RunEnd(
        phase=phase,
        latest_repair_id=run.latest_repair_id,
        ended_at=run.ended_at,
        task_results={
            key: task_result(task)
            for task in newest_tasks(raw)
            if (key := identifier(task.get("task_key")))
        },
        failure_key=failure_key,
        message=f"Run {run.run_id} is {phase}" + (f": {said}" if said else ""),
    )
