"""The line to a database that may be away: then one at a time finds out whether it is back."""

from threading import Lock
from typing import Any, Protocol


class Dialect(Protocol):
    """What SQLAlchemy connects by."""

    @property
    def loaded_dbapi(self) -> Any:
        """The driver."""
        ...

    def connect(self, *arguments: Any, **named: Any) -> Any:
        """Connect."""
        ...


class Line:
    """Connects; while the database is away, all but one fail at once.

    A database that is gone without a word lets whoever connects wait for seconds, in one of the few
    threads and slots of a worker: what can be done without it would wait as well.
    """

    def __init__(self) -> None:
        self._why_away: Exception | None = None
        self._trying = Lock()

    def connect(
        self, dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]
    ) -> Any:
        """Take the place of the dialect's own connecting."""
        if self._why_away is None:
            return self._try(dialect, arguments, named)
        if not self._trying.acquire(blocking=False):
            raise dialect.loaded_dbapi.OperationalError(f"still away: {self._why_away}")
        try:
            return self._try(dialect, arguments, named)
        finally:
            self._trying.release()

    def _try(self, dialect: Dialect, arguments: list[Any], named: dict[str, Any]) -> Any:
        try:
            connection = dialect.connect(*arguments, **named)
        except dialect.loaded_dbapi.Error as error:
            self._why_away = error
            raise
        self._why_away = None
        return connection
