"""Writing down a decision, with what it was made from."""

from collections.abc import Iterator

from lakemend.decision_record import ChosenPhase, ChosenStep, DecisionRecord, Inputs
from lakemend.diagnosis import Diagnosis
from lakemend.evidence import Evidence
from lakemend.places import places_of
from lakemend.plan import Plan
from lakemend.playbook import Playbooks, Step
from lakemend.playbook_set import choose_playbook
from lakemend.policy import rule
from lakemend.streak import streak_of

# A run may have a thousand tasks, and a history keeps every decision.
_MOST_NAMED = 20


def record_decision(diagnosis: Diagnosis, plan: Plan, evidence: Evidence) -> DecisionRecord:
    """Sum up a plan and the evidence behind it."""
    return DecisionRecord(
        inputs=inputs_of(evidence),
        diagnosis=diagnosis,
        playbook=plan.playbook,
        playbook_hash=plan.playbook_hash,
        consent=plan.ruling.consent,
        reason=plan.ruling.reason,
        steps=tuple(_chosen(plan)),
        phases=tuple(
            ChosenPhase(name=phase.name, what=phase.what, cost_factor=phase.cost_factor)
            for phase in plan.phases
        ),
        breakers=tuple(each.name for each in plan.breakers),
        max_workers=plan.caps.max_workers,
        max_cost_factor=plan.caps.max_cost_factor,
        budget_left=plan.budget_left,
        remembered=plan.remembered,
        memory=plan.memory,
        health_checks=plan.health_checks if plan.phases else (),
    )


def record_decision_on_text(
    diagnosis: Diagnosis, playbooks: Playbooks, *, enabled: bool
) -> DecisionRecord:
    """Say what the playbook declares: which steps apply depends on where the task ran."""
    playbook = choose_playbook(diagnosis, playbooks)
    steps = playbook.steps if playbook else ()
    ruling = rule(diagnosis=diagnosis, has_steps=bool(steps), enabled=enabled)
    return DecisionRecord(
        diagnosis=diagnosis,
        playbook=playbook.error_type if playbook else "",
        playbook_hash=playbook.content_hash if playbook else "",
        consent=ruling.consent,
        reason=ruling.reason or "Which of these steps apply depends on where the task ran.",
        steps=tuple(_declared(steps, diagnosis)),
    )


def inputs_of(evidence: Evidence) -> Inputs:
    """Name what was read, and what could not be."""
    run = evidence.run
    others = [each for each in evidence.recent_runs if each.run_id != run.run_id]
    return Inputs(
        run_id=run.run_id,
        resource=evidence.resource.resource if evidence.resource else "",
        result=_result(evidence),
        failed_tasks=tuple(task.task_key for task in evidence.failed_tasks[:_MOST_NAMED]),
        tasks=len(evidence.tasks),
        clusters=tuple(cluster.cluster_id for cluster in evidence.clusters),
        places=places_of(evidence),
        recent_runs=len(others),
        recent_successes=sum(each.succeeded for each in others),
        streak=streak_of(evidence),
        repairs=run.repair_count,
        lost_runs=len(evidence.lost_runs),
        unread=tuple(f"{each.what}: {each.why}" for each in evidence.unread[:_MOST_NAMED]),
    )


def _result(evidence: Evidence) -> str:
    if evidence.resource:
        return evidence.resource.said
    run = evidence.run
    return run.result_state or run.termination_code or run.life_cycle_state


def _chosen(plan: Plan) -> Iterator[ChosenStep]:
    for phase in plan.phases:
        for step in phase.steps:
            yield ChosenStep(
                phase=phase.name,
                action=step.action,
                target=step.target.resource if step.target else "",
                attempts=len(step.pauses) + 1,
                cost_factor=step.cost_factor,
                why=step.why,
                skip=step.skip,
            )


def _declared(steps: tuple[Step, ...], diagnosis: Diagnosis) -> Iterator[ChosenStep]:
    for step in steps:
        by_cause = step.when if step.when and step.when.fact == "cause" else None
        if by_cause and not by_cause.holds(cause=diagnosis.cause, compute=""):
            continue
        yield ChosenStep(phase="steps", action=step.action, why=step.why)
