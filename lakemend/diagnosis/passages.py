"""Texts of the evidence, made ready for matching.

Stack frames and source lines are taken out: they name methods such as `checkPermission` or quote
code that was never the cause. What stays is lowered and joined by single spaces, so that a pattern
need not care where a terminal or a web page broke the line. Secrets are hidden before anything is
quoted: half of one that a quotation cut has no shape to be known by.
"""

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate

from lakemend.diagnosis import Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.needles import GRAM
from lakemend.redaction import redact, trim, well_formed
from lakemend.redaction.unseen import ANSI

# Of a text longer than this only head and tail are read; the longest traces are shorter.
_LONGEST_READ = 250_000

# What the rules see of it once frames and repeated lines are gone; real failures need far less.
_LONGEST_TEXT = 20_000

# So much of it is redacted: what stands beside the first cut is gone after the second.
_LONGEST_REDACTED = 22_000


class Where(StrEnum):
    """Where in the evidence a text stood; `text` is a bare text without evidence."""

    TASK_ERROR = "task_error"
    TASK_TRACE = "task_trace"
    TASK_LOGS = "task_logs"
    TASK_MESSAGE = "task_message"
    RUN_MESSAGE = "run_message"
    CLUSTER_MESSAGE = "cluster_message"
    CLUSTER_EVENT = "cluster_event"
    LIBRARY_MESSAGE = "library_message"
    PIPELINE_EVENT = "pipeline_event"
    WAREHOUSE_HEALTH = "warehouse_health"
    TEXT = "text"


_ESCAPED_BREAK = re.compile(r"(?:\\{1,8}r)?\\{1,8}n(?:\\{1,8}t)?|\\{1,8}t(?=at )")
# What notebooks and web pages wrap an error in.
_TAG = re.compile(r"</?(?:span|div|pre|font|br)(?:\s[^<>]{0,300})?/?>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_NUMBER = re.compile(r"\d+")
_FRAME = re.compile(r"\s*(?:at [\w.$/<>@]+\(|\.\.\. \d+ (?:more|common frames))|[\^~\s]+$")
# The first frame of a database's driver is kept, for it tells whose connection it was; that of an
# executor's task runner tells whose memory it was.
_TELLING_FRAME = re.compile(
    r"\s*at (?P<owner>org\.apache\.spark\.executor\.Executor\$TaskRunner"
    r"|com\.mysql|org\.mariadb|org\.postgresql|com\.microsoft\.sqlserver"
    r"|oracle\.(?:jdbc|net)|com\.ibm\.db2|com\.mongodb|net\.snowflake|com\.amazon\.redshift"
    r"|com\.datastax|com\.sap\.db|com\.teradata|com\.clickhouse)\."
)
_PYTHON_FRAME = re.compile(r"\s*File \"[^\"]{0,400}\", line \d+")
# A frame of a notebook or of a file of the workspace; a library's own files lie elsewhere.
_OWN_FRAME = re.compile(
    r"(?:<(?:command|ipython-input|cell)\b|/Workspace/|\.ipynb\b)(?!.*-packages/)"
)
_RAISE = re.compile(r"\s*(?:-{2,}> ?\d{1,6})?\s*raise\b")


@dataclass(frozen=True, slots=True)
class Passage:
    """One text: its lines as a person would read them, and `flat`, which the rules match.

    `grams` are all pieces of `flat` of the length `GRAM`, to tell quickly which rules may match.
    `raised` are the lines of exceptions that the user's own code raised with `raise`.
    """

    where: Where
    task_key: str
    lines: tuple[str, ...]
    flat: str
    starts: tuple[int, ...]
    grams: frozenset[str]
    raised: frozenset[str]

    def line_at(self, position: int) -> int:
        """Return the number of the line that holds this position of `flat`."""
        return max(bisect_right(self.starts, position) - 1, 0)


def passage(where: Where, text: str, task_key: str = "") -> Passage:
    """Bound, clean, and flatten one text; works on any string."""
    cleaned = _clean(trim(well_formed(text), _LONGEST_READ))
    telling = _telling_lines(cleaned)
    lines = _shown(telling)
    lowered = [_lower(line) for line in lines]
    starts = tuple(accumulate((len(line) + 1 for line in lowered), initial=0))[: len(lines)]
    flat = _own_words().sub(lambda found: "_" * len(found[0]), " ".join(lowered))
    grams = {flat[at : at + GRAM] for at in range(len(flat) - GRAM + 1)}
    raised = {redact(line) for line in _raised(cleaned).intersection(telling)}
    return Passage(where, task_key, lines, flat, starts, frozenset(grams), frozenset(raised))


@cache
def _own_words() -> re.Pattern[str]:
    """Match our own names of causes and playbooks: nobody but us, or an attacker, writes them."""
    table = cause_table()
    acting = (cause for cause in table if table[cause].remedy in {Remedy.RETRY, Remedy.CHANGE})
    causes = {str(cause) for cause in acting if "_" in cause}
    playbooks = {facts.error_type.lower() for facts in table.values() if facts.error_type}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(causes | playbooks))})(?!\w)")


def _clean(text: str) -> str:
    text = ANSI.sub("", text)
    if "\\" in text:
        text = _ESCAPED_BREAK.sub("\n", text)
    if "&" in text:
        text = html.unescape(text)
    if "</" in text:
        text = _TAG.sub("", text)
    return _CONTROL.sub(" ", text.replace("\r", "\n"))


def _shown(lines: list[str]) -> tuple[str, ...]:
    """Hide secrets, and cut the middle out of lines that are too long together."""
    if not lines:
        return ()
    redacted = redact(trim("\n".join(lines), _LONGEST_REDACTED))
    return tuple(trim(redacted, _LONGEST_TEXT).split("\n"))


def _telling_lines(text: str) -> list[str]:
    """Drop frames, source lines, and lines that differ from an earlier one only in numbers.

    Of the frames that tell whose they are the first one stays.
    """
    lines: dict[str, str] = {}
    source_line = False
    for line in text.split("\n"):
        if not line or line.isspace():
            continue
        if _PYTHON_FRAME.match(line):
            source_line = True
        elif source_line and line.startswith("    "):
            source_line = False
        elif telling := _TELLING_FRAME.match(line):
            lines.setdefault(telling["owner"], line.strip())
        elif not _FRAME.match(line):
            source_line = False
            shown = " ".join(line.split())
            lines.setdefault(_NUMBER.sub("0", shown), shown)
    return list(lines.values())


def _raised(text: str) -> set[str]:
    """Find the exceptions whose innermost frame is a `raise` in the user's own code."""
    if "raise" not in text:
        return set()
    raised: set[str] = set()
    is_own = is_raised = False
    for line in text.split("\n"):
        if _PYTHON_FRAME.match(line) or _OWN_FRAME.search(line):
            is_own, is_raised = bool(_OWN_FRAME.search(line)), False
        elif _RAISE.match(line):
            is_raised = is_own
        elif is_raised and line[:1].isalpha():
            raised.add(" ".join(line.split()))
            is_raised = False
    return raised


def _lower(line: str) -> str:
    """Lower a line without changing its length (a few letters become two when lowered)."""
    lowered = line.lower()
    if len(lowered) == len(line):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in line)
