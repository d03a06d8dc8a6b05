"""The process `lakemend`; also `python -m cli`, which is how a command starts its own children."""

import os
import sys
from typing import NoReturn

from cli.main import main


def process() -> NoReturn:
    """Run the command line, and end the process as soon as it is done.

    While an interpreter winds down, a thread of Temporal's client that still has an answer to hand
    over aborts it, so that a command which did its work leaves with 134
    (https://github.com/temporalio/sdk-python/issues/300).
    """
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    process()
