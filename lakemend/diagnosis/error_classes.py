"""Error classes that Spark, Delta, and Databricks put in brackets before a message.

The table `knowledge/error_classes.tsv` says what each means: `cause` names the root, `vague` only
the place where it happened, as of a file that could not be read. Classes that only wrap another
error, as STREAM_FAILED, are left out on purpose.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel, ConfigDict

from lakemend.diagnosis import Cause, Reason
from lakemend.diagnosis.codes import Says
from lakemend.diagnosis.matching import Finding, Place
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.voices import voice
from lakemend.knowledge import KNOWLEDGE

_TABLE = KNOWLEDGE / "error_classes.tsv"

_CONFIDENCE = {Says.CAUSE: 0.87, Says.VAGUE: 0.5}

_BRACKETED = re.compile(
    r"(?:\[|\berror ?[cC]lass[\"': =]{1,4})(?P<name>[A-Z][A-Z0-9_]{3,80})"
    r"(?:\.[A-Z0-9_]{1,80}){0,2}\b"
)


class ErrorClass(BaseModel):
    """One error class, its cause, and how much it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    cause: Cause
    says: Says

    @property
    def id(self) -> str:
        """What a reason calls it."""
        return f"class-{self.name}"

    @property
    def explanation(self) -> str:
        """What it says, in the words of its own name."""
        told = "names the cause" if self.says is Says.CAUSE else "tells where it happened"
        return f"Spark's own class of this error, {self._spelled}, {told}."

    @property
    def _spelled(self) -> str:
        return self.name.replace("_", " ").lower()


@cache
def error_classes() -> dict[str, ErrorClass]:
    """All known error classes by name."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = [ErrorClass.model_validate(row) for row in csv.DictReader(lines, delimiter="\t")]
    return {row.name: row for row in rows}


def class_findings(text: Passage) -> Iterator[Finding]:
    """Find the error classes that a text names, each once."""
    seen: set[str] = set()
    for start, line in zip(text.starts, text.lines, strict=True):
        for place in _BRACKETED.finditer(line):
            known = error_classes().get(place["name"])
            if known and known.name not in seen:
                seen.add(known.name)
                yield _finding(known, text, start + place.start("name"))


def _finding(known: ErrorClass, text: Passage, position: int) -> Finding:
    return Place(text, position, voice(text, position, position)).says(
        known.cause,
        _CONFIDENCE[known.says],
        reason=Reason(
            rule=known.id,
            where=text.where,
            quote=known.name,
            explanation=known.explanation,
        ),
    )
