"""Give a run more time."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.resources.resource import Resource
from activities.resources.time_limits import TimeLimits
from activities.workspace import Json
from lakemend import actions
from lakemend.errors import InvalidRequestError
from lakemend.step import ResourceKind
from lakemend.time_limits import raised


class IncreaseTimeout(SettingsChange[actions.IncreaseTimeout]):
    """Raises the limit of the failed task, of its iterations, and of its job, where they are set.

    0 means no limit (databricks-sdk: jobs.JobSettings.timeout_seconds, jobs.Task.timeout_seconds).
    """

    parameters = actions.IncreaseTimeout

    def open(self, tried: Try[actions.IncreaseTimeout]) -> Resource:
        """Open the job as its time limits."""
        target = tried.step.target
        if target is None or target.kind is not ResourceKind.JOB:
            raise InvalidRequestError("increase_timeout", "the target is not a job")
        return TimeLimits(tried.workspace, target)

    def patch(self, tried: Try[actions.IncreaseTimeout], spec: Json) -> Patch:
        """Multiply, up to the longest that the playbook allows."""
        factor, longest = tried.parameters.factor, tried.parameters.longest
        cap = tried.step.caps.max_cost_factor
        after = raised(spec, factor, round(longest.total_seconds()), cap)
        changes = [f"{name} from {spec[name]} s to {seconds} s" for name, seconds in after.items()]
        summary = f"Raise the time limit of the {', of the '.join(changes)}"
        return Patch(dict(after), summary, max(after[name] / spec[name] for name in after))
