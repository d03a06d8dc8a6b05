"""How soon an action looks again at what it waits for, where everything is looked at more often."""

from datetime import timedelta
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.errors import STILL_CHANGING, look_again
from lakemend.polling import sooner


class Pace(Interceptor):
    """Add to a worker's interceptors: each action knows the pause that fits what it waits for."""

    def __init__(self, poll_interval: timedelta) -> None:
        self._poll_interval = poll_interval

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Shorten what an activity asks for."""
        return _Paced(next, self._poll_interval)


class _Paced(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, poll_interval: timedelta) -> None:
        super().__init__(following)
        self._poll_interval = poll_interval

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        try:
            return await super().execute_activity(input)
        except ApplicationError as error:
            after = error.next_retry_delay
            if error.type != STILL_CHANGING or after is None:
                raise
            raise look_again(
                STILL_CHANGING, error.message, sooner(after, self._poll_interval)
            ) from None
