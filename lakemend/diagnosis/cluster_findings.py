"""What clusters say: why one ended, which libraries failed on it, and what befell it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lakemend.diagnosis import Cause, Reason
from lakemend.diagnosis.codes import Says, cluster_code, cluster_codes
from lakemend.diagnosis.findings import code_says, text_findings
from lakemend.diagnosis.matching import Finding, match
from lakemend.diagnosis.passages import Where, passage
from lakemend.evidence import ClusterEvent, ClusterFacts, Evidence, TaskFacts
from lakemend.instants import in_utc
from lakemend.redaction import excerpt

_LIBRARY_ALONE = 0.9
_LIBRARY_BESIDE_AN_ERROR = 0.6

# What befell a cluster later than this was not what ended the run, and sooner where a task tells
# what ended it.
_LATER = timedelta(minutes=10)
_LATER_THAN_AN_ERROR = timedelta(minutes=1)

# Spark lives on without a lost machine: what befell one long before an error did not lead to it.
_BEFORE_AN_ERROR = timedelta(minutes=30)

_EVENT_CAUSES = {
    "DRIVER_NOT_RESPONDING": Cause.DRIVER_UNRESPONSIVE,
    "DRIVER_UNAVAILABLE": Cause.DRIVER_UNRESPONSIVE,
    "NODES_LOST": Cause.EXECUTOR_LOST,
    "METASTORE_DOWN": Cause.SERVICE_UNAVAILABLE,
    "DBFS_DOWN": Cause.SERVICE_UNAVAILABLE,
    "FAILED_TO_EXPAND_DISK": Cause.DISK_FULL,
}
_EVENT_CONFIDENCE = 0.42


def cluster_findings(evidence: Evidence, roots: Sequence[TaskFacts]) -> Iterator[Finding]:
    """Read the clusters, but those of consequences alone."""
    failed = {task.compute.cluster_id for task in evidence.failed_tasks}
    first = {task.compute.cluster_id for task in roots}
    for cluster in evidence.clusters:
        if cluster.cluster_id in first or cluster.cluster_id not in failed:
            yield from _of(_Seen(cluster, evidence, roots))


class _Seen:
    """A cluster beside the tasks that failed first, and when they did."""

    def __init__(
        self, cluster: ClusterFacts, evidence: Evidence, roots: Sequence[TaskFacts]
    ) -> None:
        self.facts = cluster
        self.tells_an_error = any(task.error or task.error_trace for task in roots)
        self._began = _known(evidence.run.started_at)
        ends = [task.ended_at for task in roots if task.compute.cluster_id == cluster.cluster_id]
        known = [in_utc(end) for end in ends if end]
        is_known = bool(known) and len(known) == len(ends)
        self._ended = max(known) if is_known else _known(evidence.run.ended_at)

    def explains(self, at: datetime | None) -> bool:
        """Tell whether what befell it then may have ended the run; what has no time may."""
        if at is None:
            return True
        if self._began and in_utc(at) < self._began:
            return False
        later = _LATER_THAN_AN_ERROR if self.tells_an_error else _LATER
        return self._ended is None or in_utc(at) - self._ended <= later

    def leads_to_the_end(self, at: datetime) -> bool:
        """Tell whether an event may have ended the run."""
        if self.tells_an_error and self._ended and self._ended - in_utc(at) > _BEFORE_AN_ERROR:
            return False
        return self.explains(at)

    @property
    def ended_later(self) -> bool:
        """Whether it still ran when the tasks failed."""
        at = _known(self.facts.terminated_at)
        return bool(self._ended and at and at > self._ended)


def _known(at: datetime | None) -> datetime | None:
    return in_utc(at) if at else None


def _of(seen: _Seen) -> Iterator[Finding]:
    cluster = seen.facts
    if seen.explains(cluster.terminated_at):
        for found in _ending(cluster):
            yield replace(found, cluster_id=cluster.cluster_id, is_later=seen.ended_later)
    yield from _libraries(cluster, has_error=seen.tells_an_error)
    for event in cluster.events:
        if seen.leads_to_the_end(event.at):
            yield from _event(event, cluster)


def _ending(cluster: ClusterFacts) -> Iterator[Finding]:
    known = cluster_code(cluster.termination_code, cluster.termination_type)
    yield from code_says(known, "cluster termination reason")
    if known and known.says is Says.SILENT and cluster.termination_code in cluster_codes():
        return
    parameters = "\n".join(
        f"{name}: {value}" for name, value in cluster.termination_parameters.items()
    )
    messages = (parameters, cluster.state_message)
    yield from text_findings(passage(Where.CLUSTER_MESSAGE, text) for text in messages if text)


def _libraries(cluster: ClusterFacts, *, has_error: bool) -> Iterator[Finding]:
    for library in cluster.libraries:
        if library.status != "FAILED":
            continue
        text = passage(Where.LIBRARY_MESSAGE, "\n".join(library.messages))
        yield Finding(
            cause=Cause.LIBRARY_INSTALLATION,
            confidence=_LIBRARY_BESIDE_AN_ERROR if has_error else _LIBRARY_ALONE,
            depth=0,
            cluster_id=cluster.cluster_id,
            reason=Reason(
                rule="library-status-failed",
                where=f"library {excerpt(library.library, 200)}",
                quote=" ".join(text.lines)[:300],
                explanation="The platform reports that this library could not be installed.",
            ),
        )
        yield from match(text)


def _event(event: ClusterEvent, cluster: ClusterFacts) -> Iterator[Finding]:
    if event.type in _EVENT_CAUSES:
        yield _from_event(event, cluster.cluster_id)
    if event.reason_code and not cluster.termination_code:
        yield from code_says(cluster_code(event.reason_code, ""), f"cluster event {event.type}")
    if event.message:
        yield from match(passage(Where.CLUSTER_EVENT, event.message))


def _from_event(event: ClusterEvent, cluster_id: str) -> Finding:
    return Finding(
        cause=_EVENT_CAUSES[event.type],
        confidence=_EVENT_CONFIDENCE,
        depth=0,
        cluster_id=cluster_id,
        reason=Reason(
            rule=f"event-{event.type.lower()}",
            where="cluster event",
            quote=excerpt(event.message, 300),
            explanation="The cluster's event log shows this while the run was active.",
        ),
    )
