import httpx

from lakemend.playbook import load_playbooks


async def test_every_playbook_is_listed_with_what_it_does(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/api/supported-error-types")).json()

    listed = {playbook["error_type"]: playbook for playbook in answer["playbooks"]}
    assert answer["total_playbooks"] == len(listed) == len(load_playbooks())
    repair = listed["DatabricksJobExecutionError"]
    assert repair["action"] == "repair_run"
    assert repair["max_retries"] == 3
    assert repair["fallback"] == "scale_cluster"
    assert repair["verify_health"] is True
    assert repair["description"]


async def test_what_only_a_person_can_fix_is_escalated(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/api/supported-error-types")).json()

    (denied,) = [
        playbook
        for playbook in answer["playbooks"]
        if playbook["error_type"] == "DatabricksPermissionDenied"
    ]
    assert (denied["action"], denied["max_retries"], denied["fallback"]) == ("escalate", 0, None)
    assert denied["verify_health"] is False
