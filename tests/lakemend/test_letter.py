"""Which answers go along when an entity goes on as a new run."""

from typing import Any

import pytest
from pydantic import ValidationError

from lakemend.gate.talk import GateRequest
from lakemend.lease import LeaseRequest
from lakemend.letter import LONGEST_ADDRESS, Letter, fitting, size
from lakemend.permit import Onward, PermitAnswer, PermitReport

FIRST, SECOND = (
    Letter(holder=f"incident-{n}", signal="permit_answered", request_id=f"r{n}", content={"é": n})
    for n in range(2)
)


def test_the_first_letters_that_fit_go_along() -> None:
    both = size(FIRST) + size(SECOND) + 2

    assert list(fitting([FIRST, SECOND], both)) == [FIRST, SECOND]
    assert list(fitting([FIRST, SECOND], both - 1)) == [FIRST]


def test_nothing_fits_into_no_room() -> None:
    assert list(fitting([FIRST], 0)) == []
    assert list(fitting([FIRST], -1)) == []


def test_the_size_is_in_bytes() -> None:
    assert size(FIRST) == len(FIRST.model_dump_json()) + 1


@pytest.mark.parametrize("wrong", ["", "x" * (LONGEST_ADDRESS + 1), "ü" * 501, "a\x00b", "\ud800"])
def test_who_cannot_be_signalled_cannot_ask(wrong: str) -> None:
    asked = {"request_id": "r", "holder": "h", "cause": "network"}

    for kind in (GateRequest, LeaseRequest):
        with pytest.raises(ValidationError, match="printable characters"):
            kind.model_validate({**asked, "holder": wrong})
    with pytest.raises(ValidationError, match="printable characters"):
        Onward.model_validate({**asked, "to": wrong})


def test_the_longest_name_of_a_workflow_can_ask() -> None:
    assert LeaseRequest(request_id="r", holder="x" * LONGEST_ADDRESS)


def test_what_was_granted_can_be_given_back_to_who_is_said_to_have_granted_it() -> None:
    with pytest.raises(ValidationError, match="printable characters"):
        PermitAnswer.model_validate(
            {"request_id": "r", "decision": "granted", "breaker": "x" * 999, "state": "closed"}
        )


@pytest.mark.parametrize("field", ["request_id", "source"])
def test_what_an_entity_remembers_of_thousands_is_short(field: str) -> None:
    said: dict[str, Any] = {"request_id": "r", "outcome": "failure", field: "x" * 201}

    with pytest.raises(ValidationError, match="200 characters"):
        PermitReport.model_validate(said)
