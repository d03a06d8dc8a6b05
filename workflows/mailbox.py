"""What others told an incident while it was busy."""

from lakemend.incident import RESOURCE_FAILED, RUN_FAILED, FailureReport
from lakemend.lease import LeaseAnswer
from lakemend.permit import PermitAnswer

_END_OF_JOB_RUN = frozenset({"jobs.on_success", RUN_FAILED})


class Mailbox:
    """Filled by signals, emptied by the incident."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self.permits: dict[str, PermitAnswer] = {}
        self.leases: dict[str, LeaseAnswer] = {}
        self.alerts: list[str] = []
        self.unread_failure = False
        self.run_may_have_ended = False

    @property
    def was_reported(self) -> bool:
        """Whether something was said about the run since it was last read."""
        return self.unread_failure or self.run_may_have_ended

    def take_report(self, report: FailureReport) -> None:
        """Note that something happened; what it was is read from the workspace.

        A report about one task of many says nothing about the end of the job run, and an alert
        that is delivered again nothing new.
        """
        if report.task_key or report.alert_id in self.alerts:
            return
        if report.alert_id:
            self.alerts.append(report.alert_id)
        self.unread_failure |= report.event_type in {RUN_FAILED, RESOURCE_FAILED}
        self.run_may_have_ended |= report.event_type in _END_OF_JOB_RUN

    def expect(self, *request_ids: str) -> None:
        """Note requests of this run: answers to any others are not for it."""
        self._asked.update(request_ids)

    def has_asked(self, request_id: str) -> bool:
        """Whether this run has made the request, which may be over."""
        return request_id in self._asked

    def take_permit(self, answer: PermitAnswer) -> None:
        """Keep the newest answer to each request, also those of the levels that it has passed."""
        for each in (*answer.passed, answer):
            self.permits[each.request_id] = each

    def take_lease(self, answer: LeaseAnswer) -> None:
        """Keep the newest answer to each request."""
        self.leases[answer.request_id] = answer

    def mark_read(self) -> None:
        """Forget the reports so far: the run itself is about to be read."""
        self.unread_failure = False
        self.run_may_have_ended = False
