"""The answers of a breaker, and to whom they go."""

from dataclasses import dataclass

from lakemend.breaker.state import Breaker, Circuit, Permit
from lakemend.model import Model
from lakemend.permit import Decision, PermitAnswer

COOLING_DOWN = "the last recovery has still to show what it is worth"


class Addressed(Model):
    """An answer and the workflow it goes to."""

    holder: str
    answer: PermitAnswer


@dataclass(frozen=True)
class Turn:
    """What one event led to."""

    breaker: Breaker
    answers: tuple[Addressed, ...] = ()


def granted(breaker: Breaker, request_id: str, permit: Permit) -> Addressed:
    """Return the answer that goes with a permit."""
    answer = PermitAnswer(
        request_id=request_id,
        decision=Decision.GRANTED,
        breaker=breaker.name,
        state=breaker.circuit,
        probe=permit.probe,
        expires_at=permit.expires_at,
    )
    return Addressed(holder=permit.holder, answer=answer)


def parked(breaker: Breaker, request_id: str) -> Addressed:
    """Return the answer to a request in the queue: its place, and when to expect more."""
    entry = breaker.waiting[request_id]
    is_held = entry.held_until is not None and breaker.circuit is Circuit.CLOSED
    answer = PermitAnswer(
        request_id=request_id,
        decision=Decision.PARKED,
        breaker=breaker.name,
        state=breaker.circuit,
        retry_at=entry.held_until if is_held else breaker.until or breaker.resume_at,
        reason=COOLING_DOWN if is_held else f"the circuit is {breaker.circuit}",
        place=list(breaker.waiting).index(request_id) + 1,
    )
    return Addressed(holder=entry.holder, answer=answer)


def rejected(breaker: Breaker, request_id: str, holder: str, reason: str) -> Addressed:
    """Return the answer to who may not pass, and when asking again makes sense."""
    answer = PermitAnswer(
        request_id=request_id,
        decision=Decision.REJECTED,
        breaker=breaker.name,
        state=breaker.circuit,
        retry_at=breaker.until,
        reason=reason,
    )
    return Addressed(holder=holder, answer=answer)
