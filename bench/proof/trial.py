"""One trial: jobs that fail, everything that gets in the way, and how the worker dies meanwhile."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a failing job looks like."""

    ONE_TASK = "one_task"
    SERVERLESS = "serverless"
    DAG = "dag"
    SHARED_CLUSTER = "shared_cluster"
    RUN_JOB = "run_job"
    FOR_EACH = "for_each"
    WAREHOUSE = "warehouse"
    PIPELINE = "pipeline"


@dataclass(frozen=True)
class Trouble:
    """Calls about a job that go wrong: the `nth` and further ones, `times` in all."""

    kind: str
    path: str = "*"
    nth: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 0

    @property
    def is_refusal(self) -> bool:
        """Whether the workspace says no for good, so that even putting back may be refused."""
        return self.kind == "status" and self.status in {400, 403, 404}


@dataclass(frozen=True)
class Deed:
    """What a person does with the job, so long after the run has failed or started."""

    do: str
    when: str = "failed"
    delay_seconds: int = 0


@dataclass(frozen=True)
class Failing:
    """A job and its failure, which passes after `times` occurrences; None means never."""

    shape: Shape = Shape.ONE_TASK
    failure: str = "network"
    times: int | None = 1
    troubles: tuple[Trouble, ...] = ()
    deed: Deed | None = None
    cancel_after: float | None = None
    """Seconds after which an operator cancels the incident."""
    copies: int = 1
    """How often each notification is sent."""


@dataclass(frozen=True)
class Kill:
    """`kill -9` of the worker at its nth call: before the call takes effect, or right after."""

    at_call: int
    after_effect: bool = True


@dataclass(frozen=True)
class Trial:
    """What is drawn at random."""

    jobs: tuple[Failing, ...]
    kills: tuple[Kill, ...] = ()
    late: bool = False
    reordered: bool = False
    ids: str = "strings"
