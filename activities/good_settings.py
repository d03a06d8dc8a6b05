"""Remembering with which settings a run succeeded, so that a later change can be taken back."""

import json
from datetime import UTC, datetime

from temporalio import activity

from activities.errors import told_to_temporal
from activities.reading.loops import repeated
from activities.reading.run import run_facts
from activities.reading.values import identifier, parts
from activities.resources.opening import open_resource
from activities.resources.resource import Seen
from activities.workspace import Json, Workspaces
from lakemend.errors import WaitingIsUselessError
from lakemend.evidence import RunFacts, RunPhase, run_phase
from lakemend.recording import GoodSettings
from lakemend.step import ResourceKind, Target, WatchedRun
from records import Records


class GoodSettingsActivities:
    """Reads what a run that succeeded was made of, and keeps what is new."""

    def __init__(self, workspaces: Workspaces, records: Records) -> None:
        self._workspaces = workspaces
        self._records = records

    @activity.defn
    def keep_good_settings(self, watched: WatchedRun) -> list[str]:
        """Keep the settings of the job and of its all-purpose clusters; returns what was new.

        They are read after the run's end: the platform shows no settings of the past. What an open
        incident made of them for one repair is not theirs, and is not kept.
        """
        with told_to_temporal():
            raw = self._workspaces.of(watched.workspace).get_run(watched.run_id)
            run = run_facts(raw)
            if run_phase(run) is not RunPhase.SUCCEEDED or run.run_type not in {"", "JOB_RUN"}:
                return []
            return [
                target.resource
                for target in _targets(run, raw)
                if self._keep(watched.workspace, run, target)
            ]

    def _keep(self, workspace: str, run: RunFacts, target: Target) -> bool:
        seen = self._read(workspace, target)
        if seen is None:
            return False
        known = self._records.get_good_settings(workspace, target.resource)
        if known is not None and known.settings_hash == seen.hash:
            return False
        if self._records.is_changed_by_us(workspace, target.resource, seen.hash):
            return False
        good = GoodSettings(
            workspace=workspace,
            resource=target.resource,
            run_id=run.run_id,
            settings_hash=seen.hash,
            recorded_at=datetime.now(UTC),
            settings_json=json.dumps(seen.settings),
        )
        self._records.put_good_settings(good)
        return True

    def _read(self, workspace: str, target: Target) -> Seen | None:
        """Return None for what was deleted or may not be read: there is nothing to remember."""
        try:
            return open_resource(self._workspaces.of(workspace), target).read()
        except WaitingIsUselessError:
            return None


def _targets(run: RunFacts, raw: Json) -> list[Target]:
    used = {identifier(repeated(each).get("existing_cluster_id")) for each in parts(raw, "tasks")}
    job = [Target(kind=ResourceKind.JOB, id=run.job_id)] if run.job_id else []
    return [*job, *(Target(kind=ResourceKind.CLUSTER, id=each) for each in sorted(used - {""}))]
