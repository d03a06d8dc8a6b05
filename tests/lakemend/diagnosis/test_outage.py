from datetime import UTC, datetime, timedelta

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import Evidence, RecentRun, RunFacts, TaskFacts
from lakemend.neighbours import Neighbours

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RESET = "java.net.SocketException: Connection reset"
UNRESPONSIVE = "Driver is not responding; could not reach driver of cluster"
FIFTY = Neighbours(
    place="zone:us-east-1a",
    incidents=50,
    jobs=40,
    causes={Cause.CLOUD_CAPACITY: 45, Cause.UNKNOWN: 5},
    examples=("incident:default:run-7",),
)


def diagnosed(error: str, *neighbours: Neighbours, **facts: object) -> Diagnosis:
    task = TaskFacts(task_key="main", run_id="11", result_state="FAILED", error=error)
    given: dict[str, object] = {
        "workspace": "default",
        "read_at": NOW,
        "run": RunFacts(run_id="1", result_state="FAILED", ended_at=NOW),
        "tasks": (task,),
        "neighbours": neighbours,
    }
    return diagnose(Evidence.model_validate({**given, **facts}))


def test_fifty_runs_of_one_zone_explain_what_follows_from_their_cause():
    diagnosis = diagnosed("Cluster 0101-1 was terminated during the run", FIFTY)

    assert diagnosis.cause is Cause.CLOUD_CAPACITY
    assert diagnosis.remedy is Remedy.RETRY
    reason = diagnosis.reasons[-1]
    assert (reason.rule, reason.quote) == ("one-outage", "incident:default:run-7")
    assert "50 other incidents of 40 jobs in zone:us-east-1a" in reason.explanation


@pytest.mark.parametrize("error", ["", "Exception: no new files have come"])
def test_a_run_that_says_nothing_is_named_but_left_to_a_person(error: str):
    diagnosis = diagnosed(error, FIFTY)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CLOUD_CAPACITY, Remedy.PERSON)


def test_the_same_cause_is_told_with_its_company():
    diagnosis = diagnosed("We do not have sufficient capacity for the requested VM size", FIFTY)

    assert diagnosis.cause is Cause.CLOUD_CAPACITY
    assert diagnosis.confidence > 0.9
    assert diagnosis.reasons[-1].rule == "one-outage"


def test_a_fault_of_the_runs_own_stays_its_own():
    diagnosis = diagnosed("KeyError: 'amount'", FIFTY)

    assert diagnosis.cause is Cause.USER_CODE
    assert "one-outage" not in {reason.rule for reason in diagnosis.reasons}


def test_an_outage_does_not_cure_another_task_that_needs_a_person():
    other = TaskFacts(task_key="other", run_id="12", result_state="FAILED", error="KeyError: 'a'")
    own = TaskFacts(task_key="main", run_id="11", result_state="FAILED", error=UNRESPONSIVE)
    cause = {Cause.SPOT_PREEMPTION: 5}
    others = Neighbours(place="cluster:c", incidents=5, jobs=5, causes=cause)

    alone = diagnosed("", others, tasks=(own,))
    diagnosis = diagnosed("", others, tasks=(own, other))

    assert (alone.cause, alone.remedy) == (Cause.SPOT_PREEMPTION, Remedy.RETRY)
    assert (diagnosis.cause, diagnosis.remedy) == (Cause.SPOT_PREEMPTION, Remedy.PERSON)
    assert diagnosis.reasons[-1].rule == "another-task-needs-a-person"


@pytest.mark.parametrize(
    "changes",
    [
        {"incidents": 3},
        {"jobs": 1},
        {"place": "workspace:default", "incidents": 14},
        {"causes": {Cause.CLOUD_CAPACITY: 25, Cause.DISK_FULL: 25}},
        {"causes": {Cause.USER_CODE: 50}},
        {"causes": {}},
    ],
    ids=[
        "few",
        "one job",
        "few of a workspace",
        "no common cause",
        "faults of their own",
        "nothing known",
    ],
)
def test_others_that_are_no_outage_say_nothing(changes: dict[str, object]):
    others = FIFTY.model_copy(update=changes)

    assert diagnosed("", others).cause is Cause.UNKNOWN


def test_two_others_of_one_cluster_are_enough():
    cause = {Cause.DRIVER_UNRESPONSIVE: 2}
    others = Neighbours(place="cluster:c", incidents=2, jobs=2, causes=cause)

    assert diagnosed("", others).cause is Cause.DRIVER_UNRESPONSIVE


def test_failures_of_an_outage_do_not_prove_that_the_job_never_worked():
    runs = tuple(
        RecentRun(run_id=str(n), result_state="FAILED", ended_at=NOW - n * timedelta(hours=3))
        for n in (2, 3, 4)
    )
    outage = FIFTY.model_copy(update={"causes": {Cause.NETWORK_TRANSIENT: 50}})

    assert diagnosed(RESET, recent_runs=runs).remedy is Remedy.PERSON
    assert diagnosed(RESET, outage, recent_runs=runs).remedy is Remedy.RETRY


def test_an_outage_of_another_kind_does_not_excuse_a_job_that_never_worked():
    runs = tuple(
        RecentRun(run_id=str(n), result_state="FAILED", ended_at=NOW - n * timedelta(hours=3))
        for n in (2, 3, 4)
    )

    assert diagnosed(RESET, FIFTY, recent_runs=runs).remedy is Remedy.PERSON


def test_an_outage_does_not_vouch_for_what_anybody_may_have_said():
    cause = {Cause.SPOT_PREEMPTION: 5}
    others = Neighbours(place="cluster:c", incidents=5, jobs=5, causes=cause)

    diagnosis = diagnosed("Exception: ExecutorLostFailure, says the report", others)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.SPOT_PREEMPTION, Remedy.PERSON)
