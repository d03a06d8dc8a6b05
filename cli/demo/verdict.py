"""Whether every incident ended as its scenario says, and the workspace was left in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo.calls import ChangingCall, changing_calls
from cli.demo.story import Story
from lakemend.incident import IncidentView
from simulator.client import Control
from simulator.scenario import JobEntry, Scenario

# what must be empty in the simulator's report, and what it means when it is not
_MUST_BE_EMPTY = {
    "forbidden_calls": "calls that a recovery must never make",
    "runs_without_token": "runs that were started without an idempotency token",
    "overlapping_runs": "runs of one job that were active at the same time",
    "settings_changed": "job settings that differ from the start",
    "clusters_changed": "clusters that differ from the start",
    "active_runs": "runs that have not ended",
}


@dataclass(frozen=True)
class Verdict:
    """What became of each job, and of the workspace."""

    stories: Sequence[Story]
    calls: Sequence[ChangingCall]
    broken: Sequence[str]

    @property
    def problems(self) -> list[str]:
        """Everything that is not as it must be, named; empty when the demo passed."""
        told = [f"{story.job}: {problem}" for story in self.stories for problem in story.problems]
        return [*told, *self.broken]


@dataclass(frozen=True)
class Account:
    """What the simulated workspace itself tells: runs, clusters by name, and its report."""

    runs: Sequence[Mapping[str, Any]]
    clusters: Mapping[str, str]
    report: Mapping[str, Any]

    def runs_of(self, job: str) -> list[str]:
        """Return the ids of a job's runs."""
        return [str(run["run_id"]) for run in self.runs if run["job"] == job]


def take_account(control: Control) -> Account:
    """Ask the control API."""
    return Account(control.runs(), control.status()["clusters"], control.invariants())


def judge(scenario: Scenario, account: Account, incidents: Sequence[IncidentView]) -> Verdict:
    """Compare the incidents, oldest first, and the workspace's account with the scenario."""
    calls = changing_calls(account.report["changing_calls"], account.runs, account.clusters)
    told = [_story(name, job, account, calls, incidents) for name, job in scenario.jobs.items()]
    return Verdict(told, calls, broken_invariants(_without_kept(scenario, account.report)))


def _without_kept(scenario: Scenario, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the jobs whose changed settings are to stay."""
    kept = {name for name, job in scenario.jobs.items() if job.expect.kept}
    changed = report["settings_changed"]
    others = {job: what for job, what in changed.items() if job not in kept}
    return {**report, "settings_changed": others}


def _story(
    name: str,
    job: JobEntry,
    account: Account,
    calls: Sequence[ChangingCall],
    incidents: Sequence[IncidentView],
) -> Story:
    runs = account.runs_of(name)
    repairs, starts = account.report["repairs_per_run"], account.report["cluster_starts"]
    return Story(
        job=name,
        expected=job.expect,
        incidents=[incident for incident in incidents if incident.run_id in runs],
        calls=[call for call in calls if call.about == name],
        repairs=sum(repairs[run] for run in runs),
        restarts=sum(starts[cluster] for cluster in _clusters(job) if cluster in starts),
        runs=len(runs),
    )


def _clusters(job: JobEntry) -> set[str]:
    """Return the all-purpose clusters that a job runs on, by their names in the scenario."""
    return {task.get("existing_cluster_id", "") for task in job.settings.get("tasks", [])}


def broken_invariants(report: Mapping[str, Any]) -> list[str]:
    """Name what the workspace was not left as it must be; empty when all is in order."""
    found = [
        f"{meaning}: {report[name]}" for name, meaning in _MUST_BE_EMPTY.items() if report[name]
    ]
    twice = {token: number for token, number in report["runs_per_token"].items() if number > 1}
    return [*found, f"tokens that started several runs: {twice}"] if twice else found
