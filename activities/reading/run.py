"""Runs and their tasks."""

from datetime import datetime

from activities.reading.loops import LOOP, repeated
from activities.reading.values import began, identifier, moment, name, part, parts, text, word
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
        run_name=name(raw.get("run_name")),
        run_type=word(raw.get("run_type")),
        run_page_url=text(raw.get("run_page_url")),
        creator=name(raw.get("creator_user_name")),
        trigger=word(raw.get("trigger")),
        life_cycle_state=word(state.get("life_cycle_state")),
        result_state=word(state.get("result_state")),
        state_message=text(state.get("state_message")),
        status_state=word(status.get("state")),
        termination_code=word(details.get("code")),
        termination_type=word(details.get("type")),
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
    items.sort(key=began)
    return [identifier(each["id"]) for each in items if each.get("id")]


def newest_tasks(raw: Json) -> list[Json]:
    """Return the newest attempt of each task: retried and repaired ones appear several times."""
    newest: dict[str, Json] = {}
    for task in parts(raw, "tasks"):
        key = task.get("task_key") or ""
        known = newest.get(key)
        if known is None or _order(task) >= _order(known):
            newest[key] = task
    return list(newest.values())


def task_facts(raw: Json) -> TaskFacts:
    """Read one attempt of a task, without its output."""
    state, status = part(raw, "state"), part(raw, "status")
    details = part(status, "termination_details")
    result = task_result(raw)
    message = state.get("state_message") or details.get("message")
    return TaskFacts(
        task_key=identifier(raw["task_key"]),
        run_id=identifier(raw.get("run_id")),
        attempt_number=raw.get("attempt_number") or 0,
        life_cycle_state=word(state.get("life_cycle_state") or status.get("state")),
        result_state=result,
        termination_code=word(details.get("code")),
        termination_type=word(details.get("type")),
        state_message=text(message) if result == "FAILED" else text(message, _SHORT),
        depends_on=_depends_on(raw),
        compute=compute(raw),
        is_loop=bool(raw.get(LOOP)),
        started_at=moment(raw.get("start_time")),
        ended_at=moment(raw.get("end_time")),
    )


def task_result(raw: Json) -> str:
    """Return `result_state`, or what the new `status` says where the deprecated `state` is gone."""
    state, status = part(raw, "state"), part(raw, "status")
    if state.get("result_state"):
        return word(state["result_state"])
    if state.get("life_cycle_state") == "INTERNAL_ERROR":
        return "FAILED"
    if status.get("state") != "TERMINATED":
        return ""
    return _RESULT_OF_CODE.get(part(status, "termination_details").get("code") or "", "FAILED")


def compute(raw: Json) -> Compute:
    """Tell where a task runs; a task that only starts or decides something has no compute."""
    raw = repeated(raw)
    cluster_id = identifier(part(raw, "cluster_instance").get("cluster_id"))
    if raw.get("existing_cluster_id"):
        return Compute(
            kind=ComputeKind.ALL_PURPOSE, cluster_id=identifier(raw["existing_cluster_id"])
        )
    if raw.get("job_cluster_key") or raw.get("new_cluster"):
        key = identifier(raw.get("job_cluster_key"))
        return Compute(kind=ComputeKind.JOB_CLUSTER, cluster_id=cluster_id, job_cluster_key=key)
    warehouse = part(raw, "sql_task").get("warehouse_id") or part(raw, "dbt_task").get(
        "warehouse_id"
    )
    if warehouse:
        return Compute(kind=ComputeKind.WAREHOUSE, resource_id=identifier(warehouse))
    if raw.get("pipeline_task"):
        pipeline = identifier(part(raw, "pipeline_task").get("pipeline_id"))
        return Compute(kind=ComputeKind.PIPELINE, resource_id=pipeline)
    if raw.get("run_job_task") or raw.get("condition_task") or raw.get(LOOP):
        return Compute()
    return Compute(kind=ComputeKind.SERVERLESS, cluster_id=cluster_id)


def _depends_on(raw: Json) -> tuple[str, ...]:
    keys = (identifier(each.get("task_key")) for each in parts(raw, "depends_on"))
    return tuple(key for key in keys if key)


def _order(task: Json) -> tuple[int, datetime]:
    return (task.get("attempt_number") or 0, began(task))
