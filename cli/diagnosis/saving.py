"""Evidence as a file: secrets were hidden when it was read, names of people are left out here."""

import json
from pathlib import Path

from cli.problems import BadInputError
from lakemend.evidence import Evidence


def shareable(evidence: Evidence) -> Evidence:
    """Leave out who made the run and where its workspace is; no rule needs them."""
    nested = tuple(
        each.model_copy(update={"run": each.run.model_copy(update=_HIDDEN)})
        for each in evidence.nested
    )
    run = evidence.run.model_copy(update=_HIDDEN)
    return evidence.model_copy(update={"run": run, "nested": nested})


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


_HIDDEN = {"creator": "", "run_page_url": ""}
