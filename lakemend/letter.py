"""Entities (gates, breakers, leases) and their answers to the workflows that asked."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from lakemend.model import Model

ENTITY_QUEUE = "lakemend-entities"
"""Gates, breakers and leases run apart from incidents: in a flood everybody waits for them."""


LONGEST_ADDRESS = 1000
"""Bytes of a workflow's id that a Temporal server takes, unless it is set up otherwise."""


def check_address(value: str) -> str:
    """Return the value if a workflow may be called so; raises ValueError."""
    if not value.isprintable() or not 0 < len(value.encode()) <= LONGEST_ADDRESS:
        raise ValueError(f"should be 1 to {LONGEST_ADDRESS} bytes of printable characters")
    return value


Address = Annotated[str, AfterValidator(check_address)]
"""A workflow to signal: an id that the server refuses fails the sender's task, for ever."""

RequestId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""What both sides know a request by; thousands of them have to fit into one input."""


class Letter(Model):
    """The signal `signal` with `content` to the workflow `holder`, about its request."""

    holder: str
    signal: str
    request_id: str
    content: Any


def size(content: Model) -> int:
    """Return the bytes that the content has in a history."""
    return len(content.model_dump_json().encode())


def fitting(letters: Iterable[Letter], room: int) -> Iterator[Letter]:
    """Return the first letters, as many as go into `room` bytes."""
    for letter in letters:
        room -= size(letter) + 1
        if room < 0:
            return
        yield letter
