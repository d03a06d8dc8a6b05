import pytest

from lakemend.budget import Budgets, Spent
from lakemend.limits import caps_of, within_budgets
from lakemend.playbook import Playbook, parse_playbook
from lakemend.policy import Consent, Ruling
from lakemend.settings import Settings


def playbook(limits: str) -> Playbook:
    return parse_playbook(
        "error_type: Mine\ndescription: mine\ncauses: []\nsteps: [{action: repair_run}]\n"
        f"limits: {limits}\n"
    )


def test_a_playbook_lowers_what_the_settings_allow_and_never_raises_it() -> None:
    settings = Settings(max_attempts_per_job_and_day=10, max_cost_factor_per_day=20)
    limits = "{max_attempts_per_job_and_day: 4, max_cost_factor_per_day: 99, max_workers: 99}"

    caps = caps_of(playbook(limits), settings)

    assert caps.budgets == Budgets(max_attempts_per_job_and_day=4, max_cost_factor_per_day=20)
    assert caps.max_workers == settings.max_cluster_workers


def test_a_used_up_budget_leaves_the_failure_to_a_person() -> None:
    budgets = Budgets(max_attempts_per_job_and_day=2)

    ruling = within_budgets(Ruling(consent=Consent.ACT), budgets, Spent(attempts=2, cost_factor=2))

    assert ruling.consent is Consent.ESCALATE
    assert "budget max_attempts_per_job_and_day allows 2 within 24 hours; 2 are used" in (
        ruling.reason
    )


@pytest.mark.parametrize("consent", [Consent.OBSERVE, Consent.ESCALATE])
def test_a_budget_changes_nothing_where_nothing_would_be_done(consent: Consent) -> None:
    ruling = Ruling(consent=consent, reason="as it was")
    budgets = Budgets(max_attempts_per_job_and_day=1)

    assert within_budgets(ruling, budgets, Spent(attempts=9)) == ruling
