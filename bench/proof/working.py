"""A worker in a process of its own, made ready within moments and killed at once."""

import asyncio
import multiprocessing
import os
import sys
import threading
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.logs import set_up_logs
from lakemend.hurry import hurry
from lakemend.playbook import load_playbooks
from lakemend.settings import Settings
from records import open_records
from worker import run_worker

HURRY = 1000

# A process forked from one that has imported everything works after a blink instead of seconds.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


class WorkerProcess:
    """What it prints goes to `log`."""

    def __init__(self, settings: Settings, temporal: str, log: Path) -> None:
        self._arguments = (settings, temporal, log)
        self._process: ForkServerProcess | None = None

    def start(self) -> None:
        """Start it, or another one after a kill."""
        process = _processes.Process(target=_work, args=self._arguments, daemon=True)
        process.start()
        self._process = process

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _work(settings: Settings, temporal: str, log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(_serve(settings, temporal))


async def _serve(settings: Settings, temporal: str) -> None:
    set_up_logs(settings, sys.stderr)
    client = await Client.connect(temporal, data_converter=pydantic_data_converter)
    records = open_records(settings.records_url, settings.snapshot_keys)
    playbooks = hurry(load_playbooks(), HURRY)
    await run_worker(settings, client, records, shutdown=asyncio.Event(), playbooks=playbooks)


def _end_with_parent() -> None:
    """End at once when the proof itself was killed, rather than work on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
