"""What the API answers about gates and storms."""

from datetime import datetime

from pydantic import BaseModel, Field

from lakemend.gate.state import Pause
from lakemend.gate.storm import StormTicket
from lakemend.gate.view import ParkedRequest
from lakemend.incident import Outcome, Stage
from lakemend.setting_types import PositiveDuration


class Gate(BaseModel):
    """The gate of one workspace: `passing`, `storm` or `paused`.

    `note` says if the gate could not be asked.
    """

    workspace: str
    state: str = "passing"
    pause: Pause | None = None
    under_way: int = 0
    most: int | None = Field(default=None, description="recoveries at a time; null if none is")
    waiting: int = 0
    oldest_wait_since: datetime | None = None
    storms: list[StormTicket] = []
    note: str = ""


class GateList(BaseModel):
    """The gate of every workspace."""

    paused: int
    gates: list[Gate]


class GateQueue(BaseModel):
    """Who waits at a gate, first in the queue first; the first two hundred."""

    workspace: str
    waiting: list[ParkedRequest]


class PauseBody(BaseModel):
    """Why everything is held, and for how long; without `expires_after` until it is resumed."""

    reason: str = Field(default="", max_length=500)
    expires_after: PositiveDuration | None = Field(default=None, description="like `2h`")


class ResumeBody(BaseModel):
    """Why it goes on; kept in the audit trail."""

    reason: str = Field(default="", max_length=500)


class StormIncident(BaseModel):
    """One incident of a storm."""

    incident_id: str
    ticket: str
    began_it: bool = Field(description="came before there were enough of them to be a storm")
    job_id: str
    job_name: str
    stage: Stage
    outcome: Outcome | None
    message: str
    started_at: datetime
    ended_at: datetime | None


class StormDetail(BaseModel):
    """A storm's ticket, and a page of its incidents, oldest first.

    `total`, `under_way` and `outcomes` count all of them. Pass `next_cursor` as `cursor` for the
    next page.
    """

    storm: StormTicket
    total: int
    under_way: int
    outcomes: dict[Outcome, int]
    incidents: list[StormIncident]
    next_cursor: str | None = None


class StormList(BaseModel):
    """Tickets of storms, newest first."""

    storms: list[StormTicket]
