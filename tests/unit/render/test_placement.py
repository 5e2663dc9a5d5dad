import io

import pytest

from dsctl.domain.placement_report import NodePlacement, PlacementReport, PodBrief, Verdict
from dsctl.domain.verdicts import Cluster, place
from dsctl.render.placement import print_nodes, print_summary, summary_line, why
from dsctl.render.style import Style
from tests.unit.domain.fleet import pod as fleet_pod

PLAIN = Style(False)
DEDICATED = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}
SURGE = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def daemonset(cpu="1", strategy=None):
    """A DaemonSet for nodes with the label run=yes."""
    containers = [{"name": "agent", "resources": {"requests": {"cpu": cpu}}}]
    return {
        "metadata": {"namespace": "logs", "name": "agent", "uid": "ds"},
        "spec": {
            "template": {"spec": {"nodeSelector": {"run": "yes"}, "containers": containers}},
            "updateStrategy": strategy or {},
        },
    }


def node(name, run="yes", taints=(), cpu="4", host=None, **spec):
    """A node with or without the label that the DaemonSet wants."""
    labels = {"run": run} if run else {}
    return {
        "metadata": {"name": name, "labels": labels | ({"host": host} if host else {})},
        "spec": {"taints": list(taints), **spec},
        "status": {
            "allocatable": {"cpu": cpu, "pods": "10"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(name, where, owner="ds", cpu="1", **more):
    """A pod on a node."""
    made = fleet_pod(name, where, **more)
    made["metadata"] |= {"namespace": "logs"}
    made["metadata"]["ownerReferences"] = [{"uid": owner, "controller": True}]
    made["spec"]["containers"] = [{"name": "agent", "resources": {"requests": {"cpu": cpu}}}]
    return made


def live(nodes, pods):
    """The report on a DaemonSet that runs."""
    return place(daemonset(), Cluster(nodes, pods))


def plan(nodes, pods, *, changed=True, cpu="1"):
    """The report of a plan."""
    return place(
        daemonset(cpu), Cluster(nodes, pods), source="file", running=False, template_changes=changed
    )


def table(report, *, grouped=False, style=PLAIN, **more):
    """The table as text."""
    out = io.StringIO()
    print_nodes(report.nodes, out, style, grouped=grouped, **more)
    return out.getvalue()


FLEET = [
    node("good"),
    node("bad"),
    node("gone"),
    node("other", run="no"),
    node("none", run=None),
    node("tainted", taints=[DEDICATED]),
    node("cordoned", unschedulable=True),
    node("stays", taints=[{"key": "x", "effect": "NoSchedule"}]),
]
PODS = [
    pod("p-good", "good"),
    pod("p-bad", "bad", ready=False, waiting="CrashLoopBackOff"),
    pod("p-cordoned", "cordoned"),
    pod("p-stays", "stays"),
]


def test_a_row_a_node_with_its_pod_and_every_reason():
    """A taint's row says which toleration would do; a cordon is a note."""
    assert table(live(FLEET, PODS)) == (
        "NODE       VERDICT        POD          WHY\n"
        "bad        NotReady       p-bad        container agent: CrashLoopBackOff\n"
        "cordoned   Ready          p-cordoned   the node is cordoned, which daemon pods tolerate\n"
        "gone       Missing        -            -\n"
        "good       Ready          p-good       -\n"
        "none       Excluded       -            nodeSelector wants run=yes, the node has no label "
        "run\n"
        "other      Excluded       -            nodeSelector wants run=yes, the node has run=no\n"
        "stays      Misscheduled   p-stays      taint x:NoSchedule is not tolerated (this would: "
        "{key: x, operator: Exists, effect: NoSchedule}); the pod stays: only new pods are kept "
        "off\n"
        "tainted    Excluded       -            taint dedicated=db:NoSchedule is not tolerated "
        '(this would: {key: dedicated, operator: Equal, value: "db", effect: NoSchedule})\n'
    )


def test_verdicts_are_coloured_and_nothing_else():
    """Columns stay aligned, since the codes take no room."""
    shown = table(live([node("good"), node("gone")], [pod("p", "good")]), style=Style(True))
    assert shown == (
        "NODE   VERDICT   POD   WHY\n"
        "gone   \x1b[31mMissing\x1b[0m   -     -\n"
        "good   \x1b[32mReady\x1b[0m     p     -\n"
    )


def test_a_plan_has_a_column_for_what_changes():
    """Gain, Lose, Replace and Keep; a dash where there is nothing to do."""
    assert table(plan(FLEET, PODS), planned=True) == (
        "NODE       VERDICT    CHANGE    POD          WHY\n"
        "bad        WouldRun   Replace   p-bad        -\n"
        "cordoned   WouldRun   Replace   p-cordoned   the node is cordoned, which daemon pods "
        "tolerate\n"
        "gone       WouldRun   Gain      -            -\n"
        "good       WouldRun   Replace   p-good       -\n"
        "none       Excluded   -         -            nodeSelector wants run=yes, the node has no "
        "label run\n"
        "other      Excluded   -         -            nodeSelector wants run=yes, the node has "
        "run=no\n"
        "stays      Excluded   Lose      p-stays      taint x:NoSchedule is not tolerated (this "
        "would: {key: x, operator: Exists, effect: NoSchedule}); the pod goes with the update, and "
        "none comes\n"
        "tainted    Excluded   -         -            taint dedicated=db:NoSchedule is not "
        'tolerated (this would: {key: dedicated, operator: Equal, value: "db", effect: '
        "NoSchedule})\n"
    )


def test_a_what_if_has_a_column_for_what_is_now():
    """A node that only joins on paper has no verdict now."""
    report = plan([node("a"), node("new")], [pod("p", "a")], changed=False)
    before = {verdict.node: verdict.verdict for verdict in live([node("a")], []).nodes}
    assert table(report, planned=True, before={**before, "new": None}) == (
        "NODE   NOW       VERDICT    CHANGE   POD   WHY\n"
        "a      Missing   WouldRun   Keep     p     -\n"
        "new    -         WouldRun   Gain     -     -\n"
    )


def test_without_headers_only_rows_are_left():
    """For scripts; and no rows are no output at all."""
    report = live([node("good")], [pod("p", "good")])
    assert table(report, headers=False) == "good   Ready   p     -\n"
    assert table(live([], [])) == table(live([], []), headers=False) == ""


def test_many_nodes_with_one_reason_share_a_row():
    """With how many, and three names; the worst come first, then the largest group."""
    nodes = [node(f"n{i:02}", taints=[DEDICATED] if i < 30 else ()) for i in range(50)]
    nodes += [node("a1", run=None), node("a2", run=None), node("s1", cpu="0")]
    pods = [pod(f"p{i}", f"n{i:02}") for i in range(31, 50)]
    assert table(live(nodes, pods), grouped=True) == (
        "VERDICT    COUNT   NODES              WHY\n"
        "Excluded   30      n00, n01, n02, …   taint dedicated=db:NoSchedule is not tolerated "
        '(this would: {key: dedicated, operator: Equal, value: "db", effect: NoSchedule})\n'
        "Excluded   2       a1, a2             nodeSelector wants run=yes, the node has no label "
        "run\n"
        "Missing    1       n30                -\n"
        "Missing    1       s1                 cpu: asks 1, 0 of 0 is free\n"
        "Ready      19      n31, n32, n33, …   -\n"
    )


def test_who_holds_what_is_short_is_told_of_one_node_only():
    """On each node it is another pod: in a group that would be a row a node again."""
    nodes = [node(f"n{i}") for i in range(3)]
    pods = [pod(f"hog-{i}", f"n{i}", owner="x", cpu="4") for i in range(3)]
    (_, row) = table(plan(nodes, pods), grouped=True, planned=True).splitlines()
    assert row.split(maxsplit=3)[:3] == ["WouldNotFit", "Gain", "3"]
    assert row.endswith("n0, n1, n2   cpu: asks 1, 0 of 4 is free")
    alone = table(plan(nodes[:1], pods), grouped=True, planned=True)
    assert "held by logs/hog-0 (4)" in alone


def failing(number):
    """A node whose pod fails as all others do, in words of its own."""
    name, uid = f"agent-{number:05}", f"0000-{number:04}"
    brief = PodBrief(name, uid, "Running", False, "h", "CrashLoopBackOff")
    notes = (
        f"container agent: CrashLoopBackOff, last exit code 1 (Error), {number} restarts: back-off "
        f"{number}m0s restarting failed container=agent pod={name}_logs({uid})",
        f"Unhealthy {number}s ago ({number} times): Get http://10.1.1.{number}:80/: refused",
    )
    return NodePlacement(f"n{number:03}", True, True, True, Verdict.NOT_READY, (), notes, brief)


def test_a_fleet_that_fails_for_one_reason_is_one_row():
    """Whatever is another on each node: names, ages, counts, addresses; a few keep their words."""
    many = PlacementReport("logs", "agent", "cluster", True, tuple(map(failing, range(2, 62))))
    assert table(many, grouped=True) == (
        "VERDICT    COUNT   NODES                 WHY\n"
        "NotReady   60      n002, n003, n004, …   container agent: CrashLoopBackOff, last exit "
        "code 1 (Error): back-off restarting failed container=agent pod=…_logs(…); Unhealthy: Get "
        "http://…:80/: refused\n"
    )
    few = PlacementReport("logs", "agent", "cluster", True, tuple(map(failing, (2, 3))))
    assert [line.split()[1] for line in table(few, grouped=True).splitlines()[1:]] == ["1", "1"]
    assert "3 restarts" in table(few, grouped=True)


def test_nodes_that_only_differ_in_what_they_have_are_one_row():
    """A DaemonSet for one node by its name: the others all have another; and what is left free."""
    wanted = daemonset("3")
    wanted["spec"]["template"]["spec"]["nodeSelector"] = {"host": "n0"}
    nodes = [node(f"n{i}", host=f"n{i}") for i in range(8)]
    report = place(wanted, Cluster(nodes, []))
    (_, excluded, missing) = table(report, grouped=True).splitlines()
    assert excluded.split(maxsplit=6)[-1] == "nodeSelector wants host=n0"
    assert missing.split()[:3] == ["Missing", "1", "n0"]
    nodes = [node(f"n{i}") for i in range(8)]
    pods = [pod(f"p{i}", f"n{i}", owner="x", cpu=f"2{i}00m") for i in range(8)]
    (_, row) = table(plan(nodes, pods, cpu="3"), grouped=True, planned=True).splitlines()
    assert row.endswith("cpu: asks 3, less is free")


def test_a_group_is_of_one_verdict_and_one_change():
    """Of two nodes that would run, one gains and one keeps its pod."""
    report = plan([node("a"), node("b"), node("c")], [pod("p", "c")], changed=False)
    assert table(report, grouped=True, planned=True) == (
        "VERDICT    CHANGE   COUNT   NODES   WHY\n"
        "WouldRun   Gain     2       a, b    -\n"
        "WouldRun   Keep     1       c       -\n"
    )


def test_what_is_short_matters_only_where_a_pod_is_to_be_bound():
    """A pod that runs did fit; where one is still to come, the reason is told."""
    crowded = [pod("mine", "a"), pod("hog", "a", owner="x", cpu="4")]
    (there,) = live([node("a")], crowded).nodes
    assert (there.verdict.value, there.fits, why(there)) == ("Ready", False, [])
    (missing,) = live([node("a")], crowded[1:]).nodes
    assert why(missing) == ["cpu: asks 1, 0 of 4 is free; held by logs/hog (4)"]


def test_an_unread_neighbourhood_is_no_sentence_and_an_unmodelled_filter_only_where_it_matters():
    """NotRead is for the report; NotModelled for nodes where a pod is still to be bound."""
    claims = daemonset()
    claims["spec"]["template"]["spec"]["resourceClaims"] = [{"name": "gpu"}]
    (missing, ready) = place(claims, Cluster([node("a"), node("b")], None, [pod("p", "b")])).nodes
    assert [line.partition(":")[0] for line in why(missing)] == ["NotModelled"]
    assert why(ready) == []


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\nb", "\u202e"])
def test_what_comes_from_the_cluster_is_escaped(hostile):
    """Names and messages can't move the cursor or break a row."""
    brief = PodBrief(f"p{hostile}", "u", "Running", False, None, "Running")
    row = NodePlacement(
        f"n{hostile}", True, True, True, live([node("x")], []).nodes[0].verdict, (),
        (f"note{hostile}",), brief,
    )  # fmt: skip
    report = PlacementReport("logs", "agent", "cluster", True, (row,))
    for grouped in (False, True):
        shown = table(report, grouped=grouped)
        assert hostile not in shown
        assert len(shown.splitlines()) == 2


def test_the_line_below_counts_nodes():
    """Excluded nodes are counted once, and verdicts that no node has are left out."""
    report = live(FLEET, PODS)
    assert summary_line(report, report.summary(), planned=False) == (
        "8 nodes: 4 eligible, 4 excluded; 1 Misscheduled, 1 Missing, 1 NotReady, 2 Ready"
    )
    one = live([node("a", run=None)], [])
    assert summary_line(one, one.summary(), planned=False) == "1 node: 0 eligible, 1 excluded"


def test_the_line_below_a_plan_counts_changes():
    """And the new pods that would not fit, of which a gain is one and a kept pod none."""
    report = plan(FLEET, PODS)
    assert summary_line(report, report.summary(), planned=True) == (
        "8 nodes: 4 eligible, 4 excluded; 1 would gain a pod, 1 lose it, 3 have it replaced, "
        "0 keep it"
    )
    crowd = [pod("mine", "b"), *(pod(f"hog-{n}", n, owner="x", cpu="4") for n in "ab")]
    unfit = plan([node("a"), node("b")], crowd, changed=False)
    assert summary_line(unfit, unfit.summary(), planned=True) == (
        "2 nodes: 2 eligible, 0 excluded; 1 would gain a pod, 0 lose it, 0 have it replaced, "
        "1 keep it; 1 of the new pods would not fit"
    )


def test_where_nodes_could_not_be_read_no_one_is_called_eligible():
    """Only what is known is counted."""
    brief = PodBrief("p", "u", "Running", True, None, "Running")
    ready = live([node("x")], [pod("p", "x")]).nodes[0].verdict
    row = NodePlacement("n", None, None, None, ready, (), (), brief)
    report = PlacementReport("logs", "agent", "cluster", True, (row,))
    assert summary_line(report, report.summary(), planned=False) == "1 node; 1 Ready"


def summary(report, **more):
    """The counts as text."""
    out = io.StringIO()
    print_summary(report.summary(), out, PLAIN, **more)
    return out.getvalue()


def test_counts_alone_are_two_small_tables():
    """Every verdict of the kind of report, and the reasons that occur."""
    assert summary(live(FLEET, PODS)) == (
        "VERDICT        NODES\n"
        "Misscheduled   1\n"
        "Excluded       3\n"
        "Missing        1\n"
        "Unscheduled    0\n"
        "NotReady       1\n"
        "Ready          2\n"
        "\n"
        "REASON         NODES\n"
        "NodeSelector   2\n"
        "Taint          2\n"
    )
    assert summary(plan([node("a")], [])) == (
        "VERDICT       NODES\nExcluded      0\nWouldNotFit   0\nWouldRun      1\n"
    )


def test_counts_without_headers_are_rows_alone():
    """As everywhere with --no-headers."""
    assert summary(live([node("a", run=None)], []), headers=False) == (
        "Misscheduled   0\nExcluded       1\nMissing        0\nUnscheduled    0\n"
        "NotReady       0\nReady          0\nNodeSelector   1\n"
    )


def test_on_a_terminal_a_long_reason_goes_on_below_itself():
    """Names are never folded; a narrow terminal still leaves room for words; a pipe has lines."""
    report = live([node("stays", taints=[{"key": "x", "effect": "NoSchedule"}])], [PODS[3]])
    assert table(report, width=70) == (
        "NODE    VERDICT        POD       WHY\n"
        "stays   Misscheduled   p-stays   taint x:NoSchedule is not tolerated\n"
        "                                 (this would: {key: x, operator:\n"
        "                                 Exists, effect: NoSchedule}); the pod\n"
        "                                 stays: only new pods are kept off\n"
    )
    assert 33 + 20 < max(map(len, table(report, width=20).splitlines())) <= 33 + 30
    assert len(table(report, width=400).splitlines()) == len(table(report).splitlines()) == 2
