import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lakemend.decision_record import ChosenStep, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis, Reason
from lakemend.incident import IncidentView, Outcome, Stage, incident_id
from records import open_records

Lakemend = Callable[..., Any]


@pytest.fixture
def kept(lakemend: Lakemend, tmp_path: Path) -> Lakemend:
    """Records with one incident that was observed only."""
    assert lakemend("migrate").code == 0
    diagnosis = Diagnosis(
        cause=Cause.DRIVER_OOM,
        confidence=0.9,
        reasons=(Reason(rule="heap", where="task_error", quote="Java heap \x1b[31mspace"),),
        ruled_out=(Reason(rule="oops", where="task_logs", explanation="it is only mentioned"),),
    )
    decision = DecisionRecord(
        diagnosis=diagnosis,
        consent="observe",
        reason="switched off",
        steps=(ChosenStep(phase="steps", action="repair_run", target="run-5"),),
        breakers=("DatabricksOutOfMemoryError:job-9",),
    )
    records = open_records(f"sqlite:///{next((tmp_path / 'data').glob('*.db'))}")
    records.save_incident(
        IncidentView(
            incident_id=incident_id("default", "5"),
            workspace="default",
            run_id="5",
            stage=Stage.ENDED,
            outcome=Outcome.OBSERVED,
            decisions=(decision,),
            started_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    )
    records.close()
    return lakemend


def test_every_decision_is_told_with_what_was_ruled_out(kept: Lakemend) -> None:
    out = kept("incident", "why", "5").out

    assert "driver_oom (90%)" in out
    assert "task_error: Java heap \\x1b[31mspace" in out
    assert "[oops] it is only mentioned" in out
    assert "It would only look, and plan: switched off" in out
    assert "steps: repair_run run-5" in out
    assert out.endswith("What was done\n  nothing\n")


def test_programs_read_the_same_record(kept: Lakemend) -> None:
    record = json.loads(kept("incident", "why", "5", "-o", "json").out)

    assert record["decisions"][0]["consent"] == "observe"
    assert record["taken"] == []


def test_page_of_an_incident_shows_the_decision(kept: Lakemend) -> None:
    out = kept("incident", "show", "5").out

    assert "What was decided" in out
    assert "observe: switched off" in out
