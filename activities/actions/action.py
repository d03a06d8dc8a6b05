"""What all actions share: read first, say what would be done, do it, confirm by reading."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar

from pydantic import ValidationError
from temporalio import activity

from activities.actions.reservation import refuse_too_dear, reserve
from activities.errors import StillChangingError, told_to_temporal
from activities.workspace import Json, Workspace, Workspaces, Write
from lakemend.actions import Parameters
from lakemend.errors import InvalidRequestError, WaitingHelpsError, WorkspaceError
from lakemend.incident import Call
from lakemend.step import StepInput, StepResult
from records import Records

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Try(Generic[P]):
    """One try of one attempt of a step.

    `number` counts Temporal's tries: above 1, an earlier one may have acted and died before it
    could tell. `earlier_calls` are those it could still report, `accepted` whether the platform
    answered one of them.
    """

    workspace: Workspace
    step: StepInput
    parameters: P
    number: int = 1
    earlier_calls: tuple[Call, ...] = ()
    accepted: bool = False

    @property
    def may_have_acted(self) -> bool:
        """Whether what we find may be our own work."""
        return self.number > 1


@dataclass(frozen=True)
class Plan:
    """What a try would do now: its writes in order, none if `result` is the answer already.

    `cost_factor` is by how much the writes make the next run dearer, `later` what further tries
    will write, for a dry run to show.
    """

    result: StepResult
    writes: Sequence[Write] = ()
    cost_factor: float = 1
    later: Sequence[Write] = ()


class Action(ABC, Generic[P]):
    """One kind of step. Subclasses keep no state: one object serves all threads."""

    parameters: type[P]

    def __init__(self, workspaces: Workspaces, records: Records) -> None:
        self._workspaces = workspaces
        self._records = records

    def run(self, step: StepInput) -> StepResult:
        """Carry the step out, or say what it would do; errors are Temporal's."""
        with told_to_temporal():
            tried = self._begin(step)
            if step.dry_run:
                return self._preview(tried)
            plan = self.plan(tried)
            if not plan.writes:
                return _with_calls(plan.result, tried.earlier_calls)
            refuse_too_dear(step, plan.cost_factor)
            reserve(self._records, step, plan.cost_factor)
            return self._act(tried, plan)

    @abstractmethod
    def plan(self, tried: Try[P]) -> Plan:
        """Read, and decide what is still to be done.

        Raises CapExceededError or another LakemendError for what must not be done, and
        StillChangingError for what cannot be done yet.
        """

    @abstractmethod
    def confirm(self, tried: Try[P], plan: Plan, answers: Sequence[Json]) -> StepResult:
        """Read again after the writes; raises StillChangingError while it cannot be seen yet."""

    def recover(self, tried: Try[P], plan: Plan, error: WorkspaceError) -> StepResult:
        """Answer after a write failed; an action that can tell more than the error overrides it."""
        del tried, plan
        raise error

    def _begin(self, step: StepInput) -> Try[P]:
        info = activity.info()
        try:
            parameters = self.parameters.model_validate(step.parameters)
        except ValidationError as error:
            problem = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
            raise InvalidRequestError(step.action, problem) from error
        return Try(
            workspace=self._workspaces.of(step.workspace),
            step=step,
            parameters=parameters,
            number=info.attempt,
            **_remembered(info.heartbeat_details),
        )

    def _preview(self, tried: Try[P]) -> StepResult:
        try:
            plan = self.plan(tried)
        except StillChangingError as error:
            return StepResult(message=f"Would wait: {error}")
        refuse_too_dear(tried.step, plan.cost_factor)
        calls = (*plan.writes, *plan.later)
        return _with_calls(plan.result, tuple(write.call for write in calls))

    def _act(self, tried: Try[P], plan: Plan) -> StepResult:
        calls = tried.earlier_calls
        answers: list[Json] = []
        try:
            for write in plan.writes:
                calls = (*calls, write.call)
                answers.append(_send(tried.workspace, write, calls))
        except WorkspaceError as error:
            result = self.recover(tried, plan, error)
        else:
            result = self.confirm(tried, plan, answers)
        return _with_calls(result, calls)


class _Memory(TypedDict):
    earlier_calls: tuple[Call, ...]
    accepted: bool


def _send(workspace: Workspace, write: Write, calls: Sequence[Call]) -> Json:
    """Send a write, and leave word of it to the next try, also when its answer got lost.

    A help for telling people; what was done is told from the workspace.
    """
    try:
        answer = workspace.write(write)
    except WaitingHelpsError:
        _remember(calls, accepted=False)
        raise
    _remember(calls, accepted=True)
    return answer


def _remember(calls: Sequence[Call], *, accepted: bool) -> None:
    activity.heartbeat([call.model_dump() for call in calls], accepted)


def _remembered(details: Sequence[Any]) -> _Memory:
    if not details:
        return _Memory(earlier_calls=(), accepted=False)
    calls, accepted = details
    return _Memory(
        earlier_calls=tuple(Call.model_validate(each) for each in calls), accepted=accepted
    )


def _with_calls(result: StepResult, calls: tuple[Call, ...]) -> StepResult:
    return result.model_copy(update={"calls": calls})
