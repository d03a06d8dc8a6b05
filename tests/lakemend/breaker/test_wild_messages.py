"""Whatever can be read of a message, however wild its values, leaves a breaker that goes on."""

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lakemend.breaker.machine import Event, Switch, Tick, Turn, advance, new_breaker, next_deadline
from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.state import Trigger
from lakemend.letter import LONGEST_ADDRESS
from lakemend.model import Model
from lakemend.onward import instead_of, letter
from lakemend.permit import (
    LeaveRequest,
    ManualChange,
    PermitReport,
    PermitRequest,
    Reconfigure,
)
from tests.lakemend.breaker.driven_breaker import START

WILD: st.SearchStrategy[object] = st.sampled_from(
    (
        *("9999999d", "3650d", "-1d", "0s", "1e9", "inf", "nan", "soon", "x" * 10_000, ""),
        *("2030-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
        *(None, True, -1, 0, 1e-300, 1e300, 10**30, (), "success", "failure", "park", "time"),
    )
)
SETTINGS: st.SearchStrategy[object] = st.dictionaries(
    st.sampled_from(sorted(BreakerSettings.model_fields)), WILD, max_size=4
)


def fields(**known: st.SearchStrategy[object] | str) -> st.SearchStrategy[dict[str, Any]]:
    """Well-formed values for what is needed, wild ones for the rest."""
    strategies = {
        key: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for key, value in known.items()
    }
    needed = {key: value for key, value in strategies.items() if value is not WILD}
    wild = {key: value for key, value in strategies.items() if value is WILD}
    return st.fixed_dictionaries(needed, optional=wild)


IDS = st.sampled_from(["one", "two"])
NAMES: st.SearchStrategy[object] = st.sampled_from(
    (*("incident:default:run-1",) * 3, "", " ", "x" * 1001, "ü" * 501, "a\x00b", "\ud800", None, 7)
)
LEVELS = st.lists(fields(request_id=IDS, holder=NAMES, to=NAMES), max_size=2)
PASSED = st.lists(
    fields(request_id=IDS, decision="granted", breaker=NAMES, state="closed"), max_size=2
)
RAW = st.one_of(
    st.tuples(
        st.just(PermitRequest),
        fields(
            request_id=IDS,
            holder=NAMES,
            settings=SETTINGS,
            recovered_at=WILD,
            then=LEVELS,
            passed=PASSED,
        ),
    ),
    st.tuples(
        st.just(PermitReport),
        fields(
            request_id=IDS,
            outcome="failure",
            duration=WILD,
            open_until=WILD,
            settings=WILD,
        ),
    ),
    st.tuples(st.just(ManualChange), fields(by="me", reason=WILD, expires_after=WILD)),
    st.tuples(st.just(Reconfigure), fields(by="me", settings=SETTINGS)),
)


def read(kind: type[Model], raw: dict[str, Any]) -> Event:
    message = kind.model_validate(raw)
    if isinstance(message, ManualChange):
        return Switch(trigger=Trigger.FORCE_OPEN, by_hand=message)
    assert isinstance(message, PermitRequest | PermitReport | Reconfigure)
    return message


def check_addresses(turn: Turn, message: Event) -> None:
    """No letter goes where the server sends none, whatever becomes of it on the way."""
    asked = message if isinstance(message, LeaveRequest) else None
    sent = [letter(each, asked) for each in turn.answers]
    while sent:
        assert all(0 < len(each.holder.encode()) <= LONGEST_ADDRESS for each in sent)
        sent = [other for each in sent for other in instead_of(each)]


@settings(max_examples=500, deadline=None)
@given(st.lists(RAW, max_size=6))
def test_a_breaker_survives_whatever_can_be_read(
    messages: list[tuple[type[Model], dict[str, Any]]],
) -> None:
    breaker = new_breaker("E:job-1", START)
    now = START
    for kind, raw in messages:
        with suppress(ValueError):
            message = read(kind, raw)
            turn = advance(breaker, message, now)
            breaker = turn.breaker
            check_addresses(turn, message)
        now = max(now, next_deadline(breaker) or now)
        breaker = advance(breaker, Tick(), now).breaker
