"""Scenario files and their parts."""

from simulator.scenario.compute import (
    ClusterEntry,
    Delays,
    IndexGap,
    NodeType,
    PoolEntry,
    StartFailure,
    StatementAnswer,
    StockOut,
    WarehouseEntry,
)
from simulator.scenario.entry import Limited
from simulator.scenario.file import (
    Actor,
    Destination,
    PipelineEntry,
    Scenario,
    ScenarioError,
    WebhookRules,
    load_scenario,
    parse_scenario,
)
from simulator.scenario.jobs import (
    Expectation,
    Failure,
    JobEntry,
    Needs,
    ScheduledRun,
    SpotTakeBack,
    TaskBehaviour,
)

__all__ = [
    "Actor",
    "ClusterEntry",
    "Delays",
    "Destination",
    "Expectation",
    "Failure",
    "IndexGap",
    "JobEntry",
    "Limited",
    "Needs",
    "NodeType",
    "PipelineEntry",
    "PoolEntry",
    "Scenario",
    "ScenarioError",
    "ScheduledRun",
    "SpotTakeBack",
    "StartFailure",
    "StatementAnswer",
    "StockOut",
    "TaskBehaviour",
    "WarehouseEntry",
    "WebhookRules",
    "load_scenario",
    "parse_scenario",
]
