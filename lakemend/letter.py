"""Entities (gates, breakers, leases) and their answers to the workflows that asked."""

from collections.abc import Iterable, Iterator
from typing import Any

from lakemend.model import Model

ENTITY_QUEUE = "lakemend-entities"
"""Gates, breakers and leases run apart from incidents: in a flood everybody waits for them."""


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
