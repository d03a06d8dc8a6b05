"""How storms begin, learn and end at a gate."""

from collections.abc import Iterator
from datetime import datetime

from lakemend.gate.state import Gate, change, note_storm, without
from lakemend.gate.storm import (
    Arrival,
    Storm,
    arrive,
    begin,
    calm_at,
    is_storm,
    join,
    learn,
    recent,
)
from lakemend.gate.talk import GateRequest
from lakemend.permit import PermitOutcome


def count_arrival(gate: Gate, request: GateRequest, now: datetime) -> Gate:
    """Count who asks for the first time; one too many begins a storm."""
    cause, terms = request.cause, gate.settings.storm
    before = gate.arrivals.get(cause, ())
    if any(arrival.holder == request.holder for arrival in before):
        return gate
    arrivals = arrive(before, Arrival(holder=request.holder, at=now), terms)
    gate = change(gate, arrivals=gate.arrivals | {cause: arrivals})
    storm = gate.storms.get(cause)
    if storm:
        return change(gate, storms=gate.storms | {cause: join(storm)})
    if not is_storm(arrivals, terms, now):
        return gate
    storm = begin(gate.workspace, cause, arrivals, now)
    message = f"{len(arrivals)} incidents of {cause}: one is tried, the rest waits"
    return note_storm(
        change(gate, storms=gate.storms | {cause: storm}), storm, "began", message, now
    )


def give_back(gate: Gate, request_id: str, outcome: PermitOutcome, now: datetime) -> Gate:
    """End a leave or leave the queue; a storm learns from what it let through."""
    slot = gate.slots.get(request_id)
    gate = without(gate, request_id)
    storm = gate.storms.get(slot.cause) if slot else None
    if slot is None or storm is None or slot.storm_id != storm.storm_id:
        return gate
    learnt = learn(storm, outcome, slot.period, gate.settings.storm, now)
    # more than the bulkhead allows would be a promise that it breaks
    allowed = min(learnt.allowed, gate.settings.max_recoveries)
    after = learnt.model_copy(update={"allowed": allowed})
    gate = change(gate, storms=gate.storms | {slot.cause: after})
    if after.allowed == storm.allowed and after.period == storm.period:
        return gate
    return _note_ramp(gate, after, now)


def _note_ramp(gate: Gate, storm: Storm, now: datetime) -> Gate:
    if storm.allowed > 1:
        message = f"{storm.allowed} recoveries of {storm.cause} go at a time"
        return note_storm(gate, storm, "ramped_up", message, now)
    probe = f"{storm.probe_at:%H:%M:%S} UTC" if storm.probe_at else "at once"
    message = f"A recovery of {storm.cause} failed; the next one is tried {probe}"
    return note_storm(gate, storm, "fell_back", message, now)


def end_storms(gate: Gate, now: datetime) -> Gate:
    """End those that nobody waits in or was let through by, once arrivals have calmed."""
    for cause, storm in gate.storms.items():
        calm = calm_at(gate.arrivals.get(cause, ()), gate.settings.storm)
        if _is_drained(gate, storm) and (calm is None or calm <= now):
            gate = _end(gate, storm, now)
    return gate


def _is_drained(gate: Gate, storm: Storm) -> bool:
    waits = any(place.cause == storm.cause for place in gate.waiting.values())
    return not waits and not gate.under_way(storm)


def _end(gate: Gate, storm: Storm, now: datetime) -> Gate:
    storms = {cause: each for cause, each in gate.storms.items() if cause != storm.cause}
    tally = storm.tally
    message = (
        f"The storm of {storm.cause} is over: {tally.arrived} incidents, "
        f"{tally.let_through} let through, {tally.recovered} recovered, {tally.failed} failed"
    )
    return note_storm(change(gate, storms=storms), storm, "ended", message, now, ended=True)


def forget(gate: Gate, now: datetime) -> Gate:
    """Drop arrivals that have left the window, and pauses between probes that are over."""
    terms = gate.settings.storm
    kept = {cause: recent(arrivals, terms, now) for cause, arrivals in gate.arrivals.items()}
    arrivals = {cause: some for cause, some in kept.items() if some}
    storms = {
        cause: storm.model_copy(update={"probe_at": None})
        if storm.probe_at and storm.probe_at <= now
        else storm
        for cause, storm in gate.storms.items()
    }
    return change(gate, arrivals=arrivals, storms=storms)


def deadlines(gate: Gate) -> Iterator[datetime]:
    """Return when arrivals are forgotten, probes are due, and storms may end."""
    yield from (arrivals[-1].at + gate.settings.storm.window for arrivals in gate.arrivals.values())
    for storm in gate.storms.values():
        yield from _of_storm(gate, storm)


def _of_storm(gate: Gate, storm: Storm) -> Iterator[datetime]:
    """Return when its next probe is due, or when it may end."""
    if storm.probe_at and gate.pause is None and gate.queue_of(storm.cause):
        yield storm.probe_at
    calm = calm_at(gate.arrivals.get(storm.cause, ()), gate.settings.storm)
    if calm and _is_drained(gate, storm):
        yield calm
