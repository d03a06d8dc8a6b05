"""A statement of the playbook's author gives the value that it should."""

from activities.checks.check import SOON, Check, Patient
from activities.errors import StillChangingError
from activities.reading.values import part, text
from activities.workspace import Json
from lakemend.incident import HealthCheckResult

_UNFINISHED = frozenset({"PENDING", "RUNNING", "CANCELED"})
_VALUE_LIMIT = 200


class SqlCheck(Check):
    """For people who want to know that the data arrived; only a reading statement is sent.

    Statements that are not answered in time are canceled and asked again (databricks-sdk:
    sql.StatementExecutionAPI.execute_statement).
    """

    name = "sql_check"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Run the statement and compare the first column of its first row, as text."""
        request = patient.request
        query = request.terms.sql
        if query is None:
            return self.failed("the playbook declares no statement")
        warehouse_id = query.warehouse_id or next(iter(request.warehouse_ids), "")
        if not warehouse_id:
            return self.failed("no warehouse is declared, and the failed tasks used none")
        answer = patient.workspace.query(warehouse_id, query.statement)
        state = part(answer, "status").get("state") or ""
        if state in _UNFINISHED:
            raise StillChangingError(f"the statement is {state}", SOON)
        if state != "SUCCEEDED":
            error = part(part(answer, "status"), "error").get("message")
            return self.failed(f"the statement is {state}: {text(error)}")
        return self._compare(_first(answer), query.expected)

    def _compare(self, value: str | None, expected: str) -> HealthCheckResult:
        found = "nothing" if value is None else text(value, _VALUE_LIMIT) or "an empty text"
        if value == expected:
            return self.passed(f"it gives {found}")
        return self.failed(f"it gives {found}, not {expected}")


def _first(answer: Json) -> str | None:
    rows: list[list[str | None]] = part(answer, "result").get("data_array") or []
    return rows[0][0] if rows and rows[0] else None
