"""What the OpenAPI document says besides the routes: error answers, and payloads as they come."""

from typing import Any, cast

from pydantic import BaseModel

from api.notification import Notification
from api.problems import MEDIA_TYPE, Problem

_Responses = dict[int | str, dict[str, Any]]


def _inline(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Put the parts of a JSON schema where they are used: an inline schema has no `$defs`."""
    if "$ref" in schema:
        schema = cast("dict[str, Any]", parts[schema["$ref"].rpartition("/")[2]])
    return {key: _inline_value(value, parts) for key, value in schema.items() if key != "$defs"}


def _inline_value(value: Any, parts: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return _inline(cast("dict[str, Any]", value), parts)
    if isinstance(value, list):
        return [_inline_value(item, parts) for item in cast("list[Any]", value)]
    return value


def _inline_model(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return _inline(schema, schema.get("$defs", {}))


_PROBLEM = _inline_model(Problem)


def _problem(status: int, description: str) -> _Responses:
    return {status: {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}}


UNAUTHORIZED = _problem(401, "No credential, or an unknown one")
NOT_FOUND = _problem(404, "There is no such thing; the detail says what there is")
TOO_LARGE = _problem(413, "More than 256 KB")
UNPROCESSABLE = _problem(422, "A field cannot be read; `errors` names it and the remedy")
UNAVAILABLE = _problem(503, "Something needed is away; nothing was claimed, try again")

NOTIFICATION_EXAMPLES: dict[str, Any] = {
    "job_failed": {
        "summary": "A job run failed (ids as integers)",
        "value": {
            "event_type": "jobs.on_failure",
            "workspace_id": 1234567890123456,
            "run": {"run_id": 418479923579431},
            "job": {"job_id": 662012345678901, "name": "nightly-orders"},
        },
    },
    "job_failed_strings": {
        "summary": "A job run failed (ids as strings)",
        "value": {
            "event_type": "jobs.on_failure",
            "workspace_id": "1234567890123456",
            "run": {"run_id": "418479923579432"},
            "job": {"job_id": "662012345678901", "name": "nightly-orders"},
        },
    },
    "task_failed": {
        "summary": "A task failed: its job run is the parent",
        "value": {
            "event_type": "jobs.on_failure",
            "workspace_id": "1234567890123456",
            "task": {"task_key": "load"},
            "run": {"run_id": "418479923579440", "parent_run_id": "418479923579433"},
            "job": {"job_id": "662012345678901", "name": "nightly-orders"},
        },
    },
    "job_succeeded": {
        "summary": "A job run succeeded: wakes its incident if one is open",
        "value": {
            "event_type": "jobs.on_success",
            "workspace_id": "1234567890123456",
            "run": {"run_id": "418479923579434"},
            "job": {"job_id": "662012345678901", "name": "nightly-orders"},
        },
    },
}


CLUSTER_ALERT: dict[str, Any] = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {
            "alertId": "/subscriptions/0/providers/Microsoft.AlertsManagement/alerts/8d3b",
            "alertRule": "databricks-cluster-terminated",
            "signalType": "Log",
            "monitorCondition": "Fired",
            "monitoringService": "Log Alerts V2",
        },
        "alertContext": {
            "conditionType": "LogQueryCriteria",
            "condition": {
                "allOf": [
                    {
                        "dimensions": [
                            {"name": "clusterId", "value": "0712-151200-abc123"},
                            {
                                "name": "clusterTerminationReasonCode",
                                "value": "COMMUNICATION_LOST",
                            },
                        ]
                    }
                ]
            },
        },
    },
}
ALERT_EXAMPLES: dict[str, Any] = {
    "azure_monitor": {
        "summary": "Azure Monitor: a log alert (V2), common alert schema, split by dimensions",
        "value": CLUSTER_ALERT,
    },
    "cluster": {
        "summary": "Any other source: a cluster failed",
        "value": {"cluster_id": "0712-151200-abc123", "reason": "COMMUNICATION_LOST"},
    },
    "pipeline": {
        "summary": "Any other source: a pipeline's update failed",
        "value": {"pipeline_id": "6f1c2a4e-0000-4000-8000-000000000001", "reason": "fatal"},
    },
    "warehouse": {
        "summary": "Any other source: a SQL warehouse is unhealthy",
        "value": {"warehouse_id": "6f1c2a4e00000001", "reason": "DEGRADED"},
    },
}
ALERT: dict[str, Any] = {
    "security": [{"basic": []}, {"api-key": []}],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}, "examples": ALERT_EXAMPLES}},
    },
}

NOTIFICATION: dict[str, Any] = {
    # The schemes are those that the reading routes declare.
    "security": [{"basic": []}, {"api-key": []}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _inline_model(Notification),
                "examples": NOTIFICATION_EXAMPLES,
            }
        },
    },
}
