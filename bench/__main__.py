"""`python -m bench`: every measurement, one after the other; 1 if one of them breaks a limit."""

import subprocess
import sys

from bench.results import SAVE, command_line

MEASUREMENTS = (
    ("events",),
    ("acknowledgement",),
    ("recoveries",),
    ("breaker",),
    ("breaker_flood", "10000"),
    ("storms",),
    ("diagnosis",),
)


def main() -> int:
    """Run each in a process of its own, so that none warms the next one up."""
    options = [SAVE] if command_line("", __doc__).parse_args().save else []
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *size, *options], check=False
        ).returncode
        for name, *size in MEASUREMENTS
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
