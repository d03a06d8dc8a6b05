"""From evidence to a diagnosis. Pure, and never an exception, whatever the texts hold."""

from collections.abc import Iterable, Iterator

from lakemend.diagnosis import Cause, Diagnosis
from lakemend.diagnosis.acting import LEAST_TO_ACT
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.cluster_findings import cluster_findings
from lakemend.diagnosis.context import adjust
from lakemend.diagnosis.findings import (
    error_passage,
    run_findings,
    task_findings,
    text_findings,
)
from lakemend.diagnosis.first_failures import first_failed, first_started, told_by_the_first
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.own_words import OwnWords
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
    started = first_started(roots, evidence)
    texts = [error_passage(task) for task in roots]
    own = OwnWords(roots, started)
    findings = [own.beside(found) for found in _read(roots, evidence)]
    if not told_by_the_first(roots, evidence.failed_tasks):
        findings.extend(run_findings(evidence))
    named = adjust(second_opinion(_answer(findings), texts), evidence)
    remedied = roll_back(named, findings, evidence)
    return own.needs(remedied)


def _read(roots: tuple[TaskFacts, ...], evidence: Evidence) -> Iterator[Finding]:
    """Read the tasks that failed first, and where they ran."""
    for task in roots:
        yield from task_findings(task)
    yield from resource_findings(roots, evidence)
    yield from cluster_findings(evidence, roots)


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
