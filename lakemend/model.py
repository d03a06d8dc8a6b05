"""The base of every value that crosses a boundary."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

ValueT = TypeVar("ValueT")


class Model(BaseModel):
    """A frozen value.

    Unknown fields are ignored, so that a history written by a newer worker can still be read; every
    field added later needs a default, so that an older one can.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class SlimModel(Model):
    """A value of which there may be thousands: written without the fields that hold their default.

    A default of it can therefore never change: what was written before would be read anew.
    """

    @model_serializer(mode="wrap")
    def _without_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        written: dict[str, Any] = write(self)
        return {
            name: value
            for name, value in written.items()
            if fields[name].is_required() or getattr(self, name) != fields[name].default
        }


def lacking(values: dict[str, ValueT], key: str) -> dict[str, ValueT]:
    """Return the values without a key; copied entry by entry, thousands of copies take seconds."""
    if key not in values:
        return values
    left = values.copy()
    del left[key]
    return left
