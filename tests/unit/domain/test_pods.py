from datetime import UTC, datetime, timedelta

import pytest

from dsctl.domain import nodes, pods

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def pinned(*terms, node_name=None):
    """A pod with required node affinity terms of matchFields entries (key, operator, *values)."""
    listed = [
        {"matchFields": [{"key": k, "operator": o, "values": list(v)} for k, o, *v in fields]}
        for fields in terms
    ]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": listed}}
    return {"spec": {"nodeName": node_name, "affinity": {"nodeAffinity": required}}}


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ({"spec": {"nodeName": "n1"}}, "n1"),
        (pinned([("metadata.name", "In", "n2")]), "n2"),
        (pinned([("metadata.name", "In", "n2")], node_name="n1"), "n1"),
        (pinned([("metadata.uid", "In", "u")], [("metadata.name", "In", "n3")]), "n3"),
        (pinned([("metadata.name", "NotIn", "n2")]), None),
        (pinned([("metadata.name", "In", "n2", "n3")]), None),
        (pinned([("metadata.name", "In")]), None),
        ({"spec": {"affinity": {"podAntiAffinity": {}}}}, None),
        ({}, None),
    ],
)
def test_the_target_node_is_where_a_pod_is_or_was_made_for(pod, expected):
    """A daemon pod that is not scheduled names its node in its affinity."""
    assert pods.target_node(pod) == expected


@pytest.mark.parametrize(
    ("status", "since", "min_ready", "expected"),
    [
        ("True", 0, 0, True),
        ("False", 100, 0, False),
        ("True", 9, 10, False),
        ("True", 10, 10, True),
        ("True", None, 10, False),
        ("True", None, 0, True),
    ],
)
def test_a_pod_is_available_once_ready_for_long_enough(status, since, min_ready, expected):
    """Exactly minReadySeconds suffice; without a transition time only 0 seconds can be known."""
    ready = {"type": "Ready", "status": status}
    if since is not None:
        ready["lastTransitionTime"] = (NOW - timedelta(seconds=since)).isoformat()
    assert pods.available({"status": {"conditions": [ready]}}, min_ready, NOW) is expected


def test_a_pod_without_a_ready_condition_is_not_available():
    """No condition, no readiness."""
    assert not pods.available({}, 0, NOW)
    assert pods.ready_since({}) is None


def test_the_controller_of_a_pod_is_the_owner_marked_so():
    """Other owners don't count, and an orphan has none."""
    owners = [{"uid": "a"}, {"uid": "b", "controller": True}]
    assert pods.owner_uid({"metadata": {"ownerReferences": owners}}) == "b"
    assert pods.owner_uid({"metadata": {"ownerReferences": [{"uid": "a"}]}}) is None
    assert pods.owner_uid({}) is None


def test_pods_are_grouped_by_node_as_the_controller_groups_them():
    """Ended pods being deleted are dropped; scheduled ones come first, then the oldest."""

    def pod(name, created, node="n1", bound=True, **metadata):
        made = pinned([("metadata.name", "In", node)], node_name=node if bound else None)
        made["metadata"] = {"name": name, "creationTimestamp": f"2026-05-01T0{created}:00:00Z"}
        made["metadata"] |= metadata
        return made

    gone = pod("gone", 1, deletionTimestamp="2026-05-01T02:00:00Z")
    gone["status"] = {"phase": "Failed"}
    going = pod("going", 4, deletionTimestamp="2026-05-01T05:00:00Z")
    groups = pods.by_node(
        [
            pod("pending", 0, bound=False),
            pod("b", 3),
            pod("a", 3),
            going,
            gone,
            pod("x", 9, "n2"),
            {},
        ]
    )
    assert {node: [pods.name(p) for p in group] for node, group in groups.items()} == {
        "n1": ["a", "b", "going", "pending"],
        "n2": ["x"],
    }


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ([{"type": "Ready", "status": "True", "reason": "KubeletReady"}], None),
        (
            [{"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "disk"}],
            "KubeletNotReady: disk",
        ),
        ([{"type": "Ready", "status": "Unknown"}], "Unknown"),
        ([], "the node reports no Ready condition"),
    ],
)
def test_a_node_says_whether_it_is_ready_and_why_not(conditions, reason):
    """The reason is the Ready condition's."""
    node = {"status": {"conditions": conditions}}
    assert nodes.not_ready_reason(node) == reason
    assert nodes.ready(node) is (reason is None)
