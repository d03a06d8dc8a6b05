"""Memory of what helped: which phase of a playbook ended the last failures of a job and cause."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from lakemend.model import Model

ENOUGH = 3
"""What has helped so often in a row is recommended as a permanent change."""


class Lesson(Model):
    """What one incident showed about one phase: it helped, or was tried and did not.

    `what` tells what the phase does: by that it is known again when its playbook was edited.
    """

    workflow_run_id: str
    incident_id: str
    workspace: str
    job_id: str
    cause: str
    phase: str
    what: str
    helped: bool
    at: datetime


class Remembered(Model):
    """The phase that helped last, how often in a row, and in which incident the last time."""

    cause: str
    phase: str
    what: str
    times: int
    incident_id: str
    at: datetime


def recall_all(lessons: Iterable[Lesson]) -> tuple[Remembered, ...]:
    """Return what helped last against each cause, from the lessons of one job, newest first."""
    by_cause: defaultdict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        by_cause[lesson.cause].append(lesson)
    found = (recall(by_cause[cause]) for cause in sorted(by_cause))
    return tuple(each for each in found if each)


def recall(lessons: Iterable[Lesson]) -> Remembered | None:
    """Return what helped last, from the lessons of one job and cause, newest first.

    What was tried since and failed is forgotten.
    """
    known = list(lessons)
    last = next((each for each in known if each.helped), None)
    if last is None or any(each.what == last.what for each in known[: known.index(last)]):
        return None
    telling = (each for each in known if each.helped or each.what == last.what)
    in_a_row = takewhile(lambda each: each.helped and each.what == last.what, telling)
    return Remembered(
        cause=last.cause,
        phase=last.phase,
        what=last.what,
        times=sum(1 for _ in in_a_row),
        incident_id=last.incident_id,
        at=last.at,
    )
