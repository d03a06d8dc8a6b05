"""Evidence as a file: secrets were hidden when it was read, names of people are left out here."""

import json
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from cli.problems import BadInputError
from lakemend.evidence import Evidence

_DOMAIN = r"[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}"

# Not what follows `//`: `abfss://container@account` is a place.
_MAIL = re.compile(
    rf"(?<![\w.%+\-])(?<!//)[\w.%+\-]{{1,64}}@{_DOMAIN}"
    # encoded for an address
    r"|(?:(?<=%[0-9A-Fa-f]{2})|(?<![\w.%+\-]))(?<!//)(?<!%2F%2F)(?<!%2f%2f)"
    rf"(?:[\w.+\-]|%2B){{1,64}}%40{_DOMAIN}"
)
_SOMEBODY = "somebody@example.com"
_SOMEWHERE = "workspace.example.com"
_HIDDEN = {"creator": "", "run_page_url": ""}


def shareable(evidence: Evidence) -> Evidence:
    """Leave out who made the run and where its workspace is, in texts too; no rule needs them."""
    nested = tuple(
        each.model_copy(update={"run": each.run.model_copy(update=_HIDDEN)})
        for each in evidence.nested
    )
    run = evidence.run.model_copy(update=_HIDDEN)
    bare = evidence.model_copy(update={"run": run, "nested": nested})
    host = _host(evidence.run.run_page_url)
    return Evidence.model_validate(_unnamed(bare.model_dump(mode="json"), host))


def _host(url: str) -> str:
    """Return the host of an address; without a dot or a port it may be any word, and is empty."""
    try:
        host = urlsplit(url).netloc
    except ValueError:
        return ""
    return host if "." in host or ":" in host else ""


def _unnamed(value: Any, host: str) -> Any:
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _unnamed(each, host) for name, each in named.items()}
    if isinstance(value, list):
        return [_unnamed(each, host) for each in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    return _MAIL.sub(_SOMEBODY, value.replace(host, _SOMEWHERE) if host else value)


def written(evidence: Evidence) -> str:
    """Write it as JSON in ASCII, one line per field, so that two files can be compared."""
    return json.dumps(evidence.model_dump(mode="json", exclude_defaults=True), indent=1) + "\n"


def save(evidence: Evidence, out: Path) -> None:
    """Write the file; raises BadInputError where that is not possible."""
    try:
        out.write_text(written(evidence), encoding="ascii")
    except OSError as error:
        remedy = "Name a file in a folder that exists and may be written."
        raise BadInputError("--out", out, error.strerror or str(error), remedy) from error
