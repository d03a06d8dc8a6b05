"""Whether Temporal is there, knows what we file incidents under, and has a worker."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.connection import connect, connection_config
from cli.doctor.finding import Finding, fine, warning, wrong
from cli.problems import CommandError
from cli.readiness import count_workers
from lakemend.incident import SEARCH_ATTRIBUTES, TASK_QUEUE
from lakemend.settings import Settings

PART = "Temporal"
_TIMEOUT = timedelta(seconds=5)


async def check_temporal(settings: Settings) -> AsyncGenerator[Finding]:
    """Yield the connection, the namespace, the search attributes and the workers."""
    address = connection_config(settings).get("target_host", "")
    try:
        client = await connect(settings)
    except CommandError as error:
        yield wrong(PART, error.problem, error.remedy)
        return
    yield fine(PART, f"connected to {address}")
    namespace = await _namespace(client)
    yield namespace
    if namespace.remedy:
        return
    yield await _search_attributes(client)
    yield await _workers(client)


async def _namespace(client: Client) -> Finding:
    request = DescribeNamespaceRequest(namespace=client.namespace)
    try:
        await client.workflow_service.describe_namespace(request, timeout=_TIMEOUT)
    except RPCError as error:
        remedy = (
            "Set TEMPORAL_NAMESPACE to one that exists, or make it: "
            f"temporal operator namespace create --namespace {client.namespace}"
        )
        return wrong(PART, f"namespace {client.namespace}: {error.message}", remedy)
    return fine(PART, f"namespace {client.namespace} is there")


async def _search_attributes(client: Client) -> Finding:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = await client.operator_service.list_search_attributes(request, timeout=_TIMEOUT)
    except RPCError as error:
        # Temporal Cloud keeps the operator service to itself
        remedy = f"Look in the namespace's settings for {', '.join(SEARCH_ATTRIBUTES)}."
        message = f"search attributes cannot be listed here: {error.message}"
        return warning(PART, message, remedy)
    missing = [name for name in SEARCH_ATTRIBUTES if name not in known.custom_attributes]
    if not missing:
        return fine(PART, f"{len(SEARCH_ATTRIBUTES)} search attributes are known")
    flags = " ".join(f"--name {name} --type Keyword" for name in missing)
    remedy = (
        "Without them an incident waits for ever. Run: temporal operator search-attribute "
        f"create --namespace {client.namespace} {flags}"
    )
    return wrong(PART, f"search attributes are missing: {', '.join(missing)}", remedy)


async def _workers(client: Client) -> Finding:
    workers = await count_workers(client)
    if not workers:
        remedy = "Start one: `lakemend worker`, or everything at once with `lakemend up`."
        return wrong(PART, f"no worker takes from task queue {TASK_QUEUE}", remedy)
    return fine(PART, f"{workers} worker(s) take from task queue {TASK_QUEUE}")
