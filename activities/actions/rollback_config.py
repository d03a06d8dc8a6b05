"""Put back the settings with which the job, or its cluster, last worked."""

import json
from collections.abc import Sequence
from datetime import timedelta

from activities.actions.action import Action, Plan, Try
from activities.errors import StillChangingError
from activities.resources.opening import open_resource
from activities.resources.resource import Resource, Seen
from activities.resources.stored import Shelf
from activities.workspace import Json, Write
from lakemend import actions
from lakemend.compute.raw_settings import differing_fields, settings_hash
from lakemend.errors import InvalidRequestError, ThirdPartyChangeError
from lakemend.step import Change, StepResult
from records import Records

_SOON = timedelta(seconds=5)  # a read that lags behind our write
_NAMED = 12  # fields in a ticket's line; the snapshot has them all

Step = Try[actions.RollbackConfig]


class RollbackConfig(Action[actions.RollbackConfig]):
    """Only what changed between the last success and the failure is taken back.

    Somebody who edits after the failure may be mending it: settings that are neither those of the
    failure nor those of the success are left alone.
    """

    parameters = actions.RollbackConfig

    def plan(self, tried: Step) -> Plan:
        """Compare what is there with what last worked; names of fields are shown, never values."""
        step = tried.step
        resource = open_resource(tried.workspace, step.target)
        seen = resource.read()
        resource.refuse_unchangeable(seen)
        good = _good(self._records, tried, resource)
        shelf = Shelf(self._records, step.workspace, step.incident_id, resource.name)
        before = seen.settings if step.dry_run else shelf.keep_beginning(step.token, seen.settings)
        if {seen.hash, settings_hash(before)} == {settings_hash(good)}:
            return _unchanged(resource, _failed_with_others(tried, shelf, seen))
        if seen.hash == settings_hash(good):
            return _there(resource, before, good, seen)
        _refuse_edited(tried, resource, before, seen, shelf)
        write = _next_write(tried, resource, good, seen)
        summary = f"{_said(resource, before, good)}: {write.summary}"
        if not step.dry_run:
            shelf.keep_target(step.token, good)
        return Plan(StepResult(message=summary), (Write(write.path, write.body, summary),))

    def confirm(self, tried: Step, plan: Plan, answers: Sequence[Json]) -> StepResult:
        """Read the settings back; a further try sends the more thorough call if that is needed."""
        del answers
        after = self.plan(tried)
        if after.writes:
            raise StillChangingError(f"{plan.result.message}: not shown yet", _SOON)
        return after.result


def _good(records: Records, tried: Step, resource: Resource) -> Json:
    known = records.get_good_settings(tried.step.workspace, resource.name)
    if known is None:
        detail = f"no settings are known with which {resource.name} worked"
        raise InvalidRequestError("rollback_config", detail)
    settings: Json = json.loads(known.settings_json)
    return settings


def _unchanged(resource: Resource, failed_with_others: bool) -> Plan:
    """Tell what went back since the failure, for another incident, from what had not changed."""
    if not failed_with_others:
        detail = f"{resource.name} has not changed since it last worked"
        raise InvalidRequestError("rollback_config", detail)
    message = f"{resource.name} has gone back to what last worked since the failure"
    return Plan(StepResult(message=message))


def _failed_with_others(tried: Step, shelf: Shelf, seen: Seen) -> bool:
    """Whether it failed with other settings than those of now, as far as that is known."""
    found = shelf.begun_with_by_others(tried.step.settings_since)
    failed_with = {tried.step.settings_hash, settings_hash(found) if found else ""}
    return bool(failed_with - {"", seen.hash})


def _there(resource: Resource, before: Json, good: Json, seen: Seen) -> Plan:
    """Read our own rollback back."""
    change = Change(resource=resource.name, hash_before=settings_hash(before), hash_after=seen.hash)
    return Plan(StepResult(message=_said(resource, before, good), change=change))


def _refuse_edited(tried: Step, resource: Resource, before: Json, seen: Seen, shelf: Shelf) -> None:
    failed_with = tried.step.settings_hash
    if failed_with and settings_hash(before) != failed_with:
        raise ThirdPartyChangeError(resource.name, "it was edited after the failure")
    if seen.hash not in {settings_hash(before)} | shelf.target_hashes() and not tried.accepted:
        fields = ", ".join(differing_fields(before, seen.settings)[:_NAMED])
        raise ThirdPartyChangeError(resource.name, fields)


def _next_write(tried: Step, resource: Resource, good: Json, seen: Seen) -> Write:
    """Return the least invasive call, and after one that was accepted and did not do, the next."""
    writes = list(resource.restorations(good, seen))
    thorough = tried.accepted and len(writes) > 1
    return writes[1] if thorough else writes[0]


def _said(resource: Resource, before: Json, good: Json) -> str:
    fields = differing_fields(good, before)
    named = ", ".join(fields[:_NAMED])
    more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    return f"Roll {resource.name} back to what last worked; changed since: {named}{more}"
