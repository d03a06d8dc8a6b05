"""The platform's own termination codes, and how much each of them says.

Two tables are data: `knowledge/cluster_codes.tsv` (termination reasons of clusters) and
`knowledge/run_codes.tsv` (termination codes of runs). Their column `evidence` tells where the
meaning comes from: `doc` official text, `issue` a public report, `name` only the code's name.
"""

import csv
from enum import StrEnum
from functools import cache

from pydantic import BaseModel, ConfigDict

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.knowledge import KNOWLEDGE


class Says(StrEnum):
    """How much a code says by itself.

    cause: it names the cause; vague: a text that is more specific wins; silent: it says only that
    something ended (a job cluster always ends with JOB_FINISHED, whatever happened to the run).
    """

    CAUSE = "cause"
    VAGUE = "vague"
    SILENT = "silent"


class TerminationCode(BaseModel):
    """One code: its family and cause, whether the same again may pass, and who can fix it.

    `playbook` is the error type whose playbook is recommended; empty where there is none to run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    family: str
    cause: Cause
    says: Says
    playbook: str
    remedy: Remedy
    retryable: bool
    fixed_by: str
    evidence: str
    meaning: str


# An unknown code is judged by its type only (JS SDK documentation of TerminationType). CLIENT_ERROR
# is not retryable there, but stock-outs were seen under it (airflow PR 41412), so known codes go
# first.
_BY_TYPE = {
    "CLIENT_ERROR": (Cause.UNKNOWN, Says.SILENT, Remedy.PERSON),
    "CLOUD_FAILURE": (Cause.CLUSTER_START_FAILURE, Says.VAGUE, Remedy.RETRY),
    "SERVICE_FAULT": (Cause.CLUSTER_START_FAILURE, Says.VAGUE, Remedy.RETRY),
    "INTERNAL_ERROR": (Cause.SERVICE_UNAVAILABLE, Says.VAGUE, Remedy.RETRY),
}


@cache
def cluster_codes() -> dict[str, TerminationCode]:
    """All known termination reasons of clusters by code."""
    return _read("cluster_codes.tsv")


@cache
def run_codes() -> dict[str, TerminationCode]:
    """All known termination codes of runs by code."""
    return _read("run_codes.tsv")


def cluster_code(code: str, type_: str) -> TerminationCode | None:
    """Look the code up, or judge an unknown one by its type; None when there is neither."""
    return cluster_codes().get(code) or _by_type(code, type_)


def run_code(code: str, type_: str) -> TerminationCode | None:
    """Look the code up, or judge an unknown one by its type; None when there is neither."""
    return run_codes().get(code) or _by_type(code, type_)


def _read(name: str) -> dict[str, TerminationCode]:
    with (KNOWLEDGE / name).open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        codes = [TerminationCode.model_validate(row) for row in rows]
    return {code.code: code for code in codes}


def _by_type(code: str, type_: str) -> TerminationCode | None:
    if not code or type_ not in _BY_TYPE:
        return None
    cause, says, remedy = _BY_TYPE[type_]
    return TerminationCode(
        code=code,
        family="unknown",
        cause=cause,
        says=says,
        playbook=cause_table()[cause].error_type,
        remedy=remedy,
        retryable=remedy is Remedy.RETRY,
        fixed_by="person" if remedy is Remedy.PERSON else "lakemend",
        evidence="type",
        meaning=f"a code that is not known here, of type {type_}",
    )
