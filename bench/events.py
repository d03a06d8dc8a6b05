"""What an incident costs the Temporal server: history events and billable actions, by scenario.

`python -m bench.events [--save]`. Development server, simulated workspace and worker are real; what
counts as an action is told in `bench.history`. `incident` is the incident's own workflow, with the
heartbeats of its activities; `others` are the breaker and leases that it talked to, as far as it
caused them. Those end by themselves a minute later: five more events, no action. `looks` are the
tries of the activity that waits for a run: how many depends on how long the run takes, and each is
one of the actions.

`billed` is the server's own counter for the same time (its metric `action`), which also knows what
no history shows. It is there to prove our count, `sum`.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bench.billing import HEARTBEAT, read_billing
from bench.history import Cost, cost_of, senders_to
from bench.results import command_line, conclude
from bench.scenarios import HEALTHY, JOBS, SCENARIOS, WATCHED_LONG, Scenario
from bench.stage import SOON, Stage, staged
from bench.two_hours import MAX_ADDED_EVENTS, TwoHours, measure_two_hours
from lakemend.incident import IncidentView

MAX_EVENTS = 45
MAX_ACTIONS = 15
MAX_EVENTS_OF_WAITING = 12
"""However long a run is waited for; a look adds an action, and no event."""

_QUIET_SECONDS = 1.0


@dataclass(frozen=True)
class Row:
    """What one incident cost."""

    scenario: str
    incident: Cost
    others: Cost
    heartbeats: int
    billed: int

    @property
    def incident_actions(self) -> int:
        """All that is billed for the incident's own workflow."""
        return self.incident.actions + self.heartbeats

    @property
    def counted(self) -> int:
        """Our count of everything that is billed."""
        return self.incident_actions + self.others.actions


async def play(stage: Stage, scenario: Scenario) -> Row:
    """Let a job fail, report it, and count from the report to the settled end."""
    run_id = await scenario.fail(stage, scenario.job)
    await _until_quiet(stage)
    before, since = await read_billing(stage.metrics_url), datetime.now(UTC)
    view = await _report(stage, scenario, run_id)
    assert view.outcome is scenario.outcome, f"{scenario.name}: {view.message}"
    await _until_quiet(stage)
    billed = await read_billing(stage.metrics_url) - before
    entities = await senders_to(stage.client, view.incident_id)
    costs = [await cost_of(stage.client, entity, since) for entity in entities]
    return Row(
        scenario=scenario.name,
        incident=await cost_of(stage.client, view.incident_id, since),
        others=sum(costs, Cost()),
        heartbeats=billed[HEARTBEAT],
        billed=billed.total(),
    )


async def _report(stage: Stage, scenario: Scenario, run_id: int) -> IncidentView:
    handles = [
        await stage.report(run_id, dry_run=scenario.dry_run, task_key=scenario.task_key)
        for _ in range(scenario.reports)
    ]
    return await asyncio.wait_for(handles[0].result(), SOON)


async def _until_quiet(stage: Stage) -> None:
    """Wait until breakers and leases have dealt with what the incident sent them last."""
    known, billed = -1, 0
    while known != billed:
        await asyncio.sleep(_QUIET_SECONDS)
        known, billed = billed, (await read_billing(stage.metrics_url)).total()


async def measure() -> list[Row]:
    """Play every scenario on one server."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(JOBS.read_text(encoding="utf-8"), Path(folder)) as stage, stage.working():
            return [await play(stage, scenario) for scenario in SCENARIOS]


def broken_limits(rows: Sequence[Row]) -> list[str]:
    """Say which limits of a healthy repair are broken."""
    by_name = {row.scenario: row for row in rows}
    healthy, watched = by_name[HEALTHY.name], by_name[WATCHED_LONG.name]
    waiting = watched.incident.events - healthy.incident.events
    measured = [
        ("more events when it is waited for longer", waiting, MAX_EVENTS_OF_WAITING),
        ("events", healthy.incident.events, MAX_EVENTS),
        ("actions", healthy.incident_actions, MAX_ACTIONS),
    ]
    return [
        f"a healthy repair has {count} {what}, allowed are {limit}"
        for what, count, limit in measured
        if count > limit
    ]


def table(rows: Sequence[Row]) -> Table:
    """Draw one line for each scenario."""
    drawn = Table("scenario", title="History events and billable actions of one incident")
    for name in ("events", "actions", "looks", "others:\nevents", "\nactions", "sum", "billed"):
        drawn.add_column(name, justify="right", vertical="bottom")
    for row in rows:
        own, others = row.incident, row.others
        counts = (own.events, row.incident_actions, own.looks, others.events, others.actions)
        drawn.add_row(row.scenario, *map(str, (*counts, row.counted, row.billed)))
    return drawn


def waiting_table(waited: TwoHours) -> Table:
    """Draw what waiting adds."""
    drawn = Table("a repair whose run", title="What two hours of waiting add", min_width=60)
    for name in ("events", "added", "allowed", "looks"):
        drawn.add_column(name, justify="right")
    first = waited.at_once
    drawn.add_row("ends at once", str(first.events), "", "", "")
    slow = {
        "ends after two hours": (waited.found_by_looking, str(waited.found_by_looking.looks)),
        "ends with a webhook": (waited.told_by_webhook, ""),
    }
    for name, (cost, looks) in slow.items():
        added = cost.events - first.events
        drawn.add_row(name, str(cost.events), str(added), f"<= {MAX_ADDED_EVENTS}", looks)
    return drawn


def main() -> int:
    """Print the tables; 1 if a limit is broken."""
    command_line("events", __doc__).parse_args()
    rows = asyncio.run(measure())
    waited = asyncio.run(measure_two_hours())
    figures = {"scenarios": [asdict(row) for row in rows], "two_hours": asdict(waited)}
    broken = [*broken_limits(rows), *waited.broken_limits()]
    return conclude("events", [table(rows), waiting_table(waited)], figures, broken)


if __name__ == "__main__":
    sys.exit(main())
