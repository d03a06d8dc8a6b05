"""What monitoring sees of breakers, in the manner of resilience4j.

No label holds the id of a job, cluster or run: there would be a time series for each.
"""

import re
from typing import NamedTuple

from lakemend.audit import SYSTEM_ACTOR
from lakemend.breaker.state import Breaker, BreakerEvent, Totals
from lakemend.breaker.window import is_slow
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.permit import PermitOutcome, PermitReport

CALLS = "lakemend_breaker_calls"
CALLS_HELP = "Recoveries by how they went, and requests that were not permitted"
TRANSITIONS = "lakemend_breaker_transitions"
TRANSITIONS_HELP = "Changes of state, by whom: the breaker itself, or a person"

_NAME = re.compile(r"((?P<workspace>[^:]+):)?(?P<error>[^:-]+):(?P<scope>[a-z]+)-")

KINDS = ("successful", "failed", "ignored", "not_permitted", "slow")
_KIND_OF = {
    PermitOutcome.SUCCESS: "successful",
    PermitOutcome.FAILURE: "failed",
    PermitOutcome.IGNORED: "ignored",
}


class BreakerLabels(NamedTuple):
    """What breakers are told apart by; `scope` is what each stands for, like `job`."""

    workspace: str
    error_type: str
    scope: str


def labels_of(name: str) -> BreakerLabels:
    """Return the labels of the breaker `[WORKSPACE:]ERROR_TYPE:SCOPE-ID`."""
    # an id may hold colons and dashes, a workspace's name dashes, so it is read from the left
    match = _NAME.match(name)
    if match is None:
        return BreakerLabels(DEFAULT_WORKSPACE, "", "")
    return BreakerLabels(match["workspace"] or DEFAULT_WORKSPACE, match["error"], match["scope"])


def calls_between(before: Totals, after: Totals) -> dict[str, int]:
    """Return how many calls of each kind were counted from one state of a breaker to another."""
    counts = {kind: getattr(after, kind) - getattr(before, kind) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if count}


def kinds_of(said: PermitReport) -> tuple[str, ...]:
    """Return the kinds of a call that no breaker had to be told of."""
    kind = _KIND_OF.get(said.outcome)
    if kind is None:
        return ()
    if said.outcome is PermitOutcome.IGNORED or not (said.settings and said.duration):
        return (kind,)
    return (kind, "slow") if is_slow(said.duration, said.settings) else (kind,)


def transitions_since(breaker: Breaker, number: int) -> list[dict[str, str]]:
    """Return the labels of each change of state after the event `number`."""
    return [
        _transition(event)
        for event in breaker.events
        if event.number > number and event.from_circuit is not event.to_circuit
    ]


def _transition(event: BreakerEvent) -> dict[str, str]:
    actor = "breaker" if event.actor == SYSTEM_ACTOR else "person"
    return {"from": event.from_circuit.value, "to": event.to_circuit.value, "actor": actor}
