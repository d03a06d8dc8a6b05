"""What the workspace remembers: plain records that can be written to a file as JSON whole."""

from simulator.records.clusters import Cluster, Edit, LibraryStatus, TerminationReason
from simulator.records.kinds import About, Actor, Json
from simulator.records.resources import Pipeline, Pool, Update, Warehouse
from simulator.records.runs import Attempt, End, JobRun, Phase, Repair
from simulator.records.state import Call, ClockState, Delivery, Job, State, Timer

__all__ = [
    "About",
    "Actor",
    "Attempt",
    "Call",
    "ClockState",
    "Cluster",
    "Delivery",
    "Edit",
    "End",
    "Job",
    "JobRun",
    "Json",
    "LibraryStatus",
    "Phase",
    "Pipeline",
    "Pool",
    "Repair",
    "State",
    "TerminationReason",
    "Timer",
    "Update",
    "Warehouse",
]
