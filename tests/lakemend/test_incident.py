import pytest
from pydantic import ValidationError

from lakemend.incident import Subject, incident_id, parse_incident_id, resource_name


def test_the_id_carries_workspace_and_run() -> None:
    made = incident_id("prod-eu", "9007199254740993")

    assert made == "incident:prod-eu:run-9007199254740993"
    assert parse_incident_id(made) == Subject(workspace="prod-eu", run_id="9007199254740993")


@pytest.mark.parametrize("kind", ["cluster", "pipeline", "warehouse"])
def test_the_id_carries_workspace_and_resource(kind: str) -> None:
    subject = Subject(workspace="prod-eu", resource=resource_name(kind, "0712-151200-abc_1"))

    assert subject.incident_id == f"incident:prod-eu:{kind}-0712-151200-abc_1"
    assert parse_incident_id(subject.incident_id) == subject


@pytest.mark.parametrize(
    "other",
    [
        "",
        "breaker:x:job-1",
        "incident:default",
        "incident::run-1",
        "incident:default:run-x",
        "incident:default:job-1",
        "incident:default:cluster-",
        "incident:default:cluster-a/b",
    ],
)
def test_other_ids_are_refused(other: str) -> None:
    with pytest.raises(ValueError, match="is not like 'incident:WORKSPACE:run-RUN_ID'"):
        parse_incident_id(other)


@pytest.mark.parametrize("bad", ["", "a b", "../x", "-a", "a\n", "x" * 101])
def test_ids_that_no_resource_has_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="a cluster's id is made of letters"):
        resource_name("cluster", bad)


@pytest.mark.parametrize("facts", [{}, {"run_id": "1", "resource": "cluster-a"}])
def test_an_incident_is_about_one_thing(facts: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="about a run or about a resource"):
        Subject(**facts)
