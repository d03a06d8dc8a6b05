"""A storm: one cause fails many jobs at once, so one of them tries before the rest follows."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from lakemend.durations import Duration
from lakemend.model import Model
from lakemend.permit import PermitOutcome


class StormSettings(Model):
    """More than `incidents` arrivals of one cause within `window` are a storm.

    After a failure the next probe waits for `probe_pause`, twice as long after each further one in
    a row, up to `probe_pause_max`.
    """

    incidents: Annotated[int, Field(ge=1, le=1000)] = 20
    window: Duration = timedelta(minutes=5)
    probe_pause: Duration = timedelta(minutes=1)
    probe_pause_max: Duration = timedelta(minutes=15)


class Arrival(Model):
    """Who asked for the first time, and when."""

    holder: str
    at: datetime


Arrivals = tuple[Arrival, ...]
"""Of one cause, oldest first; only as many as a decision needs."""


class StormTally(Model):
    """What became of a storm's incidents; `arrived` counts those that began it, too."""

    arrived: int = 0
    let_through: int = 0
    recovered: int = 0
    failed: int = 0
    others: int = 0


class Storm(Model):
    """One storm under way.

    `allowed` recoveries may be under way at once. It doubles when as many have succeeded since it
    last changed (`succeeded`), and a failure takes it back to one. `period` counts the failures, so
    that what began before one proves nothing afterwards.
    """

    storm_id: str
    cause: str
    began_at: datetime
    began_with: tuple[str, ...] = ()
    allowed: int = 1
    succeeded: int = 0
    period: int = 0
    failed_in_row: int = 0
    probe_at: datetime | None = None
    tally: StormTally = StormTally()

    def may_pass(self, under_way: int, now: datetime) -> bool:
        """Whether one more may begin."""
        is_pausing = self.probe_at is not None and now < self.probe_at
        return under_way < self.allowed and not is_pausing


class StormTicket(Model):
    """What people see of a storm: one for all of its incidents, closed when it has ended."""

    storm_id: str
    workspace: str
    cause: str
    began_at: datetime
    began_with: tuple[str, ...] = ()
    ended_at: datetime | None = None
    waiting: int = 0
    allowed: int = 1
    probe_at: datetime | None = Field(default=None, description="the next one, after a failure")
    tally: StormTally = StormTally()
    incidents_url: str = Field(default="", description="where the API lists its incidents")
    ticket: str = Field(default="", description="like ST-000012; filled by the records")


def begin(workspace: str, cause: str, arrivals: Arrivals, now: datetime) -> Storm:
    """Return a storm whose first probe may go at once."""
    return Storm(
        storm_id=f"storm:{workspace}:{cause}:{now:%Y%m%dT%H%M%S.%f}",
        cause=cause,
        began_at=now,
        began_with=tuple(arrival.holder for arrival in arrivals),
        tally=StormTally(arrived=len(arrivals)),
    )


def arrive(arrivals: Arrivals, arrival: Arrival, settings: StormSettings) -> Arrivals:
    """Add one; of the older ones as many are kept as make a storm."""
    return (*arrivals, arrival)[-settings.incidents - 1 :]


def recent(arrivals: Arrivals, settings: StormSettings, now: datetime) -> Arrivals:
    """Return those within the window."""
    return tuple(arrival for arrival in arrivals if arrival.at + settings.window > now)


def is_storm(arrivals: Arrivals, settings: StormSettings, now: datetime) -> bool:
    """Whether more arrived within the window than is usual."""
    return len(recent(arrivals, settings, now)) > settings.incidents


def calm_at(arrivals: Arrivals, settings: StormSettings) -> datetime | None:
    """Return when the window will hold half as many as begin a storm; None if it does already.

    Half, so that a storm that has just ended does not begin again with the next incident.
    """
    few = settings.incidents // 2
    return arrivals[-few - 1].at + settings.window if len(arrivals) > few else None


def pass_through(storm: Storm) -> Storm:
    """Count one that was let through."""
    tally = storm.tally.model_copy(update={"let_through": storm.tally.let_through + 1})
    return storm.model_copy(update={"tally": tally})


def join(storm: Storm) -> Storm:
    """Count one that arrived."""
    tally = storm.tally.model_copy(update={"arrived": storm.tally.arrived + 1})
    return storm.model_copy(update={"tally": tally})


def learn(
    storm: Storm, outcome: PermitOutcome, period: int, settings: StormSettings, now: datetime
) -> Storm:
    """Take in how a recovery went that was let through in `period`."""
    storm = _count(storm, outcome)
    if period != storm.period:
        return storm
    if outcome is PermitOutcome.SUCCESS:
        return _ramp_up(storm)
    return _fall_back(storm, settings, now) if outcome is PermitOutcome.FAILURE else storm


def _count(storm: Storm, outcome: PermitOutcome) -> Storm:
    kind = {PermitOutcome.SUCCESS: "recovered", PermitOutcome.FAILURE: "failed"}
    name = kind.get(outcome, "others")
    tally = storm.tally.model_copy(update={name: getattr(storm.tally, name) + 1})
    return storm.model_copy(update={"tally": tally})


def _ramp_up(storm: Storm) -> Storm:
    succeeded = storm.succeeded + 1
    grown = succeeded >= storm.allowed
    changes = {
        "succeeded": 0 if grown else succeeded,
        "allowed": storm.allowed * 2 if grown else storm.allowed,
        "failed_in_row": 0,
    }
    return storm.model_copy(update=changes)


def _fall_back(storm: Storm, settings: StormSettings, now: datetime) -> Storm:
    # 2 to the power of many failures is no timedelta any more
    growth = 2 ** min(storm.failed_in_row, 20)
    seconds = settings.probe_pause.total_seconds() * growth
    longest = max(settings.probe_pause, settings.probe_pause_max)
    changes = {
        "allowed": 1,
        "succeeded": 0,
        "period": storm.period + 1,
        "failed_in_row": storm.failed_in_row + 1,
        "probe_at": now + min(timedelta(seconds=seconds), longest),
    }
    return storm.model_copy(update=changes)


def ticket(
    storm: Storm, workspace: str, waiting: int, ended_at: datetime | None = None
) -> StormTicket:
    """Sum a storm up for people."""
    return StormTicket(
        storm_id=storm.storm_id,
        workspace=workspace,
        cause=storm.cause,
        began_at=storm.began_at,
        began_with=storm.began_with,
        ended_at=ended_at,
        waiting=waiting,
        allowed=storm.allowed,
        probe_at=storm.probe_at,
        tally=storm.tally,
        incidents_url=f"/api/storms/{storm.storm_id}",
    )
