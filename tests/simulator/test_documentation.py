import re
from pathlib import Path

import yaml
from pydantic import BaseModel

from simulator.faults import Fault
from simulator.scenario import compute as compute_part
from simulator.scenario import file, parse_scenario
from simulator.scenario import jobs as jobs_part
from simulator.scenario.entry import Entry

TEXT = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
PARTS = (file, compute_part, jobs_part)


def entries() -> list[type[BaseModel]]:
    found = [value for part in PARTS for value in vars(part).values() if isinstance(value, type)]
    return [value for value in found if issubclass(value, Entry)]


def test_every_field_of_a_scenario_is_named() -> None:
    fields = {name for entry in [*entries(), Fault] for name in entry.model_fields}

    assert {name for name in fields if f"`{name}`" not in TEXT} == set()


def test_example_can_be_loaded() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)

    scenario = parse_scenario(example)

    assert list(scenario.jobs) == ["nightly"]


def test_example_names_only_tasks_that_it_has() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    job = yaml.safe_load(example)["jobs"]["nightly"]

    assert set(job["tasks"]) == {task["task_key"] for task in job["settings"]["tasks"]}
