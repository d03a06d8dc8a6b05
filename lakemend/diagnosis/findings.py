"""Everything in the evidence that speaks for a cause, before it is weighed.

The order of trust is in the numbers: a code that names its cause stands above all but the most
exact texts, a vague one below every text that names a root.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from lakemend.diagnosis import Cause, Reason
from lakemend.diagnosis.codes import (
    Says,
    TerminationCode,
    cluster_code,
    cluster_codes,
    run_code,
    run_codes,
)
from lakemend.diagnosis.error_classes import class_findings
from lakemend.diagnosis.matching import Finding, match
from lakemend.diagnosis.names import name_findings
from lakemend.diagnosis.numbers import number_findings
from lakemend.diagnosis.passages import Passage, Where, passage
from lakemend.diagnosis.voices import voice
from lakemend.evidence import ClusterFacts, Evidence, TaskFacts
from lakemend.redaction import excerpt

_CODE_CONFIDENCE = {Says.CAUSE: 0.93, Says.VAGUE: 0.4}

# A code that a text quotes may be older than this failure. A vague one counts only where the text
# gives it as the reason: INTERNAL_ERROR is also what every failed run shows as its state.
_QUOTED_CODE = 0.97
_VAGUE_REASON = 0.7

# Logs hold yesterday's warnings as well; a state message is often only the outermost wrapper.
_TRUST = {Where.TASK_LOGS: 0.85, Where.TASK_MESSAGE: 0.95, Where.RUN_MESSAGE: 0.9}

_LIBRARY_ALONE = 0.9
_LIBRARY_BESIDE_AN_ERROR = 0.6

# A cluster that ended later than this after the run was not what ended the run; where a task tells
# what ended it, one that ended any later was not.
_END_OF_CLUSTER = timedelta(minutes=10)

_EVENT_CAUSES = {
    "DRIVER_NOT_RESPONDING": Cause.DRIVER_UNRESPONSIVE,
    "DRIVER_UNAVAILABLE": Cause.DRIVER_UNRESPONSIVE,
    "NODES_LOST": Cause.EXECUTOR_LOST,
    "METASTORE_DOWN": Cause.SERVICE_UNAVAILABLE,
    "DBFS_DOWN": Cause.SERVICE_UNAVAILABLE,
    "FAILED_TO_EXPAND_DISK": Cause.DISK_FULL,
}
_EVENT_CONFIDENCE = 0.42

_CODE = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,12}(?![A-Za-z0-9_])")
_SPOKEN_CODE = re.compile(
    r"\b[Rr]eason: ?(?P<words>[A-Z][A-Za-z]{1,30}(?: [A-Z][A-Za-z]{1,30}){1,8})"
)


def text_findings(texts: Iterable[Passage]) -> Iterator[Finding]:
    """Match the rules, and the platform's codes where a text quotes them."""
    for text in texts:
        trust = _TRUST.get(text.where, 1.0)
        for finding in (
            *match(text),
            *class_findings(text),
            *name_findings(text),
            *number_findings(text),
            *_quoted_codes(text),
        ):
            yield replace(finding, confidence=finding.confidence * trust)


def task_findings(task: TaskFacts) -> Iterator[Finding]:
    """Read one failed task: its termination code and its texts."""
    texts = (
        (Where.TASK_ERROR, task.error),
        (Where.TASK_TRACE, task.error_trace),
        (Where.TASK_LOGS, task.logs),
        (Where.TASK_MESSAGE, task.state_message),
    )
    known = run_code(task.termination_code, task.termination_type)
    yield from _from_code(known, "task termination code", task_key=task.task_key)
    yield from text_findings(passage(where, text, task.task_key) for where, text in texts if text)


def error_passage(task: TaskFacts) -> Passage:
    """Read a failed task's own error and its trace as one text."""
    return passage(Where.TASK_ERROR, f"{task.error}\n{task.error_trace}", task.task_key)


def code_findings(code: str, kind: str) -> Iterator[Finding]:
    """Read the termination code of a run."""
    yield from _from_code(run_code(code, kind), "run termination code")


def run_findings(evidence: Evidence) -> Iterator[Finding]:
    """Read the run's own termination code and messages."""
    run = evidence.run
    yield from code_findings(run.termination_code, run.termination_type)
    messages = (run.termination_message, run.state_message)
    yield from text_findings(passage(Where.RUN_MESSAGE, text) for text in messages if text)


def cluster_findings(cluster: ClusterFacts, evidence: Evidence) -> Iterator[Finding]:
    """Read a cluster: why it ended if that was during the run, its libraries, its events."""
    if _ended_the_run(cluster, evidence):
        yield from (replace(found, cluster_id=cluster.cluster_id) for found in _ending(cluster))
    yield from _libraries(cluster, has_error=_tells_an_error(evidence))
    yield from _events(cluster, evidence)


def _ended_the_run(cluster: ClusterFacts, evidence: Evidence) -> bool:
    run = evidence.run
    if not cluster.terminated_at or not _comparable(cluster, evidence):
        return True
    if run.started_at and cluster.terminated_at < run.started_at:
        return False
    later = timedelta() if _tells_an_error(evidence) else _END_OF_CLUSTER
    return run.ended_at is None or cluster.terminated_at - run.ended_at <= later


def _tells_an_error(evidence: Evidence) -> bool:
    return any(task.error or task.error_trace for task in evidence.failed_tasks)


def _comparable(cluster: ClusterFacts, evidence: Evidence) -> bool:
    """Tell whether all instants carry a time zone or none does; others cannot be compared."""
    instants = (
        cluster.terminated_at,
        evidence.run.started_at,
        evidence.run.ended_at,
        *(event.at for event in cluster.events),
    )
    return len({instant.tzinfo is None for instant in instants if instant}) <= 1


def _ending(cluster: ClusterFacts) -> Iterator[Finding]:
    known = cluster_code(cluster.termination_code, cluster.termination_type)
    yield from _from_code(known, "cluster termination reason")
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


def _events(cluster: ClusterFacts, evidence: Evidence) -> Iterator[Finding]:
    run = evidence.run
    for event in cluster.events:
        if not _comparable(cluster, evidence):
            return
        if run.started_at and event.at < run.started_at:
            continue
        if run.ended_at and event.at - run.ended_at > _END_OF_CLUSTER:
            continue
        if event.type in _EVENT_CAUSES:
            yield _from_event(event.type, event.message, cluster.cluster_id)
        if event.reason_code and not cluster.termination_code:
            yield from _from_code(
                cluster_code(event.reason_code, ""), f"cluster event {event.type}"
            )
        if event.message:
            yield from match(passage(Where.CLUSTER_EVENT, event.message))


def _from_event(type_: str, message: str, cluster_id: str) -> Finding:
    return Finding(
        cause=_EVENT_CAUSES[type_],
        confidence=_EVENT_CONFIDENCE,
        depth=0,
        cluster_id=cluster_id,
        reason=Reason(
            rule=f"event-{type_.lower()}",
            where="cluster event",
            quote=excerpt(message, 300),
            explanation="The cluster's event log shows this while the run was active.",
        ),
    )


def _from_code(known: TerminationCode | None, where: str, task_key: str = "") -> Iterator[Finding]:
    if known is None or known.says is Says.SILENT or known.cause is Cause.UNKNOWN:
        return
    yield Finding(
        cause=known.cause,
        confidence=_CODE_CONFIDENCE[known.says],
        depth=0,
        remedy=known.remedy,
        task_key=task_key,
        reason=Reason(
            rule=f"code-{known.code}", where=where, quote=known.code, explanation=known.meaning
        ),
    )


def _quoted_codes(text: Passage) -> Iterator[Finding]:
    for start, line in zip(text.starts, text.lines, strict=True):
        is_reason = "reason" in line.lower()
        for code, place in _codes_in(line).items():
            known = cluster_codes().get(code) or run_codes().get(code)
            if known is None or (known.says is Says.VAGUE and not is_reason):
                continue
            weight = _VAGUE_REASON if known.says is Says.VAGUE else _CODE_CONFIDENCE[Says.CAUSE]
            speaker = voice(text, start + place, start + place)
            for finding in _from_code(known, text.where, text.task_key):
                confidence = weight * _QUOTED_CODE * speaker.weight
                yield replace(finding, confidence=confidence, voice=speaker)


def _codes_in(line: str) -> dict[str, int]:
    """Find what looks like a code, and where it stands first."""
    found: dict[str, int] = {}
    for code in _CODE.finditer(line):
        found.setdefault(code.group(), code.start())
    for spoken in _SPOKEN_CODE.finditer(line):
        found.setdefault(spoken["words"].upper().replace(" ", "_"), spoken.start("words"))
    return found
