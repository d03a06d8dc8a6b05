"""Actions that change settings: by how much is relative to what was there before.

"Twice the memory" asked for again after a crash must not become four times. So the settings a step
begins with are put aside in the records, under its token, before the first write: every try works
from them and comes to the same target. An incident that had to wait for another one of the same
resource finds its work done where that one's change was kept.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from activities.actions.action import Action, Plan, Try
from activities.actions.others import heed
from activities.errors import StillChangingError
from activities.resources.opening import open_resource
from activities.resources.resource import Resource, Seen, shows
from activities.resources.stored import Shelf
from activities.workspace import Json
from lakemend.actions import OnCompute, Others, Parameters
from lakemend.compute.raw_settings import differing_fields, settings_hash
from lakemend.errors import LakemendError, ThirdPartyChangeError
from lakemend.step import Change, StepResult

_SOON = timedelta(seconds=5)  # a read that lags behind our write

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Patch:
    """The cluster attributes to set, in words, and what it does to the cost."""

    fields: Json
    summary: str
    cost_factor: float = 1


class SettingsChange(Action[P]):
    """Changes cluster attributes: of an all-purpose cluster, or in the settings of a job."""

    @abstractmethod
    def patch(self, tried: Try[P], spec: Json) -> Patch:
        """Decide what to change, from the attributes that the step began with.

        Raises CapExceededError for more than the caps allow.
        """

    def open(self, tried: Try[P]) -> Resource:
        """Open what the step changes."""
        return open_resource(tried.workspace, tried.step.target)

    def plan(self, tried: Try[P]) -> Plan:
        """Adopt a change that is there already; refuse to build on somebody else's."""
        step = tried.step
        resource = self.open(tried)
        seen = resource.read()
        resource.refuse_unchangeable(seen)
        shelf = Shelf(self._records, step.workspace, step.incident_id, resource.name)
        before = seen.settings if step.dry_run else shelf.keep_beginning(step.token, seen.settings)
        found = shelf.begun_with_by_others(step.settings_since)
        changed = self._changed_since(tried, resource, found, before) if found else ()
        if changed:
            said = f"{resource.name} was changed for another incident since: {', '.join(changed)}"
            return Plan(StepResult(message=f"{said}; the run has still to show what that is worth"))
        patch = self.patch(tried, resource.spec(before))
        if shows(resource, seen.settings, patch.fields):
            return Plan(_done(resource, before, seen, patch))
        if seen.hash != settings_hash(before):
            fields = ", ".join(differing_fields(before, seen.settings))
            raise ThirdPartyChangeError(resource.name, fields)
        runs = resource.interrupts(seen, patch.fields)
        summary = heed(_others(tried.parameters), resource.name, patch.summary, runs)
        write = resource.change(seen, patch.fields, summary)
        if not step.dry_run:
            shelf.keep_target(step.token, resource.changed(before, patch.fields))
        return Plan(StepResult(message=summary), (write,), patch.cost_factor)

    def _changed_since(
        self, tried: Try[P], resource: Resource, found: Json, before: Json
    ) -> Sequence[str]:
        """Name what this step would change and another incident has changed, and kept, before it.

        The run that failed never saw that: twice the memory, twice, would be four times.
        """
        if settings_hash(found) == settings_hash(before):
            return ()
        try:
            then, now = resource.spec(found), resource.spec(before)
            wanted = self.patch(tried, then).fields
        except LakemendError:
            return ()  # it could not have been changed like that
        return sorted(name for name in wanted if then.get(name) != now.get(name))

    def confirm(self, tried: Try[P], plan: Plan, answers: Sequence[Json]) -> StepResult:
        """Read the change back.

        A cluster that restarts for it is not waited for: runs wait for their cluster themselves,
        and what was changed must be known to be put back.
        """
        del answers
        after = self.plan(tried)
        if after.writes:
            raise StillChangingError(f"{plan.result.message}: not shown yet", _SOON)
        return after.result


def _others(parameters: Parameters) -> Others:
    return parameters.others if isinstance(parameters, OnCompute) else Others.WAIT


def _done(resource: Resource, before: Json, seen: Seen, patch: Patch) -> StepResult:
    change = Change(
        resource=resource.name,
        hash_before=settings_hash(before),
        hash_after=seen.hash,
        cost_factor=patch.cost_factor,
    )
    return StepResult(message=patch.summary, change=change)
