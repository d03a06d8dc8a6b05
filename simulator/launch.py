"""Whether a cluster comes up: scripted start failures first, then the cloud's capacity."""

from simulator.model.capacity import Granted, Refused, allocate
from simulator.records import Cluster, TerminationReason
from simulator.scenario import Limited
from simulator.world import World


class Launch:
    """One look at the cloud for each start, restart or upsize."""

    def __init__(self, world: World) -> None:
        self._world = world

    def attempt(self, cluster: Cluster) -> TerminationReason | None:
        """Find machines for a cluster; tells why not."""
        return self._scripted(cluster) or self._allocated(cluster)

    def more_machines(self, cluster: Cluster) -> bool:
        """Whether an upsize is refused for want of capacity."""
        return isinstance(self._look(cluster), Refused)

    def _scripted(self, cluster: Cluster) -> TerminationReason | None:
        entry = self._world.scenario.clusters.get(cluster.name_in_scenario)
        scope = f"cluster/{cluster.cluster_id}"
        for number, failure in enumerate(entry.start_fails if entry else []):
            if self._world.still_happens(scope, f"start-{number}", failure):
                return TerminationReason(
                    code=failure.code, type=failure.type, parameters=failure.parameters
                )
        return None

    def _allocated(self, cluster: Cluster) -> TerminationReason | None:
        found = self._look(cluster)
        if isinstance(found, Granted):
            cluster.zone, cluster.on_demand = found.zone, found.on_demand
            return None
        return TerminationReason(
            code=found.code,
            type=found.type,
            parameters={"databricks_error_message": found.message},
        )

    def _look(self, cluster: Cluster) -> Granted | Refused:
        answers: dict[str, bool] = {}

        def still_happens(key: str, rule: Limited) -> bool:
            # One launch asks for many zones and kinds, and counts once.
            if key not in answers:
                answers[key] = self._world.still_happens("cloud", key, rule)
            return answers[key]

        scenario = self._world.scenario
        spec = self._world.with_pool_types(cluster.spec)
        return allocate(spec, scenario.zones, scenario.capacity, still_happens)
