"""Where in a scenario file a field stands."""

from collections.abc import Sequence

import yaml


def line_of(root: yaml.Node | None, location: Sequence[int | str]) -> int:
    """Return the line of a field, or of the nearest parent that the file has."""
    node, line = root, root.start_mark.line if root else 0
    for part in location:
        node = _child(node, part)
        if node is None:
            break
        line = node.start_mark.line
    return line + 1


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part]
    if isinstance(node, yaml.MappingNode):
        # of a key that stands there twice the last one counts
        return next((value for key, value in reversed(node.value) if key.value == part), None)
    return node if part == 0 else None  # one failure may stand where a list may
