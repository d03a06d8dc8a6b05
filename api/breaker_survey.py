"""How all breakers stand, for those who ask often: read every few seconds at most."""

import asyncio
import time

from api.breaker_schemas import Breaker
from api.breakers import Breakers
from api.connection import TemporalConnection

FRESH_SECONDS = 5
MOST_READ = 200
"""Breakers that are asked for their queue; of any others only the state is known."""


class BreakerSurvey:
    """Keeps the last look, so that several scrapers cost no more than one."""

    def __init__(self, temporal: TemporalConnection) -> None:
        self._breakers = Breakers(temporal)
        self._looking = asyncio.Lock()
        self._seen: list[Breaker] = []
        self._seen_at: float | None = None

    async def look(self) -> list[Breaker]:
        """Return every running breaker; raises AwayError without Temporal."""
        async with self._looking:
            now = time.monotonic()
            if self._seen_at is None or now - self._seen_at > FRESH_SECONDS:
                self._seen = await self._breakers.survey(MOST_READ)
                self._seen_at = now
            return self._seen
