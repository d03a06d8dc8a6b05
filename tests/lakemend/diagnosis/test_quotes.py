"""What a diagnosis quotes holds no secret, nor half of one, wherever the quotation is cut."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lakemend.diagnosis.diagnose import diagnose, diagnose_text
from lakemend.evidence import Evidence

SECRET = "Tr0ub4dorHorseBattery" * 2
FAILURES = {
    "rule": "java.lang.OutOfMemoryError: Java heap space",
    "resemblance": "the streaming source lost its batch: partition and topic, commits stay behind",
}

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUT_OF_MEMORY = {
    "task_key": "load",
    "run_id": "2",
    "result_state": "FAILED",
    "error": FAILURES["rule"],
}
LIBRARY = {
    "library": f"pypi:{'x' * 150} --index-url https://u:{SECRET}@h/simple",
    "status": "FAILED",
    "messages": [f"not found at https://u:{SECRET}@h/simple"],
}
EVENT = {"type": "NODES_LOST", "at": NOW, "message": f"{'x' * 250} password={SECRET} lost"}
CHANGE = {"since": "1", "lines": [f"spark_conf.x: nothing -> {'x' * 40} password={SECRET}"]}
WAREHOUSE = {
    "resource": "warehouse-1",
    "name": f"token={SECRET}",
    "compute": {"kind": "warehouse", "resource_id": "1"},
    "phase": "failed",
    "said": f"{'x' * 270} password={SECRET}",
}
RAW: dict[str, dict[str, Any]] = {
    "library": {"clusters": [{"cluster_id": "c", "libraries": [LIBRARY]}]},
    "event": {"clusters": [{"cluster_id": "c", "events": [EVENT]}]},
    "changed settings": {"tasks": [OUT_OF_MEMORY], "changed_settings": CHANGE},
    "changed code": {"tasks": [OUT_OF_MEMORY], "changed_code": CHANGE},
    "resource": {"resource": WAREHOUSE},
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW.keys())
def test_reasons_from_evidence_that_nobody_redacted_hold_no_secret(raw: dict[str, Any]):
    base = {"workspace": "default", "read_at": NOW, "run": {"run_id": "1"}}

    said = diagnose(Evidence.model_validate(base | raw))

    assert said.reasons
    assert "Tr0ub4dor" not in said.model_dump_json()


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("secret", ["password={}", "token: dapi{}", "https://u:{}@h/"])
@pytest.mark.parametrize("before", range(10, 340, 30))
def test_a_cut_quote_holds_no_half_of_a_secret(before: int, secret: str, failure: str):
    told = secret.format("0123456789abcdef" * 2 if "dapi" in secret else SECRET)

    said = diagnose_text(f"{'.' * before} {told} {'.' * 40} {failure} {'.' * 300}")

    assert said.reasons
    shown = said.model_dump_json()
    assert "Battery" not in shown
    assert "9abcdef" not in shown


def test_a_secret_on_the_line_before_is_known():
    said = diagnose_text("password:\n  hunter2 java.lang.OutOfMemoryError: Java heap space")

    assert "hunter2" not in said.model_dump_json()
    assert said.reasons[0].quote.endswith("Java heap space")
