"""Diagnosing a stream: one JSON object per line in, one per line out, in order."""

import json
from collections.abc import Iterable
from typing import Any, BinaryIO, NoReturn, TextIO, cast

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.diagnose import diagnose_text
from lakemend.redaction import well_formed

Json = dict[str, Any]


class BadLineError(ValueError):
    """A line that is not `{"id": …, "text": "…"}`; `id` is what could be read of its id."""

    def __init__(self, problem: str, id_: Any = None) -> None:
        self.id = id_
        super().__init__(problem)


def answer_lines(source: BinaryIO, answers: TextIO) -> int:
    """Answer each line as soon as it is read, and return how many were bad; blank ones are not."""
    bad = 0
    for number, line in enumerate(_lines(source), start=1):
        if not line.strip():
            continue
        answer = _answer(line)
        if "error" in answer:
            bad += 1
            answer["line"] = number
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return bad


def _lines(source: BinaryIO) -> Iterable[str]:
    return (line.decode("utf-8-sig", "replace") for line in source)


def _answer(line: str) -> Json:
    try:
        id_, text = _parse(line)
    except BadLineError as error:
        return _undiagnosed(error.id, str(error))
    try:
        diagnosis = diagnose_text(text)
    except Exception as error:  # noqa: BLE001 one hostile text must not cost the answers of the others
        return _undiagnosed(id_, f"this text could not be diagnosed: {type(error).__name__}")
    return {"id": id_, **diagnosis.model_dump(mode="json")}


def _undiagnosed(id_: Any, error: str) -> Json:
    """Answer for a line without a diagnosis: whoever reads only the cause does nothing about it."""
    return {"id": id_, "cause": Cause.UNKNOWN, "remedy": Remedy.PERSON, "error": error}


def _parse(line: str) -> tuple[Any, str]:
    try:
        value = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadLineError(f"this is not JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise BadLineError("this is not an object with id and text")
    item = cast("Json", value)
    text = item.get("text")
    if not isinstance(text, str):
        raise BadLineError("text is not a string", item.get("id"))
    return item.get("id"), well_formed(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
