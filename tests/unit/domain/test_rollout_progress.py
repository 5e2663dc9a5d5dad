from dsctl.domain.rollout_look import NOTHING, look_at
from dsctl.domain.rollout_progress import Progress
from dsctl.domain.rollout_rate import Rate
from tests.unit.domain.fleet import NOW, daemonset, pod


def watching(**counts):
    """A watch that begins at second 0 with these counters."""
    progress = Progress(0)
    progress.of_object(daemonset(desired=9, **counts), 0)
    return progress


def test_only_a_step_forward_is_progress():
    """More updated or available pods than ever move the clock; going to and fro does not."""
    progress = watching(updated=3, available=5)
    progress.of_object(daemonset(desired=9, updated=4, available=5), 10)
    assert progress.at == 10
    for second, available in ((20, 4), (30, 5), (40, 4), (50, 5)):
        progress.of_object(daemonset(desired=9, updated=4, available=available), second)
        assert progress.at == 10
    progress.of_object(daemonset(desired=9, updated=4, available=6), 60)
    assert progress.at == 60


def test_a_new_spec_begins_anew():
    """Another generation counts as a change when it is written and again when it is observed."""
    progress = watching(updated=9, available=9)
    progress.of_object(daemonset(desired=9, updated=9, generation=3, observed=2), 10)
    assert progress.at == 10
    progress.of_object(daemonset(desired=9, updated=0, generation=3, observed=3), 20)
    assert progress.at == 20
    progress.of_object(daemonset(desired=9, updated=1, generation=3, observed=3), 30)
    assert progress.at == 30


def test_pods_tell_of_progress_that_the_counters_do_not_show():
    """A node done or an old pod less is a step; the same picture once more is none."""
    obj = daemonset()
    progress = Progress(0)
    old = [pod("a", generation="1"), pod("b", node="n2", generation="1")]
    half = [pod("c"), pod("b", node="n2", generation="1")]
    for second, pods, moved in ((0, old, 0), (5, half, 5), (9, half, 5)):
        progress.of_look(obj, look_at(obj, pods, NOTHING, NOW), second)
        assert progress.at == moved


def test_min_ready_seconds_are_no_time_without_a_change():
    """While a ready pod waits for them, so many seconds more may pass."""
    obj = daemonset(spec={"minReadySeconds": 90})
    progress = Progress(0)
    look = look_at(obj, [pod("a", since=1), pod("b", node="n2")], NOTHING, NOW)
    progress.of_look(obj, look, 0)
    assert (progress.still(90), progress.still(100)) == (0, 10)
    progress.of_look(obj, look_at(obj, [pod("a", since=100)], NOTHING, NOW), 0)
    assert progress.still(90) == 90


def test_an_outage_is_no_time_without_a_change():
    """What happened while the server was away is not known."""
    progress = watching(updated=3, available=5)
    progress.blind(500)
    assert progress.at == 500


def test_the_rate_is_that_of_the_last_minute():
    """Nodes done per second, and what is left at that rate; nothing before there is one."""
    rate = Rate()
    rate.add(0.0, 10)
    assert (rate.per_second, rate.left(5)) == (None, None)
    for second in range(1, 200):
        rate.add(float(second), 10 + second // 100 * 10 * (second - 99))
    assert rate.per_second == 10.0
    assert rate.left(50) == 5.0
    rate.add(200.0, 0)  # another rollout
    assert rate.per_second is None
    rate.add(210.0, 0)
    assert (rate.per_second, rate.left(5)) == (0.0, None)
