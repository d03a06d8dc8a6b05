import pytest

from lakemend.evidence import RunPhase
from lakemend.health import run_succeeded, unhealthy
from lakemend.incident import HealthCheckResult
from lakemend.step import RunEnd


def end(phase: RunPhase = RunPhase.SUCCEEDED, **results: str) -> RunEnd:
    return RunEnd(phase=phase, task_results=results)


def test_every_task_that_had_failed_must_have_succeeded() -> None:
    assert run_succeeded(["load", "join"], end(load="SUCCESS", join="SUCCESS")).passed


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (end(load="FAILED"), "load is FAILED"),
        (end(other="SUCCESS"), "load is not there"),
        (end(RunPhase.UNKNOWN, load="SUCCESS"), "the run is unknown"),
        (end(RunPhase.FAILED, load="SUCCESS"), "the run is failed"),
    ],
    ids=["failed again", "task gone", "state unknown", "another task failed"],
)
def test_less_than_positive_evidence_is_no_success(found: RunEnd, message: str) -> None:
    result = run_succeeded(["load"], found)

    assert not result.passed
    assert result.message == message


@pytest.mark.parametrize(
    ("phase", "accept", "passed"),
    [
        (RunPhase.SUCCEEDED, True, True),
        (RunPhase.SUCCEEDED, False, False),
        (RunPhase.FAILED, True, False),
    ],
)
def test_a_success_with_failures_is_enough_only_where_the_playbook_says_so(
    phase: RunPhase, *, accept: bool, passed: bool
) -> None:
    result = run_succeeded(["load"], end(phase, load="FAILED"), accept_failures=accept)

    assert result.passed is passed


def test_what_is_not_well_is_told_check_by_check() -> None:
    checks = [
        HealthCheckResult(check="run_succeeded", passed=True),
        HealthCheckResult(check="sql_check", passed=False, message="got false"),
        HealthCheckResult(check="cluster_running", passed=False, message="it is TERMINATED"),
    ]

    assert unhealthy(checks) == "sql_check: got false; cluster_running: it is TERMINATED"
    assert unhealthy(checks[:1]) == ""
