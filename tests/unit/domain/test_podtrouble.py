import pytest

from dsctl.domain.podtrouble import FAILED_CREATE, container_lines, event_line, newest_event
from tests.unit.domain.fleet import NOW, ago


def pod(*statuses, containers=(), init=(), init_statuses=()):
    """A pod with these container statuses."""
    return {
        "spec": {"containers": list(containers), "initContainers": list(init)},
        "status": {
            "containerStatuses": list(statuses),
            "initContainerStatuses": list(init_statuses),
        },
    }


def status(name="agent", state=None, **more):
    """A container that is not ready."""
    return {"name": name, "ready": False, "state": state, **more}


def line(state=None, container=None, **more):
    """The only line of a pod with one such container."""
    made = pod(status(state=state, **more), containers=[{"name": "agent", **(container or {})}])
    (found,) = container_lines(made)
    return found


RUNNING = {"running": {"startedAt": "2026-05-01T11:00:00Z"}}
CRASHED = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        ({"waiting": {"reason": "ImagePullBackOff"}}, {}, "ImagePullBackOff"),
        (
            {"waiting": {"reason": "ErrImagePull", "message": "no such host"}},
            {},
            "ErrImagePull: no such host",
        ),
        ({"waiting": {}}, {}, "waiting"),
        (
            {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
            {"lastState": CRASHED, "restartCount": 3},
            "CrashLoopBackOff, last exit code 137 (OOMKilled), 3 restarts: back-off 10s",
        ),
        (
            {"waiting": {"reason": "CrashLoopBackOff"}},
            {"lastState": {"terminated": {"exitCode": 1}}, "restartCount": 1},
            "CrashLoopBackOff, last exit code 1, 1 restart",
        ),
        (
            {"terminated": {"exitCode": 2, "reason": "Error"}},
            {},
            "ended with exit code 2 (Error)",
        ),
        (
            {"terminated": {"exitCode": 2}},
            {"restartCount": 4},
            "ended with exit code 2, 4 restarts",
        ),
        (RUNNING, {}, "running, not ready"),
        (RUNNING, {"restartCount": 0, "lastState": {}}, "running, not ready"),
        ({}, {}, "waiting"),
        (None, {}, "waiting"),
    ],
)
def test_a_container_says_what_it_does_and_how_it_ended_last(state, more, expected):
    """State, exit code, restarts in this order, and the kubelet's own message last."""
    assert line(state, **more) == f"container agent: {expected}"


@pytest.mark.parametrize(
    ("container", "started", "expected"),
    [
        ({"readinessProbe": {"httpGet": {}}}, True, "its readiness probe fails"),
        ({"readinessProbe": {}, "startupProbe": {"exec": {}}}, True, "not ready"),
        (
            {"readinessProbe": {"exec": {}}, "startupProbe": {"exec": {}}},
            False,
            "its startup probe has not passed",
        ),
        ({"startupProbe": {"exec": {}}}, True, "not ready"),
        ({"startupProbe": {"exec": {}}}, None, "its startup probe has not passed"),
        ({"livenessProbe": {"exec": {}}}, True, "not ready"),
    ],
)
def test_the_probe_that_keeps_a_running_container_unready_is_named(container, started, expected):
    """A startup probe comes first; until it passes no other probe is asked."""
    assert line(RUNNING, container, started=started) == f"container agent: running, {expected}"


def test_only_containers_that_are_not_ready_have_a_line_init_containers_first():
    """Ready ones, and init containers that are done, have nothing to say."""
    found = container_lines(
        pod(
            {**status("well"), "ready": True, "state": RUNNING},
            status("bad", RUNNING),
            status("worse", {"waiting": {"reason": "CreateContainerError"}}),
            containers=[{"name": "bad", "readinessProbe": {"exec": {}}}],
            init_statuses=[
                status("done", {"terminated": {"exitCode": 0, "reason": "Completed"}}),
                status("stuck", {"terminated": {"exitCode": 3, "reason": "Error"}}),
            ],
        )
    )
    assert found == (
        "container stuck: ended with exit code 3 (Error)",
        "container bad: running, its readiness probe fails",
        "container worse: CreateContainerError",
    )


@pytest.mark.parametrize("bare", [{}, {"status": None, "spec": None}, pod()])
def test_a_pod_without_statuses_has_no_line(bare):
    """A kubelet may not have reported yet."""
    assert container_lines(bare) == ()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"reason": "Unhealthy", "message": "probe failed", "lastTimestamp": ago(seconds=12)},
            "Unhealthy 12s ago: probe failed",
        ),
        (
            {"reason": "BackOff", "message": "x", "lastTimestamp": ago(minutes=3), "count": 9},
            "BackOff 3m ago (9 times): x",
        ),
        (
            {
                "reason": "FailedMount",
                "message": "x",
                "eventTime": ago(hours=1),
                "series": {"count": 40, "lastObservedTime": ago(seconds=5)},
            },
            "FailedMount 5s ago (40 times): x",
        ),
        ({"reason": "A", "message": "x", "eventTime": ago(seconds=30)}, "A 30s ago: x"),
        (
            {"reason": "A", "message": "x", "metadata": {"creationTimestamp": ago(seconds=9)}},
            "A 9s ago: x",
        ),
        (
            {
                "reason": "A",
                "message": "two\n  lines ",
                "lastTimestamp": ago(seconds=1),
                "count": 1,
            },
            "A 1s ago: two lines",
        ),
        ({"reason": "A", "message": None}, "A <unknown> ago: "),
    ],
)
def test_an_event_is_one_line_with_how_long_ago_and_how_often(event, expected):
    """Old and new event API alike: a series counts, and says when it was seen last."""
    assert event_line(event, NOW) == expected


def test_the_newest_event_is_the_one_seen_last():
    """A series that goes on is newer than a single event after its beginning."""
    series = {
        "reason": "Unhealthy",
        "eventTime": ago(hours=2),
        "series": {"count": 3, "lastObservedTime": ago(seconds=3)},
    }
    single = {"reason": "Pulled", "lastTimestamp": ago(minutes=1)}
    failed = {"reason": FAILED_CREATE, "lastTimestamp": ago(hours=1)}
    older = {"reason": FAILED_CREATE, "lastTimestamp": ago(hours=9)}
    events = [older, single, series, failed]
    assert newest_event(events) is series
    assert newest_event(events, reason=FAILED_CREATE) is failed
    assert newest_event(events, reason="None") is None
    assert newest_event([]) is None
