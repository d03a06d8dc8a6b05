"""The public names of errors of languages, clouds, and platforms (`knowledge/names/*.yaml`)."""

from functools import cache

from pydantic import Field, TypeAdapter

from lakemend.diagnosis.entries import Entry
from lakemend.knowledge import KNOWLEDGE, read_yaml

_NAMES = KNOWLEDGE / "names"


class KnownNames(Entry):
    """Names that say the same; the cause `unknown` is for those that only carry another error."""

    names: tuple[str, ...] = Field(min_length=1)


@cache
def known_names() -> dict[str, KnownNames]:
    """All names of the tables; a name in two of them is an error."""
    names: dict[str, KnownNames] = {}
    for file in sorted(_NAMES.glob("*.yaml")):
        raw = read_yaml(file)
        for row in TypeAdapter(list[KnownNames]).validate_python(raw):
            if twice := names.keys() & set(row.names):
                raise ValueError(f"{file.name}: names used twice: {sorted(twice)}")
            names.update(dict.fromkeys(row.names, row))
    return names
