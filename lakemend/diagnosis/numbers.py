"""What a numbered error says: `ORA-12541`, `Error Number:40613`, `SQLSTATE: 42501`, `[Errno 28]`.

`knowledge/numbers/*.yaml` hold the public numbers by the system that gives them: how it writes them
in a message, and what they mean. Numbers that only carry another error, as ORA-06512 (a line of the
stack), are left out on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from lakemend.diagnosis.entries import Entry
from lakemend.diagnosis.matching import Finding, Place
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.patterns import CompiledPattern, Pattern, compile_pattern
from lakemend.diagnosis.voices import voice
from lakemend.knowledge import KNOWLEDGE, read_yaml

_FOLDER = KNOWLEDGE / "numbers"

# The first two characters of a SQLSTATE are its class, which is written as `08*` in the table.
_CLASS = 2


class Meaning(Entry):
    """Numbers that say the same, and how surely they name the root.

    `codes` is a list with spaces: single codes, ranges (`12150-12170`), and classes (`08*`).
    """

    codes: str = Field(min_length=1)

    def each_code(self) -> Iterator[str]:
        """Yield every code as the system writes it, ranges one by one."""
        for code in self.codes.lower().split():
            first, _, last = code.partition("-")
            if first and last:
                yield from (f"{n:0{len(first)}}" for n in range(int(first), int(last) + 1))
            else:
                yield code


class System(BaseModel):
    """One system with numbered errors; `written` are patterns whose first group is the number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    written: tuple[Pattern, ...] = Field(min_length=1)
    meanings: tuple[Meaning, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A system ready to be looked up."""

    system: str
    written: tuple[CompiledPattern, ...]
    meanings: dict[str, Meaning]

    @property
    def examples(self) -> tuple[str, ...]:
        """The real messages of all its meanings."""
        meanings = dict.fromkeys(self.meanings.values())
        return tuple(example for meaning in meanings for example in meaning.examples)

    def meaning(self, code: str) -> Meaning | None:
        """Look up a code, or else its class."""
        return self.meanings.get(code) or self.meanings.get(f"{code[:_CLASS]}*")


@cache
def number_tables() -> tuple[NumberTable, ...]:
    """Read all tables once; a number that one system gives two meanings is an error."""
    systems = TypeAdapter(list[System])
    return tuple(
        _table(system)
        for file in sorted(_FOLDER.glob("*.yaml"))
        for system in systems.validate_python(read_yaml(file))
    )


def number_findings(text: Passage) -> Iterator[Finding]:
    """Find the numbered errors of a text, each number of a system once."""
    for table in number_tables():
        seen: set[str] = set()
        for code, position in _numbers(table, text.flat):
            meaning = table.meaning(code)
            if meaning and code not in seen and meaning.counts_in(text):
                seen.add(code)
                place = Place(text, position, voice(text, position, position))
                yield place.tells(meaning, f"{table.system} {code}")


def _numbers(table: NumberTable, flat: str) -> Iterator[tuple[str, int]]:
    for pattern in table.written:
        if any(needle in flat for needle in pattern.needles):
            for place in pattern.expression.finditer(flat):
                yield place[1], place.start(1)


def _table(system: System) -> NumberTable:
    meanings: dict[str, Meaning] = {}
    for meaning in system.meanings:
        codes = list(meaning.each_code())
        if twice := meanings.keys() & set(codes):
            raise ValueError(f"{system.system}: numbers used twice: {sorted(twice)}")
        meanings.update(dict.fromkeys(codes, meaning))
    written = tuple(compile_pattern(pattern) for pattern in system.written)
    return NumberTable(system.system, written, meanings)
