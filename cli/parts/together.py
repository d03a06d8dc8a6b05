"""Embedded Temporal server, worker and API, kept running by one process."""

import asyncio
import os
from collections.abc import Mapping

from cli.children import Child, Program, lakemend
from cli.embedded import EmbeddedServer, embedded_environment, running_server
from cli.output import say
from cli.own_secrets import WEBHOOK_USER, kept_secrets, secrets_file
from cli.ports import require_free
from cli.problems import BadInputError
from cli.readiness import wait_until_serving, wait_until_working
from cli.runtime import stop_event
from cli.supervision import keep_running, run_together
from lakemend.durations import format_duration
from lakemend.playbook_set import load_all_playbooks
from lakemend.settings import Settings
from lakemend.startup import require_workspaces
from lakemend.sweep import SweptJobs
from records import migrate


async def serve_together(settings: Settings) -> None:
    """Run everything until a signal; raises what is wrong with the settings before it starts."""
    stopping = stop_event()
    require_workspaces(settings)
    load_all_playbooks(settings.playbooks_dir)
    _refuse_other_temporal()
    require_free("LAKEMEND_API_PORT", settings.api_port, settings.api_host)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    own = kept_secrets(settings, secrets_file(settings))
    await asyncio.to_thread(migrate, settings.records_url)
    await _run(stopping, settings, own)


async def _run(stopping: asyncio.Event, settings: Settings, own: Mapping[str, str]) -> None:
    server = EmbeddedServer(settings.data_dir, settings.temporal_port, settings.ui_port)
    environment = {**os.environ, **own, **embedded_environment(server)}
    async with running_server(server) as temporal:
        await run_together(
            stopping,
            _fail_with(temporal),
            *(keep_running(_part(name, settings, environment), say) for name in ("worker", "api")),
            _greet(settings, server, own),
        )
    say("Stopped. Open incidents go on at the next start.")


def _part(name: str, settings: Settings, environment: Mapping[str, str]) -> Program:
    log = settings.data_dir / "logs" / f"{name}.log"
    return Program(name=name, command=lakemend(name), log=log, environment=environment)


async def _fail_with(child: Child) -> None:
    await child.wait()
    raise child.failure()


async def _greet(settings: Settings, server: EmbeddedServer, own: Mapping[str, str]) -> None:
    """Say where everything is once it answers, then leave the stage to the others."""
    base = f"http://{settings.api_host}:{settings.api_port}"
    await wait_until_serving(f"{base}/readyz")
    await wait_until_working(server.address)
    for name, workspace in settings.workspaces.items():
        say(f"Recovering jobs of {workspace.host} ({name}).")
    say(_sweeps(settings))
    say(f"Console      {base}/console/ (sign in with `lakemend token`)")
    say(f"Webhook      {base}/databricks-monitor")
    say(f"API          {base}/docs")
    say(f"Temporal     {settings.ui_url}")
    say(f"Logs         {settings.data_dir / 'logs'}")
    if "LAKEMEND_WEBHOOK_CREDENTIALS" in own:
        file = secrets_file(settings)
        say(f"Databricks signs in to the webhook as {WEBHOOK_USER}; the password is in {file}.")
    await asyncio.Event().wait()


def _sweeps(settings: Settings) -> str:
    if not settings.sweep_every:
        return "Failures that no message tells of are not looked for (LAKEMEND_SWEEP_EVERY)."
    every = format_duration(settings.sweep_every)
    whose = "jobs with a webhook" if settings.sweep_jobs is SweptJobs.HOOKED else "all jobs"
    return f"Every {every} failures of {whose} are looked for that no message told of."


def _refuse_other_temporal() -> None:
    address = os.environ.get("TEMPORAL_ADDRESS")
    if address:
        remedy = "Unset it, or run `lakemend worker` and `lakemend api` against that server."
        problem = "`up` brings its own Temporal server"
        raise BadInputError("TEMPORAL_ADDRESS", address, problem, remedy)
