"""Signals to workflows that may have ended."""

from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


async def signal_if_running(client: Client, workflow_id: str, signal: str, content: Any) -> bool:
    """Signal a workflow; False when it does not run."""
    try:
        await client.get_workflow_handle(workflow_id).signal(signal, content)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
