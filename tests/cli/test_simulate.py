import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from simulator.scenario import parse_scenario

Lakemend = Callable[..., Any]

SIMULATE = [sys.executable, "-u", "-m", "cli", "simulate"]


def test_it_serves_a_scenario_until_ctrl_c(neutral: dict[str, str], tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        "time_factor: 1000\n"
        "jobs: {daily: {settings: {tasks: [{task_key: main}]}, runs: [{at: 0s}]}}\n"
    )
    command = [*SIMULATE, str(scenario), "--port", "0", "--token", "secret-of-mine"]

    with subprocess.Popen(
        command, env=neutral, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "daily 9" in line:
                break
        address = lines[0].split()[-1]
        headers = {"authorization": "Bearer secret-of-mine"}
        jobs = httpx.get(f"{address}/api/2.2/jobs/list", headers=headers, trust_env=False)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert process.returncode == 0
    assert [each["settings"]["name"] for each in jobs.json()["jobs"]] == ["daily"]
    told = "".join(lines)
    assert f"export DATABRICKS_HOST={address} DATABRICKS_TOKEN=secret-of-mine" in told
    assert lines[-1].split()[-1] == "SUCCESS"
    assert rest.endswith("Stopped.\n")


def test_notifications_go_where_the_options_say(neutral: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(30)
        url = f"http://hook:pass@127.0.0.1:{receiver.getsockname()[1]}/hook"
        options = ["--port", "0", "--time-factor", "1000", "--webhook", url]
        with subprocess.Popen([*SIMULATE, *options], env=neutral, cwd=tmp_path) as process:
            connection, _ = receiver.accept()
            with connection:
                connection.settimeout(30)
                received = connection.recv(65536).decode()
            process.send_signal(signal.SIGTERM)

    assert received.startswith("POST /hook")
    assert "authorization: basic aG9vazpwYXNz".lower() in received.lower()


def test_the_example_can_be_printed_and_is_a_scenario(lakemend: Lakemend) -> None:
    answer = lakemend("simulate", "--example")

    assert answer.code == 0
    assert set(parse_scenario(answer.out).jobs) == set(yaml.safe_load(answer.out)["jobs"])


def test_a_wrong_scenario_is_bad_input(lakemend: Lakemend, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: x\njobs:\n  a: {settings: {}, tasks: {main: {fails: [{kind: nope}]}}}\n")

    answer = lakemend("simulate", str(file))

    assert answer.code == 2
    assert f"{file}:3: jobs.a.tasks.main.fails.0.kind" in answer.err


def test_a_taken_port_is_named(lakemend: Lakemend) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = lakemend("simulate", "--port", port)

    assert answer.code == 2
    assert f"--port={port}: the port is in use" in answer.err
