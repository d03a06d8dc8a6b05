import pytest

from lakemend.breaker.metrics import labels_of


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "DatabricksJobExecutionError:job-123",
            ("default", "DatabricksJobExecutionError", "job"),
        ),
        (
            "eu-west:DatabricksApiThrottling:workspace-eu-west",
            ("eu-west", "DatabricksApiThrottling", "workspace"),
        ),
        ("E:cluster-0712-abc:1", ("default", "E", "cluster")),
        ("made up", ("default", "", "")),
    ],
)
def test_labels_name_workspace_error_and_scope_but_no_id(
    name: str, labels: tuple[str, str, str]
) -> None:
    assert labels_of(name) == labels
