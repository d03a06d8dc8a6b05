"""An answer on its way from an entity to the workflow that asked."""

from typing import Any

from lakemend.model import Model


class Letter(Model):
    """The signal `signal` with `content` to the workflow `holder`, about its request."""

    holder: str
    signal: str
    request_id: str
    content: Any
