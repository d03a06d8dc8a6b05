"""The calls that changed the simulated workspace, and what each was about."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class ChangingCall:
    """One call of the request log; `about` is a job's name or a cluster's."""

    method: str
    path: str
    about: str
    status: int


def changing_calls(
    calls: Iterable[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    clusters: Mapping[str, str],
) -> list[ChangingCall]:
    """Read the log; `runs` as the control API lists them, `clusters` from name to id."""
    names = {cluster_id: name for name, cluster_id in clusters.items()}
    for run in runs:
        names[str(run["run_id"])] = names[str(run["job_id"])] = str(run["job"])
    return [
        ChangingCall(call["method"], call["path"], _about(call["body"], names), call["status"])
        for call in calls
    ]


def _about(body: str, names: Mapping[str, str]) -> str:
    content = cast("dict[str, Any]", json.loads(body or "{}"))
    ids = [str(content[key]) for key in ("run_id", "job_id", "cluster_id") if key in content]
    return next((names[each] for each in ids if each in names), ", ".join(ids))
