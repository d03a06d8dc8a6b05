"""Azure Monitor's alert on a cluster's end, in the common alert schema (log alerts V2).

The rule behind it splits by dimensions, for the rows themselves do not travel in this schema
(Microsoft's docs: alerts-common-schema, log alerts V2).
"""

from datetime import UTC, datetime
from uuid import UUID

from simulator.clusters import Clusters
from simulator.ids import next_id
from simulator.notifications import Notifications
from simulator.records import About, Cluster, Json
from simulator.world import World

RULE = "databricks-cluster-terminated"
NO_FAILURE = frozenset({"INACTIVITY", "JOB_FINISHED", "USER_REQUEST"})


class AzureAlerts:
    """Tells of clusters that end by a failure, where the scenario has `azure_alerts`."""

    def __init__(self, world: World, clusters: Clusters, notifications: Notifications) -> None:
        self._world = world
        self._notifications = notifications
        clusters.listeners.append(self._notice)
        world.clock.on("azure_alert", self._due)

    def send(self, cluster: Cluster, destination: str, condition: str) -> Json:
        """Send an alert about a cluster now, whatever became of it; gives its body."""
        body = cluster_alert(self._world, _about(cluster, condition, next_id(self._world.state)))
        self._notifications.alert(destination, body)
        return body

    def _notice(self, cluster: Cluster) -> None:
        rule = self._world.scenario.azure_alerts
        failed = cluster.reason is not None and cluster.reason.code not in NO_FAILURE
        if rule is None or not failed or cluster.state != "TERMINATED":
            return
        if rule.clusters and cluster.name_in_scenario not in rule.clusters:
            return
        number = next_id(self._world.state)
        fired = _about(cluster, "Fired", number)
        self._world.clock.after(rule.delay, "azure_alert", **fired)
        if rule.resolved_after is not None:
            resolved = _about(cluster, "Resolved", number)
            self._world.clock.after(rule.delay + rule.resolved_after, "azure_alert", **resolved)

    def _due(self, about: About) -> None:
        rule = self._world.scenario.azure_alerts
        if rule is not None:
            body = cluster_alert(self._world, about)
            self._notifications.alert(rule.destination, body, copies=1 + rule.duplicates)


def cluster_alert(world: World, about: About) -> Json:
    """Describe a cluster's end as Azure Monitor would; both conditions of it have one number."""
    number = UUID(int=int(about["number"]))
    condition = str(about["condition"])
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
                "condition": _condition(world, about),
            },
        },
    }


def _about(cluster: Cluster, condition: str, number: int) -> About:
    """Keep what is told: the cluster may run again when the alert is on its way."""
    code = cluster.reason.code if cluster.reason else ""
    told: About = {"cluster_id": cluster.cluster_id, "code": code}
    return {**told, "condition": condition, "number": number}


def _condition(world: World, about: About) -> Json:
    dimensions = {
        "clusterId": str(about["cluster_id"]),
        "clusterTerminationReasonCode": str(about["code"]),
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
