"""Bodies of the control API."""

from pydantic import BaseModel, ConfigDict


class Order(BaseModel):
    """A body of the control API; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")
