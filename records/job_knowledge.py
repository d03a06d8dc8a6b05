"""What is known of a job besides its incidents: what it used, what helped it, what worked."""

from datetime import UTC, datetime

from lakemend.budget import Attempt, Budgets, Spent
from lakemend.memory import Lesson
from lakemend.recording import GoodSettings
from records import attempts, good_settings, lessons
from records.transactions import Transactions


class JobKnowledge(Transactions):
    """A part of the records; every method is one transaction."""

    def reserve_attempt(self, attempt: Attempt, budgets: Budgets) -> None:
        """Count an attempt once, whatever its tries; raises BudgetExceededError."""
        with self._writing() as connection:
            attempts.reserve(connection, attempt, budgets, datetime.now(UTC))

    def spent_by(self, workspace: str, subject: str) -> Spent:
        """Return what a job has used of its budgets within the last 24 hours."""
        with self._reading() as connection:
            return attempts.spent_by(connection, workspace, subject, datetime.now(UTC))

    def lessons(self, workspace: str, job_id: str, cause: str = "") -> list[Lesson]:
        """Return what the incidents of a job showed about the phases tried, newest first."""
        with self._reading() as connection:
            return lessons.of(connection, workspace, job_id, cause)

    def forget_lessons(self, workspace: str, job_id: str, cause: str = "") -> int:
        """Forget what helped a job, against one cause or all; returns how many lessons that was."""
        with self._writing() as connection:
            return lessons.forget(connection, workspace, job_id, cause)

    def put_good_settings(self, good: GoodSettings) -> None:
        """Keep the settings that a run succeeded with, in place of the ones before."""
        with self._writing() as connection:
            good_settings.put(connection, self._cipher, good)

    def get_good_settings(self, workspace: str, resource: str) -> GoodSettings | None:
        """Return the settings of the last run that succeeded; None when none is known."""
        with self._reading() as connection:
            return good_settings.get(connection, self._cipher, workspace, resource)

    def is_changed_by_us(self, workspace: str, resource: str, settings_hash: str) -> bool:
        """Whether an open incident made the settings of a resource what they are."""
        with self._reading() as connection:
            return good_settings.is_changed_by_us(connection, workspace, resource, settings_hash)
