"""The set-up of Temporal's namespace, run against an embedded Temporal server."""

import asyncio
import os
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from lakemend.incident import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "temporal" / "namespace.sh"
KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD


async def run_script(temporal: WorkflowEnvironment, tools: str) -> int:
    process = await asyncio.create_subprocess_exec(
        "sh",
        str(SCRIPT),
        env=os.environ
        | {
            "PATH": tools,
            "TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
            "TEMPORAL_NAMESPACE": "lakemend",
        },
    )
    return await process.wait()


async def test_namespace_knows_every_search_attribute_however_often_it_is_set_up(
    temporal: WorkflowEnvironment, tools: str
) -> None:
    codes = [await run_script(temporal, tools) for _ in range(2)]

    answer = await temporal.client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="lakemend")
    )
    assert codes == [0, 0]
    assert dict(answer.custom_attributes) == dict.fromkeys(SEARCH_ATTRIBUTES, KEYWORD)
