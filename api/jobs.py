"""What the records know of a job: what it used of its budgets, and what helped it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from lakemend.audit import AuditEntry
from lakemend.budget import Budgets, subject_of, what_is_left
from lakemend.memory import recall_all
from lakemend.past import JobPast
from lakemend.settings import Settings
from records import Records


@dataclass(frozen=True)
class Jobs:
    """Reads and forgets; raises RecordsError when the record store is away."""

    records: Records
    settings: Settings

    def get(self, workspace: str, job_id: str) -> JobPast:
        """Return what is known; of a job that never failed that is nothing used, nothing helped."""
        spent = self.records.spent_by(workspace, subject_of(job_id, ""))
        return JobPast(
            workspace=workspace,
            job_id=job_id,
            attempts=spent.attempts,
            cost_factor=spent.cost_factor,
            budget_left=what_is_left(self._budgets(), spent),
            remembered=recall_all(self.records.lessons(workspace, job_id)),
        )

    def forget(self, workspace: str, job_id: str, cause: str, by: str) -> JobPast:
        """Forget what helped against one cause, or all, and note who said so."""
        forgotten = self.records.forget_lessons(workspace, job_id, cause)
        if forgotten:
            self.records.append_audit([_entry(workspace, job_id, cause, by)])
        return self.get(workspace, job_id)

    def _budgets(self) -> Budgets:
        return Budgets(
            max_attempts_per_job_and_day=self.settings.max_attempts_per_job_and_day,
            max_cost_factor_per_day=self.settings.max_cost_factor_per_day,
        )


def _entry(workspace: str, job_id: str, cause: str, by: str) -> AuditEntry:
    against = f"against {cause}" if cause else "against any cause"
    return AuditEntry(
        entry_id=f"job-forgotten:{uuid4()}",
        at=datetime.now(UTC),
        subject=f"job:{workspace}:{job_id}",
        kind="job.forgotten",
        message=f"What helped job {job_id} {against} is forgotten.",
        actor=by,
        data={"workspace": workspace, "job_id": job_id, "cause": cause},
    )
