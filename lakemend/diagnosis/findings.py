"""Everything in the evidence that speaks for a cause, before it is weighed.

The order of trust is in the numbers: a code that names its cause stands above all but the most
exact texts, a vague one below every text that names a root.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lakemend.diagnosis import Cause, Reason
from lakemend.diagnosis.codes import (
    Says,
    TerminationCode,
    cluster_codes,
    run_code,
    run_codes,
)
from lakemend.diagnosis.error_classes import class_findings
from lakemend.diagnosis.matching import Finding, match
from lakemend.diagnosis.names import name_findings
from lakemend.diagnosis.numbers import number_findings
from lakemend.diagnosis.passages import Passage, Where, passage
from lakemend.diagnosis.voices import voice
from lakemend.evidence import Evidence, TaskFacts

_CODE_CONFIDENCE = {Says.CAUSE: 0.93, Says.VAGUE: 0.4}

# A code that a text quotes may be older than this failure. A vague one counts only where the text
# gives it as the reason: INTERNAL_ERROR is also what every failed run shows as its state.
_QUOTED_CODE = 0.97
_VAGUE_REASON = 0.7

# Logs hold yesterday's warnings as well; a state message is often only the outermost wrapper.
_TRUST = {Where.TASK_LOGS: 0.85, Where.TASK_MESSAGE: 0.95, Where.RUN_MESSAGE: 0.9}

_CODE = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,12}(?![A-Za-z0-9_])")
# Where a code is the reason of an end, in words or as the field that the API gives it in.
_REASON = re.compile(r"reason|^\W{0,12}code\W", re.IGNORECASE)
_SPOKEN_CODE = re.compile(
    r"\b[Rr]eason: ?(?P<words>[A-Z][A-Za-z]{1,30}(?: [A-Z][A-Za-z]{1,30}){1,8})"
)


def text_findings(texts: Iterable[Passage]) -> Iterator[Finding]:
    """Match the rules, and the platform's codes where a text quotes them."""
    for text in texts:
        trust = _TRUST.get(text.where, 1.0)
        for finding in (
            *match(text),
            *class_findings(text),
            *name_findings(text),
            *number_findings(text),
            *_quoted_codes(text),
        ):
            yield replace(finding, confidence=finding.confidence * trust)


def task_findings(task: TaskFacts) -> Iterator[Finding]:
    """Read one failed task: its termination code and its texts."""
    texts = (
        (Where.TASK_ERROR, task.error),
        (Where.TASK_TRACE, task.error_trace),
        (Where.TASK_LOGS, task.logs),
        (Where.TASK_MESSAGE, task.state_message),
    )
    known = run_code(task.termination_code, task.termination_type)
    yield from code_says(known, "task termination code", task_key=task.task_key)
    yield from text_findings(passage(where, text, task.task_key) for where, text in texts if text)


def error_passage(task: TaskFacts) -> Passage:
    """Read a failed task's own error and its trace as one text."""
    return passage(Where.TASK_ERROR, f"{task.error}\n{task.error_trace}", task.task_key)


def code_findings(code: str, kind: str) -> Iterator[Finding]:
    """Read the termination code of a run."""
    yield from code_says(run_code(code, kind), "run termination code")


def run_findings(evidence: Evidence) -> Iterator[Finding]:
    """Read the run's own termination code and messages."""
    run = evidence.run
    yield from code_findings(run.termination_code, run.termination_type)
    messages = (run.termination_message, run.state_message)
    yield from text_findings(passage(Where.RUN_MESSAGE, text) for text in messages if text)


def code_says(known: TerminationCode | None, where: str, task_key: str = "") -> Iterator[Finding]:
    """Yield what a termination code says by itself, if it says anything."""
    if known is None or known.says is Says.SILENT or known.cause is Cause.UNKNOWN:
        return
    yield Finding(
        cause=known.cause,
        confidence=_CODE_CONFIDENCE[known.says],
        depth=0,
        remedy=known.remedy,
        task_key=task_key,
        reason=Reason(
            rule=f"code-{known.code}", where=where, quote=known.code, explanation=known.meaning
        ),
    )


def _quoted_codes(text: Passage) -> Iterator[Finding]:
    for start, line in zip(text.starts, text.lines, strict=True):
        is_reason = bool(_REASON.search(line))
        for code, place in _codes_in(line).items():
            known = cluster_codes().get(code) or run_codes().get(code)
            if known is None or (known.says is Says.VAGUE and not is_reason):
                continue
            weight = _VAGUE_REASON if known.says is Says.VAGUE else _CODE_CONFIDENCE[Says.CAUSE]
            speaker = voice(text, start + place, start + place)
            for finding in code_says(known, text.where, text.task_key):
                confidence = weight * _QUOTED_CODE * speaker.weight
                yield replace(finding, confidence=confidence, voice=speaker)


def _codes_in(line: str) -> dict[str, int]:
    """Find what looks like a code, and where it stands first."""
    found: dict[str, int] = {}
    for code in _CODE.finditer(line):
        found.setdefault(code.group(), code.start())
    for spoken in _SPOKEN_CODE.finditer(line):
        found.setdefault(spoken["words"].upper().replace(" ", "_"), spoken.start("words"))
    return found
