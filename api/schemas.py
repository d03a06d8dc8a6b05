"""What the API answers. Ids are strings: they exceed 2^53, where JavaScript rounds numbers."""

from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

from pydantic import BaseModel, Field

from lakemend.audit import AuditEntry, TicketStatus
from lakemend.decision_record import DecisionRecord
from lakemend.diagnosis import Diagnosis
from lakemend.incident import (
    HealthCheckResult,
    IncidentView,
    Outcome,
    Parked,
    Stage,
    StepRecord,
)
from lakemend.playbook import Playbook


class Accepted(BaseModel):
    """The report is kept; `incident_id` is null where it starts no incident."""

    incident_id: str | None = None
    status_url: str | None = None
    note: str = ""


class AcceptedAlert(BaseModel):
    """The alert is kept: an incident for each cluster, pipeline or warehouse that it names."""

    incidents: list[Accepted] = []
    note: str = ""


class PlaybookSummary(BaseModel):
    """One playbook; `action` is its first step, `escalate` where only a person can help."""

    error_type: str
    action: str
    description: str
    max_retries: int
    fallback: str | None
    verify_health: bool
    steps: list[str]
    fallback_steps: list[str]
    chain: list[str]

    @classmethod
    def of(cls, playbook: Playbook, default_retries: int, *, health_checks: bool) -> Self:
        """Sum a playbook up; the settings speak where it is silent."""
        steps = [step.action for step in playbook.steps]
        fallback = [step.action for step in playbook.fallback]
        tries = [
            (step.attempts and step.attempts.max) or default_retries for step in playbook.steps
        ]
        return cls(
            error_type=playbook.error_type,
            action=steps[0] if steps else "escalate",
            description=playbook.description,
            max_retries=max(tries, default=0),
            fallback=fallback[0] if fallback else None,
            verify_health=health_checks and bool(playbook.steps) and bool(playbook.health.checks),
            steps=steps,
            fallback_steps=fallback,
            chain=list(playbook.chain),
        )


class PlaybookList(BaseModel):
    """The error types that have a playbook."""

    total_playbooks: int
    playbooks: list[PlaybookSummary]


class Links(BaseModel):
    """Where to look further."""

    api: str
    temporal_ui: str
    run_page: str | None = None


class IncidentSummary(BaseModel):
    """One line of the list of incidents. `success` is null while the incident is open."""

    incident_id: str
    workspace: str
    run_id: str = Field(description="empty where the incident is about a resource")
    resource: str = Field(description="like `cluster-0712-abc`; empty where it is about a run")
    resource_name: str
    job_id: str
    job_name: str
    error_type: str
    cause: str
    stage: Stage
    outcome: Outcome | None
    success: bool | None
    message: str
    parked: Parked | None = Field(description="what it waits for, while it is parked")
    storm: str = Field(description="the storm it began or waited in; empty if none")
    ticket: str
    started_at: datetime
    ended_at: datetime | None
    links: Links


class IncidentDetail(IncidentSummary):
    """All that is known of one incident."""

    actions_taken: list[str] = Field(description="each attempt that was made, in order")
    health_check_passed: bool | None = Field(description="null where nothing was checked")
    circuit_breaker_status: str
    execution_time_seconds: float
    fallback_used: bool
    chain_executed: list[str]
    metadata: dict[str, Any]
    diagnosis: Diagnosis | None
    decisions: list[DecisionRecord]
    steps: list[StepRecord]
    health_checks: list[HealthCheckResult]
    handed_over: list[str] = Field(description="incidents of the runs that died with the resource")
    notes: list[str]
    recommendation: list[str] = Field(
        default=[], description="why to make a change for good, and the settings, each in a line"
    )
    ticket_status: TicketStatus | None
    audit: list[AuditEntry]


class IncidentPage(BaseModel):
    """Newest first; pass `next_cursor` as `cursor` for the next page."""

    incidents: list[IncidentSummary]
    next_cursor: str | None = None


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Readiness(BaseModel):
    """Whether the API can do its work; each part is `ok` or says what is wrong."""

    ready: bool
    parts: dict[str, str]


def incident_url(incident_id: str) -> str:
    """Return the path under which an incident is read."""
    return f"/api/incidents/{quote(incident_id, safe=':')}"


def summary_fields(view: IncidentView, links: Links) -> dict[str, Any]:
    """Return what list and detail share."""
    shared = {
        "incident_id",
        "workspace",
        "run_id",
        "resource",
        "resource_name",
        "job_id",
        "job_name",
        "stage",
        "outcome",
        "message",
        "parked",
        "storm",
        "ticket",
        "started_at",
        "ended_at",
    }
    return {
        **{name: getattr(view, name) for name in shared},
        "error_type": view.diagnosis.error_type if view.diagnosis else "",
        "cause": view.diagnosis.cause if view.diagnosis else "",
        "success": view.outcome is Outcome.RECOVERED if view.outcome else None,
        "links": links,
    }


def detail_fields(view: IncidentView, now: datetime) -> dict[str, Any]:
    """Return what only the detail has; `now` ends the clock of an open incident."""
    taken = [step for step in view.steps if step.status != "skipped"]
    return {
        "actions_taken": [_describe_step(step) for step in taken],
        "health_check_passed": _all_passed(view.health_checks),
        "circuit_breaker_status": view.breaker_state or "not_asked",
        "execution_time_seconds": ((view.ended_at or now) - view.started_at).total_seconds(),
        "fallback_used": view.fallback_used,
        "chain_executed": list(view.chain_executed),
        "metadata": {
            "playbook": view.playbook,
            "breaker": view.breaker,
            "failure_keys": list(view.failure_keys),
            "workflow_run_id": view.workflow_run_id,
        },
        "diagnosis": view.diagnosis,
        "decisions": list(view.decisions),
        "steps": list(view.steps),
        "health_checks": list(view.health_checks),
        "handed_over": list(view.handed_over),
        "notes": list(view.notes),
        "recommendation": list(view.recommendation),
    }


def _describe_step(step: StepRecord) -> str:
    target = f" {step.target}" if step.target else ""
    return f"{step.action}{target}: {step.status} (attempt {step.attempt})"


def _all_passed(checks: tuple[HealthCheckResult, ...]) -> bool | None:
    return all(check.passed for check in checks) if checks else None
