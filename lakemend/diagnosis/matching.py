"""Which rules a text meets, where, and how sure that makes us."""

import re
from dataclasses import dataclass
from itertools import islice

from lakemend.diagnosis import Cause, Reason, Remedy
from lakemend.diagnosis.entries import Entry
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.patterns import CompiledPattern
from lakemend.diagnosis.rules import CompiledRule, load_rules
from lakemend.diagnosis.voices import Voice, voice

# A pattern is tried on this many places of a text before we take the mention for what it is.
_PLACES = 8

_LONGEST_QUOTE = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that something in the evidence speaks for, and in whose voice.

    `is_later` is what befell a cluster when the tasks on it had failed already.
    """

    cause: Cause
    confidence: float
    depth: int
    reason: Reason
    remedy: Remedy | None = None
    voice: Voice = Voice.PLATFORM
    task_key: str = ""
    cluster_id: str = ""
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A position of a text, and who speaks there."""

    passage: Passage
    position: int
    speaker: Voice

    def says(
        self, cause: Cause, confidence: float, reason: Reason, remedy: Remedy | None = None
    ) -> Finding:
        """Return what is said here, weighed by who says it."""
        return Finding(
            cause=cause,
            confidence=confidence * self.speaker.weight,
            depth=self.passage.flat.count("caused by", 0, self.position),
            reason=reason,
            remedy=remedy,
            voice=self.speaker,
            task_key=self.passage.task_key,
        )

    def tells(self, entry: Entry, quote: str) -> Finding:
        """Return what an entry knows of the words here."""
        reason = Reason(
            rule=entry.id, where=self.passage.where, quote=quote, explanation=entry.explanation
        )
        return self.says(entry.cause, entry.confidence, reason, entry.remedy)


def match(passage: Passage) -> list[Finding]:
    """Find all rules that the passage meets, one finding per rule."""
    book = load_rules()
    possible = book.possible(passage.flat, passage.grams)
    found = (_find(book.rules[number], patterns, passage) for number, patterns in possible.items())
    return [finding for finding in found if finding]


def _find(
    compiled: CompiledRule, possible: list[CompiledPattern], passage: Passage
) -> Finding | None:
    rule = compiled.rule
    places = (_best_place(pattern, passage, quotable=rule.quotable) for pattern in possible)
    best = max((place for place in places if place), key=_audible, default=None)
    if best is None or not compiled.fits(passage):
        return None
    speaker, place = best
    return Place(passage, place.start(), speaker).tells(rule, _quote(passage, place))


def _best_place(
    pattern: CompiledPattern, passage: Passage, *, quotable: bool
) -> tuple[Voice, re.Match[str]] | None:
    """Look for a place where the failure itself speaks; fall back to a mere mention."""
    best = None
    for place in islice(pattern.expression.finditer(passage.flat), _PLACES):
        speaker = voice(passage, place.start(), place.end() - 1)
        if quotable and speaker is Voice.USER:
            speaker = Voice.ANYBODY
        if speaker is Voice.FAILURE:
            return speaker, place
        if best is None or _audible((speaker, place)) > _audible(best):
            best = (speaker, place)
    return best


def _audible(place: tuple[Voice, re.Match[str]]) -> tuple[float, bool]:
    speaker, _ = place
    return speaker.weight, speaker.may_act


def _quote(passage: Passage, place: re.Match[str]) -> str:
    first = passage.line_at(place.start())
    last = passage.line_at(max(place.end() - 1, place.start()))
    words = " ".join(passage.lines[first : last + 1])
    if len(words) > _LONGEST_QUOTE:
        start = max(place.start() - passage.starts[first] - _LONGEST_QUOTE // 4, 0)
        words = words[start : start + _LONGEST_QUOTE]
    return words
