"""Polly's documented behaviours, as sequences.

The first four are the sequence diagrams of docs/strategies/circuit-breaker.md in App-vNext/Polly,
the others the rules written down in its CircuitStateController.
"""

from datetime import timedelta

import pytest

from lakemend.breaker.presets import like_polly
from lakemend.breaker.state import Trigger
from lakemend.permit import PermitOutcome
from tests.lakemend.breaker.driven_breaker import DrivenBreaker

SETTINGS = like_polly(
    failure_ratio=0.5,
    sampling_duration=timedelta(seconds=2),
    minimum_throughput=2,
    break_duration=timedelta(seconds=1),
)
OUTCOMES = {
    "ok": PermitOutcome.SUCCESS,
    "fail": PermitOutcome.FAILURE,
    "ignored": PermitOutcome.IGNORED,
}
BY_HAND = {"isolate": Trigger.FORCE_OPEN, "close": Trigger.RESET}

CASES = {
    "below the ratio it stays closed": "call:ok call:ok call:fail =closed",
    "at the ratio it opens": "call:ok call:fail =open refused",
    "a probe that succeeds closes it": "call:fail call:fail =open refused wait:1 call:ok =closed",
    "a probe that fails opens it again": "call:fail call:fail =open wait:1 call:fail =open refused",
    "below the minimum throughput it stays closed": "call:fail =closed",
    "failures older than the sampling duration do not count": "call:fail wait:2 call:fail =closed",
    "the break lasts its whole duration": "call:fail call:fail wait:0.9 refused wait:0.1 call:ok",
    "while a probe runs the others are refused": (
        "call:fail call:fail wait:1 begin =half_open refused refused end:ok =closed begin"
    ),
    "a late success does not close an open circuit": "begin call:fail call:fail =open end:ok =open",
    "a late failure does not extend the break": (
        "begin call:fail call:fail wait:0.5 end:fail wait:0.5 call:ok =closed"
    ),
    "isolated it stays until it is closed by hand": (
        "isolate =forced_open refused wait:3600 refused close =closed begin"
    ),
    "a late result does not end an isolation": "begin isolate end:ok =forced_open refused",
    "closing by hand forgets what was counted": "call:fail close call:fail =closed",
    "the break can be ended by hand": "call:fail call:fail =open close =closed begin",
    "a failed probe starts a whole new break": (
        "call:fail call:fail wait:1 call:fail wait:0.9 refused wait:0.1 call:ok =closed"
    ),
    "a late failure ends no isolation": "begin isolate end:fail =forced_open refused",
    "isolated while open it outlasts the break": (
        "call:fail call:fail =open isolate wait:1 refused =forced_open"
    ),
    "closed by a probe it counts afresh": "call:fail call:fail wait:1 call:ok call:fail =closed",
    "without a call in between, long after the break one probe passes": (
        "call:fail call:fail wait:3600 begin =half_open refused end:ok =closed"
    ),
    "as many successes as failures reach the ratio": "call:ok call:ok call:fail call:fail =open",
    # Polly takes an outcome that it does not handle for a success, which closes the circuit.
    "unlike Polly, an ignored probe proves nothing": (
        "call:fail call:fail wait:1 call:ignored =half_open call:ok =closed"
    ),
    # In Polly a success that began before the break closes a half-open circuit.
    "unlike Polly, a late success is no probe": (
        "begin call:fail call:fail wait:1 tick =half_open end:ok =half_open"
    ),
}


def play(driven: DrivenBreaker, word: str) -> None:
    verb, _, what = word.partition(":")
    match verb:
        case "call":
            assert driven.acquire()
            driven.report(OUTCOMES[what], driven.out[-1])
        case "begin":
            assert driven.acquire()
        case "end":
            driven.report(OUTCOMES[what])
        case "refused":
            assert not driven.acquire()
        case "wait":
            driven.wait(float(what))
        case "tick":
            driven.tick()
        case "isolate" | "close":
            driven.by_hand(BY_HAND[verb])
        case _:
            assert driven.state == word.removeprefix("=")


@pytest.mark.parametrize("words", CASES.values(), ids=CASES.keys())
def test_behaviour(words: str) -> None:
    driven = DrivenBreaker(SETTINGS)

    for word in words.split():
        play(driven, word)
