"""What a recovery must have left true, read from the request log and the state."""

from itertools import combinations

from simulator.differences import differences
from simulator.records import Call, JobRun, Json
from simulator.workspace import Workspace

READING_POSTS = ("/clusters/events", "/sql/statements")


def report(workspace: Workspace) -> Json:
    """Facts to check after a recovery; docs/simulator.md describes each field."""
    state = workspace.world.state
    runs = list(state.runs.values())
    return {
        "forbidden_calls": [call.model_dump() for call in state.calls if _forbidden(call)],
        "changing_calls": [_short(call) for call in state.calls if _changes(call)],
        "runs_per_token": _per_token(workspace),
        "runs_created_by_api": _created(runs),
        "runs_without_token": [
            run.run_id for run in runs if run.by == "api" and not run.idempotency_token
        ],
        "overlapping_runs": _overlaps(runs),
        "repairs_per_run": {run.run_id: _repairs(run, "api") for run in runs},
        "repairs_by_people": {run.run_id: _repairs(run, "person") for run in runs},
        "settings_changed": {
            job.name_in_scenario or str(job.job_id): changed
            for job in state.jobs.values()
            if (changed := differences(job.wanted, job.settings))
        },
        "clusters_changed": {
            cluster.name_in_scenario: changed
            for cluster in state.clusters.values()
            if cluster.name_in_scenario
            and (changed := differences(_as_shown(cluster.wanted), _as_shown(cluster.spec)))
        },
        "cluster_starts": {
            cluster.name_in_scenario: cluster.starts - 1 + cluster.restarts
            for cluster in state.clusters.values()
            if cluster.name_in_scenario
        },
        "active_runs": [run.run_id for run in runs if not run.over],
    }


def _as_shown(spec: Json) -> Json:
    """Fill in the driver's type as the API shows it: whoever puts back what it read sends that."""
    return {"driver_node_type_id": spec.get("node_type_id"), **spec}


def _forbidden(call: Call) -> bool:
    """Calls that recovery must never make, whatever happens."""
    return (
        call.path.endswith(("/clusters/permanent-delete", "/runs/cancel-all", "/runs/delete"))
        or (call.path.endswith("/updates") and _says(call, "full_refresh", "true"))
        or (call.path.endswith("/updates") and "full_refresh_selection" in call.body)
        or call.method == "DELETE"
        or call.path.endswith(("/jobs/delete",))
    )


def _says(call: Call, key: str, value: str) -> bool:
    return f'"{key}":{value}' in call.body.replace(" ", "")


def _changes(call: Call) -> bool:
    return call.method != "GET" and not call.path.endswith(READING_POSTS)


def _short(call: Call) -> Json:
    return call.model_dump(include={"sequence", "method", "path", "body", "status", "fault"})


def _per_token(workspace: Workspace) -> dict[str, int]:
    counts: dict[str, int] = {}
    for run in workspace.world.state.runs.values():
        if run.idempotency_token:
            counts[run.idempotency_token] = counts.get(run.idempotency_token, 0) + 1
    return counts


def _created(runs: list[JobRun]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for run in runs:
        if run.by == "api":
            counts[run.job_id] = counts.get(run.job_id, 0) + 1
    return counts


def _overlaps(runs: list[JobRun]) -> list[list[int]]:
    """Pairs of runs of one job that were active at the same time, repairs included."""
    per_job: dict[int, list[JobRun]] = {}
    for run in runs:
        per_job.setdefault(run.job_id, []).append(run)
    return [
        [one.run_id, two.run_id]
        for group in per_job.values()
        for one, two in combinations(group, 2)
        if any(a < d and c < b for a, b in _spans(one) for c, d in _spans(two))
    ]


def _spans(run: JobRun) -> list[tuple[int, int]]:
    if run.over or not run.round_start:
        return run.active_spans
    return [*run.active_spans, (run.round_start, 2**62)]


def _repairs(run: JobRun, by: str) -> int:
    return sum(repair.type == "REPAIR" and repair.by == by for repair in run.repairs)
