"""The scenario files of this folder, put together to one workspace."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from lakemend.playbook import Playbooks, load_playbooks, parse_playbook
from simulator.scenario import parse_scenario

HERE = Path(__file__).parent
SHIPPED = tuple(sorted(HERE.glob("*.yaml")))
"""One file for each shipped playbook, under the same name."""
OWN = (HERE / "own" / "actions.yaml",)
"""What the shipped playbooks do not show of an action, by the playbooks beside it."""


def together(files: Iterable[Path]) -> str:
    """Return one scenario with the contents of all; a name that two of them use is an error."""
    whole: dict[str, Any] = {}
    for file in files:
        text = file.read_text(encoding="utf-8")
        parse_scenario(text, file.name)
        for section, content in yaml.safe_load(text).items():
            if isinstance(content, list):
                whole[section] = [*whole.get(section, []), *content]
                continue
            twice = set(content) & set(whole.setdefault(section, {}))
            assert not twice, f"{file.name}: {section} {sorted(twice)} are in another file too"
            whole[section] |= content
    return yaml.safe_dump(whole, sort_keys=False)


def own_playbooks() -> Playbooks:
    """Return the shipped playbooks with our own in the place of some.

    No built-in cause leads to `DatabricksResourceExhausted`; here a full disk does.
    """
    playbooks = load_playbooks()
    own = yaml.safe_load((HERE / "own" / "playbooks.yaml").read_text(encoding="utf-8"))
    for name, content in own.items():
        text = yaml.safe_dump({"error_type": name, "causes": [], **content})
        playbooks[name] = parse_playbook(text, name)
    return playbooks | {"DatabricksDiskFull": playbooks["DatabricksResourceExhausted"]}
