import time

import pytest

from dsctl.domain.placement import CORDONED, Placement, node_should_run_daemon_pod


def daemonset(**spec):
    """A DaemonSet whose template has this spec."""
    return {"spec": {"template": {"spec": spec}}}


def node(name="node-1", labels=None, taints=(), unschedulable=False):
    """A Node; taints as ``key=value:Effect``."""
    listed = []
    for text in taints:
        pair, effect = text.rsplit(":", 1)
        key, _, value = pair.partition("=")
        listed.append({"key": key, "effect": effect, **({"value": value} if value else {})})
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": listed or None, "unschedulable": unschedulable or None},
    }


def requiring(*terms):
    """A template spec with these required node affinity terms, each a list of expressions."""
    listed = [
        {
            "matchExpressions": [e for e in term if e[0] != "@"],
            "matchFields": [e[1:] for e in term if e[0] == "@"],
        }
        for term in terms
    ]

    def entry(expression):
        key, operator, *values = expression
        return {"key": key, "operator": operator, "values": values}

    for term in listed:
        for kind in term:
            term[kind] = [entry(e) for e in term[kind]]
    required = {"nodeSelectorTerms": listed}
    return {
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    }


LABELS = {"zone": "a", "cores": "8", "gpu": "", "weird": "x8"}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([[("zone", "In", "a", "b")]], True),
        ([[("zone", "In", "b")]], False),
        ([[("nope", "In", "a")]], False),
        ([[("zone", "NotIn", "b")]], True),
        ([[("zone", "NotIn", "a")]], False),
        ([[("nope", "NotIn", "a")]], True),
        ([[("gpu", "Exists")]], True),
        ([[("nope", "Exists")]], False),
        ([[("nope", "DoesNotExist")]], True),
        ([[("gpu", "DoesNotExist")]], False),
        ([[("cores", "Gt", "4")]], True),
        ([[("cores", "Gt", "8")]], False),
        ([[("cores", "Lt", "9")]], True),
        ([[("cores", "Lt", "8")]], False),
        ([[("weird", "Gt", "4")]], False),
        ([[("nope", "Lt", "4")]], False),
        ([[("gpu", "Gt", "4")]], False),
        ([[("zone", "In", "a"), ("gpu", "Exists")]], True),
        ([[("zone", "In", "a"), ("nope", "Exists")]], False),
        ([[("zone", "In", "b")], [("gpu", "Exists")]], True),
        ([[("@", "metadata.name", "In", "node-1")]], True),
        ([[("@", "metadata.name", "In", "node-2")]], False),
        ([[("@", "metadata.name", "NotIn", "node-2")]], True),
        ([[("@", "metadata.name", "NotIn", "node-1")]], False),
        ([[("@", "metadata.name", "In", "node-1"), ("zone", "In", "b")]], False),
        ([[("@", "metadata.uid", "NotIn", "x")]], True),
        ([], False),
        ([[]], False),
        ([[], [("gpu", "Exists")]], True),
        # can't be parsed: the term matches nothing, the others still count
        ([[("cores", "Gt", "x")]], False),
        ([[("cores", "Gt", "x")], [("gpu", "Exists")]], True),
        ([[("cores", "Gt", "1", "2")]], False),
        ([[("cores", "Gt", "1", "1")]], False),
        ([[("zone", "In", "a", "a")]], True),
        ([[("zone", "in", "a")]], False),
        ([[("zone", "In")]], False),
        ([[("gpu", "Exists", "x")]], False),
        ([[("bad key", "Exists")]], False),
        ([[("zone", "NotIn", "not a value")]], False),
        ([[("@", "metadata.name", "Exists")]], False),
        ([[("@", "metadata.name", "NotIn", "x", "y")]], False),
    ],
)
def test_required_node_affinity_decides_as_the_scheduler_library(terms, expected):
    """Terms are ORed and expressions ANDed; empty and unreadable terms match no node."""
    decision = node_should_run_daemon_pod(node(labels=LABELS), daemonset(**requiring(*terms)))
    assert (decision.should_run, decision.should_continue_running) == (expected, expected)
    assert bool(decision.reasons) is not expected


@pytest.mark.parametrize(
    ("taints", "tolerations", "expected"),
    [
        ([], [], (True, True)),
        (["a=1:PreferNoSchedule"], [], (True, True)),
        (["a=1:NoSchedule"], [], (False, True)),
        (["a=1:NoExecute"], [], (False, False)),
        (["a=1:NoSchedule", "b:NoExecute"], [], (False, False)),
        (["a=1:NoSchedule", "b:NoExecute"], [{"key": "b", "operator": "Exists"}], (False, True)),
        (["a=1:NoSchedule", "b:NoExecute"], [{"operator": "Exists"}], (True, True)),
        (["a=1:NoExecute"], [{"key": "a", "value": "1"}], (True, True)),
        (["n=5:NoSchedule"], [{"key": "n", "operator": "Gt", "value": "4"}], (True, True)),
        (["node.kubernetes.io/unschedulable:NoSchedule"], [], (True, True)),
        (["node.kubernetes.io/not-ready:NoExecute"], [], (True, True)),
        (["node.kubernetes.io/not-ready:NoSchedule"], [], (False, True)),
        (["node.kubernetes.io/network-unavailable:NoSchedule"], [], (False, True)),
    ],
)
def test_taints_keep_pods_off_and_no_execute_drives_them_away(taints, tolerations, expected):
    """NoSchedule alone lets a running pod stay; PreferNoSchedule never counts."""
    decision = node_should_run_daemon_pod(node(taints=taints), daemonset(tolerations=tolerations))
    assert (decision.should_run, decision.should_continue_running) == expected


def test_a_node_selector_must_match_every_pair():
    """Each differing key is a reason with what was wanted and what the node has."""
    decision = node_should_run_daemon_pod(
        node(labels={"zone": "a", "disk": "hdd"}),
        daemonset(nodeSelector={"zone": "a", "disk": "ssd", "gpu": ""}),
    )
    assert (decision.should_run, decision.should_continue_running) == (False, False)
    assert [r.to_dict() for r in decision.reasons] == [
        {
            "type": "NodeSelector",
            "message": "nodeSelector wants disk=ssd, the node has disk=hdd",
            "key": "disk",
            "wanted": "ssd",
            "has": "hdd",
        },
        {
            "type": "NodeSelector",
            "message": "nodeSelector wants gpu=, the node has no label gpu",
            "key": "gpu",
            "wanted": "",
            "has": None,
        },
    ]


def test_a_template_with_a_node_name_runs_there_only():
    """spec.nodeName excludes every other node, and a running pod must go."""
    other = node_should_run_daemon_pod(node("node-1"), daemonset(nodeName="node-2"))
    assert (other.should_run, other.should_continue_running) == (False, False)
    assert [r.to_dict() for r in other.reasons] == [
        {
            "type": "NodeName",
            "message": "the template runs on node node-2 only (nodeName)",
            "wanted": "node-2",
        }
    ]
    assert node_should_run_daemon_pod(node("node-2"), daemonset(nodeName="node-2")).should_run


def test_every_failing_expression_is_named_with_its_term_and_path():
    """All terms are explained, since satisfying any one of them would do."""
    terms = requiring(
        [("zone", "In", "b", "c"), ("gpu", "Exists"), ("cores", "Gt", "8")],
        [("@", "metadata.name", "In", "node-9")],
    )
    decision = node_should_run_daemon_pod(node(labels=LABELS), daemonset(**terms))
    assert [r.message for r in decision.reasons] == [
        "node affinity term 1 of 2 wants zone In [b, c], the node has zone=a",
        "node affinity term 1 of 2 wants cores Gt [8], the node has cores=8",
        "node affinity term 2 of 2 wants metadata.name In [node-9], "
        "the node has metadata.name=node-1",
    ]
    last = decision.reasons[1].to_dict()
    assert last["path"] == (
        "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        ".nodeSelectorTerms[0].matchExpressions[2]"
    )
    del last["path"], last["message"]
    assert last == {
        "type": "NodeAffinity",
        "term": 0,
        "key": "cores",
        "operator": "Gt",
        "values": ["8"],
        "has": "8",
        "problem": None,
    }


def test_an_unreadable_term_says_that_the_controller_ignores_it():
    """Bad operators and non-integers are named; the healthy expressions beside them are not."""
    terms = requiring([("cores", "Gt", "many"), ("zone", "In", "b")])
    [reason] = node_should_run_daemon_pod(node(labels=LABELS), daemonset(**terms)).reasons
    assert reason.message.startswith(
        "node affinity can't be read, so the controller lets it match no node: 'cores': "
    )
    assert "must be an integer" in reason.to_dict()["problem"]


def test_affinity_without_a_usable_term_is_a_reason_of_its_own():
    """No terms, or only empty ones, match no node and have no expression to name."""
    for terms in ([], [[]], [[], []]):
        [reason] = node_should_run_daemon_pod(node(), daemonset(**requiring(*terms))).reasons
        assert "match no node" in reason.message
        assert (reason.to_dict()["type"], reason.to_dict()["term"]) == ("NodeAffinity", None)


def test_an_untolerated_taint_comes_with_the_toleration_that_would_do():
    """Only repelling taints are named, each with its toleration."""
    decision = node_should_run_daemon_pod(
        node(taints=["soft:PreferNoSchedule", "dedicated=gpu:NoSchedule"]), daemonset()
    )
    assert [r.to_dict() for r in decision.reasons] == [
        {
            "type": "Taint",
            "message": "taint dedicated=gpu:NoSchedule is not tolerated",
            "key": "dedicated",
            "value": "gpu",
            "effect": "NoSchedule",
            "toleration": {
                "key": "dedicated",
                "operator": "Equal",
                "value": "gpu",
                "effect": "NoSchedule",
            },
        }
    ]


def test_a_taint_does_not_keep_a_pod_where_the_selector_differs():
    """A running pod stays only when taints are the sole obstacle, as the controller has it."""
    decision = node_should_run_daemon_pod(
        node(taints=["a:NoSchedule"]), daemonset(nodeSelector={"zone": "a"})
    )
    assert (decision.should_run, decision.should_continue_running) == (False, False)
    assert [r.type for r in decision.reasons] == ["NodeSelector", "Taint"]


def test_a_cordon_is_a_note_and_never_a_reason():
    """Cordoned nodes run daemon pods; the note is there on excluded nodes too."""
    cordoned = node(unschedulable=True, taints=["node.kubernetes.io/unschedulable:NoSchedule"])
    included = node_should_run_daemon_pod(cordoned, daemonset())
    excluded = node_should_run_daemon_pod(cordoned, daemonset(nodeSelector={"a": "b"}))
    assert (included.should_run, included.notes) == (True, (CORDONED,))
    assert (excluded.should_run, excluded.notes) == (False, (CORDONED,))


def test_nodes_with_the_same_reasons_share_one_decision():
    """Grouping thousands of nodes by reason needs identity only; a cordon makes a difference."""
    rule = Placement(daemonset(nodeSelector={"zone": "a"}))
    first, second = rule.decide(node("n1")), rule.decide(node("n2"))
    assert first is second
    assert rule.decide(node("n3", unschedulable=True)) is not first
    assert rule.decide(node("n4", labels={"zone": "b"})) is not first


def test_placing_on_5000_nodes_takes_well_under_a_second():
    """The rule is compiled once; the bound is loose because test machines are slow."""
    terms = requiring([("zone", "In", "a"), ("cores", "Gt", "4")], [("gpu", "Exists")])
    nodes = [
        node(f"n{i}", {"zone": "abc"[i % 3], "cores": str(i % 9)}, [f"t=v{i % 5}:NoSchedule"])
        for i in range(5000)
    ]
    rule = Placement(daemonset(tolerations=[{"key": "t", "value": "v1"}], **terms))
    start = time.perf_counter()
    running = sum(rule.decide(each).should_run for each in nodes)
    assert (running, time.perf_counter() - start < 1.0) == (111, True)
