"""`/api/2.0/pipelines/...`."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from simulator.pipelines import active_update, find_update
from simulator.records import Json, Pipeline, Update
from simulator.routes.deps import JsonBody, WorkspaceDep, page_of

_INSTANT = re.compile(r"timestamp (?P<sign>[<>]=) '(?P<at>[^']+)'")

router = APIRouter(prefix="/pipelines")


@router.get("/{pipeline_id}")
async def get_pipeline(workspace: WorkspaceDep, pipeline_id: str) -> Json:
    """Read a pipeline."""
    pipeline = workspace.pipelines.get(pipeline_id)
    return {
        "pipeline_id": pipeline.pipeline_id,
        "name": pipeline.name,
        "spec": pipeline.spec,
        "state": "RUNNING" if active_update(pipeline) else "IDLE",
        "last_modified": pipeline.last_modified,
        "latest_updates": [_brief(update) for update in reversed(pipeline.updates[-5:])],
    }


@router.put("/{pipeline_id}")
async def edit_pipeline(workspace: WorkspaceDep, pipeline_id: str, body: JsonBody) -> Json:
    """Replace a pipeline's specification."""
    workspace.pipelines.edit(pipeline_id, body)
    return {}


@router.post("/{pipeline_id}/updates")
async def start_update(workspace: WorkspaceDep, pipeline_id: str, body: JsonBody) -> Json:
    """Start an update."""
    return {"update_id": workspace.pipelines.start_update(pipeline_id, body).update_id}


@router.post("/{pipeline_id}/stop")
async def stop_pipeline(workspace: WorkspaceDep, pipeline_id: str) -> Json:
    """Cancel the active update."""
    workspace.pipelines.stop(pipeline_id)
    return {}


@router.get("/{pipeline_id}/updates")
async def list_updates(workspace: WorkspaceDep, pipeline_id: str) -> Json:
    """List updates, newest first."""
    pipeline = workspace.pipelines.get(pipeline_id)
    return {"updates": [_shown(pipeline, update) for update in reversed(pipeline.updates)]}


@router.get("/{pipeline_id}/updates/{update_id}")
async def get_update(workspace: WorkspaceDep, pipeline_id: str, update_id: str) -> Json:
    """Read an update."""
    pipeline = workspace.pipelines.get(pipeline_id)
    return {"update": _shown(pipeline, find_update(pipeline, update_id))}


@router.get("/{pipeline_id}/events")
async def list_events(
    workspace: WorkspaceDep,
    pipeline_id: str,
    max_results: int = 25,
    page_token: str = "",
    wanted: Annotated[str, Query(alias="filter")] = "",
) -> Json:
    """List events, newest first; the filter knows `level='ERROR'` and limits of `timestamp`."""
    since, until = _limit(wanted, ">=", 0), _limit(wanted, "<=", 2**62)
    events = [
        event
        for event in reversed(workspace.pipelines.get(pipeline_id).events)
        if ("level" not in wanted or f"'{event['level']}'" in wanted)
        and since <= int(event["timestamp"]) <= until
    ]
    start = page_of(page_token)
    body: Json = {"events": events[start : start + max_results]}
    if len(events) > start + max_results:
        body["next_page_token"] = str(start + max_results)
    return body


def _shown(pipeline: Pipeline, update: Update) -> Json:
    return {
        **_brief(update),
        "pipeline_id": pipeline.pipeline_id,
        "cause": update.cause,
        "full_refresh": update.full_refresh,
    }


def _limit(wanted: str, sign: str, otherwise: int) -> int:
    """Milliseconds of the instant that the filter gives with this sign."""
    found = (each["at"] for each in _INSTANT.finditer(wanted) if each["sign"] == sign)
    at = next(found, "")
    return int(datetime.fromisoformat(at).timestamp() * 1000) if at else otherwise


def _brief(update: Update) -> Json:
    return {
        "update_id": update.update_id,
        "state": update.state,
        "creation_time": update.creation_time,
    }
