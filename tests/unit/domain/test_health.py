import pytest

from dsctl.domain.health import Health, health, last_progress
from tests.unit.domain.fleet import NOW, ON_DELETE, ago, daemonset, pod

PAUSE = {"dsctl/paused-strategy": '{"type":"RollingUpdate"}'}
SUSPEND = {"nodeSelector": {"dsctl/suspended": "true"}}


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (daemonset(), Health.HEALTHY),
        (daemonset(template=SUSPEND), Health.SUSPENDED),
        (daemonset(template=SUSPEND, annotations=PAUSE), Health.SUSPENDED),
        (daemonset(annotations=PAUSE, spec=ON_DELETE), Health.PAUSED),
        (daemonset(annotations=PAUSE, updated=1), Health.PROGRESSING),
        (daemonset(desired=0, updated=0, available=0), Health.EMPTY),
        (daemonset(desired=0, updated=0, available=0, observed=1), Health.PROGRESSING),
        (daemonset(observed=1), Health.PROGRESSING),
        (daemonset(updated=1), Health.PROGRESSING),
        (daemonset(available=1), Health.PROGRESSING),
        (daemonset(updated=1, spec=ON_DELETE), Health.HEALTHY),
        (daemonset(available=1, spec=ON_DELETE), Health.PROGRESSING),
        ({}, Health.EMPTY),
    ],
)
def test_the_object_alone_tells_most_of_the_health(what, expected):
    """The first verdict that holds; what pods would tell reads Progressing without them."""
    assert health(what) is expected


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ([pod("a"), pod("b", ready=False, waiting="CrashLoopBackOff")], Health.DEGRADED),
        ([pod("a"), pod("b", ready=False, waiting="ImagePullBackOff")], Health.DEGRADED),
        ([pod("a"), pod("b", ready=False, waiting="CreateContainerConfigError")], Health.DEGRADED),
        # may pass by itself
        ([pod("a"), pod("b", ready=False, waiting="ErrImagePull")], Health.PROGRESSING),
        # an old pod that fails says nothing against the new version
        (
            [pod("a"), pod("b", ready=False, waiting="CrashLoopBackOff", generation="1")],
            Health.PROGRESSING,
        ),
        ([pod("a", since=590)], Health.PROGRESSING),
        ([pod("a", since=601)], Health.STALLED),
        ([pod("a", since=601), pod("b", age=30, since=700, ready=False)], Health.PROGRESSING),
        ([], Health.STALLED),
    ],
)
def test_pods_tell_degraded_and_stalled(pods, expected):
    """New pods that surely fail degrade; ten minutes without a pod event are a stall."""
    assert health(daemonset(updated=1, available=1), pods, NOW) is expected


def test_a_hash_tells_updated_pods_apart_too():
    """A failing pod of the newest hash degrades, whatever its template generation."""
    failing = pod("b", ready=False, waiting="CrashLoopBackOff", generation="1", hash="new")
    behind = daemonset(updated=1, available=1)
    assert health(behind, [failing], NOW, newest_hash="new") is Health.DEGRADED
    assert health(behind, [failing], NOW, newest_hash="other") is Health.PROGRESSING


def test_a_fresh_spec_is_progress():
    """A DaemonSet changed a moment ago is not stalled because its pods are old."""
    edited = [
        {"manager": "dsctl", "time": ago(seconds=5)},
        {"manager": "controller", "subresource": "status", "time": ago(seconds=1)},
    ]
    changed = daemonset(updated=0, managed=edited)
    old = [pod("a", since=9000, generation="1")]
    assert health(changed, old, NOW) is Health.PROGRESSING
    assert last_progress(changed, old).isoformat() == ago(seconds=5).replace("Z", "+00:00")
