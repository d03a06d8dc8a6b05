"""Reading piece by piece: what cannot be read is noted, and the rest goes on."""

from collections.abc import Callable
from typing import TypeVar

from lakemend.errors import WaitingIsUselessError, WorkspaceError
from lakemend.evidence import Unread

Seen = TypeVar("Seen")


class Attempts:
    """Notes what is forbidden or gone at once, and lost calls only when `patient` is off.

    A lost call may come back with a retry, so a patient reader raises it.
    """

    def __init__(self, *, patient: bool) -> None:
        self._tolerated = WaitingIsUselessError if patient else WorkspaceError
        self.unread: list[Unread] = []

    def read(self, what: str, read: Callable[[], Seen]) -> Seen | None:
        """Return what was read, or None once it is noted."""
        try:
            return read()
        except self._tolerated as error:
            self.note(what, str(error))
            return None

    def note(self, what: str, why: str) -> None:
        """Note something that was not read."""
        self.unread.append(Unread(what=what, why=why))
