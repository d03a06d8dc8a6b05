"""The form in which the platform answers; a field of another form is left out, and named.

An object is written as the fields that we read, a list as what one entry looks like, and a value as
the test that it passes. Fields that are not written here stay as they are.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias, cast

from activities.reading.values import moment
from activities.workspace import Json

Form: TypeAlias = Callable[[Any], bool] | dict[str, Any] | list[Any]

_LARGEST_COUNT = 2**31


def in_form(raw: Any, form: Form, misfits: list[str], place: str = "") -> Any:
    """Return `raw` with null for what has another form, whose places are added to `misfits`.

    Of a list such entries are left out: to every reader, null is what the platform does not say.
    """
    if raw is None:
        return None
    if isinstance(form, dict) and isinstance(raw, dict):
        fields, named = cast("dict[str, Form]", form), cast("Json", raw)
        changed = {
            name: in_form(named[name], fields[name], misfits, f"{place}.{name}".strip("."))
            for name in fields
            if name in named
        }
        return named | changed
    if isinstance(form, list) and isinstance(raw, list):
        entry, entries = cast("list[Form]", form)[0], enumerate(cast("list[Any]", raw))
        kept = [in_form(each, entry, misfits, f"{place}[{number}]") for number, each in entries]
        return [each for each in kept if each is not None]
    if isinstance(form, FunctionType) and form(raw):
        return raw
    misfits.append(place or "all of it")
    return None


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _id(value: Any) -> bool:
    return type(value) in {int, str}


def _count(value: Any) -> bool:
    return type(value) is int and abs(value) < _LARGEST_COUNT


def _moment(value: Any) -> bool:
    return type(value) in {int, float, str} and (not value or moment(value) is not None)


_STATE: Form = {"life_cycle_state": _text, "result_state": _text, "state_message": _text}
_STATUS: Form = {
    "state": _text,
    "termination_details": {"code": _text, "type": _text, "message": _text},
}
_ENDING: dict[str, Form] = {
    "state": _STATE,
    "status": _STATUS,
    "start_time": _moment,
    "end_time": _moment,
}
_COMPUTE: dict[str, Form] = {
    "cluster_instance": {"cluster_id": _id},
    "existing_cluster_id": _id,
    "job_cluster_key": _id,
    "new_cluster": {},
    "sql_task": {"warehouse_id": _id},
    "dbt_task": {"warehouse_id": _id},
    "pipeline_task": {"pipeline_id": _id},
    "run_job_task": {},
    "condition_task": {},
}
_TASK: Form = {
    **_ENDING,
    **_COMPUTE,
    "task_key": _id,
    "run_id": _id,
    "attempt_number": _count,
    "depends_on": [{"task_key": _id}],
    "for_each_task": {"task": _COMPUTE},
}
RUN: Form = {
    **_ENDING,
    **_COMPUTE,
    "run_id": _id,
    "job_id": _id,
    "job_run_id": _id,
    "run_name": _text,
    "run_type": _text,
    "run_page_url": _text,
    "creator_user_name": _text,
    "trigger": _text,
    "trigger_info": {"run_id": _id},
    "tasks": [_TASK],
    "iterations": [_TASK],
    "repair_history": [{**_ENDING, "type": _text, "id": _id, "task_run_ids": [_id]}],
}
OUTPUT: Form = {
    "error": _text,
    "error_trace": _text,
    "logs": _text,
    "run_job_output": {"run_id": _id},
}
JOB: Form = {
    "job_id": _id,
    "settings": {
        "name": _text,
        "edit_mode": _text,
        "deployment": {"kind": _text},
        "tags": {},
        "max_concurrent_runs": _count,
    },
}
CLUSTER: Form = {
    "cluster_id": _id,
    "cluster_name": _text,
    "cluster_source": _text,
    "state": _text,
    "state_message": _text,
    "termination_reason": {"code": _text, "type": _text, "parameters": {}},
    "node_type_id": _id,
    "driver_node_type_id": _id,
    "num_workers": _count,
    "autoscale": {"max_workers": _count},
    "aws_attributes": {},
    "azure_attributes": {},
    "gcp_attributes": {},
    "start_time": _moment,
    "last_restarted_time": _moment,
    "terminated_time": _moment,
}
CLUSTER_EVENT: Form = {
    "timestamp": _moment,
    "type": _text,
    "details": {
        "driver_state_message": _text,
        "cause": _text,
        "message": _text,
        "reason": {"code": _text, "parameters": {}},
        "init_scripts": {},
    },
}
WAREHOUSE: Form = {
    "id": _id,
    "name": _text,
    "state": _text,
    "health": {
        "status": _text,
        "summary": _text,
        "message": _text,
        "failure_reason": {"code": _text},
    },
    "num_active_sessions": _count,
}
PIPELINE: Form = {"name": _text, "spec": {}}
UPDATE: Form = {"update_id": _id, "state": _text, "cause": _text, "creation_time": _moment}
PIPELINE_EVENT: Form = {
    "timestamp": _moment,
    "event_type": _text,
    "message": _text,
    "origin": {"update_id": _id},
    "error": {"exceptions": [{"message": _text}]},
}
