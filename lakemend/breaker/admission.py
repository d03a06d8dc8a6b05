"""Who may pass a breaker, who waits, and who is sent away."""

from datetime import datetime

from lakemend.breaker.answers import Addressed, Turn, granted, parked, rejected
from lakemend.breaker.configuring import resume_pause
from lakemend.breaker.cool_down import cooling_until, learn_of
from lakemend.breaker.settings import HalfOpenRule, WhenOpen
from lakemend.breaker.state import (
    KEPT_REPORTED,
    Breaker,
    Circuit,
    Permit,
    Waiting,
    change,
    note,
)
from lakemend.entity_events import Remark
from lakemend.model import lacking
from lakemend.permit import PermitRequest

MOST_HELD = 5000
"""Permits out and requests parked together: more would not fit into a workflow's input (2 MB)."""

_REFUSING = frozenset({Circuit.OPEN, Circuit.FORCED_OPEN})
_PASSING = frozenset({Circuit.CLOSED, Circuit.DISABLED, Circuit.METRICS_ONLY})


def ask(breaker: Breaker, request: PermitRequest, now: datetime) -> Turn:
    """Answer a request; asked twice, it gets the same permit or the same place in the queue."""
    known = _answer_again(breaker, request)
    if known is not None:
        return known
    breaker = learn_of(breaker, request.recovered_at, now)
    if len(breaker.permits) + len(breaker.waiting) >= MOST_HELD:
        reason = f"the breaker holds {MOST_HELD} requests already"
        return _refuse(breaker, request.request_id, request.holder, reason)
    held_until = cooling_until(breaker, now)
    if held_until is not None:
        return _park(breaker, request, now, held_until)
    if _may_pass(breaker):
        return _grant(breaker, request.request_id, request.holder, now)
    if breaker.settings.when_open is WhenOpen.PARK:
        return _park(breaker, request, now)
    reason = f"the circuit is {breaker.circuit}"
    return _refuse(breaker, request.request_id, request.holder, reason)


def _answer_again(breaker: Breaker, request: PermitRequest) -> Turn | None:
    request_id = request.request_id
    if request_id in breaker.permits:
        return Turn(breaker, (granted(breaker, request_id, breaker.permits[request_id]),))
    if request_id in breaker.waiting:
        return Turn(breaker, (parked(breaker, request_id),))
    if request_id in breaker.refused:
        reason = "it was refused before"
        return Turn(breaker, (rejected(breaker, request_id, request.holder, reason),))
    return Turn(breaker) if request_id in breaker.reported else None


def is_known(breaker: Breaker, request_id: str) -> bool:
    """Whether a request comes again."""
    held = request_id in breaker.permits or request_id in breaker.waiting
    return held or request_id in breaker.refused or request_id in breaker.reported


def _may_pass(breaker: Breaker) -> bool:
    queued = bool(breaker.waiting) and breaker.settings.when_open is WhenOpen.PARK
    return not queued and _has_room(breaker)


def _has_room(breaker: Breaker) -> bool:
    if breaker.circuit is not Circuit.HALF_OPEN:
        return breaker.circuit in _PASSING
    if breaker.probes_out == 0:
        # also under `rate`: after a change of settings the probes may be too few for a verdict
        return True
    by_rate = breaker.settings.half_open_rule is HalfOpenRule.RATE
    used = breaker.probes_given if by_rate else breaker.probes_out
    return used < breaker.settings.half_open_permits


def _grant(breaker: Breaker, request_id: str, holder: str, now: datetime) -> Turn:
    probe = breaker.circuit is Circuit.HALF_OPEN
    permit = Permit(
        holder=holder,
        granted_at=now,
        expires_at=now + breaker.settings.permit_expires_after,
        period=breaker.period,
        probe=probe,
    )
    breaker = change(
        breaker,
        permits=breaker.permits | {request_id: permit},
        probes_given=breaker.probes_given + probe,
        probing_since=(breaker.probing_since or now) if probe else None,
    )
    return Turn(breaker, (granted(breaker, request_id, permit),))


def _park(
    breaker: Breaker, request: PermitRequest, now: datetime, held_until: datetime | None = None
) -> Turn:
    until = (held_until or now) + breaker.settings.park_for
    entry = Waiting(holder=request.holder, since=now, until=until, held_until=held_until)
    totals = breaker.totals.model_copy(update={"parked": breaker.totals.parked + 1})
    waiting = breaker.waiting | {request.request_id: entry}
    breaker = change(breaker, waiting=waiting, totals=totals)
    return Turn(breaker, (parked(breaker, request.request_id),))


def _refuse(breaker: Breaker, request_id: str, holder: str, reason: str) -> Turn:
    totals = breaker.totals.model_copy(update={"not_permitted": breaker.totals.not_permitted + 1})
    breaker = change(
        breaker,
        totals=totals,
        waiting=lacking(breaker.waiting, request_id),
        refused=(*breaker.refused, request_id)[-KEPT_REPORTED:],
    )
    return Turn(breaker, (rejected(breaker, request_id, holder, reason),))


def admit_waiting(breaker: Breaker, now: datetime) -> Turn:
    """Let the parked pass: the oldest as canary, then one after another at the resume rate."""
    if breaker.circuit in _REFUSING and breaker.settings.when_open is WhenOpen.REJECT:
        return _send_away(breaker)
    answers: list[Addressed] = []
    for request_id, entry in breaker.waiting.items():
        if not _has_room(breaker) or _is_pausing(breaker, entry, now):
            break
        turn = _grant(breaker, request_id, entry.holder, now)
        breaker = _pause(turn.breaker, entry, now)
        answers.extend(turn.answers)
    # taken out together, as each has to be copied who stays
    left = dict(list(breaker.waiting.items())[len(answers) :])
    return Turn(change(breaker, waiting=left), tuple(answers))


def _send_away(breaker: Breaker) -> Turn:
    """Reject who is still held when the circuit opens, and who was parked under other settings."""
    answers: tuple[Addressed, ...] = ()
    for request_id, entry in breaker.waiting.items():
        reason = f"the circuit is {breaker.circuit}"
        turn = _refuse(breaker, request_id, entry.holder, reason)
        breaker, answers = turn.breaker, answers + turn.answers
    return Turn(breaker, answers)


def next_admission(breaker: Breaker) -> datetime | None:
    """Return when time lets the first in the queue pass, if the circuit does."""
    first = next(iter(breaker.waiting.values()), None)
    return first and _passes_at(breaker, first)


def _passes_at(breaker: Breaker, first: Waiting) -> datetime | None:
    if first.held_until is None:
        return breaker.resume_at
    return first.held_until if breaker.circuit is Circuit.CLOSED else None


def _is_pausing(breaker: Breaker, first: Waiting, now: datetime) -> bool:
    at = _passes_at(breaker, first)
    return at is not None and now < at


def _pause(breaker: Breaker, admitted: Waiting, now: datetime) -> Breaker:
    """Slow down those who were parked; who was only held has found the circuit closed.

    Probes have a pace of their own, and where people let everybody pass there is none.
    """
    if breaker.circuit is not Circuit.CLOSED or admitted.held_until is not None:
        return breaker
    return change(breaker, resume_at=now + resume_pause(breaker.settings))


def expire(breaker: Breaker, now: datetime) -> Turn:
    """End the permits whose holder never reported, and the waiting that took too long."""
    for request_id, permit in breaker.permits.items():
        if permit.expires_at <= now:
            breaker = _lose(breaker, request_id, now, "its time was over")
    answers: tuple[Addressed, ...] = ()
    for request_id, entry in breaker.waiting.items():
        if entry.until <= now:
            reason = "parked for as long as its playbook allows"
            turn = _refuse(breaker, request_id, entry.holder, reason)
            breaker, answers = turn.breaker, answers + turn.answers
    return Turn(breaker, answers)


def lose_holder(breaker: Breaker, request_id: str, now: datetime) -> Breaker:
    """End the permit of a workflow that is no longer there."""
    if request_id in breaker.permits:
        return _lose(breaker, request_id, now, "its holder is gone")
    return give_back(breaker, request_id)


def _lose(breaker: Breaker, request_id: str, now: datetime, why: str) -> Breaker:
    holder = breaker.permits[request_id].holder
    totals = breaker.totals.model_copy(update={"expired": breaker.totals.expired + 1})
    breaker = give_back(breaker, request_id)
    expired = (*breaker.expired, request_id)[-KEPT_REPORTED:]
    breaker = change(breaker, totals=totals, expired=expired)
    remark = Remark(kind="permit_expired", message=f"The permit of {holder} ended: {why}")
    return note(breaker, breaker.circuit, now, remark)


def give_back(breaker: Breaker, request_id: str) -> Breaker:
    """End a permit, or leave the queue, without an outcome; a probe makes room for another."""
    permit = breaker.permits.get(request_id)
    is_probe = permit is not None and permit.probe and permit.period == breaker.period
    breaker = change(breaker, probes_given=breaker.probes_given - is_probe)
    return remember(breaker, request_id)


def remember(breaker: Breaker, request_id: str) -> Breaker:
    """Take a request out of permits and queue, and know it again if its message is repeated."""
    return change(
        breaker,
        permits=lacking(breaker.permits, request_id),
        waiting=lacking(breaker.waiting, request_id),
        reported=(*breaker.reported, request_id)[-KEPT_REPORTED:],
        expired=tuple(known for known in breaker.expired if known != request_id),
    )
