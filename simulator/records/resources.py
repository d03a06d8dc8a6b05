"""Pipelines, warehouses and instance pools."""

from pydantic import BaseModel

from simulator.records.kinds import Json


class Update(BaseModel):
    """One update of a pipeline; `cause` is RETRY_ON_FAILURE when the platform made it itself."""

    update_id: str
    state: str
    cause: str
    full_refresh: bool = False
    creation_time: int = 0
    retries_left: int = 0
    run_id: int = 0
    attempt: int = 0


class Pipeline(BaseModel):
    """A pipeline with its updates, oldest first, and its event log."""

    pipeline_id: str
    name: str
    spec: Json
    last_modified: int = 0
    updates: list[Update] = []
    events: list[Json] = []
    access: list[Json] = []


class Warehouse(BaseModel):
    """A SQL warehouse."""

    warehouse_id: str
    name: str
    settings: Json
    state: str
    generation: int = 0
    failure: Json | None = None
    access: list[Json] = []


class Pool(BaseModel):
    """An instance pool."""

    instance_pool_id: str
    name: str
    settings: Json
