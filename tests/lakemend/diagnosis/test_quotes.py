"""What a diagnosis quotes holds no secret, nor half of one, wherever the quotation is cut."""

import pytest

from lakemend.diagnosis.diagnose import diagnose_text

SECRET = "Tr0ub4dorHorseBattery" * 2
FAILURES = {
    "rule": "java.lang.OutOfMemoryError: Java heap space",
    "resemblance": "the broker refuses to hand out the lease and the sync stops for the partition",
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("secret", ["password={}", "token: dapi{}", "https://u:{}@h/"])
@pytest.mark.parametrize("before", range(10, 340, 30))
def test_a_cut_quote_holds_no_half_of_a_secret(before: int, secret: str, failure: str):
    told = secret.format("0123456789abcdef" * 2 if "dapi" in secret else SECRET)

    said = diagnose_text(f"{'E' * before} {told} {'y' * 40} {failure} {'z' * 300}")

    shown = said.model_dump_json()
    assert "Battery" not in shown
    assert "9abcdef" not in shown


def test_a_secret_on_the_line_before_is_known():
    said = diagnose_text("password:\n  hunter2 java.lang.OutOfMemoryError: Java heap space")

    assert "hunter2" not in said.model_dump_json()
    assert said.reasons[0].quote.endswith("Java heap space")
