"""Who may act in a workspace, who waits, and for what."""

from collections import Counter
from datetime import datetime

from lakemend.breaker.admission import Addressed
from lakemend.gate.state import Gate, Pause, Place, Slot, change, without
from lakemend.gate.storm import Storm, pass_through
from lakemend.gate.talk import GateRequest, gate_workflow_id
from lakemend.permit import Decision, PermitAnswer
from lakemend.turning_away import MOST_WAITING, next_return


def enqueue(gate: Gate, request: GateRequest, now: datetime) -> Gate:
    """Put a new request at the end of the queue; a full one sends away who would have to wait."""
    if len(gate.waiting) >= MOST_WAITING and not may_pass_at_once(gate, request.cause, now):
        returns_at = next_return(gate.last_return_at, now)
        gate = change(gate, last_return_at=returns_at)
        return answer(gate, request.holder, _come_back(gate, request, returns_at))
    until = now + request.park_for
    place = Place(holder=request.holder, cause=request.cause, since=now, until=until)
    return change(
        gate,
        waiting=gate.waiting | {request.request_id: place},
        nobody_leaves_before=min(until, gate.nobody_leaves_before or until),
    )


def leave_in_time(gate: Gate, now: datetime) -> Gate:
    """Send away who has waited for as long as its playbook allows.

    A flood asks thousands of times in a moment, so the queue is not looked through each time.
    """
    if gate.nobody_leaves_before is None or now < gate.nobody_leaves_before:
        return gate
    for request_id, place in gate.waiting.items():
        if place.until <= now:
            gate = _reject(gate, request_id, place)
    first = min((place.until for place in gate.waiting.values()), default=None)
    return change(gate, nobody_leaves_before=first)


def may_pass_at_once(gate: Gate, cause: str, now: datetime) -> bool:
    """Whether a request of this cause is not held back by anything but its place in the queue."""
    if gate.pause or len(gate.slots) >= gate.settings.max_recoveries:
        return False
    storm = gate.storms.get(cause)
    return storm is None or storm.may_pass(gate.under_way(storm), now)


def admit(gate: Gate, now: datetime) -> Gate:
    """Let pass whoever may, in the order of arrival; a storm holds back its own cause only."""
    room = 0 if gate.pause else gate.settings.max_recoveries - len(gate.slots)
    under_way = Counter(slot.storm_id for slot in gate.slots.values())
    passing: list[str] = []
    for request_id, place in gate.waiting.items():
        if len(passing) >= room:
            break
        storm = gate.storms.get(place.cause)
        if storm is None or storm.may_pass(under_way[storm.storm_id], now):
            passing.append(request_id)
            under_way.update([storm.storm_id] if storm else [])
    return _let_through(gate, passing, now) if passing else gate


def _let_through(gate: Gate, passing: list[str], now: datetime) -> Gate:
    gone = set(passing)
    places = [(key, gate.waiting[key]) for key in passing]
    waiting = {key: place for key, place in gate.waiting.items() if key not in gone}
    gate = change(gate, waiting=waiting)
    for request_id, place in places:
        storm = gate.storms.get(place.cause)
        slot = Slot(
            holder=place.holder,
            cause=place.cause,
            granted_at=now,
            expires_at=now + gate.settings.permit_expires_after,
            storm_id=storm.storm_id if storm else "",
            period=storm.period if storm else 0,
        )
        gate = change(gate, slots=gate.slots | {request_id: slot})
        if storm:
            gate = change(gate, storms=gate.storms | {place.cause: pass_through(storm)})
        gate = answer(gate, slot.holder, granted(gate, request_id, slot))
    return gate


def answer(gate: Gate, holder: str, content: PermitAnswer) -> Gate:
    """Add an answer to those to send."""
    return change(gate, answers=(*gate.answers, Addressed(holder=holder, answer=content)))


def answer_again(gate: Gate, request_id: str) -> Gate:
    """Say to a known request how it stands; one that has ended gets no answer."""
    slot, place = gate.slots.get(request_id), gate.waiting.get(request_id)
    if slot and gate.pause:
        return answer(gate, slot.holder, suspended(gate, request_id, gate.pause))
    if slot:
        return answer(gate, slot.holder, granted(gate, request_id, slot))
    return answer(gate, place.holder, parked(gate, request_id, place)) if place else gate


def granted(gate: Gate, request_id: str, slot: Slot) -> PermitAnswer:
    """Say that the holder may act."""
    storm = gate.storms.get(slot.cause)
    return PermitAnswer(
        request_id=request_id,
        decision=Decision.GRANTED,
        breaker=gate_workflow_id(gate.workspace),
        state=gate.state,
        probe=bool(storm and storm.storm_id == slot.storm_id and storm.allowed == 1),
        storm=slot.storm_id,
        expires_at=slot.expires_at,
    )


def suspended(gate: Gate, request_id: str, pause: Pause) -> PermitAnswer:
    """Say to one who may act that nothing further is to be begun for now."""
    return PermitAnswer(
        request_id=request_id,
        decision=Decision.PARKED,
        breaker=gate_workflow_id(gate.workspace),
        state=gate.state,
        reason=_pause_in_words(pause),
        retry_at=pause.until,
        storm=gate.slots[request_id].storm_id,
    )


def parked(gate: Gate, request_id: str, place: Place) -> PermitAnswer:
    """Say for what it waits, and who is before it: in a storm those of its cause, else all."""
    storm = gate.storms.get(place.cause)
    queue = gate.queue_of(place.cause) if storm else list(gate.waiting)
    return PermitAnswer(
        request_id=request_id,
        decision=Decision.PARKED,
        breaker=gate_workflow_id(gate.workspace),
        state=gate.state,
        reason=reason_to_wait(gate, place.cause),
        place=queue.index(request_id) + 1,
        retry_at=gate.pause.until if gate.pause else storm and storm.probe_at,
        storm=storm.storm_id if storm else "",
    )


def _come_back(gate: Gate, request: GateRequest, returns_at: datetime) -> PermitAnswer:
    storm = gate.storms.get(request.cause)
    return PermitAnswer(
        request_id=request.request_id,
        decision=Decision.PARKED,
        breaker=gate_workflow_id(gate.workspace),
        state=gate.state,
        reason=f"the queue is full ({MOST_WAITING}); {reason_to_wait(gate, request.cause)}",
        retry_at=returns_at,
        storm=storm.storm_id if storm else "",
    )


def _reject(gate: Gate, request_id: str, place: Place) -> Gate:
    """Send away one that has waited for as long as its playbook allows."""
    storm = gate.storms.get(place.cause)
    content = PermitAnswer(
        request_id=request_id,
        decision=Decision.REJECTED,
        breaker=gate_workflow_id(gate.workspace),
        state=gate.state,
        reason=reason_to_wait(gate, place.cause),
        storm=storm.storm_id if storm else "",
    )
    return answer(without(gate, request_id), place.holder, content)


def reason_to_wait(gate: Gate, cause: str) -> str:
    """Say for a person what holds a request back; the widest reason wins."""
    if gate.pause:
        return _pause_in_words(gate.pause)
    if cause in gate.storms:
        return _storm_in_words(gate.storms[cause])
    most = gate.settings.max_recoveries
    return f"budget max_recoveries allows {most} at a time; {len(gate.slots)} are under way"


def _pause_in_words(pause: Pause) -> str:
    because = f": {pause.reason}" if pause.reason else ""
    return f"paused by {pause.by}{because}"


def _storm_in_words(storm: Storm) -> str:
    at_once = "one is tried first" if storm.allowed == 1 else f"{storm.allowed} go at a time"
    return f"storm of {storm.cause}, {at_once}"
