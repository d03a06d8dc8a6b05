"""Entities (gates, breakers, leases) and their answers to the workflows that asked."""

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
