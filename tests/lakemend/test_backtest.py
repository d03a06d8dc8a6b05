from datetime import UTC, datetime, timedelta
from typing import Any

from lakemend.backtest import Backtest, PastFailure, as_it_was, by_cause, by_job, total
from lakemend.evidence import Evidence

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def failure(run_id: str, cause: str, consent: str, **facts: Any) -> PastFailure:
    return PastFailure(run_id=run_id, cause=cause, consent=consent, **facts)


def backtest(*failures: PastFailure) -> Backtest:
    since = NOW - timedelta(days=30)
    return Backtest(workspace="w", since=since, until=NOW, runs_listed=9, failures=failures)


def test_failures_are_counted_by_cause_most_frequent_first() -> None:
    counted = by_cause(
        backtest(
            failure("1", "user_code", "escalate"),
            failure("2", "network_transient", "act", repairs=1, repaired_to="SUCCESS"),
            failure("3", "network_transient", "act", repairs=2, repaired_to="FAILED"),
            failure("4", "network_transient", "observe", repairs=1, repaired_to="SUCCESS"),
        )
    )

    network, own = counted
    assert (network.name, network.failures, network.would_act) == ("network_transient", 3, 2)
    assert (network.repaired_by_hand, network.repairs_that_helped, network.agreed) == (3, 2, 1)
    assert (own.left_alone, own.repaired_by_hand) == (1, 0)


def test_acting_where_a_repair_failed_again_is_in_vain() -> None:
    whole = total(
        backtest(
            failure("1", "a", "act", repairs=1, repaired_to="FAILED"),
            failure("2", "a", "act", repairs=1, repaired_to="TIMEDOUT"),
            failure("3", "a", "act", repairs=1, repaired_to="SUCCESS"),
            failure("4", "a", "act", repairs=1, repaired_to=""),
            failure("5", "a", "act", repairs=1, repaired_to="CANCELED"),
            failure("6", "a", "escalate", repairs=1, repaired_to="FAILED"),
            failure("7", "a", "act"),
        )
    )

    assert (whole.agreed, whole.in_vain) == (1, 2)


def test_all_is_the_sum_of_the_groups() -> None:
    tested = backtest(
        failure("1", "a", "act", job_id="7"), failure("2", "b", "escalate", job_name="j")
    )

    assert total(tested).failures == sum(each.failures for each in by_cause(tested)) == 2
    assert {each.name for each in by_job(tested)} == {"7", "j"}


def test_what_came_after_the_failure_is_forgotten() -> None:
    runs = [
        {"run_id": str(days), "result_state": "SUCCESS", "ended_at": NOW + timedelta(days=days)}
        for days in (2, -1)
    ]
    run = {"run_id": "5", "ended_at": NOW}
    read = Evidence.model_validate(
        {"workspace": "w", "read_at": NOW, "run": run, "recent_runs": runs}
    )

    assert [each.run_id for each in as_it_was(read).recent_runs] == ["-1"]
