from datetime import UTC, datetime, timedelta

import pytest

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.diagnose import diagnose
from lakemend.diagnosis.first_failures import first_failed
from lakemend.evidence import (
    Changes,
    ClusterEvent,
    ClusterFacts,
    Evidence,
    JobFacts,
    LibraryFacts,
    RecentRun,
    RunFacts,
    TaskFacts,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTING = {Remedy.RETRY, Remedy.CHANGE}


def failed(task_key: str = "main", **facts: object) -> TaskFacts:
    given = {"task_key": task_key, "run_id": "11", "result_state": "FAILED"}
    return TaskFacts.model_validate({**given, **facts})


def evidence(*tasks: TaskFacts, **facts: object) -> Evidence:
    run = RunFacts(
        run_id="1",
        result_state="FAILED",
        termination_code="RUN_EXECUTION_ERROR",
        termination_type="CLIENT_ERROR",
        started_at=NOW - timedelta(hours=1),
        ended_at=NOW,
    )
    given = {"workspace": "default", "read_at": NOW, "run": run, "tasks": tasks}
    return Evidence.model_validate({**given, **facts})


def test_the_clusters_reason_outranks_what_the_task_says():
    cluster = ClusterFacts(
        cluster_id="c-1", termination_code="SPOT_INSTANCE_TERMINATION", terminated_at=NOW
    )
    diagnosis = diagnose(evidence(failed(error="KeyError: 'amount'"), clusters=(cluster,)))

    assert diagnosis.cause is Cause.SPOT_PREEMPTION
    assert diagnosis.cluster_id == "c-1"


def test_a_specific_text_wins_under_a_generic_code():
    cluster = ClusterFacts(
        cluster_id="c-1",
        termination_code="INVALID_ARGUMENT",
        termination_type="CLIENT_ERROR",
        termination_parameters={
            "databricks_error_message": "results in exceeding approved Total Regional Cores quota"
        },
    )
    diagnosis = diagnose(evidence(failed(termination_code="CLUSTER_ERROR"), clusters=(cluster,)))

    assert diagnosis.cause is Cause.CLOUD_QUOTA
    assert diagnosis.remedy is Remedy.PERSON


def test_the_end_of_a_job_cluster_leaves_the_word_to_the_task():
    cluster = ClusterFacts(cluster_id="c-1", source="JOB", termination_code="JOB_FINISHED")
    diagnosis = diagnose(
        evidence(failed(error="ModuleNotFoundError: No module named 'x'"), clusters=(cluster,))
    )

    assert diagnosis.cause is Cause.MISSING_MODULE
    assert diagnosis.task_key == "main"


def test_a_cluster_that_ended_later_did_not_end_the_run():
    cluster = ClusterFacts(
        cluster_id="c-1",
        termination_code="DRIVER_UNREACHABLE",
        terminated_at=NOW + timedelta(hours=2),
    )
    diagnosis = diagnose(evidence(failed(error="KeyError: 'amount'"), clusters=(cluster,)))

    assert diagnosis.cause is Cause.USER_CODE


def test_a_run_without_any_word_is_unknown():
    diagnosis = diagnose(evidence(failed()))

    assert (diagnosis.cause, diagnosis.error_type) == (Cause.UNKNOWN, "")
    assert diagnosis.remedy is Remedy.PERSON


def test_a_code_alone_names_the_cause():
    run = RunFacts(run_id="1", termination_code="WORKSPACE_RUN_LIMIT_EXCEEDED")

    assert diagnose(evidence(run=run)).cause is Cause.CONCURRENCY_LIMIT


def test_a_failed_library_names_the_cause_of_a_silent_run():
    library = LibraryFacts(library="pypi:x==1", status="FAILED", messages=("pip failed",))
    cluster = ClusterFacts(cluster_id="c-1", libraries=(library,))
    diagnosis = diagnose(evidence(failed(), clusters=(cluster,)))

    assert diagnosis.cause is Cause.LIBRARY_INSTALLATION
    assert diagnosis.error_type == "DatabricksLibraryInstallationError"


def test_a_module_is_missing_because_its_library_failed():
    library = LibraryFacts(library="pypi:x==1", status="FAILED")
    cluster = ClusterFacts(cluster_id="c-1", libraries=(library,))
    task = failed(error="ModuleNotFoundError: No module named 'x'")

    assert diagnose(evidence(task, clusters=(cluster,))).cause is Cause.LIBRARY_INSTALLATION


def test_an_init_script_is_found_in_the_clusters_events():
    event = ClusterEvent(
        at=NOW, type="INIT_SCRIPTS_FINISHED", message="Cluster scoped init script setup.sh failed"
    )
    cluster = ClusterFacts(cluster_id="c-1", events=(event,))

    diagnosis = diagnose(evidence(failed(), clusters=(cluster,)))

    assert diagnosis.cause is Cause.INIT_SCRIPT_FAILURE
    assert diagnosis.remedy is Remedy.PERSON


def test_an_event_of_another_day_is_not_read():
    event = ClusterEvent(at=NOW - timedelta(days=1), type="DRIVER_NOT_RESPONDING")
    cluster = ClusterFacts(cluster_id="c-1", events=(event,))

    assert diagnose(evidence(failed(), clusters=(cluster,))).cause is Cause.UNKNOWN


def test_an_event_during_the_run_breaks_the_silence():
    event = ClusterEvent(at=NOW, type="DRIVER_NOT_RESPONDING", message="driver is not responding")
    cluster = ClusterFacts(cluster_id="c-1", events=(event,))

    assert diagnose(evidence(failed(), clusters=(cluster,))).cause is Cause.DRIVER_UNRESPONSIVE


def test_the_first_failed_task_is_read_and_not_those_after_it():
    first = failed("load", error="java.net.SocketException: Connection reset")
    second = failed(
        "join",
        error="[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found",
        depends_on=("wait",),
    )
    between = TaskFacts(task_key="wait", run_id="12", result_state="SUCCESS", depends_on=("load",))
    seen = evidence(second, between, first)

    assert first_failed(seen) == (first,)
    assert diagnose(seen).cause is Cause.NETWORK_TRANSIENT
    assert diagnose(seen).task_key == "load"


STOCK_OUT = "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE"


@pytest.mark.parametrize(
    "of_the_later",
    [
        {"clusters": [{"cluster_id": "d", "termination_code": STOCK_OUT}]},
        {"run": {"run_id": "1", "termination_code": "LIBRARY_INSTALLATION_ERROR"}},
        {"run": {"run_id": "1", "state_message": f"Task b failed with message: {STOCK_OUT}"}},
    ],
    ids=["cluster", "code of the run", "message of the run"],
)
@pytest.mark.parametrize("error", ["AssertionError: no rows", "odd: 7"])
def test_what_ended_a_later_task_is_no_root(of_the_later: dict[str, object], error: str):
    later = failed("b", depends_on=("main",), compute={"cluster_id": "d"})

    assert diagnose(evidence(failed(error=error), later, **of_the_later)).remedy is Remedy.PERSON


def test_a_cluster_that_no_failed_task_names_is_read():
    silent = failed("b", depends_on=("main",), compute={"cluster_id": "d"})
    clusters = [{"cluster_id": "e", "termination_code": STOCK_OUT}]

    assert diagnose(evidence(failed(), silent, clusters=clusters)).cause is Cause.CLOUD_CAPACITY


def test_a_task_after_one_that_a_person_cancelled_is_no_root():
    cancelled = failed("a", result_state="CANCELED", termination_code="USER_CANCELED")
    after = failed("b", depends_on=("a",), error="java.net.SocketException: Connection reset")

    assert diagnose(evidence(cancelled, after)).remedy is Remedy.PERSON


@pytest.mark.parametrize(
    ("result", "rule"),
    [("CANCELED", "run-was-cancelled"), ("SUCCESS", "run-has-succeeded")],
)
def test_a_run_that_is_over_is_left_alone_whatever_failed_in_it(result: str, rule: str):
    run = RunFacts(run_id="1", life_cycle_state="TERMINATED", result_state=result)

    diagnosis = diagnose(evidence(failed(error=RESET), run=run))

    assert diagnosis.remedy is Remedy.NONE
    assert diagnosis.reasons[-1].rule == rule


def test_tasks_that_wait_for_each_other_do_not_hang_the_diagnosis():
    tasks = (failed("a", depends_on=("b",)), failed("b", depends_on=("a",)))

    assert diagnose(evidence(*tasks)).cause is Cause.UNKNOWN


RESET = "java.net.SocketException: Connection reset"
NOT_INSTALLED = "Library installation failed for library due to user error for pypi corp-lib"
OUT_OF_MEMORY = "java.lang.OutOfMemoryError: Java heap space"


def recent(*results: str, settings_hash: str = "") -> tuple[RecentRun, ...]:
    return tuple(
        RecentRun(
            run_id=str(90 - number),
            result_state=result,
            settings_hash=settings_hash,
            ended_at=NOW - (number + 1) * timedelta(hours=6),
        )
        for number, result in enumerate(results)
    )


def test_a_job_that_never_succeeded_is_not_transient():
    diagnosis = diagnose(
        evidence(failed(error=RESET), recent_runs=recent("FAILED", "FAILED", "TIMEDOUT"))
    )

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.NETWORK_TRANSIENT, Remedy.PERSON)
    assert diagnosis.reasons[-1].rule == "job-never-succeeded"


@pytest.mark.parametrize("results", [("FAILED",) * 3, (*("FAILED",) * 6, "SUCCESS")])
def test_a_library_that_is_never_there_is_not_transient(results: tuple[str, ...]):
    seen = evidence(failed(error=NOT_INSTALLED), recent_runs=recent(*results))

    assert diagnose(evidence(failed(error=NOT_INSTALLED))).remedy is Remedy.CHANGE
    assert diagnose(seen).remedy is Remedy.PERSON


def test_a_job_that_never_had_enough_memory_may_be_given_more():
    seen = evidence(failed(error=OUT_OF_MEMORY), recent_runs=recent(*("FAILED",) * 3))

    assert diagnose(seen).remedy is Remedy.CHANGE


@pytest.mark.parametrize("results", [("FAILED", "SUCCESS", "FAILED"), ("FAILED", "FAILED"), ()])
def test_a_job_that_may_succeed_is_retried(results: tuple[str, ...]):
    diagnosis = diagnose(evidence(failed(error=RESET), recent_runs=recent(*results)))

    assert diagnosis.remedy is Remedy.RETRY


def test_the_third_failure_after_repairs_is_not_transient():
    run = RunFacts(run_id="1", repair_count=2)

    diagnosis = diagnose(evidence(failed(error=RESET), run=run))

    assert diagnosis.remedy is Remedy.PERSON
    assert diagnosis.reasons[-1].rule == "failed-again-after-repair"


def earlier(*errors: str) -> list[dict[str, str]]:
    return [{"task_key": "main", "run_id": "9", "error": error} for error in errors]


@pytest.mark.parametrize(
    ("errors", "repairs", "remedy"),
    [
        ((RESET, RESET), 2, Remedy.PERSON),
        ((RESET, RESET), 1, Remedy.PERSON),
        ((RESET, RESET), 0, Remedy.RETRY),
        ((RESET,), 1, Remedy.RETRY),
        (("No space left on device", RESET), 2, Remedy.RETRY),
        ((RESET, "No space left on device"), 2, Remedy.RETRY),
    ],
)
def test_only_identical_failures_count(errors: tuple[str, ...], repairs: int, remedy: Remedy):
    run = RunFacts(run_id="1", repair_count=repairs)

    seen = evidence(failed(error=RESET), run=run, earlier_attempts=earlier(*errors))

    assert diagnose(seen).remedy is remedy


@pytest.mark.parametrize("error", [NOT_INSTALLED, OUT_OF_MEMORY])
def test_a_change_is_not_tried_again_after_the_third_identical_failure(error: str):
    run = RunFacts(run_id="1", repair_count=2)

    seen = evidence(failed(error=error), run=run, earlier_attempts=earlier(error, error))

    assert diagnose(evidence(failed(error=error))).remedy is Remedy.CHANGE
    assert diagnose(seen).remedy is Remedy.PERSON
    assert diagnose(seen).reasons[-1].rule == "failed-again-after-repair"


def test_numbers_and_ids_make_no_other_failure():
    run = RunFacts(run_id="1", repair_count=2)
    said = [f"{RESET} by 10.0.0.{number}, request 0a1b2c3d-{number}fff" for number in range(3)]

    seen = evidence(failed(error=said[0]), run=run, earlier_attempts=earlier(*said[1:]))

    assert "3 times in the same way" in diagnose(seen).reasons[-1].explanation


def test_waiting_for_capacity_is_not_cut_short_by_repairs():
    run = RunFacts(run_id="1", repair_count=4)
    task = failed(error="AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE: no sufficient capacity")

    assert diagnose(evidence(task, run=run)).remedy in ACTING


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", "new_cluster.node_type_id: r5.4xl -> m5.l"),
        ("Run timed out after exceeding its time limit", "timeout_seconds: 600 -> 60"),
        (
            "java.net.UnknownHostException: db.typo",
            "base_parameters.host: [redacted] -> [redacted]",
        ),
        ("ERROR: No matching distribution found for x", "tasks[load].libraries: x==1 -> x==9"),
    ],
)
def test_a_change_that_explains_the_cause_is_for_a_person(error: str, line: str):
    changed = Changes(since="90", lines=("name: a -> b", line))

    diagnosis = diagnose(evidence(failed(error=error), changed_settings=changed))

    assert diagnose(evidence(failed(error=error))).remedy in ACTING
    assert diagnosis.remedy is Remedy.PERSON
    assert (diagnosis.reasons[0].rule, diagnosis.reasons[0].quote) == (
        "change-fits-the-cause",
        line,
    )


@pytest.mark.parametrize(("failures", "remedy"), [(4, Remedy.RETRY), (5, Remedy.PERSON)])
def test_a_job_that_has_stopped_working_is_not_transient(failures: int, remedy: Remedy):
    runs = tuple(
        RecentRun(
            run_id=str(90 - n),
            result_state="FAILED" if n <= failures else "SUCCESS",
            ended_at=NOW - n * timedelta(hours=6),
        )
        for n in range(1, failures + 2)
    )

    assert diagnose(evidence(failed(error=RESET), recent_runs=runs)).remedy is remedy


def test_a_changed_setting_is_named():
    seen = evidence(
        failed(error=RESET),
        job=JobFacts(job_id="7", settings_hash="new"),
        recent_runs=recent("SUCCESS", settings_hash="old"),
        changed_settings=Changes(since="90", lines=("timeout_seconds: 600 -> 60",)),
    )

    reason = diagnose(seen).reasons[-1]

    assert (reason.rule, reason.quote) == ("settings-changed", "timeout_seconds: 600 -> 60")


def test_changed_code_is_told_and_decides_nothing():
    lines = ("commit: a1 -> b2", "libraries: x -> y", "c: 1 -> 2", "d: 1 -> 2", "e: 1 -> 2")
    changed = evidence(failed(error=RESET), changed_code=Changes(since="90", lines=lines))

    diagnosis = diagnose(changed)

    assert diagnosis.remedy is Remedy.RETRY
    assert diagnosis.reasons[-1].rule == "code-changed"
    assert "run 90" in diagnosis.reasons[-1].explanation
    assert diagnosis.reasons[-1].quote == f"{'; '.join(lines[:3])}; and 2 more"


def test_the_heading_of_the_drivers_stack_does_not_blame_the_driver():
    trace = (
        "org.apache.spark.SparkException: Job aborted due to stage failure: Task 11 in stage 8.0 "
        "failed 4 times: ExecutorLostFailure (executor 3 exited) Reason: exit code 137\n"
        "Driver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler.abortStage(D.scala:1)\n"
        "Caused by: java.lang.OutOfMemoryError: Java heap space"
    )

    assert diagnose(evidence(failed(error_trace=trace))).cause is Cause.EXECUTOR_OOM


@pytest.mark.parametrize(("hours", "remedy"), [(0.2, Remedy.RETRY), (24, Remedy.PERSON)])
def test_runs_of_one_outage_do_not_prove_that_the_job_never_worked(hours: float, remedy: Remedy):
    runs = tuple(
        RecentRun(run_id=str(n), result_state="FAILED", ended_at=NOW - n * timedelta(hours=hours))
        for n in (2, 3, 4)
    )
    task = failed(error="java.net.SocketTimeoutException: Read timed out")

    assert diagnose(evidence(task, recent_runs=runs)).remedy is remedy
