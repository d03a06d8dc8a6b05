import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from databricks.sdk.errors import OperationFailed, OperationTimeout, TooManyRequests
from databricks.sdk.errors.base import DatabricksError
from pydantic import SecretStr

from activities.workspace import Workspace
from activities.workspace.client import PauseRefusedError
from activities.workspace.errors import BY_CLASS, translate
from lakemend.errors import (
    InvalidRequestError,
    InvalidStateError,
    NotFoundError,
    PermissionDeniedError,
    ThrottledError,
    TransientError,
    WorkspaceError,
)
from lakemend.setting_types import WorkspaceConnection

CALL = "GET /api/2.1/clusters/get"
TOKEN = "dapi0123456789abcdef0123456789abcdef"
Failing = Callable[..., Any]


def every_subclass(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from every_subclass(subclass)


def error(workspace: Workspace) -> WorkspaceError:
    with pytest.raises(WorkspaceError) as raised:
        workspace.get_cluster("c")
    return raised.value


def test_every_error_class_of_the_sdk_has_a_row_of_its_own() -> None:
    classes = {DatabricksError, OperationFailed, OperationTimeout, *every_subclass(DatabricksError)}

    assert {kind.__name__ for kind in classes if kind not in BY_CLASS} == set()


def test_every_error_of_requests_is_ours_afterwards() -> None:
    for kind in every_subclass(requests.RequestException):
        made = kind.__new__(kind)
        assert isinstance(translate(CALL, made), TransientError | InvalidRequestError), kind


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "INVALID_STATE", InvalidStateError),
        (400, "INVALID_PARAMETER_VALUE", InvalidRequestError),
        (400, "MALFORMED_REQUEST", InvalidRequestError),
        (400, "REQUEST_LIMIT_EXCEEDED", ThrottledError),
        (401, "UNAUTHENTICATED", PermissionDeniedError),
        (403, "PERMISSION_DENIED", PermissionDeniedError),
        (404, "RESOURCE_DOES_NOT_EXIST", NotFoundError),
        (405, "METHOD_NOT_ALLOWED", InvalidRequestError),
        (409, "ABORTED", TransientError),
        (409, "RESOURCE_CONFLICT", InvalidStateError),
        (429, "RESOURCE_EXHAUSTED", ThrottledError),
        (500, "INTERNAL_ERROR", TransientError),
        (501, "NOT_IMPLEMENTED", InvalidRequestError),
        (502, "BAD_GATEWAY", TransientError),
        (503, "TEMPORARILY_UNAVAILABLE", TransientError),
        (504, "DEADLINE_EXCEEDED", TransientError),
    ],
)
def test_answer_becomes_the_error_that_tells_what_helps(
    workspace: Workspace,
    failing: Failing,
    status: int,
    code: str,
    expected: type[WorkspaceError],
) -> None:
    failing(status, {"error_code": code, "message": "No"})

    raised = error(workspace)

    assert type(raised) is expected
    assert str(raised) == f"{CALL}: {code}: No"


def test_missing_resource_is_not_found_though_the_platform_calls_it_invalid(
    workspace: Workspace, failing: Failing
) -> None:
    message = "Cluster c does not exist"
    failing(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": message})

    with pytest.raises(NotFoundError):
        workspace.cluster_events("c")


def test_huge_retry_after_parks_nobody(workspace: Workspace, failing: Failing) -> None:
    server = failing(429, {"error_code": "X", "message": "slow down"}, Retry_After="86400")
    begun = time.monotonic()

    raised = error(workspace)

    assert isinstance(raised, ThrottledError)
    assert raised.retry_after == timedelta(hours=1)
    assert time.monotonic() - begun < 60
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("header", "expected"), [("17", 17), ("0", 5), ("-3", 5), ("soon", 5), (None, 5)]
)
def test_retry_after_is_the_platforms_wish_or_our_default(
    workspace: Workspace, failing: Failing, header: str | None, expected: int
) -> None:
    headers = {} if header is None else {"Retry_After": header}
    failing(429, {"message": "slow down"}, **headers)

    raised = error(workspace)

    assert isinstance(raised, ThrottledError)
    assert raised.retry_after == timedelta(seconds=expected)


def test_unavailable_workspace_that_says_when_to_come_back_is_obeyed(
    workspace: Workspace, failing: Failing
) -> None:
    failing(503, {"message": "maintenance"}, Retry_After="120")

    raised = error(workspace)

    assert isinstance(raised, ThrottledError)
    assert raised.retry_after == timedelta(minutes=2)


def test_lost_answer_to_a_write_is_not_sent_again(workspace: Workspace, failing: Failing) -> None:
    server = failing(0, None)

    with pytest.raises(TransientError):
        workspace.cluster_events("c")

    assert len(server.seen) == 1


def test_message_that_the_sdk_would_retry_is_not_sent_again(
    workspace: Workspace, failing: Failing
) -> None:
    server = failing(500, {"error_code": "INTERNAL_ERROR", "message": "Unexpected error"})

    assert isinstance(error(workspace), TransientError)
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["<html><title>Login</title></html>", "[]", "3", "null-ish"])
def test_answer_that_is_no_object_may_be_better_next_time(
    workspace: Workspace, failing: Failing, body: str
) -> None:
    failing(200, body)

    assert isinstance(error(workspace), TransientError)


def test_html_error_of_a_gateway_may_pass(workspace: Workspace, failing: Failing) -> None:
    failing(502, "<html><title>Bad Gateway</title></html>")

    assert isinstance(error(workspace), TransientError)


def test_unreachable_workspace_may_come_back() -> None:
    connection = WorkspaceConnection(host="http://127.0.0.1:9", token=SecretStr(TOKEN))

    assert isinstance(error(Workspace(connection)), TransientError)


@pytest.mark.parametrize("status", [400, 401, 403, 418, 500])
def test_token_is_never_in_a_message(workspace: Workspace, failing: Failing, status: int) -> None:
    failing(status, {"error_code": "X", "message": f"bad token {TOKEN} for you"})

    raised = error(workspace)

    assert TOKEN not in str(raised)
    assert "Config:" not in str(raised)


def test_what_was_sent_is_not_in_the_message_of_an_unreadable_answer(
    workspace: Workspace, failing: Failing
) -> None:
    failing(400, "\x00 unreadable hunter2")

    assert "hunter2" not in str(error(workspace))


def test_long_message_is_bounded(workspace: Workspace, failing: Failing) -> None:
    failing(400, {"error_code": "X", "message": "a " * 10_000})

    assert len(str(error(workspace))) < 600


def test_time_out_of_the_sdk_shows_its_cause() -> None:
    timed_out = TimeoutError("Timed out after 0:00:01")
    timed_out.__cause__ = TooManyRequests("slow down", retry_after_secs=9)

    translated = translate(CALL, timed_out)

    assert isinstance(translated, ThrottledError)
    assert translated.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("escaped", [KeyError("run_id"), TypeError("x"), PauseRefusedError("x")])
def test_whatever_else_escapes_the_sdk_may_pass(escaped: Exception) -> None:
    assert isinstance(translate(CALL, escaped), TransientError)
