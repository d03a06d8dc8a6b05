"""Earlier attempts of the tasks that failed: retries and repairs that ended no better."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from activities.reading.attempts import Attempts, InParallel
from activities.reading.loops import LOOP
from activities.reading.run import task_facts
from activities.reading.values import began, parts, text
from activities.workspace import Json, Workspace
from lakemend.evidence import PastAttempt, TaskFacts

MOST_OF_A_TASK = 4
MOST_ATTEMPTS = 12
ERROR_LIMIT = 300


class EarlierAttempts:
    """Reads how each ended, in short, several at once by `in_parallel`."""

    def __init__(self, workspace: Workspace, attempts: Attempts, in_parallel: InParallel) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._in_parallel = in_parallel

    def of(self, raw: Json, failed: Sequence[TaskFacts]) -> Iterable[PastAttempt]:
        """Return the failed attempts before the newest of each failed task, newest first."""
        what = "earlier attempts"
        earlier = self._attempts.read(
            what, lambda: list(islice(_earlier(raw, failed), MOST_ATTEMPTS))
        )
        return self._in_parallel(self._read, earlier or ())

    def _read(self, attempt: Json) -> PastAttempt:
        task = task_facts(attempt)
        error = "" if attempt.get(LOOP) else self._error(task)
        return PastAttempt(
            task_key=task.task_key,
            run_id=task.run_id,
            termination_code=task.termination_code,
            error=error or text(task.state_message, ERROR_LIMIT),
            ended_at=task.ended_at,
        )

    def _error(self, task: TaskFacts) -> str | None:
        return self._attempts.read(
            f"output of attempt {task.run_id} of task {task.task_key}",
            lambda: text(self._workspace.get_run_output(task.run_id).get("error"), ERROR_LIMIT),
        )


def _earlier(raw: Json, failed: Sequence[TaskFacts]) -> Iterator[Json]:
    newest = {task.task_key: task.run_id for task in failed}
    for key, run_id in newest.items():
        others = [each for each in parts(raw, "tasks") if each.get("task_key") == key]
        ended = [each for each in others if _failed_otherwise(each, run_id)]
        ended.sort(key=began, reverse=True)
        yield from ended[:MOST_OF_A_TASK]


def _failed_otherwise(attempt: Json, newest_run_id: str) -> bool:
    task = task_facts(attempt)
    return task.failed and task.run_id != newest_run_id
