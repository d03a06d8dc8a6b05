"""Alerts about clusters, pipelines and warehouses, read leniently.

Azure Monitor sends the common alert schema; of a log alert (V2) only the dimensions travel, not the
rows, so the rule has to split by them (Microsoft's documentation: alerts-common-schema, log alerts
V2). Older log alerts carry rows, which are read as well. Any other source names what failed in a
plain object. The body is a hint, the truth is read from the workspace.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from fastapi import Request
from pydantic_core import from_json

from api.body import read_bounded
from api.problems import InvalidInputError, field_problem
from lakemend.incident import RESOURCE_FAILED, FailureReport, Source, resource_name
from lakemend.model import Model

MOST_RESOURCES = 100
_LONGEST = 300
_KINDS = {
    "clusterid": "cluster",
    "pipelineid": "pipeline",
    "warehouseid": "warehouse",
    "sqlwarehouseid": "warehouse",
    "endpointid": "warehouse",
}
_REASONS = (
    "clusterterminationreasoncode",
    "terminationreasoncode",
    "terminationcode",
    "reasoncode",
    "reason",
)
_OVER = frozenset({"resolved", "deactivated"})
_REMEDY = (
    "name a cluster_id, pipeline_id or warehouse_id; in a rule of Azure Monitor split by the "
    "dimension clusterId (docs/cluster-failures.md)"
)
_RESOLVED = "the alert is over; an open incident reads by itself how things stand"

Facts = dict[str, str]


class Alert(Model):
    """One report for each resource that the alert names; none, with a note, when it is over."""

    reports: tuple[FailureReport, ...] = ()
    note: str = ""


async def read_alert(request: Request, workspace: str, received_at: datetime) -> Alert:
    """Read the body, whatever its content type says; raises InvalidInputError, BodyTooLargeError.

    Credentials are checked before the first byte is read, and the size while reading.
    """
    try:
        body = from_json(await read_bounded(request))
    except ValueError as error:
        raise InvalidInputError(f"body: {error}", [field_problem("body", "", str(error))]) from None
    if not isinstance(body, dict):
        remedy = "send a JSON object"
        raise InvalidInputError(f"body: {remedy}", [field_problem("body", "", remedy)])
    return _read(cast("dict[str, Any]", body), workspace, received_at)


def _read(body: dict[str, Any], workspace: str, received_at: datetime) -> Alert:
    essentials = _object(_object(body, "data"), "essentials")
    condition = str(essentials.get("monitorCondition") or "Fired")
    if condition.lower() in _OVER:
        return Alert(note=_RESOLVED)
    alert_id = str(essentials.get("alertId") or essentials.get("originAlertId") or "")
    reports = {
        name: FailureReport(
            source=Source.ALERT,
            workspace=workspace,
            resource=name,
            received_at=received_at,
            event_type=RESOURCE_FAILED,
            reason=reason,
            alert_id=f"{_short(alert_id)}/{_short(condition)}" if alert_id else "",
        )
        for name, reason in _resources(body)
    }
    if not reports:
        raise InvalidInputError(f"the alert names nothing: {_REMEDY}", [_missing(body)])
    kept = tuple(reports.values())[:MOST_RESOURCES]
    left_out = len(reports) - len(kept)
    note = f"{left_out} more were named than are taken at once" if left_out else ""
    return Alert(reports=kept, note=note)


def _resources(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name each resource with the reason that was told; raises InvalidInputError for a bad id."""
    for facts in _all_facts(body):
        reason = next((facts[name] for name in _REASONS if facts.get(name)), "")
        for field, kind in _KINDS.items():
            if facts.get(field):
                yield _name(kind, facts[field]), _short(reason)


def _name(kind: str, id_: str) -> str:
    try:
        return resource_name(kind, id_)
    except ValueError as error:
        field = field_problem(f"{kind}_id", id_, str(error))
        raise InvalidInputError(f"{kind}_id: {error}", [field]) from None


def _all_facts(body: dict[str, Any]) -> Iterator[Facts]:
    """Yield names with values: the body's own, each condition's dimensions, each row's columns."""
    yield _facts(body.items())
    data = _object(body, "data")
    context = _object(data, "alertContext")
    for condition in _objects(_object(context, "condition").get("allOf")):
        dimensions = _objects(condition.get("dimensions"))
        yield _facts((each.get("name"), each.get("value")) for each in dimensions)
    for holder in (body, data, context):
        for name in ("SearchResult", "SearchResults"):
            yield from _rows(_object(holder, name))


def _rows(result: dict[str, Any]) -> Iterator[Facts]:
    for table in _objects(result.get("tables")):
        columns = [column.get("name") for column in _objects(table.get("columns"))]
        rows = table.get("rows")
        for row in cast("list[Any]", rows) if isinstance(rows, list) else []:
            if isinstance(row, list):
                values = dict(zip(columns, cast("list[Any]", row), strict=False))
                yield {**_facts(values.items()), **_facts(_parameters(values).items())}


def _parameters(row: dict[Any, Any]) -> dict[str, Any]:
    """Read the column RequestParams, a JSON text within the row (table DatabricksClusters)."""
    try:
        found = from_json(str(row.get("RequestParams") or "{}"))
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _facts(pairs: Any) -> Facts:
    """Take `clusterId`, `ClusterId` and `cluster_id` for one name; keep texts and numbers only."""
    return {
        re.sub(r"[^a-z0-9]", "", str(name).lower()): str(value).strip()
        for name, value in pairs
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    """Read a list of objects, or the one that stands for a list of one."""
    several = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [cast("dict[str, Any]", each) for each in several if isinstance(each, dict)]


def _short(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:_LONGEST]


def _missing(body: dict[str, Any]) -> Any:
    field = "data.alertContext.condition.allOf.dimensions" if "data" in body else "body"
    return field_problem(field, ", ".join(body), _REMEDY)
