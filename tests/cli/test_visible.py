import json

import pytest

from cli.output import say_json
from cli.visible import visible

HIDDEN = ["\x9b31m", "\u202e", "\u061c", "\xad", "\u2060", "\u180e", "\U000e0041", "\ufff9"]


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_what_turns_or_hides_a_text_is_spelled_out(text: str) -> None:
    shown = visible(f"a{text}b")

    assert shown.isascii()
    assert shown.startswith("a\\")


def test_names_of_people_stay_as_they_are() -> None:
    assert visible("Zoë, 東京, 🙂\n") == "Zoë, 東京, 🙂\n"


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_json_holds_no_raw_control(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": text})

    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"name": text}
