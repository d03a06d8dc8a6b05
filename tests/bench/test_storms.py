from bench.storms import measure


async def test_every_cluster_is_restarted_once_and_every_run_repaired_once() -> None:
    """The measurement that is made with hundreds, made with a few."""
    result = await measure(clusters=3, jobs=5, storm_incidents=4)

    assert result.broken() == []
    assert (result.restarts, result.repairs) == (3, 15)
