"""Azure Monitor's alert on a cluster's end, in the common alert schema (log alerts V2).

The rule behind it splits by dimensions, for the rows themselves do not travel in this schema
(Microsoft's docs: alerts-common-schema, log alerts V2).
"""

from datetime import UTC, datetime
from uuid import UUID

from simulator.ids import next_id
from simulator.records import Cluster, Json
from simulator.world import World

RULE = "databricks-cluster-terminated"


def cluster_alert(world: World, cluster: Cluster, condition: str) -> Json:
    """Describe a cluster's end as Azure Monitor would; `condition` is Fired or Resolved."""
    number = UUID(int=next_id(world.state))
    fired = datetime.fromtimestamp(world.clock.now, UTC).isoformat()
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": f"/subscriptions/{UUID(int=7)}/providers/alerts/{number}",
                "alertRule": RULE,
                "severity": "Sev2",
                "signalType": "Log",
                "monitorCondition": condition,
                "monitoringService": "Log Alerts V2",
                "alertTargetIDs": [f"/workspaces/{world.scenario.workspace_id}"],
                "originAlertId": str(number),
                "firedDateTime": fired,
                "description": "A Databricks cluster ended",
                "essentialsVersion": "1.0",
                "alertContextVersion": "1.0",
            },
            "alertContext": {
                "properties": {},
                "conditionType": "LogQueryCriteria",
                "condition": _condition(world, cluster),
            },
        },
    }


def _condition(world: World, cluster: Cluster) -> Json:
    code = cluster.reason.code if cluster.reason else ""
    dimensions = {
        "clusterId": cluster.cluster_id,
        "clusterTerminationReasonCode": code,
        "workspaceId": str(world.scenario.workspace_id),
    }
    return {
        "windowSize": "PT5M",
        "allOf": [
            {
                "searchQuery": "DatabricksClusters | where ActionName == 'deleteResult'",
                "metricMeasureColumn": None,
                "targetResourceTypes": "['Microsoft.Databricks/workspaces']",
                "operator": "GreaterThanOrEqual",
                "threshold": "1",
                "timeAggregation": "Count",
                "dimensions": [
                    {"name": name, "value": value} for name, value in dimensions.items()
                ],
                "metricValue": 1.0,
                "failingPeriods": {
                    "numberOfEvaluationPeriods": 1,
                    "minFailingPeriodsToAlert": 1,
                },
            }
        ],
        "windowStartTime": datetime.fromtimestamp(world.clock.now - 300, UTC).isoformat(),
        "windowEndTime": datetime.fromtimestamp(world.clock.now, UTC).isoformat(),
    }
