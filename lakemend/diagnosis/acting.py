"""Whether a diagnosis may act, decided in this one place: naming a cause is not enough.

A wrong diagnosis that acts is worse than none. So only what the platform or the failure itself says
may act.
"""

from collections.abc import Sequence

from lakemend.diagnosis import Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.voices import Voice

ACTING = frozenset({Remedy.RETRY, Remedy.CHANGE})

# Words that say less are a hint: they name the topic to a person.
LEAST_TO_ACT = 0.5


def remedy_of(finding: Finding) -> Remedy:
    """Return what the finding by itself asks for."""
    return finding.remedy or cause_table()[finding.cause].remedy


def may_act(finding: Finding) -> bool:
    """Tell whether a finding by itself is said plainly enough to act upon.

    A rule that gives its own remedy has been thought about, however little its words say.
    """
    if remedy_of(finding) not in ACTING or not finding.voice.may_act:
        return False
    is_plain = finding.confidence >= LEAST_TO_ACT or finding.remedy is not None
    return is_plain or finding.voice is Voice.PLATFORM


def decided(standing: Sequence[Finding]) -> Remedy:
    """Decide upon the remedy for the first of the findings, which is the root."""
    root = standing[0]
    if remedy_of(root) not in ACTING:
        return remedy_of(root)
    same = [found for found in standing if found.cause is root.cause]
    if any(_asks_for_a_person(found) for found in same):
        return Remedy.PERSON
    speaks = next((found for found in same if may_act(found)), None)
    return remedy_of(speaks) if speaks else Remedy.PERSON


def _asks_for_a_person(found: Finding) -> bool:
    """Tell whether a code or a rule knows why neither a repeat nor a change would help."""
    is_plain = found.confidence >= LEAST_TO_ACT or found.voice is Voice.PLATFORM
    return found.remedy is Remedy.PERSON and is_plain
