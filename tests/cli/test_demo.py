"""`lakemend demo` as a new user runs it, without a terminal."""

import signal
import subprocess
import sys
import time
from pathlib import Path

DEMO = [sys.executable, "-m", "cli", "demo"]
JOBS = ["orders-ingest", "customer-360", "finance-dashboard", "feature-store", "partner-feed"]


def processes_in(folder: Path) -> list[str]:
    """The processes whose command line or working folder lies in the folder."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
            where = (process / "cwd").readlink().as_posix()
        except OSError:
            continue
        if str(folder) in command or str(folder) in str(where):
            found.append(command)
    return found


def test_every_incident_ends_as_its_scenario_says(neutral: dict[str, str], tmp_path: Path) -> None:
    environment = {**neutral, "TMPDIR": str(tmp_path)}

    ended = subprocess.run(
        DEMO, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    verdict = lines[lines.index("What happened") :]
    assert any("every incident ended as its scenario says" in line for line in verdict)
    assert all(any(line.strip().startswith(job) for line in verdict) for job in JOBS)
    assert any("/api/2.2/jobs/runs/repair" in line for line in verdict)
    assert any("was reset through the API" in line for line in lines)
    assert max(map(len, verdict)) <= 80
    for hint in (
        "/console/",
        "Temporal Web UI",
        "/docs",
        "lakemend demo --stay",
        "DATABRICKS_HOST",
        "up",
    ):
        assert any(hint in line for line in verdict)
    assert "\x1b" not in ended.stdout
    assert list(tmp_path.glob("lakemend-demo-*")) == []


def test_ctrl_c_leaves_no_process_behind(neutral: dict[str, str], tmp_path: Path) -> None:
    environment = {**neutral, "TMPDIR": str(tmp_path)}

    with subprocess.Popen(
        DEMO, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as demo:
        while not list(tmp_path.glob("lakemend-demo-*/logs/api.log")):
            time.sleep(0.1)
        running = processes_in(tmp_path)
        demo.send_signal(signal.SIGINT)
        out, _ = demo.communicate(timeout=60)

    assert len(running) > 3
    assert demo.returncode == 1
    assert "Ended before the verdict." in out
    assert processes_in(tmp_path) == []
