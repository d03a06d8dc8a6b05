"""The circuit breakers as their workflows tell of them, and the two orders a person may give."""

import asyncio
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.problems import UnknownBreakerError
from api.schemas import Breaker, BreakerList
from lakemend.incident import BREAKER_STATE_ATTRIBUTE
from lakemend.permit import BREAKER_PREFIX, BREAKER_WORKFLOW, breaker_workflow_id

_RUNNING = f"WorkflowType = '{BREAKER_WORKFLOW}' AND ExecutionStatus = 'Running'"
_STATE = SearchAttributeKey.for_keyword(BREAKER_STATE_ATTRIBUTE)
_OPEN_STATES = frozenset({"open", "forced_open"})
_QUERIES_AT_ONCE = 10  # each holds a worker's attention for a moment
_NO_ANSWER = "no worker answered in time: this is the last state that was written down"


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

    async def get(self, name: str) -> Breaker:
        """Return one breaker; raises UnknownBreakerError unless it is running."""
        client = await self._temporal.client()
        handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(breaker_workflow_id(name))
        try:
            async with reaching_temporal():
                execution = await handle.describe(rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            raise _unknown(name) from error
        if execution.status is not WorkflowExecutionStatus.RUNNING:
            raise _unknown(name)
        return await _read(client, execution)

    async def order(self, name: str, signal: str, by: str, reason: str) -> Breaker:
        """Signal `reset` or `force_open`, and return the breaker as it is afterwards.

        A query is answered after the signals before it, so the answer shows the order's effect,
        also when the breaker has ended because there is nothing left to remember.
        """
        client = await self._temporal.client()
        handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(breaker_workflow_id(name))
        order = {"by": by, "reason": reason}
        try:
            async with reaching_temporal():
                await handle.signal(signal, order, rpc_timeout=CALL_TIMEOUT)
                execution = await handle.describe(rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            raise _unknown(name) from error
        return await _read(client, execution)


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


async def _read(client: Client, execution: WorkflowExecution) -> Breaker:
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(execution.id)
    try:
        status = await handle.query("status", rpc_timeout=CALL_TIMEOUT)
    except (RPCError, WorkflowQueryFailedError):
        return _last_written(execution)
    return Breaker.model_validate({**status, "name": _name(execution)})


def _last_written(execution: WorkflowExecution) -> Breaker:
    state = execution.typed_search_attributes.get(_STATE, "unknown")
    return Breaker(name=_name(execution), state=state, note=_NO_ANSWER)


def _name(execution: WorkflowExecution) -> str:
    return execution.id.removeprefix(BREAKER_PREFIX)


def _unknown(name: str) -> UnknownBreakerError:
    return UnknownBreakerError(
        f"no breaker named {name!r} is running; one that has nothing to remember counts as closed"
    )
