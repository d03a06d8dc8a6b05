"""The schedule and the people of a scenario: runs that start by themselves, and others who act."""

from contextlib import suppress

from simulator.clusters import Clusters
from simulator.errors import ApiError
from simulator.jobs import Jobs, merged
from simulator.records import About, JobRun, Json, TerminationReason
from simulator.repairs import Repairs
from simulator.runs import Runs
from simulator.scenario import Actor
from simulator.world import World


class Actors:
    """Lets the schedule and the scripted people act. People act without an API call in the log."""

    def __init__(
        self, world: World, jobs: Jobs, runs: Runs, repairs: Repairs, clusters: Clusters
    ) -> None:
        self._world = world
        self._jobs = jobs
        self._runs = runs
        self._repairs = repairs
        self._clusters = clusters
        world.clock.on("scheduled_run", self._run_scheduled)
        world.clock.on("actor", self._act)
        runs.started.append(self._on_start)
        runs.finished.append(self._on_finish)

    def start(self) -> None:
        """Set the schedule going; a second call does nothing."""
        if self._world.state.started:
            return
        self._world.state.started = True
        for name, entry in self._world.scenario.jobs.items():
            for number, planned in enumerate(entry.runs):
                self._world.clock.after(planned.at, "scheduled_run", job=name, number=number)
        for number, actor in enumerate(self._world.scenario.actors):
            if actor.when == "time":
                self._world.clock.after(actor.at + actor.delay, "actor", number=number, run_id=0)

    def edit_settings(self, name: str, changes: Json) -> None:
        """A person changes a job; from now on these are the settings people want."""
        job = self._jobs.find(name)
        self._jobs.update(job.job_id, changes, [], by="person")
        job.wanted = merged(job.wanted, changes)

    def repair_run(self, run_id: int) -> int:
        """A person repairs all failed tasks of a run; gives the repair's id."""
        run = self._runs.get(run_id)
        body: Json = {"run_id": run_id, "rerun_all_failed_tasks": True}
        if run.latest_repair_id:
            body["latest_repair_id"] = run.latest_repair_id
        return self._repairs.repair(body, by="person").repair_id

    def run_now(self, name: str, parameters: Json | None = None) -> JobRun:
        """A person starts a job."""
        job = self._jobs.find(name)
        body = {"job_id": job.job_id, "job_parameters": parameters or {}}
        return self._runs.run_now(body, by="person")

    def terminate_cluster(self, name_or_id: str, reason: TerminationReason) -> None:
        """A cluster ends for a reason outside of the workspace's calls."""
        self._clusters.terminate(self.cluster_id(name_or_id), reason)

    def cluster_id(self, name_or_id: str) -> str:
        """Find a cluster by its name in the scenario or by its id."""
        for cluster in self._world.state.clusters.values():
            if name_or_id in {cluster.name_in_scenario, cluster.cluster_id}:
                return cluster.cluster_id
        return self._clusters.get(name_or_id).cluster_id

    def _run_scheduled(self, about: About) -> None:
        name = str(about["job"])
        planned = self._world.scenario.jobs[name].runs[int(about["number"])]
        with suppress(ApiError):
            # A deleted job has no schedule any more.
            body = {"job_id": self._jobs.find(name).job_id, "job_parameters": planned.parameters}
            self._runs.run_now(body, by="schedule", trigger="PERIODIC")

    def _on_start(self, run: JobRun) -> None:
        self._notice(run, "started")

    def _on_finish(self, run: JobRun) -> None:
        if run.end is not None:
            self._notice(run, "succeeded" if run.end.succeeded else "failed")

    def _notice(self, run: JobRun, happened: str) -> None:
        job = self._world.state.jobs.get(run.job_id)
        for number, actor in enumerate(self._world.scenario.actors):
            if job is None or actor.when != happened or actor.job != job.name_in_scenario:
                continue
            key = f"actor/{number}"
            self._world.state.counts[key] = self._world.state.counts.get(key, 0) + 1
            if self._world.state.counts[key] == actor.nth:
                self._world.clock.after(actor.delay, "actor", number=number, run_id=run.run_id)

    def _act(self, about: About) -> None:
        actor = self._world.scenario.actors[int(about["number"])]
        run_id = int(about["run_id"])
        deeds = {
            "repair_run": lambda: self.repair_run(run_id),
            "run_now": lambda: self.run_now(actor.target or actor.job),
            "cancel_run": lambda: self._runs.cancel(run_id),
            "edit_settings": lambda: self.edit_settings(actor.target or actor.job, actor.settings),
            "terminate_cluster": lambda: self.terminate_cluster(actor.target, _reason(actor)),
            "delete_job": lambda: self._jobs.delete(self._jobs.find(actor.job).job_id),
        }
        with suppress(ApiError):
            # A person is refused like anybody else, for example when the run is active again.
            deeds[actor.do]()


def _reason(actor: Actor) -> TerminationReason:
    given = actor.reason
    return TerminationReason(code=given.code, type=given.type, parameters=given.parameters)
