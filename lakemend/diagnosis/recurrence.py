"""How often a task failed in the same way: what differs each time is no difference."""

import re
from itertools import takewhile

from lakemend.evidence import Evidence, PastAttempt, TaskFacts

# Ids, ports, counts and instants.
_CHANGING = re.compile(r"\b[0-9a-f]{6,64}(?:-[0-9a-f]{2,64}){0,8}\b|\d+", re.IGNORECASE)

# An earlier attempt keeps the head of its error only.
_COMPARED = 100


def alike_failures(evidence: Evidence, task_key: str) -> int | None:
    """Count the failures in a row that are like the last, this one included.

    Of the named task, else of the one that failed so most often; None where no earlier attempt is
    known.
    """
    named = [task for task in evidence.failed_tasks if task.task_key == task_key]
    counts = [_in_a_row(task, evidence) for task in named or evidence.failed_tasks]
    return max((count for count in counts if count), default=None)


def _in_a_row(task: TaskFacts, evidence: Evidence) -> int | None:
    earlier = [each for each in evidence.earlier_attempts if each.task_key == task.task_key]
    if not earlier:
        return None
    now = _signature(task)
    return 1 + sum(1 for _ in takewhile(lambda each: _signature(each) == now, earlier))


def _signature(attempt: TaskFacts | PastAttempt) -> tuple[str, str]:
    said = attempt.error
    if isinstance(attempt, TaskFacts):
        said = said or attempt.state_message
    return attempt.termination_code, _CHANGING.sub("#", said[:_COMPARED])
