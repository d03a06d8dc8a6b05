"""A task's own error that needs a person outweighs what stands beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import (
    ClusterEvent,
    ClusterFacts,
    Evidence,
    LibraryFacts,
    NestedRun,
    RunFacts,
    TaskFacts,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = "ValueError: bad row"


def failed(task_key: str = "main", **facts: object) -> TaskFacts:
    given = {"task_key": task_key, "run_id": "11", "result_state": "FAILED"}
    return TaskFacts.model_validate({**given, **facts})


def diagnosed(*tasks: TaskFacts, nested: object = None, **cluster: object) -> Diagnosis:
    run = RunFacts(
        run_id="1", result_state="FAILED", started_at=NOW - timedelta(hours=1), ended_at=NOW
    )
    clusters = (ClusterFacts.model_validate({"cluster_id": "c-1", **cluster}),) if cluster else ()
    started = (nested,) if nested else ()
    given = {"workspace": "default", "read_at": NOW, "run": run, "tasks": tasks}
    return diagnose(Evidence.model_validate({**given, "clusters": clusters, "nested": started}))


BESIDE: dict[str, dict[str, object]] = {
    "an event": {
        "events": (ClusterEvent(at=NOW, type="NODES_LOST", message="spot instance terminated"),)
    },
    "an end after the run": {
        "termination_code": "SPOT_INSTANCE_TERMINATION",
        "terminated_at": NOW + timedelta(minutes=5),
    },
    "a failed library": {
        "libraries": (
            LibraryFacts(library="x", status="FAILED", messages=("No matching distribution",)),
        )
    },
}


@pytest.mark.parametrize("cluster", BESIDE.values(), ids=BESIDE.keys())
def test_what_befell_the_cluster_does_not_outweigh_an_own_exception(cluster: dict[str, object]):
    diagnosis = diagnosed(failed(error=OWN), **cluster)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.USER_CODE, Remedy.PERSON)


@pytest.mark.parametrize(
    "logs",
    [
        "24/01/01 WARN TaskSchedulerImpl: Lost executor 3: spot instance preempted",
        "ERROR: No space left on device, cleaned up and retried fine",
    ],
)
def test_what_is_logged_does_not_outweigh_an_own_exception(logs: str):
    diagnosis = diagnosed(failed(error=OWN, logs=logs))

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.USER_CODE, Remedy.PERSON)


def test_the_end_of_a_cluster_that_outlived_the_task_does_not_outweigh_an_own_exception():
    first = failed(error=OWN, ended_at=NOW - timedelta(seconds=30), compute={"cluster_id": "c-1"})
    ended = {"termination_code": "SPOT_INSTANCE_TERMINATION", "terminated_at": NOW}

    diagnosis = diagnosed(first, **ended)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.USER_CODE, Remedy.PERSON)


@pytest.mark.parametrize(
    "later",
    [
        {"termination_code": "SPOT_INSTANCE_TERMINATION", "terminated_at": NOW},
        {"events": (ClusterEvent(at=NOW, type="NODES_LOST", message="spot instance terminated"),)},
        {"events": (ClusterEvent(at=NOW, type="X", reason_code="SPOT_INSTANCE_TERMINATION"),)},
    ],
    ids=["end", "event", "code of an event"],
)
def test_what_befell_a_cluster_later_does_not_explain_an_error(later: dict[str, object]):
    ended = NOW - timedelta(minutes=8)
    first = failed(error="odd: 7", ended_at=ended, compute={"cluster_id": "c-1"})

    assert diagnosed(first, **later).cause is Cause.UNKNOWN


@pytest.mark.parametrize(
    ("ago", "cause"), [(20, Cause.SPOT_PREEMPTION), (40, Cause.UNKNOWN)], ids=["soon", "long"]
)
def test_what_befell_a_cluster_long_before_does_not_explain_an_error(ago: int, cause: Cause):
    lost = ClusterEvent(
        at=NOW - timedelta(minutes=ago), type="NODES_LOST", message="spot instance terminated"
    )

    assert diagnosed(failed(error="odd: 7"), events=(lost,)).cause is cause
    assert diagnosed(failed(), events=(lost,)).cause is Cause.SPOT_PREEMPTION


def test_an_error_of_a_dying_cluster_is_explained_by_its_end():
    first = failed(
        error="IllegalStateException: Cannot call methods on a stopped SparkContext.",
        ended_at=NOW - timedelta(seconds=20),
        compute={"cluster_id": "c-1"},
    )
    ended = {"termination_code": "SPOT_INSTANCE_TERMINATION", "terminated_at": NOW}

    assert diagnosed(first).remedy is Remedy.PERSON
    assert diagnosed(first, **ended).cause is Cause.SPOT_PREEMPTION


def test_an_instant_without_a_zone_is_compared_all_the_same():
    later = (NOW + timedelta(hours=1)).replace(tzinfo=None)
    ended = {"termination_code": "SPOT_INSTANCE_TERMINATION", "terminated_at": later}

    assert diagnosed(failed(), **ended).cause is Cause.UNKNOWN


def test_what_is_logged_in_a_started_run_does_not_outweigh_its_exception():
    logs = "24/01/01 WARN TaskSchedulerImpl: Lost executor 3: spot instance preempted"
    inner = failed("inner", error=OWN, logs=logs)
    started = NestedRun(parent_task_key="main", run=RunFacts(run_id="3"), tasks=(inner,))

    diagnosis = diagnosed(failed(error="Notebook failed"), nested=started, **BESIDE["an event"])

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.USER_CODE, Remedy.PERSON)


def test_a_run_needs_a_person_when_one_task_of_a_started_run_does():
    tasks = (
        failed("a", error=OWN),
        failed("b", error="java.io.IOException: No space left on device"),
    )
    started = NestedRun(parent_task_key="main", run=RunFacts(run_id="3"), tasks=tasks)

    diagnosis = diagnosed(failed(error="Run failed"), nested=started)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.DISK_FULL, Remedy.PERSON)
    assert diagnosis.reasons[-1].rule == "another-task-needs-a-person"


@pytest.mark.parametrize(
    ("other", "remedy"),
    [
        ("java.net.SocketException: Connection reset", Remedy.PERSON),
        ("Driver is not responding; could not reach driver of cluster", Remedy.RETRY),
    ],
    ids=["nothing else explains it", "its machine went away"],
)
def test_an_exception_that_says_little_needs_a_person_too(other: str, remedy: Remedy):
    diagnosis = diagnosed(failed(error="Exception: partner feed empty"), failed("b", error=other))

    assert diagnosis.remedy is remedy


def test_a_log_still_explains_a_task_that_says_nothing():
    logs = "java.io.IOException: No space left on device"

    assert diagnosed(failed(logs=logs)).cause is Cause.DISK_FULL


def test_the_end_of_a_cluster_after_the_run_explains_a_task_that_says_nothing():
    assert diagnosed(failed(), **BESIDE["an end after the run"]).cause is Cause.SPOT_PREEMPTION


def test_a_run_needs_a_person_when_one_of_its_tasks_does():
    full = failed("other", error="java.io.IOException: No space left on device")

    diagnosis = diagnosed(failed(error=OWN), full)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.DISK_FULL, Remedy.PERSON)
    assert diagnosis.alternatives == (Cause.USER_CODE,)
    assert diagnosis.reasons[-1].rule == "another-task-needs-a-person"


def test_a_cluster_that_did_not_start_for_one_task_leaves_the_other_to_a_person():
    diagnosis = diagnosed(
        failed(error=OWN), failed("other"), termination_code="GCP_INSUFFICIENT_CAPACITY"
    )

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CLOUD_CAPACITY, Remedy.PERSON)


def test_a_code_for_a_person_is_not_overruled_by_a_text_of_the_same_cause():
    diagnosis = diagnosed(
        failed(),
        termination_code="SPARK_ERROR",
        state_message="Spark failed to start: Container memory exceeded",
    )

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CLUSTER_START_FAILURE, Remedy.PERSON)
