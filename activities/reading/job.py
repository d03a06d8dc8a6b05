"""Saved jobs."""

from activities.reading.values import identifier, part
from activities.workspace import Json
from lakemend.compute.raw_settings import settings_hash
from lakemend.evidence import JobFacts


def job_facts(raw: Json) -> JobFacts:
    """Read jobs/get; the settings themselves stay out, only their hash is kept."""
    settings = part(raw, "settings")
    return JobFacts(
        job_id=identifier(raw.get("job_id")),
        name=settings.get("name") or "",
        settings_hash=settings_hash(settings),
        edit_mode=settings.get("edit_mode") or "",
        deployment_kind=part(settings, "deployment").get("kind") or "",
        tags={name: str(value) for name, value in part(settings, "tags").items()},
        max_concurrent_runs=settings.get("max_concurrent_runs") or 1,
        continuous=bool(settings.get("continuous")),
    )
