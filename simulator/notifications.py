"""Which notifications a workspace sends, to whom, and in what words.

A task notification names the run of the task, and the job run as its parent. Neither kind carries
an event id, a time, an attempt, a repair or an error (docs: job notifications).
"""

import json
from datetime import timedelta

from simulator.ids import next_id
from simulator.records import About, Attempt, Delivery, JobRun, Json
from simulator.world import World

_ALONE = timedelta(minutes=10)
"""How long a message that is to be overtaken waits for another one."""


class Notifications:
    """Writes deliveries and hands them to the outbox when they are due."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.outbox: list[int] = []
        # URL, user and password by destination; "" is for those that are not named here.
        self.targets: dict[str, tuple[str, str, str]] = {}
        self._held: list[int] = []
        world.clock.on("deliver", self._due)
        world.clock.on("deliver_held", self._waited)

    def run_started(self, run: JobRun) -> None:
        """Tell those who follow the job's starts."""
        self._send(run, run.settings, "on_start", None)

    def run_finished(self, run: JobRun) -> None:
        """Tell those who follow the job's successes or failures."""
        if run.end is None or (
            len(run.repairs) > 1 and not self._world.scenario.webhooks.on_repairs
        ):
            return
        quiet = run.settings.get("notification_settings", {})
        if run.end.result == "CANCELED" and quiet.get("no_alert_for_canceled_runs"):
            return
        if run.end.life_cycle_state == "SKIPPED" and quiet.get("no_alert_for_skipped_runs"):
            return
        self._send(run, run.settings, "on_success" if run.end.succeeded else "on_failure", None)

    def run_is_long(self, run: JobRun) -> None:
        """Tell those who want to know of a run that takes longer than its health rule allows."""
        self._send(run, run.settings, "on_duration_warning_threshold_exceeded", None)

    def attempt_ended(self, run: JobRun, attempt: Attempt) -> None:
        """Tell those who follow the task: each failed attempt, unless they want the last only."""
        if attempt.end is None or attempt.end.result in {"UPSTREAM_FAILED", "EXCLUDED", "DISABLED"}:
            return
        quiet = attempt.spec.get("notification_settings", {})
        last = run.latest[attempt.task_key] is attempt
        if not last and quiet.get("alert_on_last_attempt"):
            return
        event = "on_success" if attempt.end.succeeded else "on_failure"
        self._send(run, attempt.spec, event, attempt)

    def deliver_again(self, delivery_id: int, times: int) -> None:
        """Send a message that was sent before, as often as asked."""
        self.outbox.extend([delivery_id] * times)

    def alert(self, destination_id: str, body: Json, copies: int = 1) -> int:
        """Send any JSON to a destination: an alert of another service, for example."""
        return self._write(destination_id, body, copies, self._world.scenario.webhooks.delay)

    def address(self, destination_id: str) -> tuple[str, str, str]:
        """Where a delivery goes: URL, user, password."""
        for item in self._world.scenario.destinations:
            if item.id == destination_id and item.url:
                return item.url, item.user, item.password
        return self.targets.get(destination_id) or self.targets.get("", ("", "", ""))

    def _send(self, run: JobRun, settings: Json, event: str, attempt: Attempt | None) -> None:
        subscribed: Json = settings.get("webhook_notifications") or {}
        for target in subscribed.get(event, []):
            self._write(str(target["id"]), self._body(run, event, attempt), *self._manner(run))

    def _manner(self, run: JobRun) -> tuple[int, timedelta]:
        """How often and how late a job's notifications are sent."""
        job = self._world.state.jobs.get(run.job_id)
        entry = self._world.scenario.jobs.get(job.name_in_scenario) if job else None
        rules = self._world.scenario.webhooks
        copies, late = (entry.deliver, entry.deliver_after) if entry else (1, timedelta(0))
        return copies + rules.duplicates, rules.delay + late

    def _body(self, run: JobRun, event: str, attempt: Attempt | None) -> Json:
        body: Json = {
            "event_type": f"jobs.{event}",
            "workspace_id": self._id(self._world.scenario.workspace_id),
            "run": {"run_id": self._id(run.run_id)},
            "job": {"job_id": self._id(run.job_id), "name": run.run_name},
        }
        if attempt is not None:
            body["task"] = {"task_key": attempt.task_key}
            body["run"] = {
                "run_id": self._id(attempt.run_id),
                "parent_run_id": self._id(run.run_id),
            }
        return body

    def _id(self, value: int) -> int | str:
        return str(value) if self._world.scenario.webhooks.ids == "strings" else value

    def _write(self, destination_id: str, body: Json, copies: int, late: timedelta) -> int:
        state, rules = self._world.state, self._world.scenario.webhooks
        delivery = Delivery(
            delivery_id=next_id(state),
            destination_id=destination_id,
            body=body,
            raw=json.dumps(body),
            created=self._world.clock.milliseconds,
            dropped=len(state.deliveries) < rules.drop_first,
        )
        state.deliveries[delivery.delivery_id] = delivery
        if not delivery.dropped:
            for _ in range(copies):
                self._world.clock.after(late, "deliver", delivery=delivery.delivery_id)
        return delivery.delivery_id

    def _due(self, about: About) -> None:
        """Out it goes; in disorder each second message overtakes the one before it."""
        self._held.append(int(about["delivery"]))
        if self._world.scenario.webhooks.reorder and len(self._held) == 1:
            self._world.clock.after(_ALONE, "deliver_held", delivery=self._held[0])
            return
        self._release()

    def _waited(self, about: About) -> None:
        """No other message came to overtake it."""
        if about["delivery"] in self._held:
            self._release()

    def _release(self) -> None:
        self.outbox.extend(reversed(self._held))
        self._held.clear()
