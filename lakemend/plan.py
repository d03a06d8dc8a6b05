"""A plan: playbook, diagnosis and settings resolved to concrete steps, frozen into the history."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from lakemend.actions import ACTIONS, ESCALATE, Scope
from lakemend.backoff import pauses
from lakemend.bringing_back import brings_back, checks_for, steps_for
from lakemend.budget import what_is_left
from lakemend.compute_facts import ClusterFacts
from lakemend.diagnosis import Diagnosis
from lakemend.durations import Duration
from lakemend.evidence import ComputeKind, Evidence, TaskFacts
from lakemend.expected_cost import expected_cost
from lakemend.gate.talk import GateSettings
from lakemend.levels import PlannedBreaker, breakers_for
from lakemend.limits import caps_of, within_budgets
from lakemend.memory import Remembered
from lakemend.model import Model
from lakemend.past import Past
from lakemend.phase import CALL_TIMEOUT, RUN_TIMEOUT, Phase, PlannedStep
from lakemend.playbook import Attempts, Playbook, Playbooks, Step
from lakemend.playbook_set import choose_playbook
from lakemend.policy import Consent, Ruling, rule
from lakemend.settings import Settings
from lakemend.starting import begin_with
from lakemend.step import Caps, HealthTerms
from lakemend.target import failing_task, find_target

_UNLEASED = frozenset({Scope.NOTHING, Scope.RUN, Scope.JOB})


class Plan(Model):
    """What will be done, in order, until one phase helps."""

    playbook: str = ""
    playbook_hash: str = ""
    ruling: Ruling
    phases: tuple[Phase, ...] = ()
    breakers: tuple[PlannedBreaker, ...] = ()
    gate: GateSettings = GateSettings()
    health_checks: tuple[str, ...] = ("run_succeeded",)
    health_timeout: Duration = timedelta(seconds=60)
    health_terms: HealthTerms = HealthTerms()
    take_snapshots: bool = True
    keep_change: bool = False
    caps: Caps = Caps()
    budget_left: str = ""
    remembered: Remembered | None = None
    memory: str = Field(default="", description="where it begins because of what helped before")


def make_plan(
    diagnosis: Diagnosis,
    evidence: Evidence,
    playbooks: Playbooks,
    settings: Settings,
    past: Past | None = None,
) -> Plan:
    """Choose the playbook of the diagnosis and resolve it; never raises on odd evidence.

    Without a past nothing is known of what the job has used, nor of what helped.
    """
    playbook = choose_playbook(diagnosis, playbooks)
    if playbook is None:
        reason = f"There is no playbook for {diagnosis.cause}."
        return Plan(ruling=Ruling(consent=Consent.ESCALATE, reason=reason))
    phases = _phases(playbook, playbooks, diagnosis, evidence, settings)
    ruling = rule(
        diagnosis=diagnosis, has_steps=bool(phases), enabled=settings.auto_remediation_enabled
    )
    checks = playbook.health.checks if settings.health_check_enabled else ("run_succeeded",)
    plan = Plan(
        playbook=playbook.error_type,
        playbook_hash=playbook.content_hash,
        ruling=_explained(ruling, playbook),
        phases=phases,
        breakers=breakers_for(playbook, failing_task(diagnosis, evidence), evidence, settings),
        gate=settings.gate,
        health_checks=checks_for(evidence, checks),
        health_timeout=playbook.health.timeout or settings.health_check_timeout,
        health_terms=HealthTerms.model_validate(playbook.health.model_dump()),
        take_snapshots=playbook.snapshot,
        keep_change=playbook.keep_change,
        caps=caps_of(playbook, settings),
    )
    return _in_view_of(past, plan, playbook) if past and phases else plan


def _in_view_of(past: Past, plan: Plan, playbook: Playbook) -> Plan:
    """Begin with what helped before, and leave to a person what has used up its budgets."""
    budgets = plan.caps.budgets
    remembered = past.remembered if playbook.memory else None
    start = begin_with(plan.phases, remembered, plan.caps, past.spent)
    changes: dict[str, Any] = {
        "ruling": within_budgets(plan.ruling, budgets, past.spent),
        "phases": start.phases,
        "remembered": start.remembered,
        "memory": start.why,
        "budget_left": what_is_left(budgets, past.spent),
    }
    return plan.model_copy(update=changes)


def _explained(ruling: Ruling, playbook: Playbook) -> Ruling:
    """Add what a playbook without steps says: which person, and what the ticket shows them."""
    if ruling.consent is not Consent.ESCALATE or playbook.steps:
        return ruling
    return ruling.model_copy(update={"reason": f"{ruling.reason} {playbook.description}."})


def _phases(
    playbook: Playbook,
    playbooks: Playbooks,
    diagnosis: Diagnosis,
    evidence: Evidence,
    settings: Settings,
) -> tuple[Phase, ...]:
    declared = [*playbook.phases, *((name, playbooks[name].steps) for name in playbook.chain)]
    phases: list[Phase] = []
    for name, declared_steps in declared:
        steps = steps_for(evidence, declared_steps, diagnosis.cause)
        resolved = tuple(_resolve(step, playbook, diagnosis, evidence, settings) for step in steps)
        if _can_help(resolved, is_first=not phases):
            phases.append(Phase(name=name, steps=resolved, chained=name in playbook.chain))
    return tuple(phases)


def _can_help(steps: tuple[PlannedStep, ...], *, is_first: bool) -> bool:
    """Whether a phase tries again and, after the first, not merely once more as before.

    One that hands over to a person is wanted for its recommendation.
    """
    active = [step for step in steps if not step.skip]
    proving = [step for step in active if step.starts_run or step.brings_back]
    ends = bool(proving) or any(step.action == ESCALATE for step in active)
    anew = any(step.action == "rerun_job" for step in proving)
    return ends and (is_first or anew or len(proving) < len(active))


def _resolve(
    step: Step, playbook: Playbook, diagnosis: Diagnosis, evidence: Evidence, settings: Settings
) -> PlannedStep:
    kind = ACTIONS[step.action]
    task = failing_task(diagnosis, evidence)
    target, skip = find_target(kind.scope, task, evidence, edit_deployed=playbook.edit_deployed)
    compute = next((each.kind for each in evidence.failed_computes), ComputeKind.UNKNOWN)
    if task:
        compute = task.compute.kind
    if step.when and not step.when.holds(cause=diagnosis.cause, compute=compute):
        skip = "its condition does not hold"
    parameters = dict(step.parameters)
    if step.action == "scale_cluster":
        parameters.setdefault("percent", settings.scale_up_percentage)
    return PlannedStep(
        action=step.action,
        parameters=parameters,
        target=target,
        pauses=_pauses(step.attempts, settings),
        timeout=step.timeout or CALL_TIMEOUT,
        run_timeout=step.run_timeout or RUN_TIMEOUT,
        starts_run=kind.starts_run,
        brings_back=brings_back(evidence, step.action),
        changes_settings=kind.changes_settings,
        needs_lease=kind.scope not in _UNLEASED,
        cost_factor=expected_cost(step.action, parameters, _cluster(task, evidence)),
        why=step.why,
        skip=skip,
    )


def _cluster(task: TaskFacts | None, evidence: Evidence) -> ClusterFacts | None:
    used = task.compute.cluster_id if task else ""
    return next((each for each in evidence.clusters if each.cluster_id == used), None)


def _pauses(attempts: Attempts | None, settings: Settings) -> tuple[timedelta, ...]:
    if attempts is None:
        return ()
    return pauses(
        attempts.backoff,
        attempts=attempts.max or settings.auto_remediation_max_retries,
        base=attempts.base or settings.retry_base_delay,
        longest=attempts.max_delay or settings.retry_max_delay,
    )
