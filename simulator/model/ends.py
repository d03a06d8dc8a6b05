"""Ends of attempts that never came to run their code."""

from simulator.model.failure_kinds import FailureKind, failure_texts
from simulator.records import Cluster, End, LibraryStatus


def cluster_end(cluster: Cluster) -> End:
    """The end of an attempt whose cluster went away or never came.

    Which type of termination the platform gives here is an assumption: CLOUD_FAILURE when the cloud
    took the cluster or had none, CLIENT_ERROR otherwise.
    """
    reason = cluster.reason
    code = reason.code if reason else "USER_REQUEST"
    kind = reason.type if reason else "SUCCESS"
    words = reason.parameters.get("databricks_error_message", "") if reason else ""
    message = f"Cluster {cluster.cluster_id} was terminated. Reason: {code} ({kind}). {words}"
    return End(
        result="FAILED",
        code="CLUSTER_ERROR",
        type="CLOUD_FAILURE" if kind in {"CLOUD_FAILURE", "SERVICE_FAULT"} else "CLIENT_ERROR",
        message=message.strip(),
        life_cycle_state="INTERNAL_ERROR",
    )


def library_end(library: LibraryStatus) -> End:
    """The end of an attempt that wanted a library which could not be installed."""
    text = failure_texts()[FailureKind.LIBRARY]
    words = f"{library.library}: {' '.join(library.messages)}"
    return End(
        result="FAILED",
        code=text.code,
        type=text.type,
        message=text.message.replace("{library_message}", words),
        life_cycle_state=text.life_cycle_state,
    )


def refused_end(message: str) -> End:
    """The end of an attempt whose cluster the platform refused to make or to find."""
    missing = "does not exist" in message
    return End(
        result="FAILED",
        code="RESOURCE_NOT_FOUND" if missing else "INVALID_CLUSTER_REQUEST",
        type="CLIENT_ERROR",
        message=message,
        life_cycle_state="INTERNAL_ERROR",
    )
