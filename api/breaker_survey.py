"""How all breakers and gates stand, for those who ask often: read every few seconds at most."""

import asyncio
import time
from typing import NamedTuple

from api.breaker_schemas import Breaker
from api.breakers import Breakers
from api.connection import TemporalConnection
from api.gate_schemas import Gate
from api.gates import Gates

FRESH_SECONDS = 5
MOST_READ = 200
"""Breakers that are asked for their queue; of any others only the state is known."""


class Seen(NamedTuple):
    """All that run."""

    breakers: list[Breaker]
    gates: list[Gate]


class BreakerSurvey:
    """Keeps the last look, so that several scrapers cost no more than one."""

    def __init__(self, temporal: TemporalConnection) -> None:
        self._breakers = Breakers(temporal)
        # of the workspaces that are set up, those without a gate hold nobody
        self._gates = Gates(temporal, ())
        self._looking = asyncio.Lock()
        self._seen = Seen([], [])
        self._seen_at: float | None = None

    async def look(self) -> Seen:
        """Return every running breaker and gate; raises AwayError without Temporal."""
        async with self._looking:
            now = time.monotonic()
            if self._seen_at is None or now - self._seen_at > FRESH_SECONDS:
                breakers = await self._breakers.survey(MOST_READ)
                self._seen = Seen(breakers, (await self._gates.list_()).gates)
                self._seen_at = now
            return self._seen
