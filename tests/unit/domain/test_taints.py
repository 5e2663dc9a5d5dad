import pytest

from dsctl.domain import taints
from dsctl.domain.taints import Taint, Toleration

GPU = Taint("dedicated", "gpu", "NoSchedule")


@pytest.mark.parametrize(
    ("toleration", "taint", "expected"),
    [
        (Toleration("dedicated", "Equal", "gpu", "NoSchedule"), GPU, True),
        (Toleration("dedicated", "", "gpu", "NoSchedule"), GPU, True),
        (Toleration("dedicated", "Equal", "gpu"), GPU, True),
        (Toleration("dedicated", "Equal", "gpu", "NoExecute"), GPU, False),
        (Toleration("dedicated", "Equal", "cpu", "NoSchedule"), GPU, False),
        (Toleration("dedicated", "Equal", "", "NoSchedule"), GPU, False),
        (Toleration("dedicated", "Exists", "", "NoSchedule"), GPU, True),
        (Toleration("other", "Exists"), GPU, False),
        (Toleration("", "Exists"), GPU, True),
        (Toleration("", "Exists", "", "NoExecute"), GPU, False),
        (Toleration("", "", "gpu"), GPU, True),
        (Toleration("dedicated", "Equal"), Taint("dedicated", "", "NoSchedule"), True),
        (Toleration("dedicated", "Wrong", "gpu"), GPU, False),
    ],
)
def test_a_toleration_tolerates_by_effect_key_operator_and_value(toleration, taint, expected):
    """Empty effect and key are wildcards, an empty operator is Equal, Exists ignores values."""
    assert toleration.tolerates(taint) is expected


@pytest.mark.parametrize(
    ("operator", "want", "have", "expected"),
    [
        ("Gt", "5", "6", True),
        ("Gt", "5", "5", False),
        ("Lt", "5", "4", True),
        ("Lt", "5", "-4", True),
        ("Lt", "5", "5", False),
        ("Gt", "0", "0", False),
        ("Gt", "05", "6", False),
        ("Gt", "5", "+6", False),
        ("Gt", "5", "06", False),
        ("Gt", "5", "six", False),
        ("Gt", "5", "", False),
        ("Gt", "", "5", False),
        ("Lt", "5", "-0", False),
        ("Gt", "5", "9223372036854775808", False),
    ],
)
def test_numeric_tolerations_compare_canonical_integers(operator, want, have, expected):
    """Gt and Lt compare the taint's value to the toleration's, and only canonical int64s."""
    toleration, taint = Toleration("level", operator, want), Taint("level", have, "NoSchedule")
    assert toleration.tolerates(taint) is expected
    assert toleration.tolerates(taint, comparison_operators=False) is False


def test_daemon_pods_get_the_controllers_tolerations_after_their_own():
    """Six tolerations are added, a seventh with hostNetwork, none twice."""
    own = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}
    plain = taints.daemon_pod_tolerations({})
    assert [(t.key.removeprefix("node.kubernetes.io/"), t.operator, t.effect) for t in plain] == [
        ("not-ready", "Exists", "NoExecute"),
        ("unreachable", "Exists", "NoExecute"),
        ("disk-pressure", "Exists", "NoSchedule"),
        ("memory-pressure", "Exists", "NoSchedule"),
        ("pid-pressure", "Exists", "NoSchedule"),
        ("unschedulable", "Exists", "NoSchedule"),
    ]
    with_host = taints.daemon_pod_tolerations({"hostNetwork": True, "tolerations": [own]})
    assert len(with_host) == 7
    assert with_host[0] == Toleration("node.kubernetes.io/not-ready", "Exists", "", "NoExecute")
    assert with_host[-1].key == "node.kubernetes.io/network-unavailable"


@pytest.mark.parametrize(
    ("taint", "text", "toleration"),
    [
        (
            GPU,
            "dedicated=gpu:NoSchedule",
            {"key": "dedicated", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"},
        ),
        (
            Taint("node-role.kubernetes.io/control-plane", "", "NoExecute"),
            "node-role.kubernetes.io/control-plane:NoExecute",
            {
                "key": "node-role.kubernetes.io/control-plane",
                "operator": "Exists",
                "effect": "NoExecute",
            },
        ),
    ],
)
def test_a_taint_prints_as_kubectl_writes_it_and_names_its_toleration(taint, text, toleration):
    """The suggested toleration does tolerate the taint, and nothing of another effect."""
    assert (str(taint), taint.toleration()) == (text, toleration)
    suggested = taints.pod_tolerations({"tolerations": [toleration]})
    assert taints.find_toleration(taint, suggested) == suggested[0]
    assert taints.find_toleration(Taint(taint.key, taint.value, "Other"), suggested) is None
