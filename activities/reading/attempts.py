"""Reading piece by piece: what cannot be read is noted, and the rest goes on."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from lakemend.errors import WaitingIsUselessError, WorkspaceError
from lakemend.evidence import Unread
from lakemend.redaction import trim

Raw = TypeVar("Raw")
Seen = TypeVar("Seen")

_LONGEST = 500


class InParallel(Protocol):
    """Reads several at once, as the `map` of a pool of threads does; the order is kept."""

    def __call__(self, read: Callable[[Raw], Seen], each: Iterable[Raw], /) -> Iterable[Seen]:
        """Return what was read of each."""
        ...


class Attempts:
    """Notes what is forbidden, gone or malformed at once, and lost calls only without patience.

    A lost call may come back with a retry, so a `patient` reader raises it.
    """

    def __init__(self, *, patient: bool) -> None:
        self._tolerated = WaitingIsUselessError if patient else WorkspaceError
        self.unread: list[Unread] = []

    def read(self, what: str, read: Callable[[], Seen]) -> Seen | None:
        """Return what was read and understood, or None once it is noted."""
        try:
            return read()
        except self._tolerated as error:
            self.note(what, str(error))
        except WorkspaceError:
            raise
        except Exception as error:  # noqa: BLE001 an answer of a form that nobody foresaw is one piece less
            self.note(what, f"the answer has another form than expected ({type(error).__name__})")
        return None

    def each(self, what: str, raw: Iterable[Raw], parse: Callable[[Raw], Seen]) -> list[Seen]:
        """Return all that could be understood of a list; the rest is noted once."""
        found: list[Seen] = []
        misfit = ""
        for entry in raw:
            try:
                found.append(parse(entry))
            except Exception as error:  # noqa: BLE001 as above
                misfit = type(error).__name__
        if misfit:
            self.note(what, f"some entries have another form than expected ({misfit})")
        return found

    def note(self, what: str, why: str) -> None:
        """Note something that was not read."""
        self.unread.append(Unread(what=trim(what, _LONGEST), why=trim(why, _LONGEST)))
