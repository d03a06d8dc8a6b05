"""Time limits of a job and its tasks, and how far they may be raised.

Of a job's settings only `timeout_seconds` counts for active runs too (databricks-sdk: jobs.update).
"""

from collections.abc import Mapping

from lakemend.errors import CapExceededError, InvalidRequestError


def raised(
    limits: Mapping[str, int], factor: float, longest: int, max_cost_factor: float
) -> dict[str, int]:
    """Multiply every limit that is set, in seconds, up to the longest; 0 means none is set.

    A run that takes longer costs more, so the factor counts against the cost cap. Raises
    InvalidRequestError where no limit is set, CapExceededError with the name of the cap.
    """
    known = {name: seconds for name, seconds in limits.items() if seconds > 0}
    if not known:
        raise InvalidRequestError("increase_timeout", "neither the task nor the job has a limit")
    if factor > max_cost_factor:
        raise CapExceededError("max_cost_factor", allowed=max_cost_factor, asked=factor)
    after = {
        name: max(seconds, min(round(seconds * factor), longest)) for name, seconds in known.items()
    }
    if after == known:
        asked = max(known.values()) * factor
        raise CapExceededError("longest", allowed=longest, asked=asked)
    return after
