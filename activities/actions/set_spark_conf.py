"""Change Spark settings of a cluster."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json
from lakemend import actions
from lakemend.compute.node_types import listed_type, read_node_type
from lakemend.compute.spark_conf import (
    TASK_CPUS,
    changed_conf,
    refuse_more_cpus_than_cores,
    said,
)


class SetSparkConf(SettingsChange[actions.SetSparkConf]):
    """Only settings of the allow-list can be named; the others of the cluster stay.

    They are attributes of the cluster, which takes them with a restart (databricks-sdk:
    compute.ClusterSpec.spark_conf, clusters.update).
    """

    parameters = actions.SetSparkConf

    def patch(self, tried: Try[actions.SetSparkConf], spec: Json) -> Patch:
        """Put the settings over those of the cluster."""
        conf = tried.parameters.conf
        after = changed_conf(spec, conf)
        node_type = spec.get("node_type_id")
        if TASK_CPUS in conf and node_type:
            types = [read_node_type(each) for each in tried.workspace.list_node_types()]
            refuse_more_cpus_than_cores(conf, listed_type(types, node_type).cores)
        return Patch({"spark_conf": after}, said(spec.get("spark_conf") or {}, conf))
