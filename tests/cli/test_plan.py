"""``dsctl plan``: argv, and whole plans over saved clusters, without any server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dsctl.cli.nodeviews import View
from dsctl.cli.plan import PlanOptions
from dsctl.domain.whatif import CordonEdit, LabelEdit, TaintEdit
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

VIEW = View(
    only=frozenset(),
    summary=False,
    each=False,
    node_map=None,
    group_by="topology.kubernetes.io/zone",
    headers=True,
    output=None,
)
PLAIN = PlanOptions(
    files=("x",),
    kustomize=None,
    recursive=False,
    selector=None,
    dumps=(),
    view=VIEW,
    edits=(),
    add_nodes=(),
)


def with_(**changes: Any) -> PlanOptions:
    return replace(PLAIN, **changes)


def view(**changes: Any) -> PlanOptions:
    return replace(PLAIN, view=replace(VIEW, **changes))


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("-f x", PLAIN),
        ("--filename=x", PLAIN),
        ("-f x,y -f -", with_(files=("x", "y", "-"))),
        ("-k dir", with_(files=(), kustomize="dir")),
        ("-f x -R", with_(recursive=True)),
        ("-f x -l a=b", with_(selector="a=b")),
        ("-f x --cluster-dump d", with_(dumps=("d",))),
        ("--cluster-dump=d,e -f x --cluster-dump -", with_(dumps=("d", "e", "-"))),
        ("-f x --only gain,Lose", view(only=frozenset({"Gain", "Lose"}))),
        ("-f x --summary", view(summary=True)),
        ("-f x --each", view(each=True)),
        ("-f x --map", view(node_map=True)),
        ("-f x --map=false", view(node_map=False)),
        ("-f x --group-by=rack", view(group_by="rack")),
        ("-f x --no-headers", view(headers=False)),
        ("-f x -o=yaml", view(output=OutputFormat("yaml"))),
        ("-f x --label-node n=k=v", with_(edits=(LabelEdit("n", "k", "v"),))),
        ("-f x --unlabel-node=n=k", with_(edits=(LabelEdit("n", "k", None),))),
        ("-f x --taint-node n=k:NoExecute", with_(edits=(TaintEdit("n", "k", "", "NoExecute"),))),
        ("-f x --cordon n", with_(edits=(CordonEdit("n"),))),
        ("-f x --add-node a --add-node=b", with_(add_nodes=("a", "b"))),
    ],
)
def test_argv_becomes_options(
    options: Callable[..., Any], argv: str, expected: PlanOptions
) -> None:
    """Each flag in each of its spellings."""
    assert options("plan", *argv.split()) == expected


@pytest.mark.parametrize("verb", ["create", "apply"])
@pytest.mark.parametrize(
    ("argv", "plan", "yes"),
    [
        ("", False, False),
        ("--plan", True, False),
        ("--plan=true", True, False),
        ("--plan=false", False, False),
        ("--no-plan", False, False),
        ("--plan --yes", True, True),
        ("--plan -y", True, True),
        ("-y --plan --yes=false", True, False),
        ("--yes", False, True),
    ],
)
def test_create_and_apply_plan_first(
    options: Callable[..., Any], verb: str, argv: str, plan: bool, yes: bool
) -> None:
    """--plan asks, --yes answers."""
    found = options(verb, "-f", "x", *argv.split())
    assert (found.plan, found.yes) == (plan, yes)


def node(name: str, *, cpu: str = "4", taint: str | None = None, **labels: str) -> dict[str, Any]:
    """A node as kubectl saves it."""
    taints = [{"key": taint, "effect": "NoSchedule"}] if taint else []
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"disk": "ssd", **labels}},
        "spec": {"taints": taints},
        "status": {
            "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "10"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(name: str, where: str, owner: str = "agent", image: str = "i:1") -> dict[str, Any]:
    """A pod of a DaemonSet as kubectl saves it."""
    owners = [{"kind": "DaemonSet", "name": owner, "uid": f"uid-{owner}", "controller": True}]
    labels = {"app": owner, "controller-revision-hash": "h1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "logs",
            "uid": f"uid-{name}",
            "labels": labels,
            "ownerReferences": owners,
        },
        "spec": {
            "nodeName": where,
            "nodeSelector": {"disk": "ssd"},
            "containers": [{"name": "c", "image": image}],
        },
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "c", "ready": True, "state": {"running": {}}}],
        },
    }


MANIFEST = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME, namespace: logs}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      nodeSelector: {disk: ssd}
      containers:
      - name: c
        image: IMAGE
        resources: {requests: {cpu: "1"}}
"""


def manifest(image: str = "i:1", name: str = "agent") -> str:
    return MANIFEST.replace("NAME", name).replace("IMAGE", image)


FLEET = [
    node("new", **{"topology.kubernetes.io/zone": "zone-a"}),
    node("old", **{"topology.kubernetes.io/zone": "zone-b"}),
    node("out", disk="hdd"),
    node("small", cpu="500m"),
    node("stays", taint="x"),
]
PODS = [pod("p-old", "old"), pod("p-stays", "stays")]


def saved(*items: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(items)}, indent=4)


class Folder:
    """A folder with a manifest and a dump, in which plans are made."""

    def __init__(self, path: Path, dsctl: Dsctl) -> None:
        self.path, self.dsctl = path, dsctl
        self.write("x.yaml", manifest())
        self.write("dump.json", saved(*FLEET, *PODS))

    def write(self, name: str, text: str) -> str:
        (self.path / name).write_text(text)
        return str(self.path / name)

    def plan(self, *args: str, file: str = "x.yaml", **more: Any) -> Result:
        files = ("-f", str(self.path / file), "--cluster-dump", str(self.path / "dump.json"))
        return self.dsctl("plan", *files, *args, **more)


@pytest.fixture
def folder(tmp_path: Path, dsctl: Dsctl) -> Folder:
    return Folder(tmp_path, dsctl)


def changes(report: dict[str, Any]) -> dict[str, Any]:
    return {entry["node"]: entry["change"] for entry in report["nodes"]}


FROM_PODS = "the dump has pods of the DaemonSet but not itself: compared with the pods"


def test_a_plan_of_a_dump_is_a_table(folder: Folder) -> None:
    """Data on stdout, notes on stderr, exit 0 whatever it says; no server is asked."""
    found = folder.plan()
    assert found.code == 0
    assert found.err == f"note: {FROM_PODS}\n"
    assert found.out == (
        "NODE    VERDICT       CHANGE   POD       WHY\n"
        "new     WouldRun      Gain     -         -\n"
        "old     WouldRun      Keep     p-old     -\n"
        "out     Excluded      -        -         nodeSelector wants disk=ssd, the node has "
        "disk=hdd\n"
        "small   WouldNotFit   Gain     -         cpu: asks 1, 500m of 500m is free\n"
        "stays   Excluded      Keep     p-stays   taint x:NoSchedule is not tolerated (this "
        "would: {key: x, operator: Exists, effect: NoSchedule}); the pod stays: only new pods are "
        "kept off\n"
        "5 nodes: 3 eligible, 2 excluded; 2 would gain a pod, 0 lose it, 0 have it replaced, "
        "2 keep it; 1 of the new pods would not fit\n"
    )


def test_a_new_template_replaces_and_says_how(folder: Folder) -> None:
    """Below the table: how many at a time under the update strategy, and what keeps it up."""
    folder.write("x.yaml", manifest("i:2"))
    found = folder.plan("--unlabel-node", "small=disk")
    assert found.out.splitlines()[-1] == (
        "1 pod is replaced, 1 at a time in no fixed order, 1 round "
        "(maxUnavailable 1: the old pod goes, then the new one comes)"
    )
    found = folder.plan()
    assert found.out.splitlines()[-1] == (
        "1 pod is not replaced until the new pod fits on small: "
        "pods that are not available use up maxUnavailable 1"
    )
    assert "old     WouldRun      Replace   p-old" in found.out
    assert "the pod goes with the update, and none comes" in found.out


def test_the_report_is_the_placement_report(folder: Folder) -> None:
    """-o json has DESIGN.md's fields, changes included, and nothing else on stdout."""
    folder.write("x.yaml", manifest("i:2"))
    found = folder.plan("-o", "json")
    report = found.json()
    assert sorted(report) == [
        "apiVersion", "daemonSet", "kind", "nodes", "notes", "summary", "update",
    ]  # fmt: skip
    assert (report["apiVersion"], report["kind"]) == ("dsctl/v1", "PlacementReport")
    assert report["daemonSet"] == {"namespace": "logs", "name": "agent", "source": "file"}
    assert report["summary"] == {
        "nodes": 5,
        "eligible": 3,
        "excluded": 2,
        "byVerdict": {"Excluded": 2, "WouldNotFit": 1, "WouldRun": 2},
        "byReason": {
            "NodeName": 0,
            "NodeSelector": 1,
            "NodeAffinity": 0,
            "Taint": 1,
            "Resources": 1,
            "HostPort": 0,
            "PodSlots": 0,
        },
    }
    assert changes(report) == {
        "new": "Gain",
        "old": "Replace",
        "out": None,
        "small": "Gain",
        "stays": "Lose",
    }
    assert report["nodes"][1] == {
        "node": "old",
        "shouldRun": True,
        "shouldContinueRunning": True,
        "fits": True,
        "verdict": "WouldRun",
        "reasons": [],
        "notes": [],
        "pod": {
            "name": "p-old",
            "uid": "uid-p-old",
            "phase": "Running",
            "ready": True,
            "hash": "h1",
            "reason": "Running",
        },
        "change": "Replace",
    }
    assert report["nodes"][0]["pod"] is None
    assert report["notes"] == [FROM_PODS]
    assert report["update"]["inTurn"] == ["old"]


def test_kept_and_lost_are_changes_too(folder: Folder) -> None:
    """With the template that runs already, and on a node that is excluded at once."""
    kept = folder.plan("-o", "json").json()
    assert (changes(kept)["old"], changes(kept)["stays"]) == ("Keep", "Keep")
    lost = folder.plan("-o", "json", "--unlabel-node", "old=disk").json()
    assert changes(lost)["old"] == "Lose"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yaml", "kind: PlacementReport\n"),
        ("jsonpath={.summary.eligible}", "3"),
        ("jsonpath={.nodes[?(@.verdict=='Excluded')].node}", "out stays"),
    ],
)
def test_other_formats_print_the_same_report(folder: Folder, form: str, text: str) -> None:
    """YAML and JSONPath, as everywhere."""
    found = folder.plan("-o", form)
    assert found.code == 0
    assert text in found.out


def test_only_some_nodes(folder: Folder) -> None:
    """Rows by verdict or by change; the summary still counts all."""
    shown = folder.plan("--only", "WouldNotFit,keep").out.splitlines()
    assert [line.split()[0] for line in shown[:-1]] == ["NODE", "old", "small", "stays"]
    assert shown[-1].startswith("5 nodes: 3 eligible")
    report = folder.plan("--only", "WouldNotFit,keep", "-o", "json").json()
    assert [entry["node"] for entry in report["nodes"]] == ["old", "small", "stays"]
    assert report["summary"]["nodes"] == 5
    none = folder.plan("--only", "Lose")
    assert none.out.startswith("5 nodes: ")


def test_counts_instead_of_nodes(folder: Folder) -> None:
    """--summary has no rows, and none in JSON."""
    shown = folder.plan("--summary").out
    assert shown.startswith(
        "VERDICT       NODES\nExcluded      2\nWouldNotFit   1\nWouldRun      2\n\nREASON "
    )
    assert shown.splitlines()[-1].startswith("5 nodes: ")
    report = folder.plan("--summary", "-o", "json").json()
    assert (report["nodes"], report["summary"]["nodes"]) == ([], 5)
    bare = folder.plan("--summary", "--no-headers").out
    assert bare.splitlines()[:2] == ["Excluded      2", "WouldNotFit   1"]
    assert "nodes:" not in bare


def test_rows_alone(folder: Folder) -> None:
    """--no-headers: neither headers nor the line below, and no map."""
    shown = folder.plan("--no-headers", tty=True, environ={"COLUMNS": "300"}).out.splitlines()
    assert [line.split()[0] for line in shown] == ["new", "old", "out", "small", "stays"]


def test_a_map_of_the_nodes(folder: Folder) -> None:
    """On a terminal or with --map: a cell a node by zone, or by another label."""
    legend = "+ Gain 1  = Keep 2  . Excluded 1  ! WouldNotFit 1\n\nNODE "
    expected = f"zone-a  +\nzone-b  =\n<none>  .!=\n\n{legend}"
    assert folder.plan("--map").out.startswith(expected)
    assert folder.plan("--map=false").out.startswith("NODE ")
    assert folder.plan(tty=True, environ={"NO_COLOR": "1"}).out.startswith(expected)
    assert folder.plan("--no-map", tty=True, environ={"NO_COLOR": "1"}).out.startswith("NODE ")
    by_disk = folder.plan("--map", "--group-by", "disk").out
    assert by_disk.startswith("hdd  .\nssd  +=!=\n")
    assert "\x1b[32m+\x1b[0m" in folder.plan("--map", "--color=always").out


def test_many_nodes_share_rows_unless_each_is_wanted(folder: Folder) -> None:
    """More than 40 rows are grouped by verdict, change and reason."""
    folder.write("dump.json", saved(*(node(f"n{i:02}") for i in range(41))))
    grouped = folder.plan().out.splitlines()
    assert grouped[:2] == [
        "VERDICT    CHANGE   COUNT   NODES              WHY",
        "WouldRun   Gain     41      n00, n01, n02, …   -",
    ]
    assert len(folder.plan("--each").out.splitlines()) == 43
    folder.write("dump.json", saved(*(node(f"n{i:02}") for i in range(40))))
    assert len(folder.plan().out.splitlines()) == 42


def test_what_if_a_node_were_another(folder: Folder) -> None:
    """The seed use: a label moves pods; taints, cordons and new nodes as well."""
    folder.write("new.yaml", f"# joins\n{json.dumps(node('joins'))}\n")
    found = folder.plan(
        "-o", "json",
        "--label-node", "out=disk=ssd",
        "--unlabel-node", "old=disk",
        "--taint-node", "new=x:NoExecute",
        "--taint-node", "stays=x-",
        "--cordon", "small",
        "--add-node", str(folder.path / "new.yaml"),
    ).json()  # fmt: skip
    assert changes(found) == {
        "joins": "Gain",
        "new": None,
        "old": "Lose",
        "out": "Gain",
        "small": "Gain",
        "stays": "Keep",
    }
    assert found["nodes"][4]["notes"] == ["the node is cordoned, which daemon pods tolerate"]


def test_several_daemonsets_are_several_plans(folder: Folder) -> None:
    """One below the other with their names, and one list of reports for machines."""
    folder.write("x.yaml", manifest() + "---\n" + manifest(name="other"))
    shown = folder.plan()
    assert shown.out.startswith("agent:\nNODE ")
    assert "\n\nother:\nNODE " in shown.out
    listed = folder.plan("-o", "json").json()
    assert (listed["apiVersion"], listed["kind"]) == ("dsctl/v1", "PlacementReportList")
    assert [item["daemonSet"]["name"] for item in listed["items"]] == ["agent", "other"]
    assert [item["kind"] for item in listed["items"]] == ["PlacementReport"] * 2
    assert [item["notes"] for item in listed["items"]] == [[FROM_PODS], []]


def test_two_dumps_and_stdin(folder: Folder) -> None:
    """Nodes and pods apart, one of the files, or the manifest, on stdin."""
    whole = folder.plan("-o", "json").json()
    nodes, pods = folder.write("n.json", saved(*FLEET)), saved(*PODS)
    x, path = str(folder.path / "x.yaml"), folder.write("p.json", pods)
    for args, stdin in (
        (("-f", x, "--cluster-dump", nodes, "--cluster-dump", path), ""),
        (("-f", x, "--cluster-dump", f"{path},{nodes}"), ""),
        (("-f", x, "--cluster-dump", nodes, "--cluster-dump", "-"), pods),
        (("-f", "-", "--cluster-dump", nodes, "--cluster-dump", path), manifest()),
    ):
        found = folder.dsctl("plan", *args, "-o", "json", stdin=stdin)
        assert found.json() == whole, args
    alone = folder.dsctl("plan", "-f", x, "--cluster-dump", nodes)
    assert alone.err == "note: NotRead: no pods in the dump, so nodes are taken to be empty\n"


def test_what_the_server_would_refuse_is_warned_of(folder: Folder) -> None:
    """The plan is made all the same, with exit 0."""
    folder.write("x.yaml", manifest().replace("name: c\n", "name: C_c\n"))
    found = folder.plan()
    assert found.code == 0
    assert found.err.startswith("warning: the server would refuse it: ")
    assert "Gain" in found.out


@pytest.mark.parametrize(
    ("dump", "message"),
    [
        ("", "dump.json is empty"),
        ("kind: List", "dump.json is not JSON"),
        (saved(*FLEET)[:900], "dump.json is cut off: the JSON does not end"),
        ("[]", "dump.json holds no Kubernetes object"),
        (saved(), "dump.json: no node in it"),
        (saved(*PODS), "dump.json: no node in it"),
        (saved({**FLEET[0], "spec": 3}), "dump.json: node 'new' is not as the API writes it: "),
        (saved(node("n", cpu="lots")), "an amount of a node or pod of the dump: "),
    ],
)
def test_a_bad_dump_is_a_usage_error(folder: Folder, dump: str, message: str) -> None:
    """Exit 2, nothing on stdout, one line of what is wrong with it."""
    folder.write("dump.json", dump)
    found = folder.plan()
    assert (found.code, found.out) == (2, "")
    first, *rest = found.err.replace(f"{folder.path}/", "").splitlines()
    assert first.startswith(f"error: {message}")
    assert len(rest) <= 1


@pytest.mark.parametrize(
    ("argv", "code", "message", "hint"),
    [
        ("", 2, "plan needs -f FILE or -k DIR", "dsctl why NAME"),
        ("--cluster-dump DUMP", 2, "plan needs -f FILE or -k DIR", "dsctl why NAME"),
        ("agent --cluster-dump DUMP", 2, "", ""),
        ("-f /none --cluster-dump DUMP", 2, "the path '/none' does not exist", ""),
        ("-f X --cluster-dump /none.json", 2, "can't read '/none.json'", ""),
        ("-f - --cluster-dump -", 2, "- (stdin) can be given once only", ""),
        (
            "-f X --cluster-dump DUMP --cordon od",
            2,
            "no node 'od' in the dump",
            "did you mean old?",
        ),
        ("-f X --cluster-dump DUMP --label-node zzz=a=b", 2, "no node 'zzz' in the dump", ""),
        ("-f X --cluster-dump DUMP --taint-node old=a", 2, "--taint-node: 'old=a' is not", ""),
        ("-f X --cluster-dump DUMP --only Bad", 2, "--only: 'Bad' is no verdict", "Excluded"),
        ("-f X --cluster-dump DUMP -o wide", 2, "unable to match a printer", ""),
        ("-f X --cluster-dump DUMP --add-node X", 2, "--add-node: X holds no Node", "kubectl get"),
        ("-f X", 3, "", ""),
    ],
)
def test_what_can_t_be_planned(
    folder: Folder, argv: str, code: int, message: str, hint: str
) -> None:
    """One line of error, at most one hint, and nothing on stdout."""
    x, dump = str(folder.path / "x.yaml"), str(folder.path / "dump.json")
    words = [{"X": x, "DUMP": dump}.get(word, word) for word in argv.split()]
    found = folder.dsctl("plan", *words)
    assert (found.code, found.out) == (code, "")
    first, *rest = found.err.replace(x, "X").splitlines()
    assert first.startswith("error: " + message), found.err
    assert [line.partition(":")[0] for line in rest] in ([], ["hint"])
    assert hint in "".join(rest)


def test_a_selector_that_differs_is_no_plan(folder: Folder) -> None:
    """Exit 1: the API would not take it, whatever the nodes say."""
    live = {
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": "logs", "uid": "u"},
        "spec": {"selector": {"matchLabels": {"app": "else"}}},
    }
    folder.write("dump.json", saved(*FLEET, live))
    found = folder.plan()
    assert (found.code, found.out) == (1, "")
    assert "spec.selector is immutable" in found.err


def test_text_of_a_dump_can_t_move_the_cursor(folder: Folder) -> None:
    """Names and labels are escaped, in the map too; JSON has them as they are."""
    hostile = node("n\x1b[2J", **{"topology.kubernetes.io/zone": "z\x1b[31m\n"})
    folder.write("dump.json", saved(hostile))
    shown = folder.plan("--map", "--color=never").out
    assert "\x1b" not in shown
    assert "n^[[2J" in shown
    assert folder.plan("-o", "json").json()["nodes"][0]["node"] == "n\x1b[2J"
