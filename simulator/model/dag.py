"""When a task of a run may start: `depends_on` and `run_if` (docs of the jobs API, `RunIf`)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from simulator.records import Attempt, End

Json = dict[str, Any]
FAILED = {"FAILED", "TIMEDOUT", "CANCELED", "UPSTREAM_FAILED", "UPSTREAM_CANCELED"}


class Verdict(StrEnum):
    """What becomes of a blocked task."""

    WAIT = "wait"
    START = "start"
    UPSTREAM_FAILED = "upstream_failed"
    EXCLUDED = "excluded"


def verdict(spec: Json, latest: dict[str, Attempt]) -> Verdict:
    """Decide on a blocked task from the latest attempts of the tasks it depends on."""
    links = spec.get("depends_on", [])
    before = [latest[link["task_key"]] for link in links if link["task_key"] in latest]
    if not all(attempt.over for attempt in before):
        return Verdict.WAIT
    if any(_other_branch(link, latest) for link in links):
        return Verdict.EXCLUDED
    results = [attempt.end.result for attempt in before if attempt.end is not None]
    return _by_rule(str(spec.get("run_if", "ALL_SUCCESS")), results)


def dependants(keys: Iterable[str], specs: list[Json]) -> set[str]:
    """All tasks that come after these, near or far."""
    found: set[str] = set()
    fresh = set(keys)
    while fresh:
        fresh = {
            str(spec["task_key"])
            for spec in specs
            if any(link["task_key"] in fresh for link in spec.get("depends_on", []))
        } - found
        found |= fresh
    return found


def overall(attempts: Iterable[Attempt], specs: list[Json]) -> End:
    """How a run ended, from the latest attempts of its tasks.

    A failed run says INTERNAL_ERROR in the old `state` while its tasks say TERMINATED (a measured
    answer in databricks/cli, acceptance/bundle/resources/job_runs/failed_run).
    """
    latest = {attempt.task_key: attempt for attempt in attempts}
    ends = {key: attempt.end or End() for key, attempt in latest.items()}
    failed = {key: end for key, end in ends.items() if end.result in {"FAILED", "TIMEDOUT"}}
    if not failed:
        return _without_failure(list(ends.values()))
    upstream = {link["task_key"] for spec in specs for link in spec.get("depends_on", [])}
    leaves = [end for key, end in ends.items() if key not in upstream]
    if all(end.result in {"SUCCESS", "EXCLUDED"} for end in leaves):
        return End(result="SUCCESS_WITH_FAILURES", code="SUCCESS_WITH_FAILURES")
    return _failed(failed, skipped=any(end.result == "UPSTREAM_FAILED" for end in ends.values()))


def _without_failure(ends: list[End]) -> End:
    if any(end.result == "CANCELED" for end in ends):
        return canceled()
    return End()


def _failed(failed: dict[str, End], *, skipped: bool) -> End:
    key, first = next(iter(failed.items()))
    message = f"Task {key} failed with message: {first.message}"
    if skipped:
        message += " This caused all downstream tasks to get skipped."
    timed_out = first.result == "TIMEDOUT"
    return End(
        result=first.result,
        code=first.code,
        type=first.type,
        message=message,
        life_cycle_state="TERMINATED" if timed_out else "INTERNAL_ERROR",
    )


def canceled() -> End:
    """The end of what a user cancelled."""
    return End(
        result="CANCELED", code="USER_CANCELED", type="CLIENT_ERROR", message="Run cancelled."
    )


def _other_branch(link: Json, latest: dict[str, Attempt]) -> bool:
    """Whether a condition task went the other way."""
    wanted = link.get("outcome")
    attempt = latest.get(link["task_key"])
    return bool(wanted and attempt and attempt.outcome and attempt.outcome != wanted)


def _by_rule(rule: str, results: list[str]) -> Verdict:
    succeeded = [result in {"SUCCESS", "SUCCESS_WITH_FAILURES"} for result in results]
    failed = [result in FAILED for result in results]
    excluded = bool(results) and all(result == "EXCLUDED" for result in results)
    if excluded and rule not in {"ALL_DONE", "NONE_FAILED"}:
        return Verdict.EXCLUDED
    passes = {
        "ALL_SUCCESS": all(succeeded),
        "ALL_DONE": True,
        "NONE_FAILED": not any(failed),
        "AT_LEAST_ONE_SUCCESS": any(succeeded) or not results,
        "ALL_FAILED": all(failed),
        "AT_LEAST_ONE_FAILED": any(failed) or not results,
    }[rule]
    if passes:
        return Verdict.START
    failure_rules = {"ALL_FAILED", "AT_LEAST_ONE_FAILED"}
    return Verdict.EXCLUDED if rule in failure_rules else Verdict.UPSTREAM_FAILED
