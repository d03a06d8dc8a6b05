import re
from pathlib import Path

from typer.main import get_command

from cli.main import app

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (`lakemend .+?) \| .+ \|$", re.MULTILINE)


def documented() -> set[str]:
    """The commands of the table in the operations page, `lakemend` left out."""
    names: set[str] = set()
    for row in ROW.findall((ROOT / "docs" / "operations.md").read_text("utf-8")):
        noun = ""
        for words in re.findall(r"`([^`]+)`", row):
            parts = [part for part in words.split() if part.islower() and part != "lakemend"]
            noun = parts[0] if words.startswith("lakemend") else noun
            names.add(" ".join(parts) if words.startswith("lakemend") else f"{noun} {parts[0]}")
    return names


def existing() -> set[str]:
    """Every command that the program has."""
    names: set[str] = set()
    for name, command in vars(get_command(app))["commands"].items():
        verbs = getattr(command, "commands", None)
        names |= {f"{name} {verb}" for verb in verbs} if verbs else {name}
    return names


def test_operations_page_lists_every_command() -> None:
    assert documented() == existing()
