from datetime import UTC, datetime

import pytest
from rich.console import Console

from cli.demo.moment import Moment
from cli.demo.table import Lines, incident_table
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, Stage, StepRecord, StepStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
INCIDENT = IncidentView(
    incident_id="incident:default:run-1",
    workspace="default",
    run_id="1",
    job_name="[red]library-heavy",
    started_at=NOW,
    stage=Stage.WAITING_FOR_PERMIT,
    breaker_state="half_open",
    diagnosis=Diagnosis(
        cause=Cause.LIBRARY_INSTALLATION, error_type="DatabricksLibraryInstallationError"
    ),
    steps=(
        StepRecord(action="change_node_type", attempt=2, status=StepStatus.FAILED, started_at=NOW),
    ),
)


def moment(**changes: object) -> Moment:
    return Moment((INCIDENT.model_copy(update=changes),), open_incidents=1, quiet=False)


@pytest.fixture
def console() -> Console:
    return Console(width=80, markup=False, highlight=False)


def test_no_word_is_broken_in_80_columns(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.print(incident_table(moment(), console.width))

    words = capsys.readouterr().out.split()
    expected = "Library Installation Error library change node type 2 ✗ waiting for permit half"
    assert set(expected.split()) <= set(words)
    assert "[red]library-heavy" in words


def test_without_a_terminal_there_is_a_line_for_each_change(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    with Lines(console) as lines:
        lines.update(moment())
        lines.update(moment())
        lines.update(moment(outcome=Outcome.ESCALATED, message="A person has to look."))

    first, second = capsys.readouterr().out.splitlines()
    assert "library_installation · change_node_type 2 ✗ · half_open · waiting_for_permit" in first
    assert second.endswith("escalated · A person has to look.")
