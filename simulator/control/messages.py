"""Webhooks, alerts and tokens."""

from typing import Literal

from fastapi import APIRouter, Request

from simulator.control.order import Order
from simulator.records import Delivery, Json
from simulator.routes.deps import WorkspaceDep
from simulator.tokens import Tokens

router = APIRouter()


class Target(Order):
    """Where webhooks go whose destination names no address, or those of one destination."""

    destination: str = ""
    url: str
    user: str = ""
    password: str = ""


class Times(Order):
    """How often."""

    times: int = 1


class AzureAlert(Order):
    """Which cluster's end is told, by name or id."""

    cluster: str
    destination: str = "azure"
    condition: Literal["Fired", "Resolved"] = "Fired"


class Message(Order):
    """Any JSON for a destination."""

    destination: str
    body: Json


@router.post("/webhooks/target")
async def set_target(workspace: WorkspaceDep, target: Target) -> Json:
    """Say where webhooks go."""
    address = target.url, target.user, target.password
    workspace.notifications.targets[target.destination] = address
    return {}


@router.get("/webhooks")
async def webhooks(workspace: WorkspaceDep) -> list[Delivery]:
    """All messages and the answers to them."""
    return list(workspace.world.state.deliveries.values())


@router.post("/webhooks/{delivery_id}/deliver")
async def deliver_again(workspace: WorkspaceDep, delivery_id: int, order: Times) -> Json:
    """Send a message again."""
    workspace.notifications.deliver_again(delivery_id, order.times)
    return {}


@router.post("/alerts")
async def send_alert(workspace: WorkspaceDep, message: Message) -> Json:
    """Send any JSON to a destination, as another service's alert would arrive."""
    return {"delivery_id": workspace.notifications.alert(message.destination, message.body)}


@router.post("/alerts/azure")
async def send_azure_alert(workspace: WorkspaceDep, alert: AzureAlert) -> Json:
    """Send Azure Monitor's alert on a cluster's end."""
    cluster = workspace.clusters.get(workspace.actors.cluster_id(alert.cluster))
    return {"body": workspace.azure_alerts.send(cluster, alert.destination, alert.condition)}


@router.post("/tokens/expire")
async def expire_tokens(request: Request) -> Json:
    """End the life of every OAuth token."""
    tokens: Tokens = request.app.state.tokens
    tokens.expire()
    return {}
