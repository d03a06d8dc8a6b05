import socket
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import ListTaskQueuePartitionsRequest
from temporalio.client import Client

from cli.embedded import EmbeddedServer, embedded_environment, running_server
from cli.ports import LOOPBACK, free_port, is_free
from cli.problems import BadInputError, CommandError
from lakemend.incident import SEARCH_ATTRIBUTES


@pytest.fixture
def server(tmp_path: Path) -> EmbeddedServer:
    return EmbeddedServer(tmp_path / "data", free_port(), free_port())


async def test_it_answers_with_our_search_attributes_as_soon_as_it_runs(
    server: EmbeddedServer,
) -> None:
    async with running_server(server):
        client = await Client.connect(server.address)
        request = ListSearchAttributesRequest(namespace="default")
        known = await client.operator_service.list_search_attributes(request)

    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)
    assert is_free(server.port)
    assert is_free(server.ui_port)


async def test_a_task_queue_has_one_part(server: EmbeddedServer) -> None:
    request = ListTaskQueuePartitionsRequest(
        namespace="default", task_queue=TaskQueue(name="lakemend")
    )
    async with running_server(server):
        client = await Client.connect(server.address)
        parts = await client.workflow_service.list_task_queue_partitions(request)

    assert len(parts.workflow_task_queue_partitions) == 1
    assert len(parts.activity_task_queue_partitions) == 1


async def test_what_it_knew_is_there_after_a_restart(server: EmbeddedServer) -> None:
    async with running_server(server):
        client = await Client.connect(server.address)
        await client.start_workflow("Sleeper", id="kept", task_queue="none")

    async with running_server(server):
        client = await Client.connect(server.address)
        found = await client.get_workflow_handle("kept").describe()

    assert found.workflow_type == "Sleeper"


@pytest.mark.parametrize(
    ("variable", "field"), [("LAKEMEND_TEMPORAL_PORT", "port"), ("LAKEMEND_UI_PORT", "ui_port")]
)
async def test_a_port_in_use_names_the_variable(
    server: EmbeddedServer, variable: str, field: str
) -> None:
    taken = socket.create_server((LOOPBACK, getattr(server, field)))
    with taken, pytest.raises(BadInputError, match=variable):
        async with running_server(server):
            pass


async def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").mkdir()

    with pytest.raises(CommandError, match="the Temporal server ended with exit code 1") as failed:
        async with running_server(EmbeddedServer(tmp_path, free_port(), free_port())):
            pass

    assert str(tmp_path / "logs" / "temporal.log") in failed.value.remedy


def test_our_processes_are_led_to_this_server_and_no_other(server: EmbeddedServer) -> None:
    variables = embedded_environment(server)

    assert variables["TEMPORAL_ADDRESS"] == server.address
    assert not Path(variables["TEMPORAL_CONFIG_FILE"]).exists()
