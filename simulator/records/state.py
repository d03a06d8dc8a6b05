"""Everything the workspace remembers."""

from pydantic import BaseModel

from simulator.records.clusters import Cluster, Edit
from simulator.records.kinds import About, Json
from simulator.records.resources import Pipeline, Pool, Warehouse
from simulator.records.runs import JobRun


class Job(BaseModel):
    """A saved job. `settings` is raw: what the platform does not know it keeps all the same."""

    job_id: int
    settings: Json
    wanted: Json
    created_time: int
    creator: str
    run_as: str
    name_in_scenario: str = ""
    runs: int = 0
    edits: list[Edit] = []
    access: list[Json] = []


class Timer(BaseModel):
    """Something that will happen at `due`, in seconds since 1970."""

    due: float
    sequence: int
    kind: str
    about: About = {}


class ClockState(BaseModel):
    """The pace of time and what is still to come."""

    now: float = 0
    factor: float = 1
    frozen: bool = False
    offset: float = 0
    sequence: int = 0
    timers: list[Timer] = []


class Delivery(BaseModel):
    """One webhook message and each time it was sent: the HTTP status, or 0 for no answer."""

    delivery_id: int
    destination_id: str
    body: Json
    raw: str
    created: int
    answers: list[int] = []
    dropped: bool = False


class Call(BaseModel):
    """One line of the request log."""

    sequence: int
    time: float
    method: str
    path: str
    query: str
    body: str
    user_agent: str
    status: int = 0
    fault: str = ""


class State(BaseModel):
    """The whole workspace."""

    clock: ClockState = ClockState()
    counter: int = 0
    started: bool = False
    jobs: dict[int, Job] = {}
    deleted_jobs: list[int] = []
    runs: dict[int, JobRun] = {}
    deleted_runs: list[int] = []
    clusters: dict[str, Cluster] = {}
    tokens: dict[str, int] = {}
    counts: dict[str, int] = {}
    since: dict[str, float] = {}
    deliveries: dict[int, Delivery] = {}
    calls: list[Call] = []
    pipelines: dict[str, Pipeline] = {}
    warehouses: dict[str, Warehouse] = {}
    pools: dict[str, Pool] = {}
