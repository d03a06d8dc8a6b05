"""Entities (gates, breakers, leases) and their answers to the workflows that asked."""

from typing import Any

from lakemend.model import Model

ENTITY_PRIORITY = 1
"""Gates, breakers and leases go first: in a flood everybody waits for their answers."""


class Letter(Model):
    """The signal `signal` with `content` to the workflow `holder`, about its request."""

    holder: str
    signal: str
    request_id: str
    content: Any
