"""What the diagnosis knows, as data: codes, names, numbers, rules, and the table of causes."""

from pathlib import Path

KNOWLEDGE = Path(__file__).parent
