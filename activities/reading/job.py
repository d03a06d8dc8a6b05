"""Saved jobs."""

from activities.reading.values import NAME_LIMIT, identifier, name, part, texts, word
from activities.workspace import Json
from lakemend.compute.raw_settings import settings_hash
from lakemend.evidence import JobFacts

_MOST_TAGS = 50  # the platform allows 25


def job_facts(raw: Json) -> JobFacts:
    """Read jobs/get; the settings themselves stay out, only their hash is kept."""
    settings = part(raw, "settings")
    return JobFacts(
        job_id=identifier(raw.get("job_id")),
        name=name(settings.get("name")),
        settings_hash=settings_hash(settings),
        edit_mode=word(settings.get("edit_mode")),
        deployment_kind=word(part(settings, "deployment").get("kind")),
        tags=texts(part(settings, "tags"), NAME_LIMIT, _MOST_TAGS),
        max_concurrent_runs=settings.get("max_concurrent_runs") or 1,
        continuous=bool(settings.get("continuous")),
    )
