"""How much one look at a workspace may read, and how fast."""

import time
from dataclasses import dataclass

LONGEST_SECONDS = 240


@dataclass(frozen=True)
class Bounds:
    """How much one look reads at most; the next one goes on where it stopped.

    As many runs are found as gate and breakers see come at once after an outage of ours.
    """

    active_pages: int = 80  # 2,000 runs, as many as a workspace runs tasks at a time
    pages: int = 40
    reads: int = 100
    found: int = 50


USUAL_BOUNDS = Bounds()


class Unhurried:
    """Leaves half of the calls that a workspace allows to the recoveries, and ends in time."""

    def __init__(self, calls_per_second: float) -> None:
        self._pause = min(2 / calls_per_second, 2)
        self._until = time.monotonic() + LONGEST_SECONDS

    def wait(self) -> None:
        """Pause before a call."""
        time.sleep(self._pause)

    @property
    def is_over(self) -> bool:
        """Whether there is no time left for calls that the next sweep can make."""
        return time.monotonic() > self._until
