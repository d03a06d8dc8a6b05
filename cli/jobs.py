"""What the records know of a job, for a person at a terminal."""

import asyncio

from api.jobs import Jobs
from cli.output import Format, console, say, say_json, table
from cli.record_store import opened_records
from lakemend.past import JobPast
from lakemend.settings import Settings


async def job_past(settings: Settings, workspace: str, job_id: str) -> JobPast:
    """Return what is known of a job."""
    async with opened_records(settings) as records:
        return await asyncio.to_thread(Jobs(records, settings).get, workspace, job_id)


async def forget_what_helped(
    settings: Settings, workspace: str, job_id: str, cause: str, by: str
) -> JobPast:
    """Forget what helped it, and return what is known still."""
    async with opened_records(settings) as records:
        jobs = Jobs(records, settings)
        return await asyncio.to_thread(jobs.forget, workspace, job_id, cause, by)


def show_past(past: JobPast, output: Format) -> None:
    """Print it."""
    if output is Format.JSON:
        say_json(past.model_dump(mode="json"))
        return
    say(f"Job {past.job_id}: {past.budget_left}.")
    if not past.remembered:
        say("Nothing is remembered to have helped it.")
        return
    rows = [
        [each.cause, each.phase, str(each.times), f"{each.at:%Y-%m-%d %H:%M}", each.what]
        for each in past.remembered
    ]
    console().print(table(["Against", "Helped", "In a row", "Last (UTC)", "What it does"], rows))
