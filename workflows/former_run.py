"""What a terminated run of an incident still holds: the next run under its id gives it back.

Whoever looks for the holder finds the next run alive, which would wait behind its own past, and
everybody else with it.
"""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lakemend.lease import RELEASE_LEASE, LeaseGrant, LeaseRelease, lease_workflow_id
    from lakemend.letter import Letter
    from lakemend.onward import given_back
    from lakemend.permit import Decision, PermitAnswer
    from workflows.mailbox import Mailbox

ABANDON = workflow.HandlerUnfinishedPolicy.ABANDON
"""An incident that ends need not hear that what it gave back has arrived."""


async def give_back_leave(answer: PermitAnswer, mailbox: Mailbox) -> None:
    """Give back the leaves that an answer tells of and this run has not asked for."""
    for each in (*answer.passed, answer):
        if each.decision is not Decision.REJECTED and not mailbox.has_asked(each.request_id):
            await _send(given_back(each))


async def give_back_lease(grant: LeaseGrant, workspace: str, mailbox: Mailbox) -> None:
    """Give back a lease that this run has not asked for."""
    if mailbox.has_asked(grant.request_id):
        return
    letter = Letter(
        holder=lease_workflow_id(workspace, grant.resource),
        signal=RELEASE_LEASE,
        request_id=grant.request_id,
        content=LeaseRelease(request_id=grant.request_id),
    )
    await _send(letter)


async def _send(letter: Letter) -> None:
    """Signal an entity; one that has ended remembers nothing."""
    workflow.logger.info("former_run.gives_back %s to %s", letter.request_id, letter.holder)
    entity = workflow.get_external_workflow_handle(letter.holder)
    with suppress(ApplicationError):
        await entity.signal(letter.signal, letter.content)
