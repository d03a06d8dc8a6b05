"""Pipelines and their updates."""

from activities.reading.values import identifier, moment, part, parts, text, word
from activities.workspace import Json
from lakemend.evidence import PipelineError, UpdateFacts

_ERROR_LIMIT = 500


def update_facts(raw: Json) -> UpdateFacts:
    """Read one entry of pipelines/updates (databricks-sdk: pipelines.UpdateInfo)."""
    return UpdateFacts(
        update_id=identifier(raw.get("update_id")),
        state=word(raw.get("state")),
        cause=word(raw.get("cause")),
        created_at=moment(raw.get("creation_time")),
    )


def error_of(update_id: str, events: list[Json]) -> Json:
    """Return the newest error of one update, {} without one."""
    of_it = [each for each in events if part(each, "origin").get("update_id") == update_id]
    return part(of_it[0], "error") if of_it else {}


def error_text(error: Json) -> str:
    """Return what the exceptions of an error say."""
    said = [str(each.get("message") or "") for each in parts(error, "exceptions")]
    return text("; ".join(each for each in said if each), _ERROR_LIMIT)


def pipeline_error(raw: Json) -> PipelineError:
    """Read one event of level ERROR (databricks-sdk: pipelines.PipelineEvent)."""
    return PipelineError(
        at=moment(raw.get("timestamp")),
        type=word(raw.get("event_type")),
        update_id=identifier(part(raw, "origin").get("update_id")),
        message=text(raw.get("message"), _ERROR_LIMIT),
        error=error_text(part(raw, "error")),
    )
