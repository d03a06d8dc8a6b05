import pytest

from lakemend.incident import incident_id, parse_incident_id


def test_the_id_carries_workspace_and_run() -> None:
    made = incident_id("prod-eu", "9007199254740993")

    assert made == "incident:prod-eu:run-9007199254740993"
    assert parse_incident_id(made) == ("prod-eu", "9007199254740993")


@pytest.mark.parametrize("other", ["", "breaker:x:job-1", "incident:default", "incident::run-1"])
def test_other_ids_are_refused(other: str) -> None:
    with pytest.raises(ValueError, match="is not like 'incident:WORKSPACE:run-RUN_ID'"):
        parse_incident_id(other)
