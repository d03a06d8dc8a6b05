"""Clusters and their libraries."""

from pydantic import BaseModel

from simulator.records.kinds import Actor, Json


class Edit(BaseModel):
    """Somebody changed the settings of a job or the attributes of a cluster."""

    at: int
    by: Actor
    call: str


class TerminationReason(BaseModel):
    """Why a cluster ended."""

    code: str
    type: str
    parameters: dict[str, str] = {}


class LibraryStatus(BaseModel):
    """A library on a cluster, in the wording of the libraries API."""

    library: Json
    status: str
    messages: list[str] = []


class Cluster(BaseModel):
    """A cluster; `source` is JOB for one that a run made for itself."""

    cluster_id: str
    spec: Json
    wanted: Json
    source: str
    state: str
    creator: str
    state_message: str = ""
    start_time: int = 0
    last_restarted_time: int = 0
    terminated_time: int = 0
    reason: TerminationReason | None = None
    pending_reason: TerminationReason | None = None
    zone: str = ""
    on_demand: bool = True
    generation: int = 0
    events: list[Json] = []
    libraries: list[LibraryStatus] = []
    autostart: bool = True
    name_in_scenario: str = ""
    edits: list[Edit] = []
    starts: int = 0
    restarts: int = 0
    target_workers: int = 0
    access: list[Json] = []
