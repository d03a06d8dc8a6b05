"""What stands in the place of a secret."""

import re

HIDDEN = "[redacted]"


def keep_name(match: re.Match[str]) -> str:
    """Hide the group `value` of a match, and keep the group `name` before it."""
    hidden_already = match["value"].startswith(HIDDEN.removesuffix("]"))
    return match[0] if hidden_already else match["name"] + HIDDEN
