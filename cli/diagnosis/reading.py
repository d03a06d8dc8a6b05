"""Reading a run's evidence from its workspace, as a worker would."""

from activities.reading.evidence import EvidenceReader
from activities.workspace import Workspaces
from cli.diagnosis.remembering import own_records
from cli.problems import BadInputError
from cli.runtime import require_workspace
from lakemend.evidence import Evidence, RunFacts, RunPhase, run_phase
from lakemend.incident import incident_id
from lakemend.settings import Settings


def read_evidence(settings: Settings, workspace: str, run_id: str) -> Evidence:
    """Read what can be read now, our records too; raises WorkspaceErrors."""
    if not run_id.isdecimal():
        remedy = "Give the id of the job run, as in the address of its page."
        raise BadInputError("RUN_ID", run_id, "a run's id is a number", remedy)
    name = require_workspace(workspace, settings)
    reader = EvidenceReader(Workspaces(settings.workspaces).of(name), patient=False)
    evidence, own = reader.read(name, run_id), incident_id(name, run_id)
    with own_records(settings) as records:
        known = records.ask(
            lambda memory: memory.add_to(evidence, own, reader.job_settings), evidence
        )
        return known.model_copy(update={"unread": (*known.unread, *records.unread)})


def not_failed(run: RunFacts) -> str:
    """Tell of a run that it has not failed, as far as that is known; empty for one that has."""
    phase = run_phase(run)
    if phase is RunPhase.SUCCEEDED:
        return f"Run {run.run_id} succeeded: there is nothing to diagnose."
    if phase is RunPhase.ACTIVE:
        return f"Run {run.run_id} is active: what is said of it now may change."
    return ""
