import copy
import io
import json
from datetime import UTC, datetime
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.actions import dump
from dsctl.actions.plan import of_dump
from dsctl.domain import pods as pod_of
from dsctl.domain.whatif import NO_EDITS, CordonEdit, Edits, LabelEdit, TaintEdit
from dsctl.errors import AnswerIsNo, DsctlError, UsageError
from dsctl.manifests.paths import read_saved

FROM_PODS = "the dump has pods of the DaemonSet but not itself: compared with the pods"
NO_PODS = "NotRead: no pods in the dump, so nodes are taken to be empty"
CONTAINER = {
    "name": "agent",
    "image": "registry.example/agent:1",
    "ports": [{"containerPort": 80, "hostPort": 80}],
    "resources": {"requests": {"cpu": "1"}},
}


def manifest(image="registry.example/agent:1", name="agent", **spec):
    """A DaemonSet as a file has it, with its namespace filled in."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": "logs"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{**copy.deepcopy(CONTAINER), "image": image}], **spec},
            },
        },
    }


def node(name, cpu="4", taints=(), **labels):
    """A node as it was saved."""
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": list(taints)},
        "status": {
            "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "10"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(name, where, owner="agent", namespace="logs", image="registry.example/agent:1", port=80):
    """A pod of a DaemonSet as it was saved."""
    owners = [{"kind": "DaemonSet", "name": owner, "uid": f"uid-{owner}", "controller": True}]
    container = {**CONTAINER, "image": image, "ports": [{"containerPort": 80, "hostPort": port}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "uid": name, "ownerReferences": owners},
        "spec": {"nodeName": where, "containers": [container]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "agent", "ready": True, "state": {"running": {}}}],
        },
    }


def live(image="registry.example/agent:1", name="agent", **spec):
    """The DaemonSet as it was saved."""
    found = manifest(image, name, **spec)
    found["metadata"]["uid"] = f"uid-{name}"
    return found


def saved(*items, kind="List"):
    """A file with these objects."""
    return json.dumps({"apiVersion": "v1", "kind": kind, "items": items}).encode()


def read(*files):
    """The dump of files with this content."""
    return dump.read((f"f{i}.json", data) for i, data in enumerate(files, 1))


def names(objects):
    """Their names."""
    return [obj["metadata"]["name"] for obj in objects]


def test_one_file_holds_nodes_pods_and_daemonsets():
    """kubectl get nodes,pods,ds -A -o json; other kinds are passed over."""
    found = read(saved(node("a"), pod("p", "a"), live(), {"kind": "Secret"}, node("b")))
    assert (names(found.nodes), names(found.pods)) == (["a", "b"], ["p"])
    assert found.live("logs", "agent")["metadata"]["uid"] == "uid-agent"
    assert found.live("logs", "other") is None
    assert found.live("other", "agent") is None


@pytest.mark.parametrize(
    "files",
    [
        (saved(node("a"), node("b")), saved(pod("p", "a"))),
        (saved(pod("p", "a")), saved(node("a"), node("b"))),
        (json.dumps(node("a")).encode(), json.dumps(node("b")).encode(), saved(pod("p", "a"))),
    ],
)
def test_two_files_are_one_dump(files):
    """Nodes in one, pods in another, in any order, or a file an object."""
    found = read(*files)
    assert (names(found.nodes), names(found.pods)) == (["a", "b"], ["p"])


def test_a_server_s_own_lists_name_their_kind_once():
    """As kubectl get --raw prints them."""
    nodes = [{k: v for k, v in node(n).items() if k != "kind"} for n in "ab"]
    found = read(saved(*nodes, kind="NodeList"))
    assert (names(found.nodes), found.pods) == (["a", "b"], None)


def test_of_a_node_that_is_there_twice_the_last_counts():
    """And keeps its place, so that a newer file may stand after an older one."""
    found = read(saved(node("a", cpu="1"), node("b")), saved(node("a", cpu="2")))
    assert names(found.nodes) == ["a", "b"]
    assert found.nodes[0]["status"]["allocatable"]["cpu"] == "2"


def test_no_pods_are_pods_not_saved():
    """A cluster without one pod is rarer than a dump without its pods."""
    assert read(saved(node("a"))).pods is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((saved(),), "f1.json: no node in it"),
        ((saved(pod("p", "a")),), "f1.json: no node in it"),
        ((saved(pod("p", "a")), saved(live())), "f1.json, f2.json: no node in it"),
        ((saved({"kind": "Node", "metadata": {}}),), "f1.json: no node in it"),
        ((saved(node("a")), b""), "f2.json is empty"),
        ((b"a: b", saved(node("a"))), "f1.json is not JSON"),
    ],
)
def test_a_dump_without_nodes_is_none(files, message):
    """The hint is the command that makes one."""
    with pytest.raises(UsageError) as caught:
        read(*files)
    assert caught.value.message == message
    assert caught.value.hint == "make it with: kubectl get nodes,pods -A -o json > FILE"


def test_the_owner_of_pods_is_found_by_name_and_namespace():
    """Another controller of that name, or of that kind elsewhere, is not it."""
    strange = pod("p3", "a", namespace="logs")
    strange["metadata"]["ownerReferences"][0] |= {"kind": "ReplicaSet", "uid": "rs"}
    found = read(saved(node("a"), strange, pod("p", "a", namespace="other"), pod("q", "a", "more")))
    assert found.owner_uid("logs", "agent") is None
    found = read(saved(node("a"), strange, pod("p", "a")))
    assert found.owner_uid("logs", "agent") == "uid-agent"
    assert read(saved(node("a"))).owner_uid("logs", "agent") is None


def plan(dumped, wanted=None, edits=NO_EDITS):
    """The plan of a manifest over a dump."""
    return of_dump(dumped, wanted or manifest(), edits)


def changes(found):
    """Node to what becomes of it."""
    return {n.node: None if n.change is None else n.change.value for n in found.report.nodes}


TAINT = {"key": "x", "effect": "NoSchedule"}
FLEET = [node("a"), node("b"), node("c", taints=[TAINT]), node("d", cpu="500m")]


def test_against_a_daemonset_in_the_dump_templates_are_compared():
    """Its pods are found by its uid; the same template keeps them, another replaces them."""
    there = read(saved(*FLEET, live(), pod("pa", "a"), pod("pc", "c")))
    assert changes(plan(there)) == {"a": "Keep", "b": "Gain", "c": "Keep", "d": "Gain"}
    assert changes(plan(there, manifest("registry.example/agent:2"))) == {
        "a": "Replace",
        "b": "Gain",
        "c": "Lose",
        "d": "Gain",
    }
    assert plan(there).report.notes == ()
    assert plan(there).live is not None


def test_against_pods_alone_their_images_are_compared():
    """kubectl get nodes,pods holds no DaemonSet; a note says what was compared with."""
    there = read(saved(*FLEET, pod("pa", "a"), pod("pc", "c"), pod("else", "b", "other", port=9)))
    assert changes(plan(there)) == {"a": "Keep", "b": "Gain", "c": "Keep", "d": "Gain"}
    assert changes(plan(there, manifest("registry.example/agent:2")))["a"] == "Replace"
    assert plan(there).report.notes == (FROM_PODS,)


def test_a_new_daemonset_only_gains():
    """Others' pods stand in its way all the same: here one has the host port."""
    there = read(saved(*FLEET, pod("else", "a", "other"), pod("q", "b", "other", port=9)))
    found = plan(there)
    assert changes(found) == {"a": "Gain", "b": "Gain", "c": None, "d": "Gain"}
    assert {n.node: n.verdict.value for n in found.report.nodes} == {
        "a": "WouldNotFit",
        "b": "WouldRun",
        "c": "Excluded",
        "d": "WouldNotFit",
    }
    assert (found.report.notes, found.live) == ((), None)


def test_without_pods_nodes_are_taken_to_be_empty_and_it_says_so():
    """What an empty node lacks is known all the same."""
    found = plan(read(saved(*FLEET)))
    assert found.report.notes == (NO_PODS,)
    assert [n.fits for n in found.report.nodes] == [True, True, False, False]


def test_the_plan_names_its_manifest_and_how_pods_are_replaced():
    """Two nodes are replaced one by one, an unready pod at once."""
    bad = pod("pb", "b")
    bad["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    there = read(
        saved(node("a"), node("b"), node("c"), live(), pod("pa", "a"), bad, pod("pc", "c"))
    )
    report = plan(there, manifest("registry.example/agent:2")).report
    assert (report.namespace, report.name, report.source) == ("logs", "agent", "file")
    assert report.update.to_dict() == {
        "strategy": "RollingUpdate",
        "maxUnavailable": 1,
        "maxSurge": 0,
        "paused": False,
        "atOnce": ["b"],
        "inTurn": ["a", "c"],
        "atATime": 1,
        "rounds": 2,
        "stuck": [],
        "down": [],
        "unwell": [],
    }


@pytest.mark.parametrize(
    ("seconds", "at_once"), [(0, []), (60, ["b"]), (600, ["a", "b"]), (10**15, ["a", "b"])]
)
def test_a_pod_that_is_ready_for_less_than_min_ready_seconds_goes_at_once(seconds, at_once):
    """It is not available yet, and the controller replaces such pods whatever the limits."""
    pods = [pod("pa", "a"), pod("pb", "b")]
    for each, since in zip(pods, ("11:55:00", "11:59:30"), strict=True):
        each["status"]["conditions"][0]["lastTransitionTime"] = f"2026-01-01T{since}Z"
    wanted = manifest("registry.example/agent:2")
    wanted["spec"]["minReadySeconds"] = seconds
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    there = read(saved(node("a"), node("b"), live(), *pods))
    update = of_dump(there, wanted, NO_EDITS, noon).report.update
    assert (list(update.at_once), len(update.in_turn)) == (at_once, 2 - len(at_once))


def test_a_pod_that_a_stuck_surge_left_waiting_does_not_let_the_old_one_go():
    """The old one beside it is available, so that the next new pod has to fit beside it too."""
    waits = pod("new", "a", image="registry.example/agent:2")
    waits["spec"] |= {"nodeName": None, "affinity": {"nodeAffinity": affinity("a")}}
    waits["status"] = {"phase": "Pending"}
    there = read(saved(node("a"), node("b"), live(), pod("pa", "a"), waits, pod("pb", "b")))
    wanted = manifest("registry.example/agent:3")
    wanted["spec"]["updateStrategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    update = plan(there, wanted).report.update
    assert (update.at_once, update.in_turn, update.stuck) == ((), ("a", "b"), ("a", "b"))


def affinity(name):
    """What pins a daemon pod to its node."""
    field = {"key": "metadata.name", "operator": "In", "values": [name]}
    terms = [{"matchFields": [field]}]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def test_edits_change_the_dump_on_paper():
    """A label, a taint, a cordon, and a node that joins."""
    there = read(saved(node("a"), node("b"), node("c"), live(nodeSelector={"disk": "ssd"})))
    edits = Edits(
        (LabelEdit("a", "disk", "ssd"), CordonEdit("c"), TaintEdit("new", "x", "", "NoExecute")),
        (node("new", disk="ssd"), node("more", disk="ssd")),
    )
    found = plan(there, manifest(nodeSelector={"disk": "ssd"}), edits)
    assert changes(found) == {"a": "Gain", "b": None, "c": None, "more": "Gain", "new": None}
    assert found.labels["a"] == {"disk": "ssd"}
    assert names(there.nodes) == ["a", "b", "c"]


def test_an_edit_of_a_node_that_is_not_there_names_near_ones():
    """A typing error must not look like an answer."""
    there = read(saved(node("node-1"), node("node-2")))
    with pytest.raises(UsageError) as caught:
        plan(there, edits=Edits((CordonEdit("nod-1"),)))
    assert caught.value.message == "no node 'nod-1' in the dump"
    assert caught.value.hint == "did you mean node-1 or node-2?"
    with pytest.raises(UsageError) as caught:
        plan(there, edits=Edits((CordonEdit("zzz"),)))
    assert caught.value.hint is None


def test_a_manifest_that_can_t_become_the_live_one_is_no_plan():
    """The selector is immutable; and a template there must be, with amounts that are some."""
    there = read(saved(node("a"), live()))
    other = manifest()
    other["spec"]["selector"]["matchLabels"] = {"app": "other"}
    with pytest.raises(AnswerIsNo, match="immutable"):
        plan(there, other)
    with pytest.raises(AnswerIsNo, match=r"no spec\.template"):
        plan(there, {"metadata": {"name": "x", "namespace": "logs"}, "spec": {}})
    bad = manifest()
    bad["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "lots"
    with pytest.raises(AnswerIsNo, match="asks for an amount that is none"):
        plan(there, bad)


def test_an_amount_that_is_none_in_the_dump_is_a_bad_dump():
    """Exit 2, whose fault it is is told."""
    with pytest.raises(UsageError, match="node or pod of the dump"):
        plan(read(saved(node("a", cpu="lots"))))


JUNK = st.sampled_from(
    [None, True, 1, -1.5, "", "abc", [], ["a"], [1], [None], [[]], [{}], {}, {"a": 1}, "\ud800"]
)


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield from _paths(item, (*path, key))


WHOLE = json.loads(saved(node("a", taints=[TAINT]), pod("p", "a"), pod("q", "a", "other"), live()))
PLACES = list(_paths(WHOLE["items"], ("items",)))
IN_MANIFEST = [path for path in _paths(manifest()["spec"], ("spec",)) if path]


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_a_dump_with_junk_anywhere_is_planned_over_or_refused(place, junk):
    """A value of any type in any place: an answer or an error for people, never a crash."""
    broken = copy.deepcopy(WHOLE)
    reduce(lambda value, key: value[key], place[:-1], broken)[place[-1]] = junk
    try:
        found = plan(read(json.dumps(broken).encode()))
    except DsctlError as error:
        assert error.message
    else:
        json.dumps(found.report.to_dict())


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(IN_MANIFEST), junk=JUNK)
def test_a_manifest_with_junk_anywhere_is_planned_or_refused(place, junk):
    """The offline rules tell of it; the plan must not break over it."""
    broken = manifest()
    reduce(lambda value, key: value[key], place[:-1], broken)[place[-1]] = junk
    try:
        found = plan(read(json.dumps(WHOLE).encode()), broken)
    except DsctlError as error:
        assert error.message
    else:
        json.dumps(found.report.to_dict())


@settings(max_examples=100, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), second=st.booleans())
def test_a_dump_cut_in_half_is_refused(where, second):
    """Even where a whole file stands beside it: half a cluster would be a wrong answer."""
    whole = json.dumps(WHOLE).encode()
    cut = whole[: int(where * len(whole))]
    with pytest.raises(UsageError, match=r"cut off|is empty"):
        read(whole, cut) if second else read(cut)


class _Stdin(io.StringIO):
    """Text on stdin, as bytes too."""

    def __init__(self, data):
        super().__init__()
        self.buffer = io.BytesIO(data)


def test_a_saved_cluster_is_read_from_a_file_or_from_stdin(tmp_path):
    """Byte for byte; what can't be read is a usage error with the path."""
    path = tmp_path / "dump.json"
    path.write_bytes(b"\xff\x00{}")
    assert read_saved(str(path), None) == b"\xff\x00{}"
    assert read_saved("-", _Stdin(b"{}")) == b"{}"
    assert read_saved("-", io.StringIO("{}")) == b"{}"
    for bad, message in ((tmp_path / "none", "No such file"), (tmp_path, "directory")):
        with pytest.raises(UsageError, match=message):
            read_saved(str(bad), None)
    with pytest.raises(UsageError, match="stdin"):
        read_saved("-", None)


def test_pods_of_a_dump_are_those_of_the_rules():
    """What was cut away is nothing that they read."""
    (found,) = read(saved(node("a"), pod("p", "a"))).pods
    assert (pod_of.target_node(found), pod_of.owner_uid(found)) == ("a", "uid-agent")
    assert pod_of.ready(found)
