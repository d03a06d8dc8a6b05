"""What all knowledge about texts has, whether it is a rule, a name, or a number of an error."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.passages import Passage, Where
from lakemend.diagnosis.patterns import Pattern, compile_pattern


class Entry(BaseModel):
    """One piece of knowledge as written.

    `confidence` is how surely it names the root cause. It counts at the places of `where`, or at
    all if there are none; `unless` takes it back when any of its patterns occurs in the same text.
    `remedy` overrides the cause's. `examples` are real messages, and its tests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    cause: Cause
    confidence: float = Field(gt=0, le=1)
    explanation: str = Field(min_length=10)
    where: tuple[Where, ...] = ()
    unless: tuple[Pattern, ...] = ()
    remedy: Remedy | None = None
    examples: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _examples_differ(self) -> Self:
        if len(set(self.examples)) != len(self.examples):
            raise ValueError("the same example twice")
        return self

    def counts_in(self, text: Passage) -> bool:
        """Tell whether it may speak in this text: a bare text is every place."""
        if self.where and text.where not in (*self.where, Where.TEXT):
            return False
        return not any(compile_pattern(pattern).occurs_in(text.flat) for pattern in self.unless)
