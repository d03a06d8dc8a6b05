"""What can go wrong, by what helps against it.

LakemendError
├── WorkspaceError              a call to a Databricks workspace failed
│   ├── WaitingHelpsError       the same call may pass later
│   │   ├── TransientError      lost connection, 5xx, timeout
│   │   └── ThrottledError      429 or a rate limit; says how long to wait
│   └── WaitingIsUselessError   the same call fails again
│       ├── PermissionDeniedError
│       ├── NotFoundError
│       ├── InvalidStateError   the resource is not in a state that allows it
│       └── InvalidRequestError
├── CapExceededError            a step asked for more than the policy's caps allow
├── BudgetExceededError         a job has used up what it may use within a day
├── ThirdPartyChangeError       somebody else changed what we were about to change
├── PlaybookError               a playbook file is wrong
├── SettingsError               a setting is wrong
└── RecordsError                the record store is away or refused

The classes know nothing of HTTP or Temporal: each edge maps them in one place.
"""

from datetime import timedelta


class LakemendError(Exception):
    """Anything Lakemend raises on purpose."""


class WorkspaceError(LakemendError):
    """A call to a workspace failed; `call` is like `POST /api/2.2/jobs/runs/repair`."""

    def __init__(self, call: str, detail: str) -> None:
        self.call = call
        self.detail = detail
        super().__init__(f"{call}: {detail}")


class WaitingHelpsError(WorkspaceError):
    """The same call may pass later."""


class TransientError(WaitingHelpsError):
    """The connection was lost, or the workspace answered 5xx."""


class ThrottledError(WaitingHelpsError):
    """The workspace asked us to slow down; `retry_after` is its wish, if `named`."""

    def __init__(
        self, call: str, detail: str, retry_after: timedelta, *, named: bool = False
    ) -> None:
        self.retry_after = retry_after
        self.named = named
        super().__init__(call, detail)


class WaitingIsUselessError(WorkspaceError):
    """The same call would fail again."""


class PermissionDeniedError(WaitingIsUselessError):
    """The token is not known, or may not do this."""


class NotFoundError(WaitingIsUselessError):
    """The run, job, cluster or warehouse does not exist (any more)."""


class InvalidStateError(WaitingIsUselessError):
    """The resource is not in a state that allows the call; read it again before deciding."""


class InvalidRequestError(WaitingIsUselessError):
    """The workspace refuses the request as it is."""


class CapExceededError(LakemendError):
    """A step asked for more than a cap of the policy allows."""

    def __init__(self, cap: str, allowed: float, asked: float) -> None:
        self.cap = cap
        self.allowed = allowed
        self.asked = asked
        super().__init__(f"{cap} allows {allowed:g}, the step needs {asked:g}")


class BudgetExceededError(LakemendError):
    """One more attempt would exceed what a job may use within a day; only time gives it back."""

    def __init__(self, budget: str, allowed: float, used: float, asked: float) -> None:
        self.budget = budget
        self.allowed = allowed
        self.used = used
        self.asked = asked
        super().__init__(
            f"budget {budget} allows {allowed:g} within 24 hours; {used:g} are used, "
            f"one more attempt needs {asked:g}"
        )


class ThirdPartyChangeError(LakemendError):
    """Somebody else changed a resource after we read it."""

    def __init__(self, resource: str, what: str) -> None:
        self.resource = resource
        self.what = what
        super().__init__(f"{resource} was changed by somebody else: {what}")


class PlaybookError(LakemendError):
    """A playbook is wrong; `line` is 0 where the parser could not tell."""

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        self.file = file
        self.line = line
        self.field = field
        self.problem = problem
        super().__init__(f"{file}:{line}: {field}: {problem}")


class SettingsError(LakemendError):
    """A setting is wrong; the message names the variable and what is allowed."""

    def __init__(self, variable: str, problem: str) -> None:
        self.variable = variable
        self.problem = problem
        super().__init__(f"{variable}: {problem}")


class RecordsError(LakemendError):
    """The record store is away, or refused what it was given."""
