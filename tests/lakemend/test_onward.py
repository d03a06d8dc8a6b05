"""How a request travels: what a level sends, and what it sends instead when nobody is there."""

from datetime import UTC, datetime
from typing import TypeVar

import pytest

from lakemend.breaker.answers import Addressed
from lakemend.breaker.machine import advance, new_breaker
from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.gate.machine import advance as advance_gate
from lakemend.gate.machine import new_gate
from lakemend.gate.talk import GateRequest, PermitCall
from lakemend.letter import Letter
from lakemend.onward import given_back, instead_of, is_answer, letter, levels_after
from lakemend.permit import (
    CANCEL_REQUEST,
    PERMIT_ANSWERED,
    REPORT,
    REQUEST_PERMIT,
    BreakerCall,
    Decision,
    LeaveRequest,
    PermitAnswer,
    PermitRequest,
)

RequestT = TypeVar("RequestT", bound=LeaveRequest)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOLDER = "incident:default:run-1"
JOB, CLUSTER = "E:job-1", "E:cluster-1"


def call(of_cluster: BreakerSettings | None = None) -> PermitCall:
    settings = of_cluster or BreakerSettings()
    return PermitCall(
        workspace="default",
        gate=GateRequest(request_id="g", holder=HOLDER, cause="network"),
        breakers=(
            BreakerCall(name=JOB, request=PermitRequest(request_id="j", holder=HOLDER)),
            BreakerCall(
                name=CLUSTER,
                request=PermitRequest(request_id="c", holder=HOLDER, settings=settings),
            ),
        ),
    )


def asked(of_cluster: BreakerSettings | None = None) -> PermitRequest:
    """The request as the breaker of the job gets it."""
    made = call(of_cluster)
    return made.breakers[0].request.model_copy(update={"then": levels_after(made, 1)})


def said(sender: str, request_id: str, decision: Decision = Decision.GRANTED) -> Addressed:
    answer = PermitAnswer(request_id=request_id, decision=decision, breaker=sender, state="any")
    return Addressed(holder=HOLDER, answer=answer)


def arrived(sent: Letter, kind: type[RequestT]) -> RequestT:
    """What the next level reads, after the way over the wire."""
    return kind.model_validate(sent.model_dump(mode="json")["content"])


def names(answer: PermitAnswer) -> list[str]:
    return [each.breaker for each in answer.passed]


def test_who_grants_asks_the_next_level_and_the_last_one_answers() -> None:
    to_cluster = letter(said(JOB, "j"), asked())
    at_cluster = arrived(to_cluster, PermitRequest)
    to_gate = letter(said(CLUSTER, "c"), at_cluster)
    at_gate = arrived(to_gate, GateRequest)
    back = letter(said("gate:default", "g"), at_gate)

    assert [to_cluster.holder, to_gate.holder] == ["breaker:E:cluster-1", "gate:default"]
    assert [each.signal for each in (to_cluster, to_gate)] == [REQUEST_PERMIT] * 2
    assert at_gate.cause == "network"
    assert (back.holder, back.signal) == (HOLDER, PERMIT_ANSWERED)
    assert names(back.content) == [JOB, CLUSTER]


@pytest.mark.parametrize("decision", [Decision.PARKED, Decision.REJECTED])
def test_who_does_not_grant_answers_with_what_was_said_before(decision: Decision) -> None:
    at_cluster = arrived(letter(said(JOB, "j"), asked()), PermitRequest)

    back = letter(said(CLUSTER, "c", decision), at_cluster)

    assert (back.holder, back.signal, back.content.decision) == (HOLDER, PERMIT_ANSWERED, decision)
    assert names(back.content) == [JOB]


def test_an_answer_to_another_request_goes_to_its_holder() -> None:
    back = letter(said(JOB, "of somebody else"), asked())

    assert (back.signal, back.content.passed) == (PERMIT_ANSWERED, ())


def test_a_breaker_that_does_not_run_is_left_out() -> None:
    (instead,) = instead_of(letter(said(JOB, "j"), asked()))

    assert (instead.holder, is_answer(instead)) == ("gate:default", False)
    at_gate = arrived(instead, GateRequest)
    assert [(each.breaker, each.state) for each in at_gate.passed] == [
        (JOB, "any"),
        (CLUSTER, "closed"),
    ]


def test_a_breaker_that_counts_otherwise_has_to_be_started_by_the_holder() -> None:
    by_count = BreakerSettings(window=Window.COUNT)

    (instead,) = instead_of(letter(said(JOB, "j"), asked(by_count)))

    assert (instead.holder, is_answer(instead)) == (HOLDER, True)
    assert (instead.content.breaker, instead.content.decision) == (JOB, Decision.GRANTED)


def test_a_gate_that_does_not_run_has_to_be_started_by_the_holder() -> None:
    (to_gate,) = instead_of(letter(said(JOB, "j"), asked()))
    (instead,) = instead_of(to_gate)

    assert (instead.holder, is_answer(instead)) == (HOLDER, True)
    assert instead.content.breaker == CLUSTER
    assert names(instead.content) == [JOB]
    # if the holder is gone, it is this breaker's permit that ends
    assert instead.request_id == "j"


def test_what_lower_levels_granted_to_a_holder_that_is_gone_is_given_back() -> None:
    at_cluster = arrived(letter(said(JOB, "j"), asked()), PermitRequest)
    at_gate = arrived(letter(said(CLUSTER, "c"), at_cluster), GateRequest)

    instead = instead_of(letter(said("gate:default", "g"), at_gate))

    assert [(each.holder, each.signal, each.request_id) for each in instead] == [
        ("breaker:E:job-1", "cancel_request", "j"),
        ("breaker:E:cluster-1", "cancel_request", "c"),
    ]
    assert [instead_of(each) for each in instead] == [(), ()]


@pytest.mark.parametrize(
    ("sender", "to", "signal"),
    [(JOB, f"breaker:{JOB}", CANCEL_REQUEST), ("gate:default", "gate:default", REPORT)],
)
def test_what_an_answer_is_about_goes_back_to_who_gave_it(
    sender: str, to: str, signal: str
) -> None:
    back = given_back(said(sender, "r").answer)

    assert (back.holder, back.signal, back.request_id) == (to, signal, "r")


def test_a_breaker_does_not_write_to_itself() -> None:
    (to_gate,) = instead_of(letter(said(JOB, "j"), asked()))
    (to_holder,) = instead_of(to_gate)

    assert instead_of(to_holder) == ()


def test_asked_again_every_level_sends_the_same_on() -> None:
    breaker = new_breaker(JOB, NOW)
    first = advance(breaker, asked(), NOW)
    again = advance(first.breaker, asked(), NOW)
    at_gate = GateRequest(request_id="g", holder=HOLDER, cause="network")
    let_through = advance_gate(new_gate("default"), at_gate, NOW)
    once_more = advance_gate(let_through.gate, at_gate, NOW)

    assert letter(first.answers[-1], asked()) == letter(again.answers[-1], asked())
    assert len(again.breaker.permits) == 1
    assert let_through.answers == once_more.answers
    assert len(once_more.gate.slots) == 1
