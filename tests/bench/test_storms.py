from bench.storms import measure


async def test_every_cluster_is_restarted_once_and_every_run_repaired_once() -> None:
    """A tenth of the clusters, and a tenth of the jobs, of the night that is to be survived."""
    result = await measure(clusters=50, jobs=5)

    assert result.broken() == []
    assert (result.restarts, result.repairs) == (50, 250)
