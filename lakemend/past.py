"""What the records know of the recoveries of one job before this one."""

from pydantic import Field

from lakemend.budget import Spent
from lakemend.memory import Remembered
from lakemend.model import Model


class Past(Model):
    """Nothing known is the past of a job that was never recovered."""

    spent: Spent = Spent()
    remembered: Remembered | None = None


class JobPast(Model):
    """The same of a job and all its causes, for people."""

    workspace: str
    job_id: str
    attempts: int = Field(description="runs that were started for it within 24 hours")
    cost_factor: float = Field(description="what these cost together, in ordinary runs")
    budget_left: str
    remembered: tuple[Remembered, ...] = Field(description="what helped last, for each cause")
