"""A name and its value as two entries: `{"name": "DB_PASSWORD", "value": "…"}`, in XML too."""

import re

from lakemend.redaction.hiding import Shape, hide
from lakemend.redaction.pieces import ASSIGNED, ENDING, QUOTES, VALUE, WORDS

_NAMED = r"\b(?:name|key|variable|property|setting|option)"
_TELLING = rf"[\w.\-]{{0,60}}?(?:{WORDS})[\w.\-]{{0,120}}"
_TELLING_NAME = rf"{QUOTES}{_TELLING}{QUOTES}"
_NEXT = rf"\s{{0,4}}[,;]?\s{{0,40}}{QUOTES}"

_NAME_FIRST = re.compile(
    rf"(?P<name>{_NAMED}{ASSIGNED}{_TELLING_NAME}{_NEXT}\bvalue{ASSIGNED}){VALUE}",
    re.IGNORECASE,
)

_VALUE_FIRST = re.compile(
    rf"(?P<name>\bvalue{ASSIGNED}\\?[\"'])(?P<value>[^\"'\\\n]{{1,500}})"
    rf"(?=\\?[\"']{_NEXT}{_NAMED}{ASSIGNED}{_TELLING_NAME})",
    re.IGNORECASE,
)

_ELEMENTS = re.compile(
    rf"(?P<name><(?:name|key)>\s{{0,20}}{_TELLING}\s{{0,20}}</\w{{3,4}}>"
    r"\s{0,40}<value>)(?P<value>[^<>]{1,4000})",
    re.IGNORECASE,
)

_ELEMENT = re.compile(
    rf"(?P<name><[\w:.\-]{{0,60}}(?:{WORDS}){ENDING}(?:\s[^<>]{{0,200}})?>)"
    r"(?P<value>[^<>\n]{1,4000})(?=</)",
    re.IGNORECASE,
)

# `"password": {"sensitive": true, "value": "…"}`, as Terraform prints its output
_INNER = re.compile(
    rf"(?P<name>{_TELLING_NAME}\s{{0,4}}:\s{{0,4}}\{{[^{{}}]{{0,200}}?"
    rf"{QUOTES}\bvalue{ASSIGNED})(?=[\"'\\]){VALUE}",
    re.IGNORECASE,
)

_SHAPES = (
    Shape(("value",), _INNER),
    Shape(("value",), _NAME_FIRST),
    Shape(("value",), _VALUE_FIRST),
    Shape(("<value>",), _ELEMENTS),
    Shape(("</",), _ELEMENT),
)


def hide_entries(text: str) -> str:
    """Hide the values whose name is an entry of its own, or the element around them."""
    return hide(text, _SHAPES)
