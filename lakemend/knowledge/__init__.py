"""What the diagnosis knows, as data: codes, names, numbers, rules, and the table of causes."""

from pathlib import Path
from typing import Any

import yaml

KNOWLEDGE = Path(__file__).parent


def read_yaml(file: Path) -> Any:
    """Read one file by the fast loader, which builds nothing but plain values."""
    return yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
