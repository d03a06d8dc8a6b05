"""What jobs and clusters have in common for changing and restoring."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from activities.workspace import Json, Write
from lakemend.compute.raw_settings import settings_hash


@dataclass(frozen=True)
class Seen:
    """A resource as it was read: the settings that count, and a cluster's state."""

    settings: Json
    state: str = ""

    @property
    def hash(self) -> str:
        """The hash of the settings."""
        return settings_hash(self.settings)


class Restorable(Protocol):
    """What a snapshot can be taken of, and put back."""

    @property
    def name(self) -> str:
        """Like `job-12` or `cluster-0712-abc`."""
        ...

    def read(self) -> Seen:
        """Read it now."""
        ...

    def restorations(self, before: Json, seen: Seen) -> Iterable[Write]:
        """Return the calls that put `before` back, the least invasive first."""
        ...


class Resource(Restorable, Protocol):
    """A resource whose settings can be changed as well."""

    def refuse_unchangeable(self, seen: Seen) -> None:
        """Raise InvalidRequestError where a change is not ours to make."""
        ...

    def spec(self, settings: Json) -> Json:
        """Return the cluster attributes that the target means."""
        ...

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Return the call that sets these cluster attributes.

        Raises StillChangingError where the state does not allow it yet.
        """
        ...

    def interrupts(self, seen: Seen, fields: Json) -> list[str]:
        """Name the active runs that the call would interrupt."""
        ...

    def changed(self, settings: Json, fields: Json) -> Json:
        """Return the settings as that call should leave them."""
        ...


def shows(resource: Resource, settings: Json, fields: Json) -> bool:
    """Tell whether the target has these attributes."""
    spec = resource.spec(settings)
    return all(spec.get(name) == value for name, value in fields.items())
