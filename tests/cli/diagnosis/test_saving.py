"""A saved file tells no person and no workspace, wherever a text names them."""

import pytest

from cli.diagnosis.saving import shareable, written
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import Evidence

PAGE = "https://adb-1.2.azuredatabricks.net/?o=7#job/5/run/6"


def saved(error: str) -> str:
    evidence = Evidence.model_validate(
        {
            "workspace": "default",
            "read_at": "2026-03-01T12:00:00Z",
            "run": {"run_id": "6", "creator": "ann@acme.example", "run_page_url": PAGE},
            "tasks": [
                {"task_key": "t", "run_id": "7", "result_state": "FAILED", "error": error},
            ],
        }
    )
    file = shareable(evidence)
    before, after = diagnose(evidence), diagnose(file)
    assert (after.cause, after.confidence) == (before.cause, before.confidence)
    return written(file)


@pytest.mark.parametrize(
    "error",
    [
        "No space left on device at /Workspace/Users/ann.b+c@acme.example/etl",
        'File "C:\\Users\\x" said: <ann@mail.acme.example> "quoted"\nConnection reset',
        f"Notebook run failed: {PAGE}",
        "owner:\nann@acme.example\tbob@acme.example",
        "GET /api?user=ann%40acme.example&to=https%3A%2F%2Fh%3Fu%3Dbob%2Bc%40mail.acme.example",
    ],
)
def test_people_and_the_workspace_are_not_named(error: str) -> None:
    text = saved(error)

    assert "acme" not in text
    assert "azuredatabricks" not in text


def test_storage_is_no_person() -> None:
    for place in ("abfss://raw@acct.dfs.core.windows.net", "abfss%3A%2F%2Fraw%40acct.dfs.core.net"):
        assert place in saved(f"Path does not exist: {place}/day")


@pytest.mark.parametrize("page", ["http://[::1", "https://warehouse/?o=7", "http://h/"])
def test_an_odd_address_of_the_run_leaves_the_rest_alone(page: str) -> None:
    evidence = Evidence.model_validate(
        {
            "workspace": "default",
            "read_at": "2026-03-01T12:00:00Z",
            "run": {"run_id": "6", "run_page_url": page},
            "resource": {"compute": {"kind": "warehouse", "resource_id": "w"}, "resource": "w"},
        }
    )

    assert shareable(evidence).resource == evidence.resource
