from typing import Any

import pytest

from lakemend.compute.libraries import Package, choose_failed, fallbacks, package_of, with_version
from lakemend.errors import InvalidRequestError

PANDAS = {"pypi": {"package": "pandas==2.1.0", "repo": "https://index.example.com"}}
EXCEL = {"maven": {"coordinates": "com.crealytics:spark-excel_2.12:3.5.0_0.20.3"}}
WHEEL = {"whl": "/Volumes/main/libs/wheels/orders_etl-1.4.0-py3-none-any.whl"}


@pytest.mark.parametrize(
    ("library", "package"),
    [
        (PANDAS, Package("pypi", "pandas", "2.1.0")),
        (
            {"pypi": {"package": "Scikit_Learn[all] == 1.3.2"}},
            Package("pypi", "scikit-learn", "1.3.2"),
        ),
        ({"pypi": {"package": "pandas"}}, Package("pypi", "pandas")),
        (EXCEL, Package("maven", "com.crealytics:spark-excel_2.12", "3.5.0_0.20.3")),
        (WHEEL, Package("whl", "orders-etl", "1.4.0")),
        ({"jar": "/Volumes/main/libs/x.jar"}, None),
        ({"pypi": {"package": "git+https://example.com/x"}}, None),
    ],
)
def test_package_and_version_are_read(library: dict[str, Any], package: Package | None) -> None:
    assert package_of(library) == package


@pytest.mark.parametrize(
    ("library", "version", "changed"),
    [
        (PANDAS, "2.0.3", {"pypi": {**PANDAS["pypi"], "package": "pandas==2.0.3"}}),
        ({"pypi": {"package": "x[a]==2"}}, "1", {"pypi": {"package": "x[a]==1"}}),
        (EXCEL, "3.4.1", {"maven": {"coordinates": "com.crealytics:spark-excel_2.12:3.4.1"}}),
        (WHEEL, "1.3.9", {"whl": "/Volumes/main/libs/wheels/orders_etl-1.3.9-py3-none-any.whl"}),
    ],
)
def test_only_the_version_changes(
    library: dict[str, Any], version: str, changed: dict[str, Any]
) -> None:
    assert with_version(library, version) == changed


@pytest.mark.parametrize(
    ("package", "versions"),
    [
        ("pandas==2.2.9", ["2.1.0", "2.0.3", "1.5.3"]),
        ("pandas==2.1.0", ["2.0.3", "1.5.3"]),
        ("pandas==2.0.10", ["2.0.3", "1.5.3"]),
        ("pandas==1.5.3", []),
        ("pandas", ["2.1.0", "2.0.3", "1.5.3"]),
        ("nobody-knows==1.0", []),
    ],
)
def test_fallbacks_are_the_listed_versions_below(package: str, versions: list[str]) -> None:
    assert fallbacks({"pypi": {"package": package}}) == versions


def test_declared_list_stands_above_the_seed() -> None:
    assert fallbacks(WHEEL, ["1.4.0", "1.3.9"]) == ["1.3.9"]


def test_first_failed_library_with_a_fallback_is_chosen() -> None:
    jar = {"jar": "/Volumes/main/libs/x.jar"}

    assert choose_failed([jar, PANDAS], "") == PANDAS


@pytest.mark.parametrize("package", ["numpy", "nobody"])
def test_nothing_to_fall_back_to_is_said(package: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"pandas 2\.1\.0 failed"):
        choose_failed([PANDAS], package)
