"""A person gets a token to give orders with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.tokens import token_verifier
from cli.own_secrets import kept_secrets
from lakemend.settings import load_settings

SECRET = "b41c7f0e9d2a4c6f8e1b3d5a7c9e0f24"


@pytest.mark.parametrize(
    "variables",
    [
        {"LAKEMEND_JWT_SECRET": SECRET},
        {
            "LAKEMEND_JWT_SECRET": SECRET,
            "LAKEMEND_JWT_AUDIENCE": "lakemend",
            "LAKEMEND_JWT_ISSUER": "https://id.invalid",
        },
    ],
    ids=["plain", "with audience and issuer"],
)
def test_the_api_takes_the_token(lakemend: Callable[..., Any], variables: dict[str, str]) -> None:
    answer = lakemend("token", "--by", "anna", "--for", "5m", **variables)

    verifier = token_verifier(load_settings(None, variables))
    assert verifier.subject(answer.out.strip()) == "anna"


def test_the_secret_that_up_made_is_found(lakemend: Callable[..., Any], tmp_path: Path) -> None:
    made = kept_secrets(load_settings(None, {}), tmp_path / "data" / "secrets.env")

    answer = lakemend("token", "--by", "anna")

    verifier = token_verifier(load_settings(None, made))
    assert verifier.subject(answer.out.strip()) == "anna"


@pytest.mark.parametrize("lasts", ["soon", "0s", "31d"])
def test_a_life_that_is_none_is_refused(lakemend: Callable[..., Any], lasts: str) -> None:
    answer = lakemend("token", "--by", "anna", "--for", lasts, LAKEMEND_JWT_SECRET=SECRET)

    assert (answer.code, answer.out) == (2, "")
    assert f"--for={lasts}" in answer.err


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({}, "Set LAKEMEND_JWT_SECRET"),
        ({"LAKEMEND_JWT_JWKS_URL": "https://id.invalid/keys"}, "Ask it for one"),
    ],
)
def test_without_a_secret_it_says_where_tokens_come_from(
    lakemend: Callable[..., Any], variables: dict[str, str], remedy: str
) -> None:
    answer = lakemend("token", "--by", "anna", **variables)

    assert answer.code == 1
    assert remedy in answer.err
