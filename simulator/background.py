"""What happens without a call: timers that come due, and webhooks that go out."""

import asyncio
import logging
import os
import time
from pathlib import Path

import httpx

from simulator.records import State
from simulator.workspace import Workspace

_logger = logging.getLogger(__name__)

SAVE_EVERY = 0.2
"""Seconds between two writings of the state, which is written whole: a kill may lose that much."""

LONGEST_NAP = 0.2
"""Seconds; a pace changed by a call is noticed at once, for the call wakes us."""


class Background:
    """One task that keeps the workspace moving; `wake` it after every change."""

    def __init__(self, workspace: Workspace, state_file: Path | None) -> None:
        self._workspace = workspace
        self._state_file = state_file
        self._next_save = 0.0
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look again for what is due."""
        self._wake.set()

    async def run(self) -> None:
        """Move the workspace until cancelled."""
        # over one connection messages arrive as they leave, in just the disorder that is asked for
        at_once = 1 if self._workspace.world.scenario.webhooks.reorder else None
        limits = httpx.Limits(max_connections=at_once)
        async with httpx.AsyncClient(timeout=10, limits=limits, trust_env=False) as client:
            while True:
                self._move()
                self._send_all(client)
                self._save()
                await self._nap()

    def _move(self) -> None:
        try:
            self._workspace.catch_up()
        except Exception:
            # One bad timer must not stop the others; what went wrong is told with its trace.
            _logger.exception("a timer of the simulated workspace failed")

    async def _nap(self) -> None:
        wait = self._workspace.world.clock.seconds_to_wait
        self._wake.clear()
        try:
            nap = min(LONGEST_NAP if wait is None else wait, LONGEST_NAP)
            await asyncio.wait_for(self._wake.wait(), nap)
        except TimeoutError:
            return

    def _send_all(self, client: httpx.AsyncClient) -> None:
        outbox = self._workspace.notifications.outbox
        while outbox:
            task = asyncio.create_task(self._send(client, outbox.pop(0)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, client: httpx.AsyncClient, delivery_id: int) -> None:
        """Send once; Databricks documents no second try, so there is none."""
        delivery = self._workspace.world.state.deliveries[delivery_id]
        url, user, password = self._workspace.notifications.address(delivery.destination_id)
        if not url:
            return
        headers = {"content-type": "application/json", "user-agent": "Databricks"}
        auth = httpx.BasicAuth(user, password) if user else httpx.Auth()
        try:
            answer = await client.post(url, content=delivery.raw, headers=headers, auth=auth)
            delivery.answers.append(answer.status_code)
        except httpx.HTTPError:
            delivery.answers.append(0)

    def _save(self) -> None:
        """Write the state whole, and put it in place at once, so that no half is ever read."""
        if self._state_file is None or time.monotonic() < self._next_save:
            return
        self._next_save = time.monotonic() + SAVE_EVERY
        self._workspace.world.clock.save()
        draft = self._state_file.with_suffix(".draft")
        draft.write_text(self._workspace.world.state.model_dump_json(), encoding="utf-8")
        os.replace(draft, self._state_file)  # noqa: PTH105 - one system call, no wrapper


def load_state(path: Path | None) -> State:
    """Read the state of an earlier life, or begin a new one."""
    if path is None or not path.exists():
        return State()
    return State.model_validate_json(path.read_text(encoding="utf-8"))
