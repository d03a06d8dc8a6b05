"""Looking for those who hold a place that others wait for."""

from collections.abc import Iterator
from datetime import datetime

from lakemend.gate.admission import answer, granted
from lakemend.gate.state import Gate, change


def look(gate: Gate, now: datetime) -> Gate:
    """Tell those who are due that they may act; the entity learns which of them are gone."""
    for request_id, slot in gate.slots.items():
        if _is_in_the_way(gate) and slot.next_look <= now:
            gate = change(gate, slots=gate.slots | {request_id: slot.looked_for(now)})
            gate = answer(gate, slot.holder, granted(gate, request_id, slot))
    return gate


def next_looks(gate: Gate) -> Iterator[datetime]:
    """Return when each is looked for next; nobody is while nobody waits for it."""
    if _is_in_the_way(gate):
        yield from (slot.next_look for slot in gate.slots.values())


def _is_in_the_way(gate: Gate) -> bool:
    """Whether somebody waits, or a storm for its end; in a pause nobody waits for a holder."""
    return gate.pause is None and bool(gate.waiting or gate.storms)
