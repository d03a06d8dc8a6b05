"""What a failed task says itself, where only a person can help; it outweighs what stands beside."""

from collections.abc import Sequence
from dataclasses import replace

from lakemend.diagnosis import Cause, Diagnosis, Layer, Reason, Remedy
from lakemend.diagnosis.acting import ACTING, LEAST_TO_ACT, remedy_of
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.findings import error_passage, text_findings
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.passages import Where
from lakemend.diagnosis.voices import Voice, is_own_exception
from lakemend.diagnosis.weighing import Weighed
from lakemend.evidence import TaskFacts

# What others wrote while the task ran; it may be about something that passed.
_BESIDE = (Where.TASK_LOGS, Where.CLUSTER_EVENT, Where.LIBRARY_MESSAGE, "library ", "cluster event")

# When machines go, the tasks on them end in errors of many kinds.
_OF_MACHINES = {Layer.CLUSTER, Layer.CLOUD_CAPACITY, Layer.MEMORY}


class OwnWords:
    """The errors of the tasks that failed first, and of those in runs that they started."""

    def __init__(self, roots: Sequence[TaskFacts], started: Sequence[TaskFacts]) -> None:
        starters = {task.task_key for task in started}
        innermost = [task for task in roots if task.task_key not in starters]
        self._innermost = [_root(task) for task in (*innermost, *started)]
        around = [_root(task) for task in roots if task.task_key in starters]
        self._plain = [word for word in (*self._innermost, *around) if word and _is_plain(word)]

    def beside(self, found: Finding) -> Finding:
        """Weaken what logs, events, libraries and later ends say, if no error follows from it."""
        words = self._beside(found)
        if not any(_is_unexplained(word, found.cause) for word in words):
            return found
        confidence = found.confidence * Voice.BESIDE.weight
        return replace(found, confidence=confidence, voice=Voice.BESIDE)

    def _beside(self, found: Finding) -> list[Finding]:
        """Return the errors that a finding stands beside.

        A task's errors may come seconds before the end of its cluster, but not an own exception.
        """
        if found.reason.where.startswith(_BESIDE):
            return self._plain
        return [
            word for word in self._plain if found.is_later and is_own_exception(word.reason.quote)
        ]

    def needs(self, diagnosis: Diagnosis) -> Diagnosis:
        """Leave a run to a person whose tasks failed independently, when one of them needs one."""
        if len(self._innermost) == 1 or diagnosis.remedy not in ACTING:
            return diagnosis
        word = next((word for word in self._innermost if word and _objects(word, diagnosis)), None)
        return _left_to_a_person(diagnosis, word) if word else diagnosis


def _root(task: TaskFacts) -> Finding | None:
    """Return the root that a task's own error names, where only a person can help."""
    root = Weighed(text_findings([error_passage(task)])).root
    return root if root and remedy_of(root) is Remedy.PERSON else None


def _is_plain(word: Finding) -> bool:
    return word.confidence >= LEAST_TO_ACT


def _objects(word: Finding, diagnosis: Diagnosis) -> bool:
    if not _is_unexplained(word, diagnosis.cause):
        return False
    return _is_plain(word) or diagnosis.layer not in _OF_MACHINES


def _left_to_a_person(diagnosis: Diagnosis, word: Finding) -> Diagnosis:
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
