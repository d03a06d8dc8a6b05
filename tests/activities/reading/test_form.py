"""Whatever form the platform answers in, what can be read of it is read, and the rest is named."""

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.errors import StillChangingError
from activities.reading.evidence import EvidenceReader
from activities.reading.form import RUN, in_form
from activities.reading.history import before_repairs, may_have_failed, repairs_of
from activities.reading.resource import ResourceReader
from activities.reading.run_end import run_end
from activities.workspace import Json, Workspace
from lakemend.evidence import ResourcePhase, RunPhase, run_phase

SCENARIO = """
name: form
clusters:
  shared: {spec: {node_type_id: m5.xlarge, num_workers: 1}, state: RUNNING}
warehouses:
  ill: {settings: {}, state: STOPPED, start_fails: [{code: CLOUD_PROVIDER_LAUNCH_FAILURE}]}
pipelines:
  flaky: {spec: {}, duration: 10s, fails: {kind: schema}}
jobs:
  load:
    settings:
      tags: {team: etl}
      tasks:
        - {task_key: load, notebook_task: {notebook_path: /a}, existing_cluster_id: shared}
        - {task_key: query, sql_task: {warehouse_id: ill}}
        - {task_key: update, pipeline_task: {pipeline_id: flaky}}
    tasks: {load: {fails: {kind: missing_module}}}
"""

JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**30), 1e308, "2026-13-01", "9" * 30, "\u0661\u0662"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
NOT_EVEN_JSON = st.sampled_from([float("nan"), float("inf"), "\ud800"])
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


@pytest.fixture(scope="module")
def known() -> Json:
    """What the first example found out, for those after it: the run that failed."""
    return {}


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if way:
        yield way
    inner: Any = ()
    if isinstance(value, dict):
        inner = cast("Json", value).items()
    if isinstance(value, list):
        inner = enumerate(cast("list[Any]", value))
    for name, each in inner:
        yield from places(each, (*way, name))


def spoilt(data: st.DataObject, answer: Json, junk: st.SearchStrategy[Any] = JUNK) -> Json:
    """Put junk into a few places of an answer."""
    answer = copy.deepcopy(answer)
    for _ in range(data.draw(st.integers(1, 4))):
        *way, last = data.draw(st.sampled_from(list(places(answer))))
        at: Any = answer
        for step in way:
            at = at[step]
        at[last] = data.draw(junk)
    return answer


def failed_run(lab: Any, known: Json) -> str:
    if "run" not in known:
        known["run"] = lab.fail("load")
    return known["run"]


def test_wrong_fields_of_the_run_are_named_and_cost_only_themselves(lab: Any) -> None:
    raw = lab.workspace.get_run(lab.fail("load"))
    raw["run_name"] = ["a"]
    raw["end_time"] = "soon"
    raw["tasks"][1]["start_time"] = {"at": 1}
    raw["tasks"].append("load")
    raw["repair_history"] = {"type": "REPAIR"}

    evidence = EvidenceReader(lab.workspace, patient=True).read_around("default", raw)

    assert [task.task_key for task in evidence.failed_tasks] == ["load", "query", "update"]
    assert all(task.error for task in evidence.tasks)
    assert run_phase(evidence.run) is RunPhase.FAILED
    (unread,) = evidence.unread
    assert unread.why == (
        "left out, for it has another form than expected:"
        " end_time, run_name, tasks[1].start_time, tasks[3], repair_history"
    )


@pytest.mark.parametrize("tasks", [{"load": {}}, "load", [], [None], [[]], 10**30])
def test_run_whose_tasks_cannot_be_read_is_still_a_failed_run(lab: Any, tasks: Any) -> None:
    raw = {**lab.workspace.get_run(lab.fail("load")), "tasks": tasks}

    evidence = EvidenceReader(lab.workspace, patient=True).read_around("default", raw)

    assert (evidence.tasks, run_phase(evidence.run)) == ((), RunPhase.FAILED)
    assert evidence.job


def test_attempts_are_ordered_whatever_their_start_is_called(lab: Any) -> None:
    run_id = lab.fail("load")
    raw = lab.workspace.get_run(run_id)
    first = raw["tasks"][0]
    later = {**first, "run_id": 7, "start_time": str(first["start_time"] + 1000)}
    raw["tasks"] = [{**first, "start_time": None}, later, first]

    evidence = EvidenceReader(lab.workspace, patient=True).read_around("default", raw)

    assert evidence.tasks[0].run_id == "7"


def test_what_has_the_form_stays_as_it_is(lab: Any) -> None:
    raw = lab.workspace.get_run(lab.fail("load"))
    misfits: list[str] = []

    assert in_form(raw, RUN, misfits) == raw
    assert misfits == []


@given(data=st.data())
@QUICK
def test_no_run_loses_the_whole_reading(lab: Any, known: Json, data: st.DataObject) -> None:
    run_id = failed_run(lab, known)
    broken = JUNK | NOT_EVEN_JSON
    raw = spoilt(data, lab.workspace.get_run(run_id), broken)

    reader = EvidenceReader(lab.workspace, patient=False)
    evidence = reader.read_around("default", before_repairs(reader.in_form(raw)))

    assert evidence.model_dump_json()
    assert repairs_of(reader.in_form(raw))[0] >= 0
    assert run_end("default", raw).message
    may_have_failed(reader.in_form(raw))


Answer = Callable[[Workspace, Json], Json]

PIECES: dict[str, Answer] = {
    "*/runs/get-output": lambda workspace, run: workspace.get_run_output(run["tasks"][0]["run_id"]),
    "*/jobs/get": lambda workspace, run: workspace.get_job(str(run["job_id"])),
    "*/runs/list": lambda workspace, run: {"runs": workspace.ended_runs(str(run["job_id"]))},
    "*/clusters/get": lambda workspace, run: workspace.get_cluster(cluster_of(run)),
    "*/clusters/events": lambda workspace, run: {
        "events": workspace.cluster_events(cluster_of(run))
    },
    "*/cluster-status": lambda _workspace, _run: {
        "library_statuses": [{"library": {"pypi": {"package": "a"}}, "status": "FAILED"}]
    },
    "*/sql/warehouses/*": lambda workspace, run: workspace.get_warehouse(warehouse_of(run)),
    "*/pipelines/*/events": lambda workspace, run: {
        "events": workspace.pipeline_errors(pipeline_of(run))
    },
}
OF_RESOURCES: dict[tuple[str, str], Answer] = {
    ("cluster", "*/clusters/get"): PIECES["*/clusters/get"],
    ("cluster", "*/clusters/events"): PIECES["*/clusters/events"],
    ("warehouse", "*/sql/warehouses/*"): PIECES["*/sql/warehouses/*"],
    ("warehouse", "*/runs/list"): lambda workspace, _: {
        "runs": workspace.list_runs(expand_tasks=True)
    },
    ("pipeline", "*/pipelines/*/updates"): lambda workspace, run: {
        "updates": workspace.list_updates(pipeline_of(run))
    },
    ("pipeline", "*/pipelines/*/events"): PIECES["*/pipelines/*/events"],
}


def cluster_of(run: Json) -> str:
    return run["tasks"][0]["existing_cluster_id"]


def warehouse_of(run: Json) -> str:
    return run["tasks"][1]["sql_task"]["warehouse_id"]


def pipeline_of(run: Json) -> str:
    return run["tasks"][2]["pipeline_task"]["pipeline_id"]


@given(data=st.data(), path=st.sampled_from(list(PIECES)))
@QUICK
def test_no_piece_loses_the_rest(lab: Any, known: Json, data: st.DataObject, path: str) -> None:
    lab.control.clear_faults()
    run_id = failed_run(lab, known)
    body = spoilt(data, PIECES[path](lab.workspace, lab.workspace.get_run(run_id)))
    lab.control.add_fault("status", path=path, status=200, body=body, times=0)

    evidence = EvidenceReader(lab.workspace, patient=False).read("default", run_id)

    assert len(evidence.failed_tasks) == 3


@given(data=st.data(), which=st.sampled_from(list(OF_RESOURCES)))
@QUICK
def test_no_resource_loses_the_whole_reading(
    lab: Any, known: Json, data: st.DataObject, which: tuple[str, str]
) -> None:
    lab.control.clear_faults()
    run = lab.workspace.get_run(failed_run(lab, known))
    kind, path = which
    of_run = {"cluster": cluster_of, "warehouse": warehouse_of, "pipeline": pipeline_of}[kind]
    body = spoilt(data, OF_RESOURCES[which](lab.workspace, run))
    lab.control.add_fault("status", path=path, status=200, body=body, times=0)

    with suppress(StillChangingError):
        reader = ResourceReader(lab.workspace, patient=False)
        assert reader.read("default", f"{kind}-{of_run(run)}").resource


def test_resource_whose_answer_has_another_form_is_not_taken_for_well(lab: Any) -> None:
    run = lab.workspace.get_run(lab.fail("load"))
    updates = {"updates": ["failed", {"update_id": "1", "state": "COMPLETED"}]}
    lab.control.add_fault("status", path="*/pipelines/*/updates", status=200, body=updates, times=0)

    reader = ResourceReader(lab.workspace, patient=False)
    evidence = reader.read("default", f"pipeline-{pipeline_of(run)}")

    assert evidence.resource
    assert evidence.resource.phase is ResourcePhase.UNKNOWN


def test_list_that_leads_in_a_circle_ends(lab: Any) -> None:
    run_id = lab.fail("load")
    again: Json = {"runs": [], "next_page_token": "again"}
    lab.control.add_fault("status", path="*/runs/list", status=200, body=again, times=0)

    assert EvidenceReader(lab.workspace, patient=False).read("default", run_id).failed_tasks
