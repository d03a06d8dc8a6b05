"""Settings put aside in the records, under ids that a retry finds again."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from activities.workspace import Json
from lakemend.compute.raw_settings import settings_hash
from lakemend.errors import RecordsError
from lakemend.instants import in_utc
from records import Records

_TARGET = "target-"


@dataclass(frozen=True)
class Shelf:
    """Where the settings of one resource are put aside for one incident."""

    records: Records
    workspace: str
    incident_id: str
    resource: str

    def keep_snapshot(self, settings: Json) -> str:
        """Keep settings as they were before any step; return the id.

        Their content is part of the id: an incident may be opened again for the same run, after a
        person changed the settings, and the older snapshot must not stand for the newer ones.
        """
        return self._keep("snapshot-", settings_hash(settings), settings)

    def keep_beginning(self, token: str, settings: Json) -> Json:
        """Keep what an attempt of a step began with, and return what its first try found."""
        return load(self.records, self._keep("step-", token, settings))

    def begun_with_by_others(self, since: datetime | None) -> Json | None:
        """Return what another incident's step was the first to begin with since then, if any."""
        if since is None:
            return None
        found = self.records.begun_with(
            workspace=self.workspace,
            resource=self.resource,
            since=in_utc(since),
            not_by=self.incident_id,
        )
        return None if found is None else json.loads(found.settings_json)

    def remembers(self, token: str) -> bool:
        """Whether a beginning was kept under this token."""
        return self.records.get_snapshot(self._id("step-", token)) is not None

    def keep_target(self, token: str, settings: Json) -> None:
        """Keep what an attempt is about to make of them: by that a restore knows our change."""
        self._keep(_TARGET, token, settings)

    def beginning(self, token: str) -> Json | None:
        """Return what an attempt began with; None when nothing was kept."""
        return self._get("step-", token)

    def target(self, token: str) -> Json | None:
        """Return what an attempt set out to make of them; None when nothing was kept."""
        return self._get(_TARGET, token)

    def target_hashes(self) -> set[str]:
        """Return the hashes of everything our steps have tried to make of the resource."""
        kept = self.records.list_snapshots(self.incident_id)
        ours = [each for each in kept if each.snapshot_id.startswith(_TARGET)]
        return {each.settings_hash for each in ours if each.resource == self.resource}

    def _keep(self, prefix: str, key: str, settings: Json) -> str:
        """The first settings under an id win."""
        snapshot_id = self._id(prefix, key)
        self.records.put_snapshot(
            snapshot_id,
            workspace=self.workspace,
            resource=self.resource,
            incident_id=self.incident_id,
            settings_json=json.dumps(settings),
            settings_hash=settings_hash(settings),
        )
        return snapshot_id

    def _get(self, prefix: str, key: str) -> Json | None:
        kept = self.records.get_snapshot(self._id(prefix, key))
        return None if kept is None else json.loads(kept.settings_json)

    def _id(self, prefix: str, key: str) -> str:
        whole = f"{self.workspace}/{self.incident_id}/{self.resource}/{key}"
        return prefix + hashlib.sha256(whole.encode()).hexdigest()[:32]


def load(records: Records, snapshot_id: str) -> Json:
    """Return what was kept; raises RecordsError when it is gone."""
    snapshot = records.get_snapshot(snapshot_id)
    if snapshot is None:
        raise RecordsError(f"{snapshot_id} is not in the records")
    settings: Json = json.loads(snapshot.settings_json)
    return settings
