"""Runs and their tasks."""

from activities.reading.loops import LOOP, repeated
from activities.reading.values import identifier, moment, part, parts, text
from activities.workspace import Json
from lakemend.evidence import Compute, ComputeKind, RecentRun, RunFacts, TaskFacts

_SHORT = 200  # what a task that did not fail says; a run may have 1,000 of them

_RESULT_OF_CODE = {
    "SUCCESS": "SUCCESS",
    "SUCCESS_WITH_FAILURES": "SUCCESS_WITH_FAILURES",
    "CANCELED": "CANCELED",
    "USER_CANCELED": "CANCELED",
    "DISABLED": "DISABLED",
    "SKIPPED": "",
}


def run_facts(raw: Json) -> RunFacts:
    """Read a job run; `state` is deprecated and `status` new, so each field comes from its own."""
    state, status = part(raw, "state"), part(raw, "status")
    details = part(status, "termination_details")
    repairs = repair_ids(raw)
    return RunFacts(
        run_id=identifier(raw.get("run_id")),
        job_id=identifier(raw.get("job_id")),
        run_name=raw.get("run_name") or "",
        run_type=raw.get("run_type") or "",
        run_page_url=raw.get("run_page_url") or "",
        creator=raw.get("creator_user_name") or "",
        trigger=raw.get("trigger") or "",
        life_cycle_state=state.get("life_cycle_state") or "",
        result_state=state.get("result_state") or "",
        state_message=text(state.get("state_message")),
        status_state=status.get("state") or "",
        termination_code=details.get("code") or "",
        termination_type=details.get("type") or "",
        termination_message=text(details.get("message")),
        latest_repair_id=repairs[-1] if repairs else "",
        repair_count=len(repairs),
        started_at=moment(raw.get("start_time")),
        ended_at=moment(raw.get("end_time")),
    )


def recent_run(raw: Json) -> RecentRun:
    """Read one entry of runs/list; settings of old runs are nowhere to be read."""
    facts = run_facts(raw)
    return RecentRun(
        run_id=facts.run_id,
        result_state=facts.result_state or task_result(raw),
        termination_code=facts.termination_code,
        ended_at=facts.ended_at,
    )


def repair_ids(raw: Json) -> list[str]:
    """Return the ids of all repairs, oldest first.

    The history begins with the ORIGINAL item, which has no id of its own or one that is no
    repair's (databricks-sdk: RepairHistoryItem; astronomer-cosmos PR 163).
    """
    items = [each for each in parts(raw, "repair_history") if each.get("type") == "REPAIR"]
    items.sort(key=lambda each: each.get("start_time") or 0)
    return [identifier(each["id"]) for each in items if each.get("id")]


def newest_tasks(raw: Json) -> list[Json]:
    """Return the newest attempt of each task: retried and repaired ones appear several times."""
    newest: dict[str, Json] = {}
    for task in parts(raw, "tasks"):
        known = newest.get(task["task_key"])
        if known is None or _order(task) >= _order(known):
            newest[task["task_key"]] = task
    return list(newest.values())


def task_facts(raw: Json) -> TaskFacts:
    """Read one attempt of a task, without its output."""
    state, status = part(raw, "state"), part(raw, "status")
    details = part(status, "termination_details")
    result = task_result(raw)
    message = state.get("state_message") or details.get("message")
    return TaskFacts(
        task_key=raw["task_key"],
        run_id=identifier(raw.get("run_id")),
        attempt_number=raw.get("attempt_number") or 0,
        life_cycle_state=state.get("life_cycle_state") or status.get("state") or "",
        result_state=result,
        termination_code=details.get("code") or "",
        termination_type=details.get("type") or "",
        state_message=text(message) if result == "FAILED" else text(message, _SHORT),
        depends_on=tuple(each["task_key"] for each in parts(raw, "depends_on")),
        compute=compute(raw),
        is_loop=bool(raw.get(LOOP)),
        started_at=moment(raw.get("start_time")),
        ended_at=moment(raw.get("end_time")),
    )


def task_result(raw: Json) -> str:
    """Return `result_state`, or what the new `status` says where the deprecated `state` is gone."""
    state, status = part(raw, "state"), part(raw, "status")
    if state.get("result_state"):
        return state["result_state"]
    if state.get("life_cycle_state") == "INTERNAL_ERROR":
        return "FAILED"
    if status.get("state") != "TERMINATED":
        return ""
    return _RESULT_OF_CODE.get(part(status, "termination_details").get("code") or "", "FAILED")


def compute(raw: Json) -> Compute:
    """Tell where a task runs; a task that only starts or decides something has no compute."""
    raw = repeated(raw)
    cluster_id = part(raw, "cluster_instance").get("cluster_id") or ""
    if raw.get("existing_cluster_id"):
        return Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id=raw["existing_cluster_id"])
    if raw.get("job_cluster_key") or raw.get("new_cluster"):
        key = raw.get("job_cluster_key") or ""
        return Compute(kind=ComputeKind.JOB_CLUSTER, cluster_id=cluster_id, job_cluster_key=key)
    warehouse = part(raw, "sql_task").get("warehouse_id") or part(raw, "dbt_task").get(
        "warehouse_id"
    )
    if warehouse:
        return Compute(kind=ComputeKind.WAREHOUSE, resource_id=warehouse)
    if raw.get("pipeline_task"):
        pipeline = part(raw, "pipeline_task").get("pipeline_id") or ""
        return Compute(kind=ComputeKind.PIPELINE, resource_id=pipeline)
    if raw.get("run_job_task") or raw.get("condition_task") or raw.get(LOOP):
        return Compute()
    return Compute(kind=ComputeKind.SERVERLESS, cluster_id=cluster_id)


def _order(task: Json) -> tuple[int, int]:
    return (task.get("attempt_number") or 0, task.get("start_time") or 0)
