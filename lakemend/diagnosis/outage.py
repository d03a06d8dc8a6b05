"""Many failures in one place within minutes are one cause, and not the fault of each run."""

from lakemend.diagnosis import Cause, Diagnosis, Layer, Reason, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.evidence import Evidence
from lakemend.neighbours import Neighbours

# So many others make an outage: the smaller the place, the fewer share it by chance.
_LEAST = {"cluster": 2, "warehouse": 2, "pool": 4, "zone": 4, "workspace": 15}

# One job that fails again and again is no outage.
_LEAST_JOBS = 2

# Others may be diagnosed otherwise, by what the outage did to them.
_MOST_OF_THEM = 0.6

# Whoever is less sure than that only guesses.
_NAMES_SOMETHING = 0.4

# Faults of a run's own, however many runs have them.
_NOT_OF_A_PLACE = {Layer.USER_CODE, Layer.DATA, Layer.UNKNOWN}


def shared_outage(evidence: Evidence) -> tuple[Neighbours, Cause] | None:
    """Return the smallest place where enough others failed, and the cause most of them have."""
    for group in evidence.neighbours:
        kind = group.place.partition(":")[0]
        cause = _common_cause(group)
        least = _LEAST.get(kind, max(_LEAST.values()))
        if cause and group.incidents >= least and group.jobs >= _LEAST_JOBS:
            return group, cause
    return None


def one_outage(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Name the outage where the run's own evidence names nothing, or only a consequence of it.

    A run that says nothing itself is left to a person: it may have failed for a reason of its own.
    """
    found = shared_outage(evidence)
    if found is None:
        return diagnosis
    group, cause = found
    facts = cause_table()
    if diagnosis.cause is cause:
        return diagnosis.model_copy(update={"reasons": _with(diagnosis, group, cause)})
    unsaid = diagnosis.cause is Cause.UNKNOWN or diagnosis.confidence < _NAMES_SOMETHING
    if not unsaid and cause not in facts[diagnosis.cause].follows:
        return diagnosis
    return diagnosis.model_copy(
        update={
            "cause": cause,
            "error_type": facts[cause].error_type,
            "layer": facts[cause].layer,
            "summary": facts[cause].explanation,
            "remedy": Remedy.PERSON if unsaid or _is_doubted(diagnosis) else facts[cause].remedy,
            "confidence": 0.5,
            "reasons": _with(diagnosis, group, cause),
        }
    )


def is_shared(diagnosis: Diagnosis, evidence: Evidence) -> bool:
    """Tell whether enough others failed for the same cause."""
    found = shared_outage(evidence)
    return found is not None and found[1] is diagnosis.cause


def _is_doubted(diagnosis: Diagnosis) -> bool:
    """Tell whether a cause that is acted upon was left to a person for the way it was said."""
    usual = cause_table()[diagnosis.cause].remedy
    return diagnosis.remedy is Remedy.PERSON and usual is not Remedy.PERSON


def _common_cause(group: Neighbours) -> Cause | None:
    """Return the cause that most have, of those that a place can have."""
    known = {
        cause: count
        for cause, count in group.causes.items()
        if cause_table()[cause].layer not in _NOT_OF_A_PLACE
    }
    if not known:
        return None
    cause = max(known, key=lambda each: known[each])
    return cause if known[cause] >= group.incidents * _MOST_OF_THEM else None


def _with(diagnosis: Diagnosis, group: Neighbours, cause: Cause) -> tuple[Reason, ...]:
    why = (
        f"{group.incidents} other incidents of {group.jobs} jobs in {group.place} within minutes, "
        f"{group.causes[cause]} of them {cause}: one cause, and not this job's own"
    )
    examples = ", ".join(group.examples)
    reason = Reason(rule="one-outage", where="our tickets", quote=examples, explanation=why)
    return (*diagnosis.reasons, reason)
