"""Raw settings as people may see them: the shape and the numbers, never a secret."""

import re
from collections.abc import Mapping
from typing import Any, cast

from lakemend.redaction import HIDDEN, redact

# Under these, every value may be a secret, whatever its name says.
_OPAQUE = frozenset({"base_parameters", "parameters", "spark_env_vars"})
_TELLING = re.compile(
    r"password|passwd|passphrase|secret|token|credential|account\.key|api_?key|access_?key|private_?key",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\{\{secrets/[^{}]+\}\}")


def shown(settings: Any, name: str = "", *, opaque: bool = False) -> Any:
    """Return settings with every value hidden that is, or may be, a secret.

    References such as `{{secrets/scope/key}}` stay: they name a secret and are none.
    """
    hide = opaque or name in _OPAQUE
    if isinstance(settings, Mapping):
        mapping = cast("Mapping[str, Any]", settings)
        return {key: shown(value, key, opaque=hide) for key, value in mapping.items()}
    if isinstance(settings, list):
        entries = cast("list[Any]", settings)
        return [shown(each, name, opaque=hide) for each in entries]
    if not isinstance(settings, str):
        return settings
    if _REFERENCE.fullmatch(settings.strip()):
        return settings
    return HIDDEN if hide or _TELLING.search(name) else redact(settings)
