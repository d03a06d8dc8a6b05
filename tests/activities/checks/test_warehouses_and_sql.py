"""A warehouse that serves, and a statement that shows that the data arrived."""

from typing import Any

import pytest
from pydantic import ValidationError
from temporalio.exceptions import ApplicationError

from lakemend.step import SqlQuery

COUNT = "SELECT count(*) FROM orders"
SCENARIO = """
name: warehouses
warehouses:
  well: {settings: {cluster_size: Small}}
  rested: {settings: {cluster_size: Small}, state: STOPPED}
  sick: {settings: {cluster_size: Small}, unhealthy: true}
statements:
  - {sql: "SELECT count(*) FROM orders", rows: [["42"]]}
  - {sql: "SELECT 1 FROM nowhere", error: "no such table"}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def of(lab: Any, name: str) -> dict[str, Any]:
    return {"warehouse_ids": [lab.control.warehouse_id(name)]}


def asking(statement: str, expected: str) -> dict[str, Any]:
    return {"terms": {"sql": {"statement": statement, "expected": expected}}}


@pytest.mark.parametrize(("name", "passed"), [("well", True), ("rested", True), ("sick", False)])
def test_warehouse_is_judged_by_its_health(lab: Any, check: Any, name: str, passed: object) -> None:
    assert check("warehouse_healthy", **of(lab, name)).passed is passed


@pytest.mark.parametrize(("expected", "passed"), [("42", True), ("43", False)])
def test_statement_must_give_the_value(lab: Any, check: Any, expected: str, passed: object) -> None:
    result = check("sql_check", **of(lab, "well"), **asking(COUNT, expected))

    assert result.passed is passed
    assert "42" in result.message


def test_statement_that_fails_does_not_pass(lab: Any, check: Any) -> None:
    result = check("sql_check", **of(lab, "well"), **asking("SELECT 1 FROM nowhere", "1"))

    assert (result.passed, "no such table" in result.message) == (False, True)


def test_statement_without_a_row_does_not_pass(lab: Any, check: Any) -> None:
    result = check("sql_check", **of(lab, "well"), **asking("SELECT 2 WHERE false", "2"))

    assert "it gives nothing" in result.message


def test_statement_on_a_warehouse_at_rest_is_asked_again(lab: Any, check: Any) -> None:
    with pytest.raises(ApplicationError) as waiting:
        check("sql_check", **of(lab, "rested"), **asking(COUNT, "42"))

    assert waiting.value.type == "StillChanging"


def test_without_a_warehouse_the_statement_cannot_be_asked(check: Any) -> None:
    assert not check("sql_check", **asking(COUNT, "42")).passed
    assert not check("sql_check").passed


@pytest.mark.parametrize("statement", ["DROP TABLE x", "select 1; delete from x", "SELECTION"])
def test_statement_that_could_change_data_is_refused(statement: str) -> None:
    with pytest.raises(ValidationError):
        SqlQuery(statement=statement, expected="1")
