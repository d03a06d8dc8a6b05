"""The SQL warehouses of the failed tasks serve."""

from activities.checks.check import Check, Patient
from activities.reading.warehouse import warehouse_facts
from lakemend.compute.cluster_health import Health
from lakemend.compute.warehouse_restart import warehouse_health
from lakemend.incident import HealthCheckResult


class WarehouseHealthy(Check):
    """A warehouse that was stopped for inactivity after its work is well."""

    name = "warehouse_healthy"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read state and health of each."""
        verdicts: dict[str, Health] = {}
        for warehouse_id in patient.request.warehouse_ids:
            warehouse = warehouse_facts(patient.workspace.get_warehouse(warehouse_id))
            told = f"{warehouse.state} {warehouse.health} {warehouse.failure}".strip()
            verdicts[f"warehouse {warehouse_id} is {told}"] = warehouse_health(warehouse)
        return self.conclude(verdicts, "the failed tasks used no SQL warehouse")
