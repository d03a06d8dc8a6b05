"""Plain texts that a regular expression cannot match without.

Looking for plain text is many times faster than running an expression, so a text is first asked for
these. The answer may be weaker than the expression, never stronger.
"""

import re
from itertools import pairwise

_OPTIONAL = re.compile(r"\?|\{0?,|\{0\}")
_REPEAT = re.compile(r"\?|\{\d*(?:,\d*)?\}")
_GROUP_HEAD = re.compile(r"\((?:\?:|\?P<\w+>)?")
_LOOKAROUND = re.compile(r"\(\?<?[=!]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
# Shorter texts occur everywhere, and texts of this length can be looked up in a set.
GRAM = 3


def needles(pattern: str) -> frozenset[str]:
    """Return plain texts of which at least one is in every match; empty when there are none."""
    found: set[str] = set()
    for branch in _branches(pattern):
        best = _best_of(branch)
        if not best:
            return frozenset()
        found |= best
    return frozenset(needle for needle in found if not _covered(needle, found))


def _covered(needle: str, others: set[str]) -> bool:
    """Tell whether a shorter needle is found wherever this one is."""
    return any(other != needle and other in needle for other in others)


def _best_of(branch: str) -> frozenset[str]:
    """Choose the demand that is hardest to meet: the one whose shortest text is longest."""
    demands = [frozenset({text}) for text in _texts(branch)]
    demands += [needles(inner) for inner in _groups(branch)]
    strong = [demand for demand in demands if demand and _shortest(demand) >= GRAM]
    return max(
        strong, key=lambda demand: (_shortest(demand), -len(demand)), default=frozenset[str]()
    )


def _shortest(demand: frozenset[str]) -> int:
    return min(len(needle) for needle in demand)


def _pieces(pattern: str) -> list[str]:
    """Split into groups, classes, escapes, repeats, and single characters."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        end = _piece_end(pattern, at)
        pieces.append(pattern[at:end])
        at = end
    return pieces


def _piece_end(pattern: str, at: int) -> int:
    if pattern[at] == "\\":
        return at + 2
    if pattern[at] == "(":
        return _group_end(pattern, at)
    bounded = (_CLASS if pattern[at] == "[" else _REPEAT).match(pattern, at)
    return bounded.end() if bounded else at + 1


def _group_end(pattern: str, at: int) -> int:
    at += 1
    while at < len(pattern) and pattern[at] != ")":
        at = _piece_end(pattern, at)
    return at + 1


def _branches(pattern: str) -> list[str]:
    branches = [""]
    for piece in _pieces(pattern):
        if piece == "|":
            branches.append("")
        else:
            branches[-1] += piece
    return branches


def _texts(branch: str) -> list[str]:
    texts = [""]
    for piece, after in pairwise([*_pieces(branch), ""]):
        plain = _plain(piece)
        if plain and not _REPEAT.match(after):
            texts[-1] += plain
        else:
            texts.append("")
    return texts


def _plain(piece: str) -> str:
    if len(piece) == 1:
        return "" if piece in ".^$|?" else piece
    escaped = piece[0] == "\\" and not piece[1].isalnum()
    return piece[1] if escaped else ""


def _groups(branch: str) -> list[str]:
    return [
        piece[head.end() : -1]
        for piece, after in pairwise([*_pieces(branch), ""])
        if (head := _GROUP_HEAD.match(piece))
        and not _LOOKAROUND.match(piece)
        and not _OPTIONAL.match(after)
    ]
