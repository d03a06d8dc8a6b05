"""What the records know of the recoveries of one job before this one."""

from lakemend.budget import Spent
from lakemend.memory import Remembered
from lakemend.model import Model


class Past(Model):
    """Nothing known is the past of a job that was never recovered."""

    spent: Spent = Spent()
    remembered: Remembered | None = None
