"""Where log lines go and how they look: colours on a terminal, JSON otherwise."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

from lakemend.settings import LogFormat, Settings

_SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send our own lines and those of the libraries to the stream, standard error by default."""
    target = stream or sys.stderr
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(settings.log_format, is_terminal=target.isatty()),
            ],
            foreign_pre_chain=_SHARED,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _renderers(log_format: LogFormat, *, is_terminal: bool) -> list[Processor]:
    if log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and is_terminal):
        return [structlog.dev.ConsoleRenderer(colors=is_terminal)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
