"""The circuit breakers as their workflows tell of them, and the orders a person may give."""

import asyncio
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from api.breaker_schemas import Breaker, BreakerHistory, BreakerList, BreakerQueue
from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.problems import AwayError, InvalidInputError, UnknownBreakerError, field_problem
from lakemend.breaker.state import BreakerEvent, Circuit
from lakemend.breaker.view import BreakerInput, WaitingRequest
from lakemend.incident import BREAKER_STATE_ATTRIBUTE
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import (
    BREAKER_PREFIX,
    BREAKER_WORKFLOW,
    ManualChange,
    Reconfigure,
    breaker_workflow_id,
    check_breaker_name,
)

_RUNNING = f"WorkflowType = '{BREAKER_WORKFLOW}' AND ExecutionStatus = 'Running'"
_STATE = SearchAttributeKey.for_keyword(BREAKER_STATE_ATTRIBUTE)
_OPEN_STATES = frozenset({"open", "forced_open"})
_QUERIES_AT_ONCE = 10  # each holds a worker's attention for a moment
_NO_ANSWER = "no worker answered in time: this is the last state that was written down"

Handle = WorkflowHandle[Any, Any]
AnswerT = TypeVar("AnswerT")


class Breakers:
    """Lists, reads and orders breakers; every call raises AwayError without Temporal."""

    def __init__(self, temporal: TemporalConnection) -> None:
        self._temporal = temporal

    async def list_(self) -> BreakerList:
        """Return every running breaker, by name."""
        client = await self._temporal.client()
        async with reaching_temporal():
            found = [each async for each in client.list_workflows(_RUNNING)]
        circuits = sorted(await _read_all(client, found), key=lambda breaker: breaker.name)
        return BreakerList(
            total_circuits=len(circuits),
            open_circuits=sum(breaker.state in _OPEN_STATES for breaker in circuits),
            circuits=circuits,
        )

    async def survey(self, most_read: int) -> list[Breaker]:
        """Return every running breaker; beyond `most_read`, closed ones last, only its state."""
        client = await self._temporal.client()
        async with reaching_temporal():
            found = [each async for each in client.list_workflows(_RUNNING)]
        found.sort(key=_is_closed)
        read = await _read_all(client, found[:most_read])
        return read + [_last_written(each) for each in found[most_read:]]

    async def get(self, name: str) -> Breaker:
        """Return one breaker; raises UnknownBreakerError unless it is running."""
        client = await self._temporal.client()
        execution = await _describe(client, name)
        if execution.status is not WorkflowExecutionStatus.RUNNING:
            raise _unknown(name)
        return await _read(client, execution)

    async def history(self, name: str) -> BreakerHistory:
        """Return the last events of a breaker, also of one that has ended."""
        events = await self._ask(name, "history", tuple[BreakerEvent, ...])
        return BreakerHistory(name=name, events=list(events))

    async def queue(self, name: str) -> BreakerQueue:
        """Return who waits for a breaker."""
        waiting = await self._ask(name, "waiting", tuple[WaitingRequest, ...])
        return BreakerQueue(name=name, waiting=list(waiting))

    async def reset(self, name: str, change: ManualChange) -> Breaker:
        """Close a breaker; raises UnknownBreakerError unless it is running."""
        client = await self._temporal.client()
        try:
            async with reaching_temporal():
                handle = _handle(client, name)
                await handle.signal("reset", change, rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            raise _unknown(name) from error
        return await self._after_order(client, name)

    async def order(self, name: str, signal: str, order: ManualChange | Reconfigure) -> Breaker:
        """Signal an order, also to a breaker that had nothing to remember until now."""
        _check(name)
        client = await self._temporal.client()
        async with reaching_temporal():
            await client.start_workflow(
                BREAKER_WORKFLOW,
                BreakerInput(name=name),
                id=breaker_workflow_id(name),
                task_queue=ENTITY_QUEUE,
                start_signal=signal,
                start_signal_args=[order],
                static_summary=f"Circuit breaker {name}",
                rpc_timeout=CALL_TIMEOUT,
            )
        return await self._after_order(client, name)

    async def _after_order(self, client: Client, name: str) -> Breaker:
        """Return the breaker as it is afterwards.

        A query is answered after the signals before it, so the answer shows the order's effect,
        also when the breaker has ended because there is nothing left to remember.
        """
        return await _read(client, await _describe(client, name))

    async def _ask(self, name: str, query: str, answer: type[AnswerT]) -> AnswerT:
        client = await self._temporal.client()
        try:
            async with reaching_temporal():
                handle = _handle(client, name)
                return await handle.query(query, result_type=answer, rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            raise _unknown(name) from error
        except WorkflowQueryFailedError as error:
            raise AwayError("no worker that knows breakers answered") from error


async def _read_all(client: Client, executions: list[WorkflowExecution]) -> list[Breaker]:
    slots = asyncio.Semaphore(_QUERIES_AT_ONCE)
    silent = asyncio.Event()

    async def read(execution: WorkflowExecution) -> Breaker:
        async with slots:
            if silent.is_set():  # one wait for a worker that is away is enough
                return _last_written(execution)
            breaker = await _read(client, execution)
            if breaker.note:
                silent.set()
            return breaker

    return await asyncio.gather(*map(read, executions))


async def _describe(client: Client, name: str) -> WorkflowExecution:
    try:
        async with reaching_temporal():
            return await _handle(client, name).describe(rpc_timeout=CALL_TIMEOUT)
    except RPCError as error:
        raise _unknown(name) from error


async def _read(client: Client, execution: WorkflowExecution) -> Breaker:
    handle: Handle = client.get_workflow_handle(execution.id)
    try:
        status = await handle.query("status", rpc_timeout=CALL_TIMEOUT)
    except (RPCError, WorkflowQueryFailedError):
        return _last_written(execution)
    return Breaker.model_validate({**status, "name": _name(execution)})


def _last_written(execution: WorkflowExecution) -> Breaker:
    state = execution.typed_search_attributes.get(_STATE, "unknown")
    return Breaker(name=_name(execution), state=state, note=_NO_ANSWER)


def _is_closed(execution: WorkflowExecution) -> bool:
    return execution.typed_search_attributes.get(_STATE) == Circuit.CLOSED


def _handle(client: Client, name: str) -> Handle:
    return client.get_workflow_handle(breaker_workflow_id(name))


def _name(execution: WorkflowExecution) -> str:
    return execution.id.removeprefix(BREAKER_PREFIX)


def _check(name: str) -> None:
    try:
        check_breaker_name(name)
    except ValueError as error:
        problem = field_problem("name", name, str(error))
        raise InvalidInputError(f"name: {error}", [problem]) from error


def _unknown(name: str) -> UnknownBreakerError:
    return UnknownBreakerError(
        f"no breaker named {name!r} is running; one that has nothing to remember counts as closed"
    )
