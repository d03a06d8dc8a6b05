import base64
import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulator.client import Control
from simulator.server import SimulatorProcess

JOBS = """
defaults: {webhook_notifications: {on_failure: [{id: recovery}], on_success: [{id: recovery}]}}
jobs:
  broken: {settings: {tasks: [{task_key: main}]}, tasks: {main: {fails: {kind: network}}}}
  started:
    settings: {webhook_notifications: {on_start: [{id: recovery}]}, tasks: [{task_key: main}]}
  retried:
    settings:
      webhook_notifications: {}
      tasks:
        - task_key: main
          max_retries: 1
          min_retry_interval_millis: 60000
          webhook_notifications: {on_failure: [{id: recovery}]}
    tasks: {main: {fails: {kind: network, times: 1}}}
  tenfold: {settings: {tasks: [{task_key: main}]}, deliver: 10}
  long:
    settings:
      webhook_notifications: {on_duration_warning_threshold_exceeded: [{id: recovery}]}
      health: {rules: [{metric: RUN_DURATION_SECONDS, op: GREATER_THAN, value: 60}]}
      tasks: [{task_key: main}]
    tasks: {main: {duration: 90s}}
  quiet:
    settings: {webhook_notifications: {on_success: []}, tasks: [{task_key: main}]}
"""


class Mailbox:
    """A receiver of webhooks: bodies, and the credentials they came with."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.credentials: list[str] = []
        self.url = ""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            box.bodies.append(json.loads(self.rfile.read(length)))
            encoded = self.headers.get("authorization", "").removeprefix("Basic ")
            box.credentials.append(base64.b64decode(encoded).decode())
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's word
            """Say nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    box.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield box
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def workspace(mailbox: Mailbox, rules: str = "") -> Generator[Control]:
    with SimulatorProcess(f"{rules}\n{JOBS}", options=("--frozen",)) as simulator:
        simulator.control.send_webhooks_to(mailbox.url, "hook", "secret")
        yield simulator.control


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert reached()


def test_failed_run_is_told_with_basic_auth_and_ids_as_text(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        run_id, job_id = control.run_job("broken"), control.job_id("broken")
        workspace_id = control.status()["workspace_id"]
        control.advance(60)
        wait_for(lambda: len(mailbox.bodies) == 1)
        wait_for(lambda: control.webhooks()[0]["answers"] == [202])

    assert mailbox.credentials == ["hook:secret"]
    assert mailbox.bodies == [
        {
            "event_type": "jobs.on_failure",
            "workspace_id": workspace_id,
            "run": {"run_id": str(run_id)},
            "job": {"job_id": str(job_id), "name": "broken"},
        }
    ]


def test_ids_can_come_as_numbers(mailbox: Mailbox) -> None:
    with workspace(mailbox, "webhooks: {ids: integers}") as control:
        run_id = control.run_job("broken")
        control.advance(60)
        wait_for(lambda: len(mailbox.bodies) == 1)

    assert mailbox.bodies[0]["run"] == {"run_id": run_id}


def test_task_notification_comes_before_the_platform_s_own_retry(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        run_id = control.run_job("retried")
        control.advance(25)
        wait_for(lambda: len(mailbox.bodies) == 1)
        assert control.run(run_id)["phase"] == "RUNNING"
        control.advance(600)
        assert control.run(run_id)["result"] == "SUCCESS"

    (body,) = mailbox.bodies
    assert body["task"] == {"task_key": "main"}
    assert body["run"]["parent_run_id"] == str(run_id)
    assert body["run"]["run_id"] != str(run_id)


def test_repair_has_a_notification_with_the_same_body(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        run_id = control.run_job("broken")
        control.advance(60)
        control.repair_as_person(run_id)
        control.advance(60)
        wait_for(lambda: len(mailbox.bodies) == 2)

    assert mailbox.bodies[0] == mailbox.bodies[1]


def test_repairs_can_be_silent(mailbox: Mailbox) -> None:
    with workspace(mailbox, "webhooks: {on_repairs: false}") as control:
        run_id = control.run_job("broken")
        control.advance(60)
        control.repair_as_person(run_id)
        control.advance(60)
        wait_for(lambda: len(control.webhooks()[0]["answers"]) == 1)
        assert len(control.webhooks()) == 1


def test_starts_and_successes_are_told_to_those_who_asked(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        control.run_job("started")
        control.run_job("quiet")
        control.advance(60)
        wait_for(lambda: len(mailbox.bodies) == 1)

    assert [body["event_type"] for body in mailbox.bodies] == ["jobs.on_start"]


def test_message_can_come_many_times(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        control.run_job("tenfold")
        control.advance(60)
        wait_for(lambda: len(mailbox.bodies) == 10)
        control.deliver_again(control.webhooks()[0]["delivery_id"], times=2)
        wait_for(lambda: len(mailbox.bodies) == 12)

    assert all(body == mailbox.bodies[0] for body in mailbox.bodies)


def test_messages_can_be_lost_and_late(mailbox: Mailbox) -> None:
    with workspace(mailbox, "webhooks: {drop_first: 1, delay: 5m}") as control:
        control.run_job("broken")
        control.run_job("tenfold")
        control.advance(60)
        assert [item["dropped"] for item in control.webhooks()] == [True, False]
        assert mailbox.bodies == []
        control.advance(300)
        wait_for(lambda: len(mailbox.bodies) == 10)

    assert mailbox.bodies[0]["job"]["name"] == "tenfold"


def test_messages_can_overtake_each_other(mailbox: Mailbox) -> None:
    with workspace(mailbox, "webhooks: {reorder: true}") as control:
        for job in ("broken", "retried", "tenfold"):
            control.run_job(job)
            control.advance(60)
        wait_for(lambda: len(mailbox.bodies) >= 10)
        sent = [item["body"] for item in control.webhooks()]

    assert mailbox.bodies[:2] == [sent[1], sent[0]]


def test_message_that_nothing_overtakes_still_arrives(mailbox: Mailbox) -> None:
    with workspace(mailbox, "webhooks: {reorder: true}") as control:
        control.run_job("broken")
        control.advance(700)
        wait_for(lambda: len(mailbox.bodies) == 1)


def test_run_that_takes_long_is_told_once(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        run_id = control.run_job("long")
        control.advance(120)
        control.run_job("long")
        control.advance(50)
        wait_for(lambda: len(mailbox.bodies) == 1)

    (body,) = mailbox.bodies
    assert body["event_type"] == "jobs.on_duration_warning_threshold_exceeded"
    assert body["run"] == {"run_id": str(run_id)}


def test_any_alert_can_be_sent(mailbox: Mailbox) -> None:
    with workspace(mailbox) as control:
        control.send_alert("recovery", {"schemaId": "azureMonitorCommonAlertSchema"})
        wait_for(lambda: len(mailbox.bodies) == 1)

    assert mailbox.bodies == [{"schemaId": "azureMonitorCommonAlertSchema"}]


def test_a_cluster_that_failed_is_told_late_twice_and_resolved_under_one_id(
    mailbox: Mailbox,
) -> None:
    rules = "azure_alerts: {delay: 5m, duplicates: 1, resolved_after: 10m}\n"
    clusters = (
        "clusters: {shared: {spec: &c {node_type_id: m5.large, num_workers: 1}}, idle: {spec: *c}}"
    )
    with workspace(mailbox, rules + clusters) as control:
        cluster_id = control.cluster_id("shared")
        control.send_webhooks_to(mailbox.url, "azure", "other", destination="azure")
        control.terminate_cluster("idle", "INACTIVITY")
        control.terminate_cluster("shared", "COMMUNICATION_LOST", "CLOUD_FAILURE")
        control.advance(200)
        assert mailbox.bodies == []
        control.advance(200)
        wait_for(lambda: len(mailbox.bodies) == 2)
        control.advance(600)
        wait_for(lambda: len(mailbox.bodies) == 4)

    told = [each["data"]["essentials"] for each in mailbox.bodies]
    dimensions = mailbox.bodies[0]["data"]["alertContext"]["condition"]["allOf"][0]["dimensions"]
    assert [each["monitorCondition"] for each in told] == ["Fired"] * 2 + ["Resolved"] * 2
    assert len({each["alertId"] for each in told}) == 1
    assert {"name": "clusterId", "value": cluster_id} in dimensions
    assert set(mailbox.credentials) == {"azure:other"}
