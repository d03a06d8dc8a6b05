"""The demo's one deed: provoke a breaker, reset it through the API, and see it let through."""

import asyncio
from collections.abc import Collection
from urllib.parse import quote

import httpx

from cli.demo.moment import Moment
from cli.demo.story import is_rejected
from cli.demo.surroundings import Surroundings
from cli.tokens import operator_token
from lakemend.incident import IncidentView
from simulator.client import Control

OPERATOR = "demo"
_SIGNED_IN_FOR = "1h"
_TIMEOUT_SECONDS = 15  # a reset answers with the breaker as it is afterwards, read from a worker


class BreakerReset:
    """Lets the jobs fail until a breaker refuses them, resets it, and lets each run once more."""

    def __init__(self, surroundings: Surroundings, control: Control, jobs: Collection[str]) -> None:
        self._surroundings = surroundings
        self._control = control
        self._waiting = set(jobs)
        self._seen: set[str] = set()

    async def act(self, moment: Moment) -> str:
        """Do what is due now; returns a sentence about it, or nothing."""
        for incident in moment.incidents:
            due = incident.job_name in self._waiting and incident.outcome
            if due and incident.incident_id not in self._seen:
                self._seen.add(incident.incident_id)
                return await self._go_on(incident)
        return ""

    async def _go_on(self, incident: IncidentView) -> str:
        job, breaker = incident.job_name, incident.breaker
        if not is_rejected(incident):
            await asyncio.to_thread(self._control.run_job, job)
            return f"{job} could not be recovered; it runs again as scheduled."
        self._waiting.discard(job)
        await self._reset(breaker)
        await asyncio.to_thread(self._control.run_job, job)
        return f"{breaker} was reset through the API; {job} runs again."

    async def _reset(self, breaker: str) -> None:
        url = f"{self._surroundings.api_url}/api/circuit-breakers/{quote(breaker)}/reset"
        token = operator_token(self._surroundings.settings, OPERATOR, _SIGNED_IN_FOR)
        headers = {"Authorization": f"Bearer {token}"}
        body = {"reason": "the demo shows that a reset lets the next incident through"}
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.post(url, headers=headers, json=body)
            answer.raise_for_status()
