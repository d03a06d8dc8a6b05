"""What a failed task says itself, where only a person can help; it outweighs what stands beside."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lakemend.diagnosis import Cause, Diagnosis, Reason, Remedy
from lakemend.diagnosis.acting import ACTING, LEAST_TO_ACT, remedy_of
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.findings import text_findings
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.passages import Passage, Where
from lakemend.diagnosis.voices import Voice
from lakemend.diagnosis.weighing import Weighed

# What others wrote while the task ran; it may be about something that passed.
_BESIDE = (Where.TASK_LOGS, Where.CLUSTER_EVENT, Where.LIBRARY_MESSAGE, "library ", "cluster event")


def own_words(error: Passage) -> Iterator[Finding]:
    """Yield the root that a task's own error names, where only a person can help."""
    root = Weighed(text_findings([error])).root
    if root and root.confidence >= LEAST_TO_ACT and remedy_of(root) is Remedy.PERSON:
        yield root


def beside_own_words(found: Finding, own: Sequence[Finding]) -> Finding:
    """Weaken what logs, events and libraries say beside an error that they do not explain."""
    is_beside = found.reason.where.startswith(_BESIDE)
    if not is_beside or not any(_is_unexplained(word, found.cause) for word in own):
        return found
    confidence = found.confidence * Voice.BESIDE.weight
    return replace(found, confidence=confidence, voice=Voice.BESIDE)


def needs_of_others(diagnosis: Diagnosis, own: Sequence[Finding], *, alone: bool) -> Diagnosis:
    """Leave a run to a person whose tasks failed independently, when one of them needs one."""
    word = next((word for word in own if _is_unexplained(word, diagnosis.cause)), None)
    if alone or word is None or diagnosis.remedy not in ACTING:
        return diagnosis
    reason = Reason(
        rule="another-task-needs-a-person",
        where=f"task {word.task_key}",
        quote=word.reason.quote,
        explanation=f"it failed by itself of {word.cause}, and a repair would run it again",
    )
    return diagnosis.model_copy(
        update={
            "remedy": Remedy.PERSON,
            "reasons": (*diagnosis.reasons, reason),
            "alternatives": tuple(dict.fromkeys((*diagnosis.alternatives, word.cause))),
        }
    )


def _is_unexplained(word: Finding, cause: Cause) -> bool:
    return cause is not word.cause and cause not in cause_table()[word.cause].follows
