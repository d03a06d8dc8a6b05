"""Links to runs in error texts, and which of them lead to a run that the task itself started.

A text may link to anything, so a link alone proves nothing: the platform must say of the linked run
that a notebook started it, while the task ran and on the task's cluster.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from activities.reading.run import compute, run_facts
from activities.reading.values import parts
from activities.workspace import Json
from lakemend.evidence import TaskFacts

MOST_LINKS = 5

# `…/#job/12/run/34` and `…/jobs/12/runs/34`, the two shapes of a run's page
_RUN = re.compile(r"(?:#job|/jobs)/\d{1,20}/runs?/(\d{1,20})\b")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]{1,1000}")

# databricks-sdk: jobs.RunType, "a run created with dbutils.notebook.run"
CALLED_NOTEBOOK = "WORKFLOW_RUN"


@dataclass(frozen=True)
class RunLink:
    """A link to a run; `place` is the host and organisation of its address, empty without one."""

    run_id: str
    place: tuple[str, str] = ("", "")

    def leads_into(self, run_page_url: str) -> bool:
        """Whether it stays in the workspace of that page; workspaces may share a host."""
        host, organisation = _place(run_page_url)
        same = not self.place[1] or not organisation or self.place[1] == organisation
        return self.place == ("", "") or (self.place[0] == host and same)


def run_links(error: str) -> tuple[RunLink, ...]:
    """Return what a text links to, as the error of a notebook that called another one does."""
    words = [word for word in error.split() if "/run" in word]
    links = (_link(word, found) for word in words for found in _RUN.finditer(word))
    return tuple(dict.fromkeys(links))[:MOST_LINKS]


def not_started_by(task: TaskFacts, linked: Json) -> str:
    """Tell why a linked run cannot be one that the task started; empty when it is."""
    run = run_facts(linked)
    if run.run_type != CALLED_NOTEBOOK:
        return f"it is a {run.run_type or 'run of unknown type'}, which no notebook starts"
    if not (run.started_at and task.started_at and task.ended_at):
        return "it is not known when it started"
    if not task.started_at <= run.started_at <= task.ended_at:
        return "it did not start while the task ran"
    used, own = clusters_used(linked), task.compute.cluster_id
    return "it ran on another cluster" if used and own and own not in used else ""


def clusters_used(run: Json) -> set[str]:
    """Name the clusters of a run; one with a single task may show it at its own level only."""
    return {compute(each).cluster_id for each in (run, *parts(run, "tasks"))} - {""}


def _link(word: str, found: re.Match[str]) -> RunLink:
    address = _ADDRESS.search(word, 0, found.end())
    return RunLink(found[1], _place(address.group()) if address else ("", ""))


def _place(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "nowhere", ""
    return parts.netloc.lower(), next(iter(parse_qs(parts.query).get("o", [])), "")
