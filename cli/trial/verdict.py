"""Whether the playbook under trial did what its scenario expects of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cli.demo.verdict import Account, Verdict, judge
from lakemend.incident import IncidentView
from lakemend.playbook import Playbook
from simulator.scenario import Expectation, JobEntry, Scenario

_NO_CHANGES: dict[str, object] = {"settings_changed": {}, "clusters_changed": {}}


@dataclass(frozen=True)
class Trial:
    """What became of the jobs and of the workspace, and all that is not as it must be."""

    playbook: str
    incidents: Sequence[IncidentView]
    verdict: Verdict
    problems: Sequence[str]


def judge_trial(
    playbook: Playbook,
    scenario: Scenario,
    account: Account,
    incidents: Sequence[IncidentView],
    late: str,
) -> Trial:
    """Compare with what each job's `expect` says; without one a failure must be recovered."""
    if playbook.keep_change:
        # what helped stays: that is what this playbook declares
        account = replace(account, report={**account.report, **_NO_CHANGES})
    runs = {incident.run_id for incident in incidents}
    jobs = {
        name: _expecting(job, failed=not runs.isdisjoint(account.runs_of(name)))
        for name, job in scenario.jobs.items()
    }
    verdict = judge(scenario.model_copy(update={"jobs": jobs}), account, incidents)
    problems = [*verdict.problems, *_unused(playbook, incidents), *([late] if late else [])]
    return Trial(playbook.error_type, incidents, verdict, problems)


def _expecting(job: JobEntry, *, failed: bool) -> JobEntry:
    if "outcome" in job.expect.model_fields_set:
        return job
    changes = {"outcome": "recovered" if failed else "none"}
    expect = Expectation.model_validate(job.expect.model_dump() | changes)
    return job.model_copy(update={"expect": expect})


def _unused(playbook: Playbook, incidents: Sequence[IncidentView]) -> Iterator[str]:
    """A trial that never came to the playbook says nothing about it."""
    used = {decision.playbook for incident in incidents for decision in incident.decisions}
    used |= {name for incident in incidents for name in incident.chain_executed}
    if playbook.error_type in used:
        return
    causes = {str(each.diagnosis.cause) for each in incidents if each.diagnosis}
    found = (
        f"the causes found were {', '.join(sorted(causes))}" if causes else "no failure was found"
    )
    yield f"{playbook.error_type} was never used: {found}"
