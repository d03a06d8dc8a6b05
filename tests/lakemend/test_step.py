import pytest

from lakemend.step import ResourceKind, target_of


@pytest.mark.parametrize(
    ("resource", "kind", "identifier"),
    [
        ("job-123", ResourceKind.JOB, "123"),
        ("cluster-0712-abc", ResourceKind.CLUSTER, "0712-abc"),
        ("cluster-users-0712-abc", ResourceKind.CLUSTER_USERS, "0712-abc"),
        ("libraries-0712-abc", ResourceKind.LIBRARIES, "0712-abc"),
    ],
)
def test_the_name_of_a_resource_reads_back(
    resource: str, kind: ResourceKind, identifier: str
) -> None:
    target = target_of(resource)

    assert (target.kind, target.id, target.resource) == (kind, identifier, resource)


def test_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'nightly' is not like"):
        target_of("nightly")
