import copy

import pytest

from dsctl.domain import whatif
from dsctl.domain.placement import Placement
from dsctl.domain.whatif import CordonEdit, EditError, Edits, LabelEdit, TaintEdit
from tests.unit.domain.fleet import node


def one(edit, before):
    """The node after this edit alone."""
    return Edits((edit,)).apply([before])[0]


def taints(after):
    """A node's taints as kubectl writes them."""
    return [
        f"{t['key']}={t['value']}:{t['effect']}" if t.get("value") else f"{t['key']}:{t['effect']}"
        for t in after["spec"].get("taints", ())
    ]


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("n1=disk=ssd", LabelEdit("n1", "disk", "ssd")),
        ("n1=disk=", LabelEdit("n1", "disk", "")),
        ("n1=example.com/disk=a.b_c", LabelEdit("n1", "example.com/disk", "a.b_c")),
        ("node-1.zone.example=a=b", LabelEdit("node-1.zone.example", "a", "b")),
    ],
)
def test_a_label_is_a_node_a_key_and_a_value(text, edit):
    """The value may be empty, as a label's may."""
    assert whatif.label(text) == edit


def test_an_unlabel_is_a_node_and_a_key():
    """No value is given, since the key goes whatever it has."""
    assert whatif.unlabel("n1=example.com/disk") == LabelEdit("n1", "example.com/disk", None)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("n1=a=b:NoSchedule", TaintEdit("n1", "a", "b", "NoSchedule")),
        ("n1=a=b:NoExecute", TaintEdit("n1", "a", "b", "NoExecute")),
        ("n1=a=b:PreferNoSchedule", TaintEdit("n1", "a", "b", "PreferNoSchedule")),
        ("n1=a:NoSchedule", TaintEdit("n1", "a", "", "NoSchedule")),
        ("n1=a=:NoSchedule", TaintEdit("n1", "a", "", "NoSchedule")),
        ("n1=example.com/a=b:NoSchedule", TaintEdit("n1", "example.com/a", "b", "NoSchedule")),
        ("n1=a=b:NoSchedule-", TaintEdit("n1", "a", "b", "NoSchedule", remove=True)),
        ("n1=a:NoSchedule-", TaintEdit("n1", "a", "", "NoSchedule", remove=True)),
        ("n1=a-", TaintEdit("n1", "a", "", "", remove=True)),
        ("n1=a=b-", TaintEdit("n1", "a", "b", "", remove=True)),
    ],
)
def test_a_taint_is_written_as_for_kubectl_taint(text, edit):
    """With or without a value; a minus after it takes it away, of one effect or of all."""
    assert whatif.taint(text) == edit


@pytest.mark.parametrize(
    ("read", "text", "form"),
    [
        (whatif.label, "", "NODE=key=value"),
        (whatif.label, "n1", "NODE=key=value"),
        (whatif.label, "n1=disk", "NODE=key=value"),
        (whatif.label, "=disk=ssd", "NODE=key=value"),
        (whatif.label, "n1==ssd", "NODE=key=value"),
        (whatif.unlabel, "n1", "NODE=key"),
        (whatif.unlabel, "n1=", "NODE=key"),
        (whatif.unlabel, "=disk", "NODE=key"),
        (whatif.unlabel, "n1=disk=ssd", "NODE=key"),
        (whatif.taint, "n1", "NODE=key=value:Effect"),
        (whatif.taint, "n1=a=b", "NODE=key=value:Effect"),
        (whatif.taint, "n1=a=b:", "NODE=key=value:Effect"),
        (whatif.taint, "n1=:NoSchedule", "NODE=key=value:Effect"),
        (whatif.taint, "=a=b:NoSchedule", "NODE=key=value:Effect"),
        (whatif.taint, "n1=-", "NODE=key=value:Effect"),
        (whatif.taint, "n1=a=b:noschedule", "use NoSchedule, PreferNoSchedule, NoExecute"),
        (whatif.taint, "n1=a:Sometimes-", "use NoSchedule, PreferNoSchedule, NoExecute"),
    ],
)
def test_what_can_t_be_read_is_refused_with_the_way_it_is_written(read, text, form):
    """The message ends with the form, or with the effects that there are."""
    with pytest.raises(EditError) as caught:
        read(text)
    assert str(caught.value).endswith(form)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (whatif.label, "n1=disk=a=b"),
        (whatif.label, "n1=bad key=x"),
        (whatif.label, "n1=a/b/c=x"),
        (whatif.label, "n1=disk=two words"),
        (whatif.label, f"n1=disk={'x' * 64}"),
        (whatif.unlabel, "n1=bad key"),
        (whatif.taint, "n1=a=b=c:NoSchedule"),
        (whatif.taint, "n1=a:b:NoSchedule"),
        (whatif.taint, "n1=-a:NoSchedule"),
        (whatif.taint, "n1=a:NoSchedule:NoExecute"),
    ],
)
def test_what_no_node_can_have_is_refused(read, text):
    """A key or a value that the API would refuse would answer a question nobody asked."""
    with pytest.raises(EditError, match=r"must|at most"):
        read(text)


def test_labels_are_set_replaced_and_taken_away():
    """Other labels stay; taking away what is not there changes nothing."""
    before = node("n1", labels={"disk": "hdd", "zone": "a"})
    assert one(LabelEdit("n1", "disk", "ssd"), before)["metadata"]["labels"] == {
        "disk": "ssd",
        "zone": "a",
    }
    assert one(LabelEdit("n1", "new", ""), before)["metadata"]["labels"]["new"] == ""
    assert one(LabelEdit("n1", "disk", None), before)["metadata"]["labels"] == {"zone": "a"}
    assert one(LabelEdit("n1", "none", None), before)["metadata"]["labels"] == {
        "disk": "hdd",
        "zone": "a",
    }
    bare = {"metadata": {"name": "n1", "labels": None}}
    assert one(LabelEdit("n1", "disk", "ssd"), bare)["metadata"]["labels"] == {"disk": "ssd"}


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("n1=a=new:NoSchedule", ["a=1:NoExecute", "b:NoSchedule", "a=new:NoSchedule"]),
        ("n1=a:NoSchedule", ["a=1:NoExecute", "b:NoSchedule", "a:NoSchedule"]),
        (
            "n1=a=1:PreferNoSchedule",
            ["a=1:NoSchedule", "a=1:NoExecute", "b:NoSchedule", "a=1:PreferNoSchedule"],
        ),
        (
            "n1=c=2:NoExecute",
            ["a=1:NoSchedule", "a=1:NoExecute", "b:NoSchedule", "c=2:NoExecute"],
        ),
        ("n1=a:NoSchedule-", ["a=1:NoExecute", "b:NoSchedule"]),
        ("n1=a=other:NoSchedule-", ["a=1:NoExecute", "b:NoSchedule"]),
        ("n1=a-", ["b:NoSchedule"]),
        ("n1=c-", ["a=1:NoSchedule", "a=1:NoExecute", "b:NoSchedule"]),
    ],
)
def test_key_and_effect_identify_a_taint(text, after):
    """A new one takes the place of its like; taken away are those of one effect, or of the key."""
    before = node(
        "n1",
        spec={
            "taints": [
                {"key": "a", "value": "1", "effect": "NoSchedule"},
                {"key": "a", "value": "1", "effect": "NoExecute"},
                {"key": "b", "effect": "NoSchedule"},
            ]
        },
    )
    assert taints(one(whatif.taint(text), before)) == after


def test_a_cordon_adds_the_taint_that_the_node_controller_adds():
    """So a cordon is a note for a daemon pod and no reason; twice is the same as once."""
    once = one(CordonEdit("n1"), node("n1", spec={"taints": [{"key": "a", "effect": "NoExecute"}]}))
    assert once["spec"]["unschedulable"] is True
    assert taints(once) == ["a:NoExecute", "node.kubernetes.io/unschedulable:NoSchedule"]
    assert one(CordonEdit("n1"), once) == once
    template = {"tolerations": [{"operator": "Exists", "key": "a"}]}
    decision = Placement({"spec": {"template": {"spec": template}}}).decide(once)
    assert (decision.should_run, len(decision.notes)) == (True, 1)


def test_edits_leave_the_given_nodes_as_they_are_and_in_order():
    """What was read stays what was read: before and after are compared."""
    nodes = [node("b", labels={"x": "1"}), node("a", spec={"taints": []}), node("c")]
    kept = copy.deepcopy(nodes)
    edits = Edits(
        (
            LabelEdit("b", "x", "2"),
            TaintEdit("a", "k", "", "NoSchedule"),
            CordonEdit("c"),
            LabelEdit("b", "y", "3"),
        )
    )
    after = edits.apply(nodes)
    assert nodes == kept
    assert [n["metadata"]["name"] for n in after] == ["b", "a", "c"]
    assert after[0]["metadata"]["labels"] == {"x": "2", "y": "3"}
    assert after[2]["spec"]["unschedulable"] is True


def test_edits_of_one_node_are_made_in_turn():
    """The last word on a key counts."""
    edits = Edits((LabelEdit("a", "k", "1"), LabelEdit("a", "k", None), LabelEdit("a", "k", "2")))
    assert edits.apply([node("a")])[0]["metadata"]["labels"] == {"k": "2"}


def test_an_added_node_joins_or_takes_the_place_of_its_namesake():
    """A replacement stands where the old one stood, and edits change added nodes as well."""
    nodes = [node("a", labels={"old": "yes"}), node("b")]
    added = (node("a", labels={"new": "yes"}), node("z"))
    edits = Edits((LabelEdit("z", "k", "v"),), added)
    after = edits.apply(nodes)
    assert [n["metadata"]["name"] for n in after] == ["a", "b", "z"]
    assert after[0]["metadata"]["labels"] == {"new": "yes"}
    assert after[2]["metadata"]["labels"] == {"k": "v"}
    assert added[1]["metadata"]["labels"] == {}


def test_edits_know_which_nodes_must_be_there():
    """Edited nodes must exist unless they are added; an edit of a node not there does nothing."""
    edits = Edits(
        (LabelEdit("a", "k", "v"), CordonEdit("x"), CordonEdit("new"), LabelEdit("a", "l", None)),
        (node("new"), node("other")),
    )
    assert edits.nodes == ["a", "x", "new", "other"]
    assert edits.edited == ["a", "x"]
    assert edits.unknown([node("a")]) == ["x"]
    assert [n["metadata"]["name"] for n in edits.apply([node("a")])] == ["a", "new", "other"]


def test_no_edits_are_false():
    """So callers can ask whether there is a what-if at all."""
    assert not Edits()
    assert Edits((CordonEdit("a"),))
    assert Edits((), (node("a"),))
