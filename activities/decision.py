"""Diagnosis and plan as one local activity.

Rules and playbooks change between deployments: the history keeps the answer, so that a replay does
not depend on the rules of today.
"""

from temporalio import activity

from activities.errors import told_to_temporal
from lakemend.budget import subject_of
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.diagnosis.diagnose import diagnose
from lakemend.diagnosis.rules import load_rules
from lakemend.evidence import Evidence
from lakemend.memory import recall
from lakemend.model import Model
from lakemend.past import Past
from lakemend.plan import Plan, make_plan
from lakemend.playbook import Playbooks
from lakemend.settings import Settings
from records import Records


class Decision(Model):
    """What is wrong, and what will be done about it."""

    diagnosis: Diagnosis
    plan: Plan


class DecisionActivities:
    """Decides with the rules, playbooks and settings of this worker."""

    def __init__(self, playbooks: Playbooks, settings: Settings, records: Records) -> None:
        self._playbooks = playbooks
        self._settings = settings
        self._records = records
        # read and compiled now, so that the first incidents do not all wait for it at once
        load_rules()

    @activity.defn
    def decide(self, evidence: Evidence) -> Decision:
        """Name the cause and make the plan; it only reads, so it is safe to repeat."""
        diagnosis = diagnose(evidence)
        past = self._past(evidence, diagnosis.cause)
        plan = make_plan(diagnosis, evidence, self._playbooks, self._settings, past)
        return Decision(diagnosis=diagnosis, plan=plan)

    def _past(self, evidence: Evidence, cause: Cause) -> Past:
        name, run = evidence.workspace, evidence.run
        with told_to_temporal():
            resource = evidence.resource.resource if evidence.resource else ""
            spent = self._records.spent_by(name, subject_of(run.job_id, run.run_id, resource))
            lessons = self._records.lessons(name, run.job_id, cause) if run.job_id else []
        return Past(spent=spent, remembered=recall(lessons))
