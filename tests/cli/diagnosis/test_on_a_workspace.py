"""The commands that read a workspace, against a simulated one over HTTP."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lakemend.decision_record import Inputs
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.evidence import Evidence
from lakemend.incident import IncidentView
from records import migrate, open_records
from simulator.server import SimulatorProcess

Lakemend = Callable[..., Any]

SCENARIO = """
defaults: {max_concurrent_runs: 100}
clusters:
  shared: {spec: {node_type_id: m5.xlarge, num_workers: 1}, state: RUNNING}
  full: {spec: {node_type_id: m5.xlarge, num_workers: 1}, state: RUNNING}
jobs:
  beside_full:
    settings: &on_full {tasks: [{task_key: load, existing_cluster_id: full, notebook_task: {}}]}
    tasks: {load: {fails: {kind: unknown}}}
  full: &full {settings: *on_full, tasks: {load: {fails: {kind: disk_full}}}}
  full_too: *full
  silent:
    settings: {tasks: [{task_key: load, existing_cluster_id: shared, notebook_task: {}}]}
    tasks: {load: {fails: {kind: unknown}}}
  network:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /a}}]}
    tasks: {load: {fails: {kind: network, times: 1}}}
  lately:
    settings:
      tasks: [{task_key: load, notebook_task: {notebook_path: /a}, description: fine}]
    tasks: {load: {fails: {kind: network, cured_by: {description: fine}}}}
  bug:
    settings: {name: "<script>alert(1)</script>", tasks: [{task_key: load, notebook_task: {}}]}
    tasks:
      load: {fails: {kind: user_code, error: "KeyError: token=dapi0123456789abcdef0123"}}
  fine: {settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /a}}]}}
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(SCENARIO, options=("--time-factor", "600")) as simulator:
        yield simulator


@pytest.fixture
def asked(lakemend: Lakemend, simulator: SimulatorProcess) -> Lakemend:
    """Run a command that may reach the simulated workspace."""

    def run(*arguments: str, **variables: str) -> Any:
        return lakemend(
            *arguments,
            **variables,
            DATABRICKS_HOST=simulator.address,
            DATABRICKS_TOKEN=simulator.token,
            LAKEMEND_CALLS_PER_SECOND="100000",
        )

    return run


def ended(simulator: SimulatorProcess, job: str) -> str:
    run_id = simulator.control.run_job(job)
    simulator.control.wait_for_run(run_id)
    return str(run_id)


def repaired(simulator: SimulatorProcess, job: str) -> str:
    run_id = ended(simulator, job)
    simulator.control.repair_as_person(int(run_id))
    simulator.control.wait_for_run(int(run_id))
    return run_id


def test_run_is_diagnosed_with_the_plan_for_it(
    asked: Lakemend, simulator: SimulatorProcess
) -> None:
    run_id = ended(simulator, "network")

    answer = asked("diagnose", run_id)

    assert answer.code == 0
    assert answer.out.startswith("network_transient (")
    assert "1 tasks; failed: load" in answer.out
    assert f"repair_run run-{run_id}" in answer.out


def test_since_when_a_job_fails_is_told(asked: Lakemend, simulator: SimulatorProcess) -> None:
    ended(simulator, "lately")
    task = {"task_key": "load", "notebook_task": {"notebook_path": "/b"}}
    simulator.control.edit_as_person("lately", {"tasks": [task]})
    ended(simulator, "lately")

    answer = asked("diagnose", ended(simulator, "lately"))

    assert re.search(r"failed 2 times in a row, since .* UTC; last success .* UTC", answer.out)


def test_run_that_succeeded_is_told_apart_from_an_unknown_failure(
    asked: Lakemend, simulator: SimulatorProcess
) -> None:
    run_id = ended(simulator, "fine")

    assert f"Run {run_id} succeeded" in asked("diagnose", run_id).err


def test_run_that_does_not_exist_is_named(asked: Lakemend) -> None:
    answer = asked("diagnose", "9007199254740993")

    assert answer.code == 1
    assert "9007199254740993" in answer.err


def test_saved_evidence_gets_the_same_diagnosis_without_the_secret(
    asked: Lakemend, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    run_id = ended(simulator, "bug")
    file = tmp_path / "evidence.json"

    saved = asked("evidence", run_id, "--out", str(file))
    online = json.loads(asked("diagnose", run_id, "-o", "json").out)
    offline = json.loads(asked("diagnose", "--file", str(file), "-o", "json").out)

    assert saved.code == 0
    assert online["reasons"] == offline["reasons"]
    assert (offline["cause"], offline["remedy"]) == ("user_code", "person")
    text = file.read_text("ascii")
    assert "dapi0123456789abcdef" not in text
    assert Evidence.model_validate_json(text).run.creator == ""


def test_evidence_goes_to_standard_output_without_a_file(
    asked: Lakemend, simulator: SimulatorProcess
) -> None:
    run_id = ended(simulator, "bug")

    assert json.loads(asked("evidence", run_id).out)["run"]["run_id"] == run_id


@pytest.mark.parametrize("command", [("evidence", "1", "--out"), ("backtest", "--html")])
def test_file_that_cannot_be_written_is_bad_input(
    asked: Lakemend, simulator: SimulatorProcess, command: tuple[str, ...]
) -> None:
    words = [ended(simulator, "bug") if word == "1" else word for word in command]

    answer = asked(*words, "nowhere/file")

    assert answer.code == 2
    assert "nowhere/file" in answer.err


@pytest.fixture
def past(simulator: SimulatorProcess) -> dict[str, str]:
    """Failures: one repaired by hand with success, one in vain, one left; and a success."""
    return {
        "helped": repaired(simulator, "network"),
        "in vain": repaired(simulator, "bug"),
        "left": ended(simulator, "bug"),
        "fine": ended(simulator, "fine"),
    }


def test_backtest_tells_what_would_be_done_and_what_repairs_came_to(
    asked: Lakemend, past: dict[str, str]
) -> None:
    report = json.loads(asked("backtest", "--since", "1h", "-o", "json").out)

    failures = {each["run_id"]: each for each in report["failures"]}
    assert past["fine"] not in failures
    helped, in_vain, left = (failures[past[name]] for name in ("helped", "in vain", "left"))
    assert (helped["consent"], helped["actions"]) == ("act", ["repair_run"])
    assert (helped["cause"], helped["repaired_to"]) == ("network_transient", "SUCCESS")
    assert (in_vain["consent"], in_vain["repairs"], in_vain["repaired_to"]) == (
        "escalate",
        1,
        "FAILED",
    )
    assert (left["consent"], left["repairs"], left["actions"]) == ("escalate", 0, [])
    assert report["complete"]


def test_backtest_is_a_table_and_a_page_without_network(
    asked: Lakemend, past: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "backtest.html"

    out = asked("backtest", "--html", str(file)).out

    assert re.search(r"network_transient +\d+ +\d+ +0", out)
    assert "were repaired by hand" in out
    page = file.read_text("utf-8")
    assert page.count("<svg") == 3
    assert past["left"] in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", page)


def test_backtest_is_bounded_and_says_so(asked: Lakemend, past: dict[str, str]) -> None:
    answer = asked("backtest", "--at-most", "1")

    assert past
    assert "There are more failures than were read" in answer.out


def test_backtest_goes_on_without_what_it_may_not_read(
    asked: Lakemend, past: dict[str, str], simulator: SimulatorProcess
) -> None:
    body = {"error_code": "PERMISSION_DENIED", "message": "no"}
    simulator.control.add_fault("status", path="*/runs/get", status=403, times=1, body=body)

    report = json.loads(asked("backtest", "-o", "json").out)
    simulator.control.clear_faults()

    assert len(report["unreadable"]) == 1
    assert report["failures"]
    assert past


def test_backtest_changes_nothing(
    asked: Lakemend, past: dict[str, str], simulator: SimulatorProcess
) -> None:
    before = simulator.control.invariants()["changing_calls"]

    asked("backtest")

    assert past
    assert simulator.control.invariants()["changing_calls"] == before


@pytest.mark.parametrize("since", ["soon", "0d", "-1d", "99999d"])
def test_backtest_refuses_what_is_no_length_of_time(asked: Lakemend, since: str) -> None:
    answer = asked("backtest", "--since", since)

    assert answer.code == 2
    assert f"--since={since}" in answer.err


def seen(file: Path, simulator: SimulatorProcess, number: int) -> None:
    """Remember another incident of the shared cluster."""
    migrate(f"sqlite:///{file}")
    records = open_records(f"sqlite:///{file}")
    place = f"cluster:{simulator.control.cluster_id('shared')}"
    view = IncidentView(
        incident_id=f"incident:default:run-{number}",
        workspace="default",
        run_id=str(number),
        job_id=str(number),
        started_at=datetime.now(UTC),
        inputs=Inputs(places=(place,)),
        diagnosis=Diagnosis(cause=Cause.DISK_FULL),
    )
    records.save_incident(view)
    records.close()


def test_other_incidents_in_our_records_are_read_with_a_run(
    asked: Lakemend, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    run_id = ended(simulator, "silent")
    for number in (1, 2):
        seen(tmp_path / "data" / "records.db", simulator, number)

    answer = asked("diagnose", run_id)

    assert answer.out.startswith("disk_full (50%)")
    assert "[one-outage] 2 other incidents of 2 jobs" in answer.out
    assert "could not be read" not in answer.out


def test_records_that_nobody_has_written_are_not_missed(
    asked: Lakemend, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    answer = asked("diagnose", ended(simulator, "silent"))

    assert answer.code == 0
    assert "our records" not in answer.out
    assert not (tmp_path / "data" / "records.db").exists()


@pytest.mark.parametrize(
    "url", ["sqlite:///gone.db", "sqlite:///empty.db", "postgresql://lakemend@127.0.0.1:1/lakemend"]
)
def test_records_that_are_away_are_unread(
    asked: Lakemend, simulator: SimulatorProcess, tmp_path: Path, url: str
) -> None:
    (tmp_path / "empty.db").touch()

    run_id = ended(simulator, "silent")
    answer = asked("diagnose", run_id, LAKEMEND_DATABASE_URL=url)

    assert answer.code == 0
    assert "could not be read: our records: " in answer.out
    assert not (tmp_path / "gone.db").exists()


def test_backtest_sees_an_outage_in_the_failures_themselves(
    asked: Lakemend, simulator: SimulatorProcess
) -> None:
    runs = [ended(simulator, job) for job in ("beside_full", "full", "full_too", "beside_full")]

    report = json.loads(asked("backtest", "--since", "1h", "-o", "json").out)

    failures = {each["run_id"]: each for each in report["failures"]}
    causes = [failures[run_id]["cause"] for run_id in runs]
    assert causes == ["unknown", "disk_full", "disk_full", "disk_full"]
    assert failures[runs[3]]["consent"] == "escalate"
