"""What `lakemend pause` refuses."""

import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

Lakemend = Callable[..., Any]


@pytest.mark.parametrize("duration", ["soon", "0", "-2h"])
def test_a_pause_of_no_length_names_option_value_and_remedy(
    lakemend: Lakemend, duration: str
) -> None:
    answer = lakemend("pause", "--reason", "the zone is down", f"--for={duration}")

    assert answer.code == 2
    assert f"--for={duration}: this is no duration" in answer.err
    assert "Write it like 30m, 2h or 1d." in answer.err


@pytest.mark.parametrize("order", ["pause", "resume"])
def test_an_order_names_who_gives_it(lakemend: Lakemend, order: str) -> None:
    answer = lakemend(order, "--reason", "the zone is down", "--by", "")

    assert answer.code == 2
    assert "--by=: a name is needed" in answer.err


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    binary = str(Path(sys.executable).parent / "temporal")
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
        dev_server_existing_path=binary, dev_server_startup_timeout=timedelta(seconds=60)
    ) as server:
        yield server.client.service_client.config.target_host


def test_an_unknown_workspace_is_bad_input(lakemend: Lakemend, address: str) -> None:
    answer = lakemend("pause", "--workspace", "nowhere", TEMPORAL_ADDRESS=address)

    assert answer.code == 2
    assert "--workspace: there is no workspace 'nowhere'; known are default" in answer.err
    assert "LAKEMEND_WORKSPACES" in answer.err
