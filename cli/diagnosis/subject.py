"""What is to be diagnosed offline: an evidence file or a text; neither is ever refused."""

import codecs
import json
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
    """Return the evidence, or None and why the text is not evidence."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, f"it is not JSON: {str(error)[:200]}"
    if not isinstance(value, dict):
        return None, "it is not a JSON object"
    given = cast("dict[str, Any]", value)
    run: Any = given.get("run") or {}
    if isinstance(run, dict):
        run = {"run_id": "", **cast("dict[str, Any]", run)}
    try:
        return Evidence.model_validate({**_DEFAULTS, **given, "run": run}), ""
    except (ValidationError, RecursionError) as error:
        return None, _first_problem(error)


def evidence_or_text(option: str, path: str) -> tuple[Evidence | str, str]:
    """Read an evidence file; one that is none is a text, and the second value says why."""
    text = well_formed(read_text(option, path))
    evidence, problem = parse_evidence(text)
    return (evidence, "") if evidence else (text, f"{path} is read as plain text: {problem}")


def _first_problem(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
