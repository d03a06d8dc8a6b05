"""Every incident keeps why it went as it did."""

from bench.stage import Stage
from lakemend.why import why


async def test_an_incident_left_to_a_person_says_why_nothing_was_done(stage: Stage) -> None:
    view = await stage.recover("no_permission")

    (decision,) = why(view).decisions
    assert decision.diagnosis.cause == "permission_denied"
    assert decision.consent == "escalate"
    assert decision.inputs.failed_tasks
    assert why(view).breaker_answer == "not asked"


async def test_each_new_cause_adds_a_decision(stage: Stage) -> None:
    view = await stage.recover("bug_after_network")

    record = why(view)
    assert [each.consent for each in record.decisions] == ["act", "escalate"]
    assert record.breaker_answer == "granted: the breaker was closed"
    assert record.taken
    kept = stage.records.get_incident(view.incident_id)
    assert kept
    assert kept.decisions == view.decisions
