"""Our own records beside what a workspace tells: asked where there are any, and never required."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from activities.reading.memory import Memory
from cli.own_secrets import known_snapshot_keys
from lakemend.errors import RecordsError
from lakemend.evidence import Unread
from lakemend.settings import Settings
from records import open_records

Remembered = TypeVar("Remembered")

_FILE = "sqlite:///"


class OwnRecords:
    """Asks the records; once they are away they are asked no more, and `unread` says why."""

    def __init__(self, memory: Memory | None, unread: tuple[Unread, ...] = ()) -> None:
        self._memory = memory
        self.unread = unread

    def ask(self, question: Callable[[Memory], Remembered], otherwise: Remembered) -> Remembered:
        """Return the answer, or `otherwise` where there are no records or they are away."""
        if self._memory is None:
            return otherwise
        try:
            return question(self._memory)
        except RecordsError as error:
            self._memory, self.unread = None, _away(str(error))
            return otherwise


@contextmanager
def own_records(settings: Settings) -> Generator[OwnRecords]:
    """Open the records; a file that is not there is not made."""
    url = settings.records_url
    if url.startswith(_FILE) and not Path(url.removeprefix(_FILE)).is_file():
        yield OwnRecords(None, _missing(settings))
        return
    try:
        records = open_records(url, known_snapshot_keys(settings))
    except RecordsError as error:
        yield OwnRecords(None, _away(str(error)))
        return
    try:
        yield OwnRecords(Memory(records))
    finally:
        records.close()


def _missing(settings: Settings) -> tuple[Unread, ...]:
    """Tell of a file that somebody named; without one there is nothing to remember yet."""
    return _away("LAKEMEND_DATABASE_URL: there is no such file") if settings.database_url else ()


def _away(why: str) -> tuple[Unread, ...]:
    return (Unread(what="our records", why=why),)
