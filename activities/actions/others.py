"""Shared compute is treated with care: who else runs there now, and whether to go on."""

from datetime import timedelta

from activities.errors import StillChangingError
from activities.resources.active_runs import listed
from lakemend.actions import Others
from lakemend.errors import InvalidStateError

_WHEN_IDLE = timedelta(minutes=1)  # other people's runs take as long as they take


def heed(others: Others, resource: str, summary: str, runs: list[str]) -> str:
    """Return the summary with the runs it interrupts.

    Raises StillChangingError to wait for them to end, and InvalidStateError to refuse.
    """
    if not runs:
        return summary
    words = f"{summary}, which interrupts {len(runs)} active runs: {listed(runs)}"
    return obey(others, resource, words)


def obey(others: Others, resource: str, words: str) -> str:
    """Return the words about what would be interrupted; raises as `heed` does."""
    if others is Others.WAIT:
        raise StillChangingError(f"{words}; waiting for them", _WHEN_IDLE)
    if others is Others.REFUSE:
        raise InvalidStateError(resource, f"{words}; the playbook refuses that")
    return words
