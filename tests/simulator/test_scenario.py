from datetime import timedelta
from pathlib import Path

import pytest

import simulator
from simulator.scenario import ScenarioError, load_scenario, parse_scenario

SCENARIOS = sorted((Path(simulator.__file__).parent / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_that_comes_along_can_be_read(path: Path) -> None:
    assert load_scenario(path).jobs


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_behaviour_and_actors_name_things_that_exist(path: Path) -> None:
    scenario = load_scenario(path)

    for entry in scenario.jobs.values():
        keys = {task["task_key"] for task in entry.settings["tasks"]}
        assert set(entry.tasks) <= keys
    names = {"", *scenario.jobs, *scenario.clusters}
    assert {actor.job for actor in scenario.actors} <= names
    assert {actor.target for actor in scenario.actors} <= names


def test_error_names_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("jobs:\n  a:\n    settings: {}\n    tasks: {main: {fails: {kind: gremlins}}}")

    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)

    assert "wrong.yaml:4: jobs.a.tasks.main.fails.0.kind" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("colour: red", "colour"),
        ("delays: {cluster_start: soon}", "delays.cluster_start"),
        ("time_factor: 0", "time_factor"),
        ("actors: [{do: dance}]", "actors.0.do"),
        ("faults: [{kind: gremlin}]", "faults.0.kind"),
        ("jobs: {a: {}}", "jobs.a.settings"),
        (
            "jobs: {a: {settings: {tasks: [{task_key: load}]}, tasks: {laod: {}}}}",
            "jobs.a.tasks.laod: its settings have no such task, only load",
        ),
        ("actors: [{do: run_now, job: nightly}]", "actors.0.job: there is no job"),
        ("actors: [{do: run_now, target: x}]", "actors.0.target: there is no job or"),
    ],
)
def test_unknown_and_wrong_fields_are_refused(text: str, field: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)

    assert caught.value.problems[0].startswith(f"1: {field}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: x\njobs: [\n", "3: yaml"),
        ("- a list", "1: scenario"),
        ("\x00", "1: yaml"),
        ("a: !b c", "1: yaml"),
    ],
    ids=["not closed", "no mapping", "not text", "unknown tag"],
)
def test_text_that_is_no_scenario_is_refused(text: str, place: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)

    assert caught.value.problems[0].startswith(place)


@pytest.mark.parametrize(
    ("text", "duration"),
    [("250ms", 0.25), ("30s", 30), ("5m", 300), ("1.5h", 5400), ("2d", 172800), ("90", 90)],
)
def test_durations_are_written_as_people_do(text: str, duration: float) -> None:
    scenario = parse_scenario(f"delays: {{cancel: {text}}}")

    assert scenario.delays.cancel == timedelta(seconds=duration)
