"""Everything in one command against a simulated workspace, and the commands of an operator."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.ports import free_port
from simulator.server import SimulatorProcess

Lakemend = Callable[..., Any]

SCENARIO = """
time_factor: 200
defaults: {webhook_notifications: {on_failure: [{id: us}], on_success: [{id: us}]}}
clusters:
  shared: {spec: {cluster_name: shared, node_type_id: m5.xlarge, num_workers: 2}, autostart: false}
jobs:
  untold:
    settings:
      webhook_notifications: {}
      tasks: [{task_key: load, notebook_task: {notebook_path: /x}, existing_cluster_id: shared}]
    tasks: {load: {duration: 1h}}
  flaky: &job
    settings:
      tasks: [{task_key: load, notebook_task: {notebook_path: /x}, job_cluster_key: main}]
      job_clusters:
        - job_cluster_key: main
          new_cluster: {node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}
    tasks: {load: {fails: {kind: network, times: 1}}}
  also-flaky: *job
  forbidden: {<<: *job, tasks: {load: {fails: {kind: permission}}}}
  forbidden-untold:
    settings:
      webhook_notifications: {}
      tasks: [{task_key: load, notebook_task: {notebook_path: /x}}]
    tasks: {load: {fails: {kind: permission}}}
  slow: {<<: *job, tasks: {load: {duration: 3h, fails: {kind: network, times: 1, after: 1s}}}}
"""


@dataclass(frozen=True)
class Up:
    """A running `lakemend up`: its process, the variables to reach it, and the workspace."""

    process: subprocess.Popen[str]
    variables: dict[str, str]
    simulator: SimulatorProcess
    folder: Path

    def failed_run(self, job: str) -> str:
        run_id = self.simulator.control.run_job(job)
        self.simulator.control.wait_for_run(run_id)
        return str(run_id)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.variables['LAKEMEND_API_PORT']}"


@pytest.fixture(scope="module")
def up(neutral: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with SimulatorProcess(SCENARIO) as simulator:
        ports = ("LAKEMEND_TEMPORAL_PORT", "LAKEMEND_UI_PORT", "LAKEMEND_API_PORT")
        variables = {name: str(free_port()) for name in ports} | {
            "LAKEMEND_DATA_DIR": str(folder / "data"),
            "DATABRICKS_HOST": simulator.address,
            "DATABRICKS_TOKEN": simulator.token,
            "LAKEMEND_POLL_INTERVAL": "200ms",
            "LAKEMEND_CALLS_PER_SECOND": "100",
            "RETRY_BASE_DELAY_SECONDS": "200ms",
            # only when a test asks for one
            "LAKEMEND_SWEEP_EVERY": "1d",
            "LAKEMEND_SWEEP_GRACE": "0",
        }
        command = [sys.executable, "-m", "cli", "up"]
        process = subprocess.Popen(
            command,
            env={**neutral, **variables},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_for_line(process, "Logs ")
        yield Up(process, variables, simulator, folder)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=40)
        assert "Stopped." in rest
        assert process.returncode == 0


def wait_for_line(process: subprocess.Popen[str], start: str) -> None:
    lines: list[str] = []
    for line in process.stdout or []:
        lines.append(line)
        if line.startswith(start):
            return
    raise AssertionError("".join(lines))


def worker_pid(up: Up) -> int:
    """The worker among the children of `lakemend up`."""
    children = Path(f"/proc/{up.process.pid}/task/{up.process.pid}/children").read_text().split()
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in children}
    return next(int(pid) for pid, words in commands.items() if b"worker" in words)


def test_doctor_finds_all_in_order(up: Up, lakemend: Lakemend) -> None:
    own = dict(
        line.split("=", 1) for line in (up.folder / "data/secrets.env").read_text().splitlines()
    )

    answer = lakemend("doctor", **up.variables, **own)

    assert answer.code == 0, answer.out
    for part in ("Workspace", "Temporal", "Records", "Webhook"):
        assert re.search(f"^ok +{part}", answer.out, re.MULTILINE)
    assert "signed in as recovery@example.com" in answer.out
    assert "wrong" not in answer.out


def test_who_signs_in_to_the_console_gives_orders(up: Up, lakemend: Lakemend) -> None:
    token = lakemend("token", "--by", "anna", **up.variables).out.strip()

    page = httpx.get(f"{up.api}/", follow_redirects=True)
    signed = httpx.get(f"{up.api}/api/operator", headers={"authorization": f"Bearer {token}"})

    assert (page.status_code, page.url.path) == (200, "/console/")
    assert signed.json() == {"name": "anna"}


def test_a_dry_run_prints_the_exact_calls_and_changes_nothing(up: Up, lakemend: Lakemend) -> None:
    run_id = up.failed_run("flaky")

    answer = lakemend("recover", run_id, "--dry-run", **up.variables)

    assert answer.code == 0, answer.out + answer.err
    assert "network_transient" in answer.out
    assert "The plan, with the calls that it would make:" in answer.out
    assert "POST /api/2.2/jobs/runs/repair" in answer.out
    assert "budget: 30 of 30 attempts and 60 of 60 cost are left within 1d" in answer.out
    assert up.simulator.control.invariants()["repairs_per_run"][run_id] == 0


def test_a_recovery_by_hand_is_followed_to_its_end(up: Up, lakemend: Lakemend) -> None:
    run_id = up.failed_run("flaky")

    answer = lakemend("recover", run_id, "--by", "ada", **up.variables)
    listed = lakemend("incident", "list", "-o", "json", **up.variables)
    shown = lakemend("incident", "show", run_id, **up.variables)

    assert answer.code == 0, answer.out + answer.err
    assert re.search(r"^  repair_run .*: succeeded", answer.out, re.MULTILINE)
    assert re.search(r"^recovered: ", answer.out, re.MULTILINE)
    assert up.simulator.control.invariants()["repairs_per_run"][run_id] == 1
    found = {each["run_id"]: each["outcome"] for each in json.loads(listed.out)["incidents"]}
    assert found[run_id] == "recovered"
    assert f"incident:default:run-{run_id}" in shown.out
    assert "network_transient" in shown.out


def test_a_sweep_by_hand_tells_what_it_finds(up: Up, lakemend: Lakemend) -> None:
    run_id = up.failed_run("forbidden-untold")

    looked = lakemend("sweep", "--since", "2h", "--dry-run", **up.variables)
    swept = lakemend("sweep", "-o", "json", **up.variables)
    doctor = lakemend("doctor", "-o", "json", **up.variables)

    assert looked.code == 0, looked.out + looked.err
    assert re.search(rf"^ *{run_id} .* would be started", looked.out, re.MULTILINE)
    answer = json.loads(swept.out)
    assert run_id in {each["run_id"] for each in answer["found"]}
    assert f"incident:default:run-{run_id}" in answer["started"]
    (told,) = [each for each in json.loads(doctor.out) if each["part"] == "Sweep"]
    assert told["message"].startswith("default: every 1d")
    assert told["state"] == "ok"


def test_a_sweep_takes_no_length_of_time_that_is_none(up: Up, lakemend: Lakemend) -> None:
    answer = lakemend("sweep", "--since", "soon", **up.variables)

    assert answer.code == 2
    assert "--since" in answer.err
    assert "2h" in answer.err


def test_a_cluster_is_recovered_by_hand_with_the_run_that_died_on_it(
    up: Up, lakemend: Lakemend
) -> None:
    control = up.simulator.control
    run_id, cluster_id = control.run_job("untold"), control.cluster_id("shared")
    control.wait_until(lambda: control.run(run_id)["phase"] == "RUNNING")
    control.terminate_cluster("shared", "COMMUNICATION_LOST", "CLOUD_FAILURE")
    control.wait_for_run(run_id)

    planned = lakemend("recover", "--cluster", cluster_id, "--dry-run", **up.variables)
    answer = lakemend("recover", "--cluster", cluster_id, **up.variables)
    shown = lakemend("incident", "show", f"cluster-{cluster_id}", **up.variables)
    why = lakemend("incident", "why", f"cluster-{cluster_id}", **up.variables)
    listed = lakemend("incident", "list", **up.variables)

    assert planned.code == 0, planned.out + planned.err
    assert "POST /api/2.1/clusters/start" in planned.out
    assert "each would get an incident of its own: 1." in planned.out
    assert answer.code == 0, answer.out + answer.err
    assert f"died with it: incident:default:run-{run_id}" in shown.out
    assert "runs that died with it: 1" in why.out
    assert f"cluster-{cluster_id}" in listed.out


def test_what_only_a_person_can_help_ends_with_exit_code_one(up: Up, lakemend: Lakemend) -> None:
    answer = lakemend("recover", up.failed_run("forbidden"), "-o", "json", **up.variables)

    view = json.loads(answer.out)
    assert answer.code == 1
    assert (view["outcome"], view["steps"]) == ("escalated", [])
    assert view["diagnosis"]["cause"] == "permission_denied"


def test_a_recovery_goes_on_when_the_worker_is_killed(up: Up, lakemend: Lakemend) -> None:
    # no other test recovers this job: its second recovery would wait five minutes for the first
    run_id = up.failed_run("also-flaky")
    killed = worker_pid(up)
    os.kill(killed, signal.SIGKILL)

    answer = lakemend("recover", run_id, **up.variables)

    assert answer.code == 0, answer.out + answer.err
    assert up.simulator.control.invariants()["repairs_per_run"][run_id] == 1
    assert worker_pid(up) != killed


def test_an_open_incident_can_be_cancelled(up: Up, lakemend: Lakemend) -> None:
    secret = (up.folder / "data" / "secrets.env").read_text()
    user, password = re.findall(r"CREDENTIALS=(.+):(.+)", secret)[0]
    up.simulator.control.send_webhooks_to(f"{up.api}/databricks-monitor", user, password)
    run_id = up.failed_run("slow")
    wait_for_stage(up, run_id, user, password, "waiting_for_run")

    refused = lakemend("recover", run_id, "--dry-run", **up.variables)
    answer = lakemend("incident", "cancel", run_id, **up.variables)
    detail = wait_for_stage(up, run_id, user, password, "ended")

    assert (refused.code, answer.code) == (1, 0)
    assert "is open already" in refused.err
    assert detail["outcome"] == "escalated"


def test_an_incident_that_is_not_open_cannot_be_cancelled(up: Up, lakemend: Lakemend) -> None:
    answer = lakemend("incident", "cancel", "404", **up.variables)

    assert answer.code == 1
    assert "incident:default:run-404 is not open" in answer.err


def wait_for_stage(up: Up, run_id: str, user: str, password: str, stage: str) -> dict[str, Any]:
    url = f"{up.api}/api/incidents/incident:default:run-{run_id}"
    found: dict[str, Any] = {}
    while found.get("stage") != stage:
        time.sleep(0.2)
        answer = httpx.get(url, auth=(user, password), trust_env=False)
        found = answer.json() if answer.is_success else {}
    return found


def test_a_breaker_is_opened_and_reset_by_hand(up: Up, lakemend: Lakemend) -> None:
    name = "DatabricksNetworkError:job-123456789012345678"

    opened = lakemend("breaker", "open", name, "--reason", "on call", **up.variables)
    listed = lakemend("breaker", "list", **up.variables)
    reset = lakemend("breaker", "reset", name, "-o", "json", **up.variables)

    assert (opened.code, listed.code, reset.code) == (0, 0, 0)
    assert "forced_open" in opened.out
    assert re.search(f"forced_open +0 +0 +{name}", listed.out)
    assert max(map(len, listed.out.splitlines())) <= 80
    assert json.loads(reset.out)["state"] == "closed"


def test_an_unknown_breaker_says_that_it_counts_as_closed(up: Up, lakemend: Lakemend) -> None:
    answer = lakemend("breaker", "show", "DatabricksNetworkError:job-1", **up.variables)

    assert answer.code == 1
    assert "counts as closed" in answer.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("recover", "seven"), "RUN_ID=seven: a run's id is a number"),
        (("recover",), "RUN_ID=nothing: one failed thing is recovered at a time"),
        (("recover", "7", "--cluster", "c"), "RUN_ID=run, cluster: one failed thing"),
        (("recover", "--pipeline", "a/b"), "--pipeline=a/b: a pipeline's id is made of letters"),
        (("recover", "7", "--workspace", "moon"), "--workspace=moon: there is no such workspace"),
        (("incident", "show", "x:y"), "INCIDENT=x:y"),
    ],
    ids=["run id", "nothing", "two", "resource id", "workspace", "incident id"],
)
def test_bad_input_is_refused_before_anything_is_asked(
    up: Up, lakemend: Lakemend, arguments: tuple[str, ...], message: str
) -> None:
    answer = lakemend(*arguments, **up.variables)

    assert answer.code == 2
    assert message in answer.err


def test_a_second_one_names_the_port_that_is_taken(up: Up, lakemend: Lakemend) -> None:
    answer = lakemend("up", **up.variables)

    assert answer.code == 2
    assert f"LAKEMEND_API_PORT={up.variables['LAKEMEND_API_PORT']}" in answer.err


def test_it_refuses_to_shadow_another_temporal(up: Up, lakemend: Lakemend) -> None:
    other = up.variables | {"TEMPORAL_ADDRESS": "temporal.example:7233"}

    answer = lakemend("up", **other)

    assert answer.code == 2
    assert "TEMPORAL_ADDRESS=temporal.example:7233: `up` brings its own" in answer.err
