"""Every error becomes an RFC 9457 problem, in one place."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from api.answers import STATUS_OF, install_problem_handlers
from lakemend import errors

_CALL = ("GET /api/2.2/jobs/runs/get", "no")

EXAMPLES: dict[type[errors.LakemendError], errors.LakemendError] = {
    type(error): error
    for error in (
        errors.LakemendError("it went wrong"),
        errors.WorkspaceError(*_CALL),
        errors.WaitingHelpsError(*_CALL),
        errors.TransientError(*_CALL),
        errors.ThrottledError(*_CALL, timedelta(seconds=42)),
        errors.WaitingIsUselessError(*_CALL),
        errors.PermissionDeniedError(*_CALL),
        errors.NotFoundError(*_CALL),
        errors.InvalidStateError(*_CALL),
        errors.InvalidRequestError(*_CALL),
        errors.CapExceededError("MAX_CLUSTER_WORKERS", 10, 12),
        errors.BudgetExceededError("max_attempts_per_job_and_day", 30, 30, 1),
        errors.ThirdPartyChangeError("cluster-1", "somebody resized it"),
        errors.PlaybookError("a.yaml", 3, "steps", "there is no such action"),
        errors.SettingsError("LAKEMEND_API_PORT", "is no port"),
        errors.RecordsError("the database is away"),
    )
}


def all_errors() -> set[type[errors.LakemendError]]:
    """Walk the tree of the domain's errors."""
    found: set[type[errors.LakemendError]] = set()
    waiting = [errors.LakemendError]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    return found


async def answer_to(error: Exception) -> httpx.Response:
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/fails")
    async def fail() -> None:  # pyright: ignore[reportUnusedFunction] the route uses it
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        return await client.get("/fails")


def test_every_domain_error_has_a_status_of_its_own() -> None:
    assert set(STATUS_OF) == all_errors()
    assert set(EXAMPLES) == all_errors()


@pytest.mark.parametrize("error", EXAMPLES.values(), ids=lambda error: type(error).__name__)
async def test_domain_error_becomes_a_problem(error: errors.LakemendError) -> None:
    answer = await answer_to(error)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == STATUS_OF[type(error)]
    assert problem["type"].startswith("urn:problem-type:lakemend:")
    assert (problem["detail"], problem["instance"]) == (str(error), "/fails")
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)


async def test_throttling_says_how_long_to_wait() -> None:
    answer = await answer_to(EXAMPLES[errors.ThrottledError])

    assert answer.headers["retry-after"] == "42"


async def test_unforeseen_error_shows_nothing_of_itself() -> None:
    answer = await answer_to(ZeroDivisionError("the password is tulip"))

    assert answer.status_code == 500
    assert answer.json()["title"] == "Internal Server Error"
    assert "tulip" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/databricks-monitor", 405)],
)
async def test_frameworks_own_errors_are_problems_too(
    stranger: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await stranger.request(method, path)

    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
