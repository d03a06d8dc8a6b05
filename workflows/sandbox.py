"""The sandbox that workflows run in: what would not replay is refused there."""

from threading import Lock

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

_OURS = ("activities", "lakemend", "pydantic", "workflows")
_NOWHERE = StorageDriverStoreContext()


class Sandbox(SandboxedWorkflowRunner):
    """The SDK's own, entered for the workflow's code only."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Create a workflow in a sandbox of its own."""
        return _Ours(super().create_instance(det))


class _Ours(WorkflowInstance):
    """A workflow that is not interrupted, and whose payloads know no context.

    A worker of the SDK takes a task of two seconds for a deadlock, raises an error in its thread,
    and puts the workflow out of its memory meanwhile. A busy machine, or a collection of garbage
    among thousands of parked incidents, takes as long. The error may then be lost, and both work on
    the same workflow: it was never put out, and its tasks timed out until the worker ended. Without
    a thread to name it is not interrupted, and what comes next waits for it.

    The worker asks for the context of each payload four times, inside of the sandbox: a quarter of
    its Python time went there. Our converter takes no notice of any context, and no payload is
    stored outside of the history.
    """

    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed
        self._one_at_a_time = Lock()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        with self._one_at_a_time:
            return self._sandboxed.activate(act)

    def get_info(self) -> workflow.Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> None:
        return None

    def get_serialization_context(self, command_info: object) -> None:  # noqa: ARG002 - the SDK's
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:  # noqa: ARG002 - the SDK's
        return _NOWHERE


def sandbox() -> Sandbox:
    """Return the sandbox, without importing our pure modules anew for each workflow."""
    return Sandbox(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_OURS))
