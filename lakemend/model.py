"""The base of every value that crosses a boundary."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value.

    Unknown fields are ignored, so that a history written by a newer worker can still be read; every
    field added later needs a default, so that an older one can.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
