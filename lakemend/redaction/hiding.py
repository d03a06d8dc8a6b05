"""What stands in the place of a secret, and the shapes by which one is known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = "[redacted]"


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern with the groups `name`, which stays, and `value`, which is hidden.

    It is tried only on a text that holds one of the needles, in any case: most hold none.
    """

    needles: tuple[str, ...]
    expression: re.Pattern[str]


def hide(text: str, shapes: Iterable[Shape]) -> str:
    """Hide the values of all shapes, one after another."""
    lowered = text.casefold()
    for shape in shapes:
        if any(needle in lowered for needle in shape.needles):
            text = shape.expression.sub(keep_name, text)
    return text


def keep_name(match: re.Match[str]) -> str:
    """Hide the group `value` of a match, and keep the group `name` before it."""
    hidden_already = match["value"].startswith(HIDDEN.removesuffix("]"))
    return match[0] if hidden_already else match["name"] + HIDDEN
