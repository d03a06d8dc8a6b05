"""Every text of the console can be read: colours differ enough in light and in dark (WCAG AA)."""

import re
from pathlib import Path

import pytest

import api.console

STYLE = (Path(api.console.__file__).parent / "static" / "console.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): #(\w+);", block))
    for block in re.findall(r":root \{(.+?)\}", STYLE, re.DOTALL)
)
PAIRS = [
    ("ink", "page"),
    ("ink", "card"),
    ("soft", "page"),
    ("soft", "card"),
    ("accent", "page"),
    ("accent", "card"),
    ("on-accent", "accent"),
    ("good", "good-back"),
    ("good", "card"),
    ("bad", "bad-back"),
    ("bad", "card"),
    ("wait", "wait-back"),
    ("busy", "busy-back"),
    ("ink", "line"),
]


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    whole = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    shares = [int(whole[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "back"), PAIRS)
def test_texts_stand_out_from_what_is_behind(scheme: dict[str, str], text: str, back: str) -> None:
    assert contrast(scheme[text], scheme[back]) >= 4.5


def test_both_schemes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_the_contrast_of_black_and_white_is_known() -> None:
    assert contrast("000", "fff") == pytest.approx(21)
