"""SQL warehouses, the tasks that run on them, and statements with known answers."""

from copy import deepcopy

from simulator.errors import ResourceMissingError
from simulator.ids import next_id
from simulator.records import About, Attempt, End, JobRun, Json, Warehouse
from simulator.scenario import StatementAnswer
from simulator.tasks import Tasks
from simulator.world import World


class Warehouses:
    """STOPPED -> STARTING -> RUNNING -> STOPPING -> STOPPED."""

    def __init__(self, world: World, tasks: Tasks) -> None:
        self._world = world
        self._tasks = tasks
        self._waiting: dict[str, list[tuple[JobRun, Attempt]]] = {}
        tasks.special["sql_task"] = self._run_task
        world.clock.on("warehouse_up", self._come_up)
        world.clock.on("warehouse_down", self._go_down)

    def get(self, warehouse_id: str) -> Warehouse:
        """Find a warehouse; raises ResourceMissingError."""
        warehouse = self._world.state.warehouses.get(warehouse_id)
        if warehouse is None:
            raise ResourceMissingError(f"The warehouse {warehouse_id} was not found.")
        return warehouse

    def start(self, warehouse_id: str) -> None:
        """Start a warehouse; one that is up or coming up stays as it is."""
        warehouse = self.get(warehouse_id)
        if warehouse.state in {"RUNNING", "STARTING"}:
            return
        self._turn(warehouse, "STARTING")
        self._later(warehouse, "warehouse_up")

    def stop(self, warehouse_id: str) -> None:
        """Stop a warehouse; one that is down or going down stays as it is."""
        warehouse = self.get(warehouse_id)
        if warehouse.state in {"STOPPED", "STOPPING"}:
            return
        self._turn(warehouse, "STOPPING")
        self._later(warehouse, "warehouse_down")

    def edit(self, warehouse_id: str, changes: Json) -> None:
        """Change settings; a running warehouse keeps running."""
        self.get(warehouse_id).settings.update(deepcopy(changes))

    def execute(self, warehouse_id: str, sql: str) -> Json:
        """Run a statement; an unknown one succeeds with no rows."""
        warehouse = self.get(warehouse_id)
        answer = self._answer(sql)
        statement: Json = {"statement_id": f"01ef-{next_id(self._world.state):016x}"}
        if warehouse.state != "RUNNING":
            self.start(warehouse_id)
            return {**statement, "status": {"state": "PENDING"}}
        if answer.error:
            error = {"error_code": "BAD_REQUEST", "message": answer.error}
            return {**statement, "status": {"state": "FAILED", "error": error}}
        return {**statement, **_succeeded(answer)}

    def _answer(self, sql: str) -> StatementAnswer:
        plain = " ".join(sql.lower().split())
        for known in self._world.scenario.statements:
            if " ".join(known.sql.lower().split()) == plain:
                return known
        return StatementAnswer(sql=sql)

    def _run_task(self, run: JobRun, attempt: Attempt) -> None:
        warehouse_id = str(attempt.spec["sql_task"].get("warehouse_id", ""))
        warehouse = self._world.state.warehouses.get(warehouse_id)
        if warehouse is None:
            self._tasks.end(run, attempt, _unavailable(f"Warehouse {warehouse_id} was not found."))
        elif warehouse.state == "RUNNING" and warehouse.failure is None:
            self._execute_task(run, attempt)
        elif warehouse.state == "RUNNING":
            words = str(warehouse.failure and warehouse.failure["code"])
            self._tasks.end(run, attempt, _unavailable(f"Warehouse is unhealthy: {words}"))
        else:
            self._waiting.setdefault(warehouse_id, []).append((run, attempt))
            self.start(warehouse_id)

    def _execute_task(self, run: JobRun, attempt: Attempt) -> None:
        behaviour = self._tasks.behaviour(run, attempt.task_key)
        self._tasks.finish_later(attempt, self._tasks.decide(run, attempt, behaviour))

    def _come_up(self, about: About) -> None:
        warehouse = self._current(about)
        if warehouse is None:
            return
        warehouse.failure = self._start_failure(warehouse)
        self._turn(warehouse, "STOPPED" if warehouse.failure else "RUNNING")
        for run, attempt in self._waiting.pop(warehouse.warehouse_id, []):
            if warehouse.failure:
                words = f"Warehouse failed to start: {warehouse.failure['code']}"
                self._tasks.end(run, attempt, _unavailable(words))
            else:
                self._execute_task(run, attempt)

    def _start_failure(self, warehouse: Warehouse) -> Json | None:
        entry = self._world.scenario.warehouses.get(warehouse.name)
        scope = f"warehouse/{warehouse.warehouse_id}"
        for number, failure in enumerate(entry.start_fails if entry else []):
            if self._world.still_happens(scope, f"start-{number}", failure):
                return failure.model_dump(include={"code", "type", "parameters"})
        return None

    def _go_down(self, about: About) -> None:
        warehouse = self._current(about)
        if warehouse is not None:
            warehouse.failure = None
            self._turn(warehouse, "STOPPED")

    def _turn(self, warehouse: Warehouse, state: str) -> None:
        warehouse.state = state
        warehouse.generation += 1

    def _later(self, warehouse: Warehouse, kind: str) -> None:
        delays = self._world.delays
        wait = delays.warehouse_start if kind == "warehouse_up" else delays.warehouse_stop
        self._world.clock.after(
            wait, kind, warehouse_id=warehouse.warehouse_id, generation=warehouse.generation
        )

    def _current(self, about: About) -> Warehouse | None:
        warehouse = self._world.state.warehouses.get(str(about["warehouse_id"]))
        if warehouse is None or warehouse.generation != about["generation"]:
            return None
        return warehouse


def _succeeded(answer: StatementAnswer) -> Json:
    columns = [
        {"name": name, "position": place, "type_name": "STRING", "type_text": "STRING"}
        for place, name in enumerate(answer.columns)
    ]
    return {
        "status": {"state": "SUCCEEDED"},
        "manifest": {
            "format": "JSON_ARRAY",
            "schema": {"column_count": len(columns), "columns": columns},
            "total_row_count": len(answer.rows),
            "truncated": False,
        },
        "result": {"chunk_index": 0, "row_count": len(answer.rows), "data_array": answer.rows},
    }


def _unavailable(message: str) -> End:
    return End(
        result="FAILED",
        code="RUN_EXECUTION_ERROR",
        type="CLIENT_ERROR",
        message=message,
        error=message,
    )
