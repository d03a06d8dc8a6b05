"""A length of time that a person has typed."""

from datetime import timedelta

from cli.problems import BadInputError
from lakemend.durations import parse_duration


def typed_duration(
    option: str, text: str, problem: str, remedy: str, longest: timedelta = timedelta.max
) -> timedelta:
    """Read it; raises BadInputError for what is none, nothing, or more than `longest`."""
    duration = parse_duration(text)
    if not isinstance(duration, timedelta) or not timedelta(0) < duration <= longest:
        raise BadInputError(option, text, problem, remedy)
    return duration
