"""What a terminal or a page does not show, and what may stand within a name all the same."""

import re

ANSI = re.compile(r"(?:\x1b|\\x1b|\\u001b|\\033)\[[0-9;?]{0,20}[ -/]{0,4}[@-~]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def without_unseen(text: str) -> str:
    """Return the text as a person sees it."""
    plain = ANSI.sub("", text) if "[" in text else text
    return plain if plain.isascii() else _UNSEEN.sub("", plain)
