"""The whole workspace put together, filled from its scenario."""

from simulator.actors import Actors
from simulator.azure_alerts import AzureAlerts
from simulator.called_notebooks import CalledNotebooks
from simulator.clusters import Clusters
from simulator.deadlines import Deadlines
from simulator.filling import fill
from simulator.jobs import Jobs
from simulator.libraries import Libraries
from simulator.notifications import Notifications
from simulator.outputs import Outputs
from simulator.pipelines import Pipelines
from simulator.repairs import Repairs
from simulator.runs import Runs
from simulator.special_tasks import SpecialTasks
from simulator.submissions import Submissions
from simulator.tasks import Tasks
from simulator.views import Views
from simulator.warehouses import Warehouses
from simulator.world import World


class Workspace:
    """A simulated workspace. Everything happens in one thread, in the order of the clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clusters = Clusters(world)
        self.libraries = Libraries(world, self.clusters)
        self.jobs = Jobs(world)
        self.tasks = Tasks(world, self.clusters, self.libraries)
        self.runs = Runs(world, self.jobs, self.tasks, self.clusters)
        self.special_tasks = SpecialTasks(world, self.runs, self.tasks)
        self.warehouses = Warehouses(world, self.tasks)
        self.pipelines = Pipelines(world, self.tasks)
        self.submissions = Submissions(world, self.runs, self.tasks)
        self.repairs = Repairs(world, self.jobs, self.runs, self.tasks)
        self.notifications = Notifications(world)
        self.azure_alerts = AzureAlerts(world, self.clusters, self.notifications)
        self.deadlines = Deadlines(world, self.jobs, self.runs, self.notifications)
        self.actors = Actors(world, self.jobs, self.runs, self.repairs, self.clusters)
        self.views = Views(world)
        self.called_notebooks = CalledNotebooks(world, self.tasks, self.views)
        self.outputs = Outputs(self.tasks, self.views)
        self.tasks.ended.append(self.notifications.attempt_ended)
        self.runs.started.append(self.notifications.run_started)
        self.runs.finished.append(self.notifications.run_finished)
        if not world.state.jobs and not world.state.clusters:
            fill(self)

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        self.world.clock.catch_up()

    @property
    def quiet(self) -> bool:
        """Whether nothing is going to happen by itself any more."""
        return self.world.clock.next_due is None and not self.notifications.outbox
