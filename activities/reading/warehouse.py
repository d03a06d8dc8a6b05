"""SQL warehouses."""

from activities.reading.values import identifier, part, text, word
from activities.workspace import Json
from lakemend.evidence import WarehouseFacts

_FAILURE_LIMIT = 500


def warehouse_facts(raw: Json) -> WarehouseFacts:
    """Read sql/warehouses/get (databricks-sdk: sql.GetWarehouseResponse, sql.EndpointHealth)."""
    health = part(raw, "health")
    reason = part(health, "failure_reason")
    said = [reason.get("code"), health.get("summary") or health.get("message")]
    return WarehouseFacts(
        warehouse_id=identifier(raw.get("id")),
        state=word(raw.get("state")),
        health=word(health.get("status")),
        failure=text(": ".join(str(each) for each in said if each), _FAILURE_LIMIT),
        active_sessions=int(raw.get("num_active_sessions") or 0),
    )
