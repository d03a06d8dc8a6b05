"""Diagnosis and plan as one local activity.

Rules and playbooks change between deployments: the history keeps the answer, so that a replay does
not depend on the rules of today.
"""

from temporalio import activity

from lakemend.diagnosis import Diagnosis
from lakemend.diagnosis.diagnose import diagnose
from lakemend.diagnosis.rules import load_rules
from lakemend.evidence import Evidence
from lakemend.model import Model
from lakemend.plan import Plan, make_plan
from lakemend.playbook import Playbooks
from lakemend.settings import Settings


class Decision(Model):
    """What is wrong, and what will be done about it."""

    diagnosis: Diagnosis
    plan: Plan


class DecisionActivities:
    """Decides with the rules, playbooks and settings of this worker."""

    def __init__(self, playbooks: Playbooks, settings: Settings) -> None:
        self._playbooks = playbooks
        self._settings = settings
        # read and compiled now, so that the first incidents do not all wait for it at once
        load_rules()

    @activity.defn
    def decide(self, evidence: Evidence) -> Decision:
        """Name the cause and make the plan; pure, so safe to repeat."""
        diagnosis = diagnose(evidence)
        plan = make_plan(diagnosis, evidence, self._playbooks, self._settings)
        return Decision(diagnosis=diagnosis, plan=plan)
