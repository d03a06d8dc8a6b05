"""Breakers for the tests of what is shown of them."""

from datetime import timedelta

from temporalio.client import Client

from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.view import BreakerInput
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import BREAKER_WORKFLOW, PermitOutcome, PermitReport, breaker_workflow_id

_AT_ONCE = BreakerSettings(failure_threshold=1, open_for=timedelta(minutes=5))


async def opened_breaker(temporal: Client, name: str) -> None:
    """Start a breaker by a failure that opens it.

    A failure without a permit counts, and needs no holder that is there to be answered.
    """
    failed = PermitReport(request_id="1", outcome=PermitOutcome.FAILURE, settings=_AT_ONCE)
    await temporal.start_workflow(
        BREAKER_WORKFLOW,
        BreakerInput(name=name),
        id=breaker_workflow_id(name),
        task_queue=ENTITY_QUEUE,
        start_signal="report",
        start_signal_args=[failed],
    )
