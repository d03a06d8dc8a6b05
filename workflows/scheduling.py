"""Regular work on servers that know schedules, and a warning on those that do not."""

from collections.abc import Generator
from contextlib import contextmanager

import structlog
from temporalio.service import RPCError, RPCStatusCode

_log = structlog.stdlib.get_logger()


@contextmanager
def scheduled_or_told(event: str, remedy: str) -> Generator[None]:
    """Log a warning where the server knows no schedules.

    That is no reason not to recover jobs: there people do by hand what `remedy` says.
    """
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        _log.warning(event, remedy=remedy)
