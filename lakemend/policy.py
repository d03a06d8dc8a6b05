"""What may be done at all, before any plan: consent, and whether the run is ours to repair."""

from enum import StrEnum

from lakemend.diagnosis import Diagnosis, Remedy
from lakemend.evidence import Evidence, RunPhase, run_phase
from lakemend.incident import Ending, Outcome
from lakemend.model import Model
from lakemend.resource import ending_of_resource

__all__ = ["Consent", "Ending", "Ruling", "ending_without_recovery", "rule"]


class Consent(StrEnum):
    """What the policy lets us do."""

    ACT = "act"
    OBSERVE = "observe"
    ESCALATE = "escalate"


class Ruling(Model):
    """A consent with its reason, in words for a person."""

    consent: Consent
    reason: str = ""


def ending_without_recovery(evidence: Evidence) -> Ending | None:
    """Say how it ends when there is nothing to recover; None when it failed."""
    if evidence.resource:
        return ending_of_resource(evidence.resource, runs=len(evidence.lost_runs))
    return _ending_of_run(evidence)


def _ending_of_run(evidence: Evidence) -> Ending | None:
    run = evidence.run
    phase = run_phase(run)
    if phase is RunPhase.SUCCEEDED:
        return Ending(outcome=Outcome.SUPERSEDED, message="The run has succeeded meanwhile.")
    if phase is RunPhase.CANCELED:
        return Ending(outcome=Outcome.SUPERSEDED, message="The run was cancelled by a person.")
    if phase is RunPhase.UNKNOWN:
        words = run.result_state or run.life_cycle_state or run.status_state or "no state at all"
        message = f"The workspace reports a state that says neither success nor failure: {words}."
        return Ending(outcome=Outcome.ESCALATED, message=message, unclear=True)
    if phase is RunPhase.ACTIVE:
        return _still_active(repaired=bool(run.latest_repair_id))
    if evidence.job and evidence.job.continuous:
        message = "The job is continuous: the platform restarts it by itself."
        return Ending(outcome=Outcome.OBSERVED, message=message)
    return None


def _still_active(*, repaired: bool) -> Ending:
    if repaired:
        message = "Somebody is repairing the run already; it is active again."
        return Ending(outcome=Outcome.SUPERSEDED, message=message)
    message = "The run is still active and was left alone."
    return Ending(outcome=Outcome.OBSERVED, message=message)


def rule(*, diagnosis: Diagnosis, has_steps: bool, enabled: bool) -> Ruling:
    """Decide whether to act; a cause that only a person can remedy is never acted upon."""
    if diagnosis.remedy is Remedy.PERSON:
        return Ruling(consent=Consent.ESCALATE, reason="Only a person can remedy this cause.")
    if diagnosis.remedy is Remedy.NONE:
        return Ruling(consent=Consent.OBSERVE, reason="There is nothing to remedy.")
    if not has_steps:
        reason = "No step of the playbook applies to where the task ran."
        return Ruling(consent=Consent.ESCALATE, reason=reason)
    if not enabled:
        reason = "Automatic recovery is switched off (AUTO_REMEDIATION_ENABLED=false)."
        return Ruling(consent=Consent.OBSERVE, reason=reason)
    return Ruling(consent=Consent.ACT)
