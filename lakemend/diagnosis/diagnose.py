"""From evidence to a diagnosis. Pure, and never an exception, whatever the texts hold."""

from collections.abc import Iterable

from lakemend.diagnosis import Cause, Diagnosis
from lakemend.diagnosis.acting import LEAST_TO_ACT
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.context import adjust
from lakemend.diagnosis.findings import (
    cluster_findings,
    error_passage,
    run_findings,
    task_findings,
    text_findings,
)
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.own_words import beside_own_words, needs_of_others, own_words
from lakemend.diagnosis.passages import Where, passage
from lakemend.diagnosis.resource_findings import resource_findings
from lakemend.diagnosis.rollback import roll_back
from lakemend.diagnosis.second_opinion import WHAT_FAILED, second_opinion
from lakemend.diagnosis.weighing import Weighed
from lakemend.evidence import Evidence, TaskFacts

# What a reader and a history can bear; the strongest come first.
_MOST_REASONS = 12


def diagnose(evidence: Evidence) -> Diagnosis:
    """Name the root cause of a failed run, or `unknown` with remedy `person`."""
    roots = first_failed(evidence)
    texts = [error_passage(task) for task in roots]
    own = [word for text in texts for word in own_words(text)]
    findings = [beside_own_words(found, own) for task in roots for found in task_findings(task)]
    findings.extend(resource_findings(roots, evidence))
    for cluster in evidence.clusters:
        there = cluster_findings(cluster, evidence)
        findings.extend(beside_own_words(found, own) for found in there)
    findings.extend(run_findings(evidence))
    named = adjust(second_opinion(_answer(findings), texts), evidence)
    remedied = roll_back(named, findings, evidence)
    return needs_of_others(remedied, own, alone=len(roots) == 1)


def diagnose_text(text: str) -> Diagnosis:
    """Name the root cause that a bare failure text speaks of."""
    read = passage(Where.TEXT, text)
    return second_opinion(_answer(_without_what_failed(text_findings([read]))), [read])


def _without_what_failed(findings: Iterable[Finding]) -> list[Finding]:
    """Prefer what a text says of the cause to its name of a warehouse or pipeline.

    Only evidence tells which of them failed, and so which one to restart.
    """
    found = list(findings)
    causes = [each for each in found if each.cause not in WHAT_FAILED]
    return causes if any(each.confidence >= LEAST_TO_ACT for each in causes) else found


def first_failed(evidence: Evidence) -> tuple[TaskFacts, ...]:
    """Return the failed tasks that no failed task stands before: the others may be consequences."""
    failed = {task.task_key: task for task in evidence.failed_tasks}
    before = {task.task_key: task.depends_on for task in evidence.tasks}
    return tuple(
        task for task in failed.values() if not _upstream(task.task_key, before) & failed.keys()
    )


def _upstream(task_key: str, before: dict[str, tuple[str, ...]]) -> set[str]:
    """Return all tasks before this one; a task that depends on itself is not before itself."""
    seen: set[str] = set()
    waiting = list(before.get(task_key, ()))
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(before.get(key, ()))
    return seen - {task_key}


def _answer(findings: list[Finding]) -> Diagnosis:
    weighed = Weighed(findings)
    root = weighed.root
    if root is None:
        facts = cause_table()[Cause.UNKNOWN]
        return Diagnosis(
            cause=Cause.UNKNOWN,
            layer=facts.layer,
            remedy=facts.remedy,
            summary=facts.explanation,
            ruled_out=weighed.ruled_out[:_MOST_REASONS],
        )
    facts = cause_table()[root.cause]
    return Diagnosis(
        cause=root.cause,
        error_type=facts.error_type,
        layer=facts.layer,
        remedy=weighed.remedy,
        confidence=round(root.confidence, 2),
        task_key=root.task_key,
        cluster_id=root.cluster_id,
        summary=facts.explanation,
        reasons=weighed.reasons[:_MOST_REASONS],
        ruled_out=weighed.ruled_out[:_MOST_REASONS],
        alternatives=weighed.alternatives,
    )
