"""What all checks share: they look, and pass on positive evidence only."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from activities.errors import StillChangingError
from activities.workspace import Workspace
from lakemend.compute.cluster_health import Health
from lakemend.incident import HealthCheckResult
from lakemend.step import HealthRequest

SOON = timedelta(seconds=5)  # within the minute that a health check usually has


@dataclass(frozen=True)
class Patient:
    """What a check looks at."""

    workspace: Workspace
    request: HealthRequest


class Check(ABC):
    """One check. Subclasses keep no state: one object serves all threads."""

    name: ClassVar[str]

    @abstractmethod
    def examine(self, patient: Patient) -> HealthCheckResult:
        """Look, and say what was seen.

        Raises WorkspaceError as calls do, StillChangingError for what cannot be told yet.
        """

    def passed(self, message: str) -> HealthCheckResult:
        """Return a pass."""
        return HealthCheckResult(check=self.name, passed=True, message=message)

    def failed(self, message: str) -> HealthCheckResult:
        """Return a failure."""
        return HealthCheckResult(check=self.name, passed=False, message=message)

    def conclude(self, verdicts: Mapping[str, Health], without_any: str) -> HealthCheckResult:
        """Pass when all are well; `without_any` says that there was nothing to look at."""
        unwell = [said for said, health in verdicts.items() if health is Health.UNWELL]
        undecided = [said for said, health in verdicts.items() if health is Health.UNDECIDED]
        if undecided and not unwell:
            raise StillChangingError("; ".join(undecided), SOON)
        said = unwell or list(verdicts) or [without_any]
        return HealthCheckResult(check=self.name, passed=not unwell, message="; ".join(said))
