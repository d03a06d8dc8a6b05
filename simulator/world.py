"""What every part of the workspace shares."""

from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.index import Index
from simulator.model.nodes import NodeTypes
from simulator.records import Json, State
from simulator.scenario import Delays, Limited, Scenario


@dataclass
class World:
    """State, time and scenario; `token` is the bearer token of the API, `address` its URL."""

    scenario: Scenario
    state: State = field(default_factory=State)
    token: str = "simulated-token"  # noqa: S105 - opens nothing but this simulator
    address: str = ""
    clock: Clock = field(init=False)
    node_types: NodeTypes = field(init=False)
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(self.state.clock)
        self.node_types = NodeTypes(self.scenario.node_types)
        self.index = Index(self.state)

    @property
    def delays(self) -> Delays:
        """How long the machinery takes, before the time factor."""
        return self.scenario.delays

    def with_pool_types(self, spec: Json) -> Json:
        """Attributes of a cluster with the node types that its instance pools decide."""
        found: Json = {}
        for pool_key, type_key in (
            ("instance_pool_id", "node_type_id"),
            ("driver_instance_pool_id", "driver_node_type_id"),
        ):
            pool = self.state.pools.get(str(spec.get(pool_key, "")))
            if pool is not None:
                found[type_key] = pool.settings["node_type_id"]
        return {**spec, **found}

    def still_happens(self, scope: str, key: str, rule: Limited) -> bool:
        """Whether something limited in number or time happens once more, and count it if so."""
        name, now = f"{scope}/{key}", self.clock.now
        count = self.state.counts.get(name, 0)
        if rule.times is not None and count >= rule.times:
            return False
        first = self.state.since.setdefault(name, now)
        lasts = rule.lasts
        if lasts is not None and now - first >= lasts.total_seconds() / self.state.clock.factor:
            return False
        self.state.counts[name] = count + 1
        return True
