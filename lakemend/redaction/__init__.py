"""What leaves an activity is bounded and holds no secrets.

`redact` looks for the shapes of secrets, not for secrets it knows: values beside a telling name,
credentials inside addresses and headers, tokens with a documented prefix, keys. It would rather
hide a harmless value than show a live one. Every pattern runs in linear time: each repeat is
bounded, and none stands beside another that can match the same character.
"""

from lakemend.redaction.addresses import hide_credentials
from lakemend.redaction.bounds import trim, well_formed
from lakemend.redaction.conf_lines import hide_conf_lines
from lakemend.redaction.entries import hide_entries
from lakemend.redaction.hiding import HIDDEN
from lakemend.redaction.logins import hide_logins
from lakemend.redaction.pairs import hide_values, is_telling
from lakemend.redaction.tokens import hide_tokens
from lakemend.redaction.unseen import without_unseen

__all__ = ["HIDDEN", "excerpt", "is_telling", "redact", "trim", "well_formed"]

_KINDS = (hide_tokens, hide_credentials, hide_logins, hide_entries, hide_conf_lines, hide_values)

# So much is redacted that what stands beside the first cut is gone after the second.
_REDACTED_OF_LIMIT = 8


def redact(text: str) -> str:
    """Hide tokens, keys, passwords, and signatures; the names before them stay readable.

    What a terminal does not show is left out where it stands between us and a secret.
    """
    plain = without_unseen(text)
    if plain != text and (redacted := _hide_all(plain)) != plain:
        return redacted
    return _hide_all(text)


def excerpt(text: str, limit: int) -> str:
    """Return the beginning; half of a secret has no shape, so it is redacted before it is cut."""
    return redact(text[: limit * _REDACTED_OF_LIMIT])[:limit]


def _hide_all(text: str) -> str:
    for kind in _KINDS:
        text = kind(text)
    return text
