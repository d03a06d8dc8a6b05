"""After the third time: which change to make for good, so that the job stops failing."""

from collections.abc import Sequence

from lakemend.actions import ACTIONS
from lakemend.incident import IncidentView, StepRecord, StepStatus
from lakemend.memory import ENOUGH
from lakemend.model import Model

MOST_LINES = 20


class Changed(Model):
    """A step that changed settings; under `token` the records know them before and after."""

    token: str
    resource: str
    message: str


class RecommendationRequest(Model):
    """What helped, and where to look up what it changed."""

    workspace: str
    incident_id: str
    changes: tuple[Changed, ...]


def changes_that_help(view: IncidentView) -> tuple[Changed, ...]:
    """Return what the phase that has just helped changed, when it did so often enough in a row."""
    if times_in_a_row(view) < ENOUGH:
        return ()
    numbered = enumerate(view.steps, start=1)
    return tuple(
        Changed(
            token=f"{view.workflow_run_id}/{number}", resource=step.target, message=step.message
        )
        for number, step in numbered
        if _changed(step, view.steps[-1])
    )


def times_in_a_row(view: IncidentView) -> int:
    """Count how often the phase of the newest step has helped in a row, this time included."""
    decision = view.decisions[-1]
    known = decision.remembered
    again = known is not None and view.steps[-1].phase == decision.phases[0].name
    return 1 + (known.times if known and again else 0)


def recommend(view: IncidentView, lines: Sequence[str]) -> tuple[str, ...]:
    """Write the recommendation: a sentence, then a line for each setting."""
    cause = view.decisions[-1].diagnosis.cause
    begin = (
        f"{view.steps[-1].phase} has helped {times_in_a_row(view)} times in a row against {cause}. "
        "To stop the failures, make its change for good:"
    )
    more = len(lines) - MOST_LINES
    return (begin, *lines[:MOST_LINES], *([f"and {more} more"] if more > 0 else []))


def _changed(step: StepRecord, last: StepRecord) -> bool:
    same_phase = (step.decision, step.phase) == (last.decision, last.phase)
    kind = ACTIONS.get(step.action)
    changes = kind is not None and kind.changes_settings
    return same_phase and changes and step.status is StepStatus.SUCCEEDED
