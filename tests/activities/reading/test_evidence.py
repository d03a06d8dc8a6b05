"""Evidence is complete: history, nested runs, pipelines, warehouses, and it stays small."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.reading.attempts import Attempts
from activities.reading.evidence import EvidenceReader
from activities.reading.outputs import Outputs
from activities.reading.size import LARGEST, bounded
from activities.reading.started_runs import StartedRuns
from lakemend.diagnosis import Cause
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import (
    Changes,
    ClusterEvent,
    ClusterFacts,
    Evidence,
    JobFacts,
    LibraryFacts,
    LostRun,
    NestedRun,
    PipelineError,
    PipelineFacts,
    RunFacts,
    TaskFacts,
    Unread,
)
from lakemend.redaction import HIDDEN

MUCH_LATER = 500_000  # the clock of the simulated workspace runs fast: a quarter of an hour on it

SCENARIO = """
name: evidence
clusters:
  shared: {spec: {node_type_id: m5.xlarge, num_workers: 1}, state: RUNNING}
warehouses:
  ill:
    settings: {}
    state: STOPPED
    start_fails: [{code: CLOUD_PROVIDER_LAUNCH_FAILURE}]
pipelines:
  flaky: {spec: {}, duration: 10s, fails: {kind: schema}}
defaults: {max_concurrent_runs: 100}
jobs:
  twice:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /a}}]}
    tasks: {load: {duration: 5s, fails: {kind: network, times: 1, count: job}}}
  released:
    settings:
      git_source: {git_url: "https://git.example/etl", git_provider: gitHub, git_branch: main}
      tasks:
        - task_key: load
          notebook_task: {notebook_path: load}
          libraries: [{pypi: {package: pandas==2.2.0}}]
          existing_cluster_id: shared
          description: fine
    commits: [a1b2c3, d4e5f6]
    tasks: {load: {fails: {kind: missing_module, cured_by: {description: fine}}}}
  child:
    settings: {tasks: [{task_key: work, notebook_task: {notebook_path: /a}}]}
    tasks: {work: {fails: {kind: disk_full}}}
  middle: {settings: {tasks: [{task_key: call, run_job_task: {job_id: child}}]}}
  parent: {settings: {tasks: [{task_key: begin, run_job_task: {job_id: middle}}]}}
  tables: {settings: {tasks: [{task_key: update, pipeline_task: {pipeline_id: flaky}}]}}
  report: {settings: {tasks: [{task_key: query, sql_task: {warehouse_id: ill}}]}}
  looping:
    settings:
      tasks:
        - task_key: each
          for_each_task:
            inputs: '["a", "b"]'
            task:
              task_key: one
              notebook_task: {notebook_path: /a}
              new_cluster: {node_type_id: m5.xlarge, num_workers: 1}
    tasks: {each: {iterations: {b: {kind: disk_full}}}}
  linking:
    settings: {tasks: [{task_key: call, notebook_task: {notebook_path: /a}}]}
    tasks:
      call:
        fails: {kind: user_code, error: "failed: https://adb-1.2.example.com/?o=1#job/31/run/4711"}
  calling:
    settings:
      tasks:
        - task_key: call
          notebook_task: {notebook_path: /a}
          new_cluster: {node_type_id: m5.xlarge, num_workers: 1}
    tasks: {call: {calls: [/outer, /inner], fails: {kind: disk_full}}}
  unlinked: &unlinked
    settings:
      tasks:
        - task_key: call
          notebook_task: {notebook_path: /a}
          new_cluster: {node_type_id: m5.xlarge, num_workers: 1}
    tasks: {call: {calls: [/outer, /inner], links: false, fails: {kind: disk_full}}}
  on_shared:
    <<: *unlinked
    settings:
      tasks: [{task_key: call, notebook_task: {notebook_path: /a}, existing_cluster_id: shared}]
  deep:
    settings: {tasks: [{task_key: call, notebook_task: {notebook_path: /a}}]}
    tasks: {call: {calls: [/1, /2, /3, /4, /5], fails: {kind: disk_full}}}
  lost:
    settings:
      tasks: [{task_key: load, notebook_task: {notebook_path: /a}, existing_cluster_id: shared}]
    tasks: {load: {fails: {kind: user_code}}}
  telling:
    settings:
      tags: {team: etl, password: hunter2, dsn: password=hunter2}
      tasks: [{task_key: load, notebook_task: {notebook_path: /a}}]
    tasks: {load: {fails: {kind: user_code}}}
  chatty:
    settings: {tasks: [{task_key: "say", notebook_task: {notebook_path: /a}}]}
    tasks: {say: {fails: {kind: user_code, error: "ERROR"}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    long = "x" * 200_000
    return SCENARIO.replace('error: "ERROR"', f'error: "head {long} password=hunter2hunter2 tail"')


def read(lab: Any, run_id: str) -> Evidence:
    return EvidenceReader(lab.workspace, patient=False).read("default", run_id)


def test_other_ended_runs_of_the_job_are_listed_newest_first(lab: Any) -> None:
    first = lab.fail("twice")
    second = str(lab.control.run_job("twice"))
    lab.control.wait_for_run(int(second))
    third = str(lab.control.run_job("twice"))
    lab.control.wait_for_run(int(third))

    evidence = read(lab, first)

    runs = [(run.run_id, run.result_state) for run in evidence.recent_runs]
    assert runs == [(third, "SUCCESS"), (second, "SUCCESS")]
    assert evidence.recent_runs[0].ended_at
    assert evidence.changed_code == Changes()


def test_history_costs_one_call(lab: Any) -> None:
    run_id = lab.fail("child")
    before = len(lab.control.requests())

    read(lab, run_id)

    paths = [each["path"] for each in lab.control.requests()[before:]]
    assert sum(path.endswith("/runs/list") for path in paths) == 1
    assert len(paths) <= 8


def test_code_is_compared_with_the_last_success_before_the_failure(lab: Any) -> None:
    good = str(lab.control.run_job("released"))
    lab.control.wait_for_run(int(good))
    (load,) = lab.settings("released")["tasks"]
    newer = {"libraries": [{"pypi": {"package": "pandas==2.3.0"}}], "description": "broken"}
    newer |= {"timeout_seconds": 900}
    lab.control.edit_as_person("released", {"tasks": [load | newer]})

    evidence = read(lab, lab.fail("released"))

    assert evidence.changed_code.since == good
    assert evidence.changed_code.lines == (
        'commit: "a1b2c3" -> "d4e5f6"',
        'tasks[load].libraries.pypi:pandas: "2.2.0" -> "2.3.0"',
    )
    assert evidence.changed_settings == Changes(
        since=good, lines=("tasks[load].timeout_seconds: nothing -> 900",)
    )
    rules = [reason.rule for reason in diagnose(evidence).reasons]
    assert rules[-2:] == ["settings-changed", "code-changed"]


def test_failure_of_a_started_run_explains_the_task_that_started_it(lab: Any) -> None:
    evidence = read(lab, lab.fail("parent"))

    assert [run.parent_task_key for run in evidence.nested] == ["begin", "begin"]
    assert "No space left" in evidence.nested[1].tasks[0].error
    diagnosis = diagnose(evidence)
    assert (diagnosis.cause, diagnosis.task_key) == (Cause.DISK_FULL, "begin")
    inner = evidence.nested[1].run.run_id
    assert any(reason.where.endswith(f"of run {inner}") for reason in diagnosis.reasons)


def test_failed_iteration_of_a_loop_gives_its_words_and_its_cluster(lab: Any) -> None:
    evidence = read(lab, lab.fail("looping"))

    (loop,) = evidence.tasks
    assert "No space left" in loop.error
    assert [cluster.cluster_id for cluster in evidence.clusters] == [loop.compute.cluster_id]
    assert diagnose(evidence).cause is Cause.DISK_FULL


def test_errors_of_a_pipeline_explain_its_task(lab: Any) -> None:
    evidence = read(lab, lab.fail("tables"))

    (pipeline,) = evidence.pipelines
    assert "DELTA_FAILED_TO_MERGE_FIELDS" in pipeline.errors[0].error
    silent = evidence.tasks[0].model_copy(update={"error": "", "error_trace": ""})
    assert diagnose(evidence.model_copy(update={"tasks": (silent,)})).cause is Cause.SCHEMA_MISMATCH


def test_errors_of_an_earlier_update_stay_out(lab: Any) -> None:
    lab.fail("tables")

    evidence = read(lab, lab.fail("tables"))

    updates = {error.update_id for error in evidence.pipelines[0].errors}
    assert len(updates) == 1


def test_health_of_a_warehouse_is_part_of_the_evidence(lab: Any) -> None:
    evidence = read(lab, lab.fail("report"))

    (warehouse,) = evidence.warehouses
    assert warehouse.health == "FAILED"
    assert "CLOUD_PROVIDER_LAUNCH_FAILURE" in warehouse.failure
    rules = {reason.rule for reason in diagnose(evidence).reasons}
    assert rules


def test_run_of_another_workspace_that_a_text_links_to_is_left_unread(lab: Any) -> None:
    evidence = read(lab, lab.fail("linking"))

    assert evidence.linked_runs == ("4711",)
    assert evidence.nested == ()
    assert [each.why for each in evidence.unread] == ["it is in another workspace"]


def test_failure_of_a_called_notebook_explains_the_task_that_called_it(lab: Any) -> None:
    evidence = read(lab, lab.fail("calling"))

    assert "No space left" not in evidence.tasks[0].error
    assert [run.run.run_name for run in evidence.nested] == ["/outer", "/inner"]
    assert {run.parent_task_key for run in evidence.nested} == {"call"}
    assert (evidence.linked_runs, evidence.unread) == ((), ())
    assert len(evidence.clusters) == 1
    diagnosis = diagnose(evidence)
    assert (diagnosis.cause, diagnosis.task_key) == (Cause.DISK_FULL, "call")
    inner = evidence.nested[1].run.run_id
    assert any(reason.where.endswith(f"of run {inner}") for reason in diagnosis.reasons)


def test_called_notebook_without_a_link_is_found_on_a_cluster_of_its_own(lab: Any) -> None:
    lab.fail("unlinked")

    evidence = read(lab, lab.fail("unlinked"))

    failed = [run.run.run_name for run in evidence.nested if run.tasks]
    assert "/inner" in failed
    assert {task.compute.cluster_id for run in evidence.nested for task in run.tasks} == {
        evidence.tasks[0].compute.cluster_id
    }
    assert diagnose(evidence).cause is Cause.DISK_FULL


def test_notebooks_of_a_shared_cluster_may_be_anybodys(lab: Any) -> None:
    assert read(lab, lab.fail("on_shared")).nested == ()


def test_called_notebooks_are_followed_three_deep(lab: Any) -> None:
    evidence = read(lab, lab.fail("deep"))

    assert [run.run.run_name for run in evidence.nested] == ["/1", "/2", "/3"]
    assert len(evidence.linked_runs) == 1


def test_called_notebook_that_cannot_be_read_is_named(lab: Any) -> None:
    run_id = lab.fail("calling")
    outer = read(lab, run_id).nested[0].run.run_id
    lab.control.add_fault(
        "status", path="*/runs/get", nth=2, status=403, body={"error_code": "PERMISSION_DENIED"}
    )

    evidence = read(lab, run_id)

    assert evidence.linked_runs == (outer,)
    assert f"run {outer}, to which task call links" in [each.what for each in evidence.unread]
    assert evidence.nested == ()


def test_run_of_another_job_that_a_text_quotes_is_not_its_cause(lab: Any) -> None:
    other = lab.fail("child")
    evidence = read(lab, lab.fail("chatty"))
    page = lab.workspace.get_run(other)["run_page_url"]
    quoting = evidence.tasks[0].model_copy(update={"error": f"as in {page} and {page}"})
    attempts = Attempts(patient=False)
    outputs = Outputs(lab.workspace, attempts, map)
    started = StartedRuns(lab.workspace, attempts, outputs, evidence.run, map)

    assert started.of([quoting]) == ()
    assert started.not_followed == [other]
    assert "it is a JOB_RUN" in attempts.unread[0].why


@pytest.mark.parametrize(
    ("path", "job", "what"),
    [
        ("*/runs/list", "child", "recent runs of job"),
        ("*/sql/warehouses/*", "report", "warehouse "),
        ("*/pipelines/*/events", "tables", "events of pipeline"),
    ],
)
def test_forbidden_piece_is_named(lab: Any, path: str, job: str, what: str) -> None:
    run_id = lab.fail(job)
    lab.control.add_fault("status", path=path, status=403, body={"error_code": "PERMISSION_DENIED"})

    evidence = read(lab, run_id)

    assert [each.what[: len(what)] for each in evidence.unread] == [what]
    assert evidence.failed_tasks


def test_long_texts_keep_head_and_tail_without_the_secret(lab: Any) -> None:
    error = read(lab, lab.fail("chatty")).tasks[0].error

    assert len(error) <= 4000
    assert error.startswith("head ")
    assert error.endswith("tail")
    assert "hunter2" not in error


@pytest.mark.parametrize(
    ("path", "body", "job", "what"),
    [
        ("*/clusters/events", {"events": [{"type": "X", "timestamp": ["1"]}]}, "lost", "events of"),
        ("*/clusters/events", {"events": [{"details": ["a"]}]}, "lost", "events of cluster"),
        ("*/clusters/get", {"termination_reason": "gone"}, "lost", "cluster "),
        ("*/runs/get-output", {"run_job_output": ["a"]}, "child", "output of task work"),
        ("*/runs/list", {"runs": [{"state": ["FAILED"]}, {"run_id": 7}]}, "child", "recent runs"),
        ("*/jobs/get", {"settings": {"tags": ["a"]}}, "child", "job "),
        ("*/sql/warehouses/*", {"health": ["a"]}, "report", "warehouse "),
        ("*/pipelines/*/events", {"events": [{"origin": ["a"]}]}, "tables", "events of pipeline"),
    ],
)
def test_piece_of_another_form_costs_only_itself(
    lab: Any, path: str, body: dict[str, Any], job: str, what: str
) -> None:
    run_id = lab.fail(job)
    lab.control.add_fault("status", path=path, status=200, body=body, times=0)

    evidence = read(lab, run_id)

    assert [each.what[: len(what)] for each in evidence.unread] == [what]
    assert "another form than expected" in evidence.unread[0].why
    assert evidence.failed_tasks


def test_task_of_another_form_costs_only_itself(lab: Any) -> None:
    raw = lab.workspace.get_run(lab.fail("child"))
    odd = [{"run_id": 1}, {"task_key": "b", "state": "FAILED"}, {"task_key": "c", "run_id": 2}]
    raw["tasks"] += odd
    raw["tasks"][-1]["depends_on"] = [{"outcome": "true"}]

    evidence = EvidenceReader(lab.workspace, patient=False).read_around("default", raw)

    assert [task.task_key for task in evidence.tasks] == ["work", "b", "c"]
    form, tasks = evidence.unread
    assert (form.what, form.why.split(": ")[1]) == ("the run", "tasks[2].state")
    assert tasks.what == f"tasks of run {evidence.run.run_id}"


def test_old_events_of_a_busy_cluster_stay_where_they_tell_something(lab: Any) -> None:
    run_id = lab.fail("lost")
    ended = lab.workspace.get_run(run_id)["end_time"]
    chatter = [{"timestamp": ended, "type": "RESIZING"} for _ in range(300)]
    lost = {"timestamp": ended - 1, "type": "NODES_LOST"}
    body = {"events": [*chatter, lost, *chatter[:100]]}
    lab.control.add_fault("status", path="*/clusters/events", status=200, body=body)

    events = read(lab, run_id).clusters[0].events

    assert [event.type for event in events if event.type != "RESIZING"] == ["NODES_LOST"]
    assert len(events) <= 40


def test_old_errors_of_a_pipeline_are_found(lab: Any) -> None:
    old = lab.fail("tables")
    lab.control.advance(MUCH_LATER)
    for _ in range(25):
        lab.fail("tables")

    errors = read(lab, old).pipelines[0].errors

    assert errors
    assert len({error.update_id for error in errors}) == 1


def test_names_and_tags_hold_no_secret(lab: Any) -> None:
    evidence = read(lab, lab.fail("telling"))

    assert evidence.job
    assert evidence.job.tags == {"team": "etl", "password": HIDDEN, "dsn": f"password={HIDDEN}"}
    assert "hunter2" not in evidence.model_dump_json()


def many(count: int, **facts: Any) -> Evidence:
    tasks = [
        TaskFacts(task_key=f"task_number_{number}", run_id=str(10**17 + number), **facts)
        for number in range(count)
    ]
    run = {"run_id": "1", "result_state": "FAILED"}
    head = {"workspace": "default", "read_at": "2026-03-01T12:00:00Z", "run": run}
    return Evidence.model_validate(head).model_copy(update={"tasks": tuple(tasks)})


def crowded() -> Evidence:
    """All that a run on five talkative clusters may bring, in letters that take six bytes each."""
    long = "\x00" * 500
    at = datetime(2026, 3, 1, tzinfo=UTC)
    event = ClusterEvent(at=at, type="NODES_LOST", message=long)
    library = LibraryFacts(library=long, status="FAILED", messages=(long,) * 5)
    cluster = ClusterFacts(
        cluster_id="c",
        state_message=long * 4,
        termination_parameters={f"p{number}": long for number in range(20)},
        events=(event,) * 40,
        libraries=(library,) * 20,
    )
    error = PipelineError(at=at, message=long, error=long)
    alone = many(20, result_state="FAILED", error=long * 8, error_trace=long * 16, logs=long * 16)
    nested = NestedRun(parent_task_key="a", run=RunFacts(run_name=long), tasks=alone.tasks)
    tags = {f"t{number}": long for number in range(50)}
    update: dict[str, object] = {
        "clusters": (cluster,) * 5,
        "pipelines": (PipelineFacts(pipeline_id="p", errors=(error,) * 10),) * 5,
        "nested": (nested,) * 5,
        "job": JobFacts(job_id="1", name=long, tags=tags),
        "lost_runs": (LostRun(run_id="1" * 200, job_name=long),) * 200,
        "unread": (Unread(what=long, why=long),) * 50,
    }
    return alone.model_copy(update=update)


@pytest.mark.parametrize(
    "evidence",
    [
        crowded(),
        many(
            20, result_state="FAILED", error="é" * 4000, error_trace="t" * 8000, logs="\x00" * 8000
        ),
        many(1000, result_state="SUCCESS", state_message="m" * 200),
        many(1000, result_state="FAILED", state_message="m" * 200),
    ],
    ids=["crowded", "long texts", "many tasks", "many failures"],
)
def test_evidence_is_bounded_as_a_whole(evidence: Evidence) -> None:
    small = bounded(evidence)

    assert len(small.model_dump_json().encode()) <= LARGEST
    assert len(small.failed_tasks) == len(evidence.failed_tasks)


@given(st.integers(0, 1000), st.integers(0, 5000), st.integers(0, 100), st.sampled_from("aé\x00"))
@settings(max_examples=5, deadline=None)
def test_no_evidence_is_larger(count: int, length: int, follows: int, letter: str) -> None:
    depends_on = tuple(f"task_number_{number}" for number in range(follows))
    evidence = many(
        count, result_state="FAILED", state_message=letter * length, depends_on=depends_on
    )

    assert len(bounded(evidence).model_dump_json().encode()) <= LARGEST


def test_task_is_written_without_what_is_empty() -> None:
    task = TaskFacts(task_key="load", run_id="1", result_state="FAILED")

    written = json.loads(task.model_dump_json())

    assert written == {"task_key": "load", "run_id": "1", "result_state": "FAILED"}
    assert TaskFacts.model_validate(written) == task
