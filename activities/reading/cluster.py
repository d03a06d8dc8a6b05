"""Clusters, their events and libraries."""

from collections.abc import Iterable, Sequence

from activities.reading.values import BEGINNING, identifier, moment, part, parts, text, texts, word
from activities.workspace import Json
from lakemend.evidence import ClusterEvent, ClusterFacts, LibraryFacts

_CLOUDS = ("aws_attributes", "azure_attributes", "gcp_attributes")
_PARAMETER_LIMIT = 500
_MOST_PARAMETERS = 20
_MOST_LIBRARIES = 20
_MOST_MESSAGES = 5
_MOST_EVENTS = 40
# databricks-sdk: compute.EventType
_CHATTER = frozenset(
    {
        "AUTOMATIC_CLUSTER_UPDATE",
        "AUTOSCALING_BACKOFF",
        "AUTOSCALING_STATS_REPORT",
        "CREATING",
        "DID_NOT_EXPAND_DISK",
        "DRIVER_HEALTHY",
        "EDITED",
        "EXPANDED_DISK",
        "INIT_SCRIPTS_STARTED",
        "PINNED",
        "RESIZING",
        "RUNNING",
        "STARTING",
        "UNPINNED",
        "UPSIZE_COMPLETED",
    }
)
_NAMED_BY = {"pypi": "package", "maven": "coordinates", "cran": "package"}
_SCRIPT_PLACES = ("workspace", "volumes", "s3", "abfss", "gcs", "dbfs", "file")
_SCRIPT_IS_FINE = {None, "SUCCEEDED", "SKIPPED", "NOT_EXECUTED", "UNKNOWN"}


def cluster_facts(raw: Json) -> ClusterFacts:
    """Read clusters/get; `started_at` is the last start or restart, not the creation."""
    reason = part(raw, "termination_reason")
    cloud = part(raw, next((name for name in _CLOUDS if raw.get(name)), ""))
    return ClusterFacts(
        cluster_id=identifier(raw["cluster_id"]),
        source=word(raw.get("cluster_source")),
        state=word(raw.get("state")),
        state_message=text(raw.get("state_message")),
        termination_code=word(reason.get("code")),
        termination_type=word(reason.get("type")),
        termination_parameters=texts(
            part(reason, "parameters"), _PARAMETER_LIMIT, _MOST_PARAMETERS
        ),
        node_type_id=identifier(raw.get("node_type_id")),
        driver_node_type_id=identifier(raw.get("driver_node_type_id") or raw.get("node_type_id")),
        num_workers=raw.get("num_workers"),
        autoscale_max_workers=part(raw, "autoscale").get("max_workers"),
        availability=word(cloud.get("availability")),
        zone_id=identifier(cloud.get("zone_id")),
        pool_id=identifier(raw.get("instance_pool_id") or raw.get("driver_instance_pool_id")),
        started_at=moment(raw.get("last_restarted_time") or raw.get("start_time")),
        terminated_at=moment(raw.get("terminated_time")),
    )


def event_facts(raw: Json) -> ClusterEvent:
    """Read one event; what it says stands in different fields for different types."""
    details = part(raw, "details")
    reason = part(details, "reason")
    words = details.get("driver_state_message") or details.get("cause") or details.get("message")
    words = words or init_script_failures(part(details, "init_scripts"))
    parameters = ", ".join(f"{key}: {value}" for key, value in part(reason, "parameters").items())
    return ClusterEvent(
        at=moment(raw.get("timestamp")) or BEGINNING,
        type=word(raw.get("type")),
        reason_code=word(reason.get("code")),
        message=text(words or parameters, _PARAMETER_LIMIT),
    )


def init_script_failures(raw: Json) -> str:
    """Tell which init scripts failed (databricks-sdk: compute.InitScriptEventDetails)."""
    scripts = [*parts(raw, "global"), *parts(raw, "cluster")]
    failed = [each for each in scripts if each.get("status") not in _SCRIPT_IS_FINE]
    return "\n".join(
        f"Init script {_script_path(each)} failed ({each.get('status')}): "
        f"{each.get('error_message') or each.get('stderr') or 'it says nothing'}"
        for each in failed
    )


def _script_path(script: Json) -> str:
    named = (part(script, place).get("destination") for place in _SCRIPT_PLACES)
    return next((path for path in named if path), "without a path")


def library_facts(raw: Json) -> LibraryFacts:
    """Read one status of libraries/cluster-status."""
    messages: list[str] = raw.get("messages") or []
    return LibraryFacts(
        library=library_name(part(raw, "library")),
        status=word(raw.get("status")),
        messages=tuple(text(each, _PARAMETER_LIMIT) for each in messages[:_MOST_MESSAGES]),
    )


def library_name(library: Json) -> str:
    """Name a library like `pypi:pandas==2.1.0` or `whl:/Volumes/…/x.whl`."""
    kind = next(iter(library), "")
    named = part(library, kind).get(_NAMED_BY[kind]) if kind in _NAMED_BY else library.get(kind)
    return text(f"{kind}:{named}", _PARAMETER_LIMIT)


def failed_first(libraries: Iterable[LibraryFacts]) -> tuple[LibraryFacts, ...]:
    """Put the failed ones first; a cluster may have hundreds."""
    return tuple(sorted(libraries, key=lambda each: each.status != "FAILED")[:_MOST_LIBRARIES])


def telling_events(events: Sequence[ClusterEvent]) -> tuple[ClusterEvent, ...]:
    """Keep the order and leave out what a busy cluster says all day, where there is too much."""
    ranked = sorted(range(len(events)), key=lambda place: events[place].type in _CHATTER)
    return tuple(events[place] for place in sorted(ranked[:_MOST_EVENTS]))
