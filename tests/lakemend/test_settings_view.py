from typing import Any

import pytest

from lakemend.redaction import HIDDEN
from lakemend.settings_view import shown


@pytest.mark.parametrize(
    "settings",
    [
        {"spark_env_vars": {"ANYTHING": "hunter2"}},
        {"spark_conf": {"fs.azure.account.key.x.dfs.core.windows.net": "hunter2"}},
        {"spark_conf": {"javax.jdo.option.ConnectionPassword": "hunter2"}},
        {"tasks": [{"notebook_task": {"base_parameters": {"key": "hunter2"}}}]},
        {"tasks": [{"spark_python_task": {"parameters": ["--key", "hunter2"]}}]},
        {"git_source": {"git_url": "https://me:hunter2@git.example.com/x"}},
        {"init_scripts": [{"deep": [{"api_key": "hunter2"}]}]},
    ],
)
def test_what_may_be_a_secret_is_hidden(settings: dict[str, Any]) -> None:
    seen = str(shown(settings))

    assert "hunter2" not in seen
    assert HIDDEN in seen


def test_references_to_secrets_stay() -> None:
    settings = {"spark_env_vars": {"TOKEN": "{{secrets/scope/key}}"}}

    assert shown(settings) == settings


def test_everything_else_stays_as_it_is() -> None:
    settings: dict[str, Any] = {
        "name": "orders",
        "timeout_seconds": 600,
        "queue": {"enabled": True},
        "tasks": [{"task_key": "load", "max_retries": 0, "libraries": []}],
    }

    assert shown(settings) == settings
