"""What Databricks sends to a webhook destination, read leniently.

Ids come as strings or as 64-bit integers, unknown keys and event types are allowed, and a task's
notification carries its job run as `parent_run_id` (docs.databricks.com, job notifications). There
is no event id, no time and no error text: the body is a hint, the truth is read from the workspace.
"""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from api.body import read_bounded
from api.problems import InvalidInputError, field_problem
from lakemend.incident import FailureReport, Source
from lakemend.model import Model

_LARGEST_ID = 2**63 - 1
_LONGEST_TEXT = 500
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")
_ID_REMEDY = "send a positive whole number below 2^63, as an integer or a string of digits"


def _digits(value: object) -> object:
    number = 0
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value):
        number = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    if not 0 < number <= _LARGEST_ID:
        raise ValueError(_ID_REMEDY)
    return str(number)


def _short_line(value: object) -> object:
    """Keep a text small and printable: it is shown in the Web UI and stored in a history."""
    if not isinstance(value, str):
        return value
    return _CONTROL_CHARACTERS.sub(" ", value).strip()[:_LONGEST_TEXT]


Id = Annotated[str, BeforeValidator(_digits, json_schema_input_type=int | str)]
ShortLine = Annotated[str, BeforeValidator(_short_line)]


class NotifiedRun(Model):
    """The run; with `parent_run_id` it is a task's run, and the parent is the job run."""

    run_id: Id
    parent_run_id: Id | None = None


class NotifiedJob(Model):
    """The job; its name is not always sent."""

    job_id: Id | None = None
    name: ShortLine | None = None


class NotifiedTask(Model):
    """The task, in a notification of a task."""

    task_key: ShortLine


class Notification(Model):
    """A job notification as Databricks posts it."""

    model_config = ConfigDict(title="Databricks job notification")

    event_type: Annotated[ShortLine, Field(min_length=1)]
    workspace_id: int | str | None = None
    run: NotifiedRun
    job: NotifiedJob | None = None
    task: NotifiedTask | None = None

    def to_report(self, workspace: str, received_at: datetime) -> FailureReport:
        """Return the report about the job run; raises InvalidInputError for a task without it."""
        if self.task is not None and self.run.parent_run_id is None:
            remedy = "a task's notification names its job run here, as Databricks sends it"
            raise InvalidInputError(
                "a task's run is dealt with as part of its job run",
                [field_problem("run.parent_run_id", "", remedy)],
            )
        job = self.job or NotifiedJob()
        return FailureReport(
            source=Source.WEBHOOK,
            workspace=workspace,
            run_id=self.run.parent_run_id or self.run.run_id,
            received_at=received_at,
            event_type=self.event_type,
            job_id=job.job_id or "",
            job_name=job.name or "",
            task_key=self.task.task_key if self.task else "",
        )


async def read_notification(request: Request) -> Notification:
    """Read the body, whatever its content type says; raises InvalidInputError, BodyTooLargeError.

    The body is read here and not by FastAPI, so that credentials are checked before the first byte
    and the size while reading, also when no length was declared.
    """
    body = await read_bounded(request)
    try:
        return Notification.model_validate_json(body)
    except ValidationError as error:
        raise _invalid_body(error) from error


def _invalid_body(error: ValidationError) -> InvalidInputError:
    found = error.errors(include_url=False)
    fields = [
        field_problem(
            ".".join(map(str, item["loc"])) or "body",
            "" if item["type"] in {"missing", "json_invalid"} else item["input"],
            item["msg"].removeprefix("Value error, "),
        )
        for item in found
    ]
    return InvalidInputError(f"{fields[0].field}: {fields[0].remedy}", fields)
