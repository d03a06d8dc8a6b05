"""When a job's settings may go back to those that worked; a hint that one is wrong takes none back.

Only settings that our records hold whole can go back.
"""

from collections.abc import Iterable

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.acting import LEAST_TO_ACT
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.voices import Voice
from lakemend.evidence import Evidence


def roll_back(diagnosis: Diagnosis, findings: Iterable[Finding], evidence: Evidence) -> Diagnosis:
    """Roll back if the failure says plainly that a setting is wrong, and nothing else."""
    if diagnosis.cause is not Cause.CONFIG_INVALID or diagnosis.alternatives:
        return diagnosis
    if diagnosis.confidence < LEAST_TO_ACT or not evidence.succeeded_with_other_settings:
        return diagnosis
    if not _refuses_a_setting(findings):
        return diagnosis
    return diagnosis.model_copy(update={"remedy": Remedy.CHANGE})


def _refuses_a_setting(findings: Iterable[Finding]) -> bool:
    """Tell whether the plainest word may act, and is no rule that says that no setting helps."""
    words = [found for found in findings if found.cause is Cause.CONFIG_INVALID]
    plainest = max(words, key=lambda found: found.confidence, default=None)
    if plainest is None or plainest.confidence < LEAST_TO_ACT:
        return False
    may_help = plainest.voice is Voice.PLATFORM or plainest.remedy is not Remedy.PERSON
    return plainest.voice.may_act and may_help
