"""What is to be diagnosed offline: an evidence file or a text; neither is ever refused."""

import codecs
import json
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from pydantic import ValidationError

from cli.problems import BadInputError
from lakemend.evidence import Evidence
from lakemend.redaction import well_formed

STANDARD_INPUT = "-"

# What a file written by hand may leave out.
_DEFAULTS: dict[str, Any] = {"workspace": "offline", "read_at": "1970-01-01T00:00:00Z"}

# With one of these, a JSON object is meant as evidence.
_TELLING = frozenset({"run", "tasks", "clusters", "resource", "read_at"})

# A file that was cut is no JSON any more, and its beginning tells what it was.
_CUT_EVIDENCE = re.compile(
    rf"\s{{0,100}}\{{[\s\S]{{0,2000}}?\"(?:{'|'.join(sorted(_TELLING))})\"\s{{0,4}}:\s{{0,4}}[\[{{\"]"
)

# One that lost its beginning is told by names that only evidence has: other texts quote JSON too.
_OWN_NAMES = re.compile(
    r"\"(?:(?:read_at|unread|recent_runs|earlier_attempts|changed_code|changed_settings|linked_runs"
    r"|lost_runs|nested_run_id)\"\s{0,4}:\s{0,4}[\[{\"nft]"
    r"|compute\"\s{0,4}:\s{0,4}\{\s{0,40}\"kind\")"
)


@contextmanager
def opened(option: str, path: str) -> Generator[BinaryIO]:
    """Open a file, or standard input for `-`; raises BadInputError."""
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as source:
            yield source
    except OSError as error:
        remedy = "Name a file that can be read, or - for standard input."
        raise BadInputError(option, path, error.strerror or str(error), remedy) from error


def read_text(option: str, path: str) -> str:
    """Read UTF-8, or the UTF-16 that some terminals write; what is neither is replaced."""
    with opened(option, path) as source:
        content = source.read()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def parse_evidence(text: str) -> tuple[Evidence | None, str]:
    """Return the evidence, or None for what is not meant as such; and what is wrong with it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = f"it is not JSON: {str(error)[:200]}"
        return (_unreadable(problem) if _is_cut(text) else None), problem
    if not isinstance(value, dict):
        return None, "it is not a JSON object"
    written = cast("dict[str, Any]", value)
    try:
        given = cast("dict[str, Any]", _without_nulls(written))
        return _validated({**_DEFAULTS, **given}), ""
    except (ValidationError, RecursionError) as error:
        problem = _first_problem(error)
        return (_unreadable(problem) if _TELLING.intersection(written) else None), problem


def evidence_or_text(option: str, path: str) -> tuple[Evidence | str, str]:
    """Read an evidence file; one that is none is a text, and the second value says why."""
    text = well_formed(read_text(option, path))
    evidence, problem = parse_evidence(text)
    if evidence is None:
        return text, f"{path} is read as plain text: {problem}"
    note = f"{path} is not valid evidence, so it names no cause: {problem}" if problem else ""
    return evidence, note


def _is_cut(text: str) -> bool:
    """Whether a text that is no JSON was evidence before its end or its beginning was cut off."""
    return bool(_CUT_EVIDENCE.match(text) or _OWN_NAMES.search(text))


def _validated(given: dict[str, Any]) -> Evidence:
    """Validate it; ids may be numbers, as the platform writes them, or missing.

    Tasks without a key are told apart by their place: two of them are no one task.
    """
    try:
        return Evidence.model_validate(given)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            _mend(given, each["loc"], each["type"], each["input"])
        return Evidence.model_validate(given)


def _mend(given: Any, loc: tuple[int | str, ...], kind: str, value: Any) -> None:
    *way, last = loc
    is_number = kind == "string_type" and type(value) in {int, float}
    name = {"run_id": "", "task_key": f"task {way[-1]}" if way else ""}.get(str(last))
    if not is_number and (kind != "missing" or name is None):
        return
    for step in way:
        given = given[step]
    given[last] = str(value) if is_number else name


def _without_nulls(value: Any) -> Any:
    """Leave out what is null: to say nothing of a field is to leave it out."""
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _without_nulls(each) for name, each in named.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in cast("list[Any]", value) if each is not None]
    return value


def _unreadable(problem: str) -> Evidence:
    """Return evidence of nothing, which names no cause: its JSON is no text that anybody said."""
    unread = {"what": "the evidence file", "why": problem}
    return Evidence.model_validate({**_DEFAULTS, "unread": [unread]})


def _first_problem(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
