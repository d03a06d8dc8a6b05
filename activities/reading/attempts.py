"""Reading piece by piece: what cannot be read is noted, and the rest goes on."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from temporalio.exceptions import CancelledError

from activities.reading.form import Form, in_form
from lakemend.errors import WaitingIsUselessError, WorkspaceError
from lakemend.evidence import Unread
from lakemend.redaction import trim

Raw = TypeVar("Raw")
Seen = TypeVar("Seen")

_LONGEST = 500
_MOST_PLACES = 10


class InParallel(Protocol):
    """Reads several at once, as the `map` of a pool of threads does; the order is kept."""

    def __call__(self, read: Callable[[Raw], Seen], each: Iterable[Raw], /) -> Iterable[Seen]:
        """Return what was read of each."""
        ...


class Attempts:
    """Notes what is forbidden, gone or malformed at once, and lost calls only without patience.

    A lost call may come back with a retry, so a `patient` reader raises it. An activity that is
    stopped on the way is no answer, and its next attempt reads anew.
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
        except (WorkspaceError, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 an answer of a form that nobody foresaw is one piece less
            self.note(what, f"the answer has another form than expected ({type(error).__name__})")
        return None

    def each(
        self, what: str, raw: Iterable[Raw] | None, parse: Callable[[Raw], Seen]
    ) -> list[Seen]:
        """Return all that could be understood of a list; the rest is noted once."""
        found: list[Seen] = []
        misfit = ""
        for entry in self.read(what, lambda: list(raw or ())) or ():
            try:
                found.append(parse(entry))
            except CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 as above
                misfit = type(error).__name__
        if misfit:
            self.note(what, f"some entries have another form than expected ({misfit})")
        return found

    def in_form(self, what: str, raw: Any, form: Form) -> Any:
        """Return an answer without the fields of another form, which are noted once."""
        misfits: list[str] = []
        kept = in_form(raw, form, misfits)
        if misfits:
            more = f" and {len(misfits) - _MOST_PLACES} more" if len(misfits) > _MOST_PLACES else ""
            places = ", ".join(misfits[:_MOST_PLACES])
            self.note(what, f"left out, for it has another form than expected: {places}{more}")
        return kept

    def note(self, what: str, why: str) -> None:
        """Note something that was not read."""
        self.unread.append(Unread(what=trim(what, _LONGEST), why=trim(why, _LONGEST)))
