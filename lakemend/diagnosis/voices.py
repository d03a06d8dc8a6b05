"""Who speaks in a text: the failure itself, a log line beside it, or somebody who quotes.

All that reads a text asks here, and weighs what it found by the answer. What only mentions a cause
may name it to a person, and never acts (`acting.py`).
"""

import re
from enum import StrEnum
from functools import lru_cache

from lakemend.diagnosis.headings import Heading, headings
from lakemend.diagnosis.passages import Passage


class Voice(StrEnum):
    """Who speaks.

    platform: a code or state, which is no text; failure: the failure itself; anybody: the message
    of an exception that any program may raise; remark: a log line below warning that speaks of a
    failure; log: any other such line; beside: what was logged or printed before an exception that
    ended it and is about something else; user: the message of an exception that the user's own
    code raised, which may quote anything; guess: what a message lists as possible causes, or tells
    its reader to answer.
    """

    PLATFORM = "platform"
    FAILURE = "failure"
    ANYBODY = "anybody"
    REMARK = "remark"
    BESIDE = "beside"
    LOG = "log"
    USER = "user"
    GUESS = "guess"

    @property
    def weight(self) -> float:
        """What is left of a finding's confidence in this voice."""
        return _WEIGHT[self]

    @property
    def may_act(self) -> bool:
        """Whether what it names may be acted upon, and not only told."""
        return self in _ACTING


_WEIGHT = {
    Voice.PLATFORM: 1.0,
    Voice.FAILURE: 1.0,
    Voice.ANYBODY: 1.0,
    Voice.REMARK: 0.75,
    Voice.BESIDE: 0.34,
    Voice.LOG: 0.3,
    Voice.USER: 0.3,
    Voice.GUESS: 0.3,
}
_ACTING = frozenset({Voice.PLATFORM, Voice.FAILURE, Voice.REMARK})

_LOG_LINE = re.compile(
    r"^[^a-z]{0,40}(?:\S{0,40}\s){0,4}?\W?"
    r"(?:(?:INFO|DEBUG|TRACE|FINE|NOTICE)(?![A-Z_])|[\[=\"](?:info|debug|trace)\b)"
    r"(?!.{0,40}\b(?i:error)\b)"
    r"|^.{0,120}?(?i:\blevel[\"']?\s?[=:]\s?[\"']?(?:info|debug|trace)\b)"
    r"|^I\d{4} \d\d:\d\d"
)
# How a container or application ended is told by YARN in lines of any level.
_END_OF_A_CONTAINER = re.compile(r"\b[Dd]iagnostics: \S|[Cc]ontainer marked as failed")
_LOUD_LINE = re.compile(
    r"^[^a-z]{0,40}(?:\S{0,40}\s){0,4}?\W?(?:WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE)\b"
    r"|^.{0,120}?(?i:\blevel[\"']?\s?[=:]\s?[\"']?(?:warn|warning|error|fatal|critical)\b)"
    r"|^[WEF]\d{4} \d\d:\d\d|^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d "
)
# What follows such words up to the sentence's end is a guess of the message's author.
_GUESS = re.compile(
    r"\b(?:can|could|may|might) (?:be (?:caused by|due to|because of)|happen (?:if|when|because))\b"
    r"|possible (?:cause|reason)s?\b"
)
_LONGEST_GUESS = 300
_FAILURE = re.compile(
    r"failed\b|\b(?:failure|errno|killed|lost|aborted|fatal|denied|no such|conflicting|unhealthy)\b"
    r"|\b(?:interruption|preempted|evicted|reclaimed)\b"
    r"|\bdiagnostics:"
    r"|(?:exception|error)\b|\bexit(?:ed| ?status| ?code)\b|\bbeyond .{1,40}limit"
    r"|\b(?:status|code|httprequest)[:= ]{1,2}[45]\d\d\b"
)
_USER_EXCEPTION = re.compile(
    r"^\W{0,12}(?:e\s+)?(?:[\w.]{1,80}\.)?(?:valueerror|keyerror|indexerror|assertionerror"
    r"|typeerror|attributeerror|nameerror|zerodivisionerror|lookuperror|stopiteration"
    r"|notimplementederror|java\.lang\.assertionerror)\s?:"
)
_EXCEPTION_MESSAGE = re.compile(
    r"^\W{0,12}[\w.$]{0,80}(?:exception|error)\s?:(?P<message>[^{]{0,2000})"
)
_QUOTATION = re.compile(r"(?<=[a-z] )(['\"`])(?!\1)[^'\"`]{8,600}\1(?!\w)")
# What tells a reader what to answer is no failure's own word.
_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your ){0,2}(?:previous|prior|above|earlier)\b"
    r"|\byou (?:must|should|will|are to) (?:now )?(?:answer|classify|diagnose|respond|say)\b",
    re.IGNORECASE,
)
_HANDLED = "During handling of the above exception"
_BEFORE_A_NAME = re.compile(r"^\W{0,12}(?:E\s+|Caused by: |Exception in thread .{0,60}? )?")


def voice(passage: Passage, first: int, last: int) -> Voice:
    """Tell who speaks between two positions of `passage.flat`."""
    number = passage.line_at(first)
    start = passage.starts[number]
    line = passage.flat[start : start + len(passage.lines[number])]
    if is_plain_log(passage.lines[number]):
        return Voice.REMARK if _FAILURE.search(line) else Voice.LOG
    if _is_guessed(passage.flat, first) or _tells_its_reader(passage.lines[number]):
        return Voice.GUESS
    if _USER_EXCEPTION.match(line) or _is_quoted(line, first - start, last - start):
        return Voice.USER
    if number in _beside(passage.lines):
        return Voice.BESIDE
    if _is_anybodys(passage, first, last):
        return Voice.ANYBODY
    return Voice.FAILURE


def is_own_exception(line: str) -> bool:
    """Tell whether a line is an exception that the user's own code raised."""
    return bool(_USER_EXCEPTION.match(line.lower()))


def is_plain_log(line: str) -> bool:
    """Tell whether a line is a log line below warning."""
    return bool(_LOG_LINE.match(line)) and not _END_OF_A_CONTAINER.search(line)


@lru_cache(maxsize=512)
def _tells_its_reader(line: str) -> bool:
    """Tell whether a line tells its reader what to answer."""
    return bool(_ADDRESSED.search(line))


def _is_anybodys(passage: Passage, first: int, last: int) -> bool:
    """Tell whether the words end in the message of an exception that anybody may raise."""
    number = passage.line_at(last)
    if passage.lines[number] in passage.raised:
        return True
    start = passage.starts[number]
    names = headings(passage.lines[number])
    if any(_covers(name, first - start, last - start) for name in names):
        return False
    before = [name for name in names if name.end <= last - start]
    return before[-1].is_anybodys if before else number in _continued(passage.lines)


def _covers(name: Heading, first: int, last: int) -> bool:
    """Tell whether the words are the name of an exception that a platform vouches for."""
    return name.start <= last <= name.end and first <= name.end and not name.is_anybodys


@lru_cache(maxsize=16)
def _continued(lines: tuple[str, ...]) -> frozenset[int]:
    """Return the lines that go on with the message of an exception that anybody may raise."""
    found: set[int] = set()
    is_anybodys = False
    for number, line in enumerate(lines):
        names = headings(line)
        if names or _LOUD_LINE.match(line):
            is_anybodys = bool(names) and names[-1].is_anybodys
        elif is_anybodys:
            found.add(number)
    return frozenset(found)


@lru_cache(maxsize=16)
def _beside(lines: tuple[str, ...]) -> frozenset[int]:
    """Return the lines that stand beside the exception that ended it, if that speaks for itself."""
    last = _last_word(lines)
    if last is None:
        return frozenset()
    if _is_a_persons(lines[last]):
        handled = (number for number in range(last) if _HANDLED in lines[number])
        return _asides(lines, max(handled, default=0)) - {last}
    name = _heads(lines[last])
    return _asides(lines, 0) - {last} if name and name.is_anybodys else frozenset()


def _asides(lines: tuple[str, ...], handled: int) -> frozenset[int]:
    """Return log lines, what was printed before any exception, and exceptions that were handled."""
    first = next((number for number, line in enumerate(lines) if _heads(line)), 0)
    return frozenset(
        number
        for number, line in enumerate(lines)
        if number < max(first, handled) or _LOUD_LINE.match(line)
    )


def _last_word(lines: tuple[str, ...]) -> int | None:
    """Return the line of the exception that ended it; a logged one where no other is shown."""
    raised = (number for number, line in enumerate(lines) if _heads(line) or is_own_exception(line))
    logged = (number for number, line in enumerate(lines) if headings(line))
    return max(raised, default=max(logged, default=None))


def _is_a_persons(line: str) -> bool:
    """Tell whether a line's exception is the user's own, or is one that needs a person."""
    return is_own_exception(line) or any(name.needs_a_person for name in headings(line)[:1])


def _heads(line: str) -> Heading | None:
    """Return the name that a line begins with."""
    before = _BEFORE_A_NAME.match(line)
    return next((name for name in headings(line) if before and name.start <= before.end()), None)


def _is_guessed(flat: str, first: int) -> bool:
    """Tell whether the sentence before this position lists what the cause may have been."""
    sentence = max(flat.rfind(". ", 0, first), first - _LONGEST_GUESS, 0)
    return bool(_GUESS.search(flat, sentence, first))


def _is_quoted(line: str, first: int, last: int) -> bool:
    """Tell whether one of the positions lies inside quotation marks in an exception's message."""
    message = _EXCEPTION_MESSAGE.match(line)
    if not message:
        return False
    quotations = _QUOTATION.finditer(line, message.start("message"), message.end("message"))
    return any(
        quotation.start() < position < quotation.end()
        for quotation in quotations
        for position in (first, last)
    )
