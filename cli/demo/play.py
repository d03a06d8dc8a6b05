"""The demo from its first process to the verdict."""

import asyncio
import shutil
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from cli.children import Child
from cli.connection import connect
from cli.demo.breaker_reset import BreakerReset
from cli.demo.moment import Moment, Watcher
from cli.demo.report import env_file, show_links, show_verdict
from cli.demo.scene import Scene, SceneName
from cli.demo.storm_show import make_storm_show
from cli.demo.storm_verdict import show_storm_verdict, take_storm_account
from cli.demo.story import may_be_rejected
from cli.demo.surroundings import Surroundings, prepare
from cli.demo.table import Show, make_show
from cli.demo.verdict import judge, take_account
from cli.embedded import running_server
from cli.output import say
from cli.own_secrets import write_private
from cli.readiness import wait_until_serving
from cli.record_store import opened_records
from cli.runtime import stop_event
from cli.supervision import keep_running, run_together
from records import migrate
from simulator.client import Control
from simulator.scenario import load_scenario

TIME_LIMIT_SECONDS = 240  # a loaded machine needs a multiple of the usual time
_LOOK_EVERY_SECONDS = 0.5
# a still moment may lie between two deeds; so many looks in a row are the end
_STILL_LOOKS = 4


async def play_demo(scene: Scene, *, stay: bool, keep_ports: bool) -> bool:
    """Play in a fresh folder, which is kept if the demo failed; returns whether it passed."""
    stopping = stop_event()
    folder = Path(tempfile.mkdtemp(prefix="lakemend-demo-"))
    demo = Demo(prepare(folder, scene, keep_ports=keep_ports), stay=stay)
    say("Starting Temporal, the simulated workspace, the worker and the API …")
    try:
        await demo.run(stopping)
    finally:
        if demo.problems is None:
            say("Ended before the verdict.")
        if demo.passed:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            say(f"Logs and data are kept in {folder}")
    return demo.passed


class Demo:
    """One demo; its problems are None until everything has ended."""

    def __init__(self, surroundings: Surroundings, *, stay: bool) -> None:
        self._surroundings = surroundings
        self._stay = stay
        self._scenario = load_scenario(surroundings.scene.scenario)
        self.problems: list[str] | None = None

    @property
    def passed(self) -> bool:
        """Whether every incident ended as its scenario says, and the workspace is in order."""
        return self.problems == []

    @property
    def _is_storm(self) -> bool:
        return self._surroundings.scene.name is SceneName.STORM

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until the verdict was given, or with `stay` until the event; ends all processes."""
        surroundings = self._surroundings
        write_private(env_file(surroundings), dict(surroundings.variables))
        await asyncio.to_thread(migrate, surroundings.settings.records_url)
        async with running_server(surroundings.server) as temporal:
            parts = (surroundings.simulator(), *surroundings.our_parts())
            await run_together(
                stopping,
                _fail_with(temporal),
                *(keep_running(part, say) for part in parts),
                self._play(),
            )

    async def _play(self) -> None:
        surroundings = self._surroundings
        await wait_until_serving(f"{surroundings.workspace_url}/simulator/status")
        await wait_until_serving(f"{surroundings.api_url}/readyz")
        say(f"Watch it in the console: {surroundings.api_url}/console/")
        async with AsyncExitStack() as stack:
            control = Control(surroundings.workspace_url)
            stack.callback(control.close)
            records = await stack.enter_async_context(opened_records(surroundings.settings))
            client = await connect(surroundings.settings)
            moment = await self._watch(control, Watcher(records, client, control))
            account = await asyncio.to_thread(take_account, control)
            storm = await asyncio.to_thread(take_storm_account, records)
        verdict = judge(self._scenario, account, moment.incidents)
        self.problems = verdict.problems
        if self._is_storm:
            self.problems = show_storm_verdict(verdict, storm)
        else:
            show_verdict(verdict)
        show_links(surroundings, stay=self._stay)
        if self._stay:
            await asyncio.Event().wait()

    async def _watch(self, control: Control, watcher: Watcher) -> Moment:
        """Let the jobs fail, and show what becomes of them until nothing is under way."""
        surroundings = self._surroundings
        jobs = [name for name, job in self._scenario.jobs.items() if may_be_rejected(job.expect)]
        reset = BreakerReset(surroundings, control, jobs)
        url = f"{surroundings.api_url}/databricks-monitor"
        alerts = f"{surroundings.api_url}/azure-monitor"
        credential = surroundings.webhook_credential
        await asyncio.to_thread(control.send_webhooks_to, url, *credential)
        await asyncio.to_thread(control.send_webhooks_to, alerts, *credential, "azure")
        with make_storm_show(len(self._scenario.jobs)) if self._is_storm else make_show() as show:
            await asyncio.to_thread(control.start)
            return await _follow(watcher, reset, show)


async def _follow(watcher: Watcher, reset: BreakerReset, show: Show) -> Moment:
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    still = 0
    while True:
        moment = await watcher.look()
        show.update(moment)
        deed = await reset.act(moment)
        if deed:
            show.say(deed)
        still = still + 1 if moment.settled and not deed else 0
        if still == _STILL_LOOKS:
            return moment
        if time.monotonic() > deadline:
            show.say(f"Not everything has ended after {TIME_LIMIT_SECONDS} s.")
            return moment
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _fail_with(child: Child) -> None:
    await child.wait()
    raise child.failure()
