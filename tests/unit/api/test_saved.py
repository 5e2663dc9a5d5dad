import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.api.saved import objects, shaped
from dsctl.errors import UsageError

NODE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": "n1", "labels": {"a": "b"}, "annotations": {"much": "x" * 200}},
    "spec": {"podCIDR": "10.0.0.0/24", "taints": [{"key": "k", "effect": "NoSchedule"}]},
    "status": {
        "allocatable": {"cpu": "4", "pods": "110"},
        "images": [{"names": ["registry.example/a"], "sizeBytes": 1}],
    },
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "d", "uid": "u"},
    "spec": {"nodeName": "n1", "containers": [{"name": "c", "env": [{"name": "A"}]}]},
    "status": {"phase": "Running"},
}
LIST = {"apiVersion": "v1", "kind": "List", "items": [NODE, POD], "metadata": {}}


def read(value, source="dump.json"):
    """All that a file with this content holds."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(objects(data, source))


def refusal(value):
    """What is said of a file with this content."""
    with pytest.raises(UsageError) as caught:
        read(value)
    return caught.value.message


def test_a_list_gives_each_object_with_its_kind():
    """Nodes and pods keep what the rules read and nothing else; a fleet is tens of megabytes."""
    (first, node), (second, pod) = read(LIST)
    assert (first, second) == ("Node", "Pod")
    assert node["metadata"] == {"name": "n1", "labels": {"a": "b"}}
    assert node["spec"]["taints"] == [{"key": "k", "effect": "NoSchedule"}]
    assert node["status"] == {"allocatable": {"cpu": "4", "pods": "110"}}
    assert pod["spec"] == {"nodeName": "n1", "containers": [{"name": "c"}]}


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (NODE, ["Node"]),
        (POD, ["Pod"]),
        ({"kind": "NodeList", "items": [{"metadata": {"name": "a"}}, {}]}, ["Node", "Node"]),
        ({"kind": "PodList", "items": [{"metadata": {"name": "a"}}]}, ["Pod"]),
        ({"kind": "List", "items": []}, []),
        ({"kind": "List", "items": None}, []),
        ({"kind": "List", "items": [{"kind": "Secret", "data": {"a": "b"}}]}, ["Secret"]),
        ({"items": [{"kind": "Node"}]}, ["Node"]),
        ({"kind": "ConfigMap"}, ["ConfigMap"]),
        ({}, [""]),
    ],
)
def test_lists_of_one_kind_and_single_objects_do_as_well(value, kinds):
    """What kubectl prints for nodes alone, for one node, and for a server's own list."""
    assert [kind for kind, _ in read(value)] == kinds


def test_other_kinds_stay_whole():
    """Only nodes and pods are cut down; a DaemonSet is compared as it is."""
    daemonset = {"kind": "DaemonSet", "spec": {"anything": [1, None, {"a": True}]}}
    assert read(daemonset) == [("DaemonSet", daemonset)]


def test_amounts_may_be_written_as_numbers():
    """The API has text; people who write a dump have numbers."""
    node = {"kind": "Node", "status": {"allocatable": {"cpu": 4, "memory": 1.5e9}}}
    assert read(node)[0][1]["status"]["allocatable"] == {"cpu": 4, "memory": 1.5e9}


def test_nulls_are_nothing():
    """As everywhere in the API."""
    node = {"kind": "Node", "metadata": {"name": "a", "labels": None}, "spec": None, "status": None}
    assert read(node)[0][1]["spec"] is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "dump.json is empty"),
        (b" \n\t", "dump.json is empty"),
        (b"kind: List\nitems: []\n", "dump.json is not JSON"),
        (b"NAME   STATUS   AGE\n", "dump.json is not JSON"),
        ("{}".encode("utf-16"), "dump.json is not JSON"),
        (b'{"kind":"Node","metadata":{"name":"\xff"}}', "dump.json is not UTF-8"),
        (
            b'{"kind":"List","items":[{"kind":"Node","metadata":{"name":"\xff"}}]}',
            "dump.json is not UTF-8",
        ),
        (b'{"kind":"List","items":[', "dump.json is cut off: the JSON does not end"),
        (b'{"kind":"List","items":' + b"[" * 100_000, "dump.json is nested too deeply"),
        (b'{"items":[{"a":' + b'{"a":' * 100_000, "dump.json is nested too deeply"),
        (b"[]", "dump.json holds no Kubernetes object"),
        (b"3", "dump.json holds no Kubernetes object"),
        (b'"text"', "dump.json holds no Kubernetes object"),
        (b'{"items": 3}', "dump.json holds no Kubernetes object"),
        (b'{"items": {"a": 1}}', "dump.json holds no Kubernetes object"),
        (b'{"items": [3]}', "dump.json holds no Kubernetes object"),
        (b'{"items": [null]}', "dump.json holds no Kubernetes object"),
        (b'{"items": [{"kind": 3}]}', "dump.json holds no Kubernetes object"),
        (b'{"kind": null}', "dump.json holds no Kubernetes object"),
    ],
)
def test_what_is_no_dump_is_called_what_it_is(data, message):
    """Not JSON, cut off, or JSON of something else: a usage error with the command that helps."""
    assert refusal(data) == message


@pytest.mark.parametrize("data", [b"{} {}", b'{"a": 1,}', b'{"kind": "\\q"}', b"{'kind': 1}"])
def test_broken_json_is_said_to_be_broken_and_where(data):
    """Two documents in one file are no JSON either."""
    assert refusal(data).startswith("dump.json is broken JSON: ")
    assert "byte" in refusal(data)


def test_a_byte_order_mark_is_passed_over():
    """PowerShell writes one."""
    assert len(read(b"\xef\xbb\xbf" + json.dumps(LIST).encode())) == 2


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            {"kind": "Node", "metadata": {"name": "n1"}, "spec": {"taints": ["a"]}},
            "dump.json: node 'n1' is not as the API writes it: Expected object, got str "
            "at spec.taints[0]",
        ),
        (
            {"kind": "Node", "metadata": "n1"},
            "dump.json: node is not as the API writes it: Expected object | null, got str "
            "at metadata",
        ),
        (
            {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": {}}},
            "dump.json: pod 'p' is not as the API writes it: Expected array | null, got object "
            "at spec.containers",
        ),
    ],
)
def test_a_node_or_pod_of_another_shape_is_named(item, message):
    """With the place and what stands there: nothing is guessed, and nothing breaks later."""
    assert refusal({"kind": "List", "items": [item]}) == message


@settings(max_examples=200, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True))
def test_a_dump_cut_anywhere_is_refused(where):
    """In the middle of a word, of an object or of a number; never half of it is taken."""
    whole = json.dumps(LIST, indent=4).encode()
    cut = whole[: int(where * len(whole))]
    message = refusal(cut)
    assert message in ("dump.json is empty", "dump.json is cut off: the JSON does not end")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_dump_with_a_broken_byte_is_read_or_refused(data):
    """Whatever a disk or a download does to a file."""
    whole = bytearray(json.dumps(LIST).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(whole))
    except UsageError as error:
        assert error.message.startswith("dump.json")


def test_a_node_out_of_yaml_is_cut_down_the_same_way():
    """For --add-node, whose files people write."""
    assert shaped(NODE, "Node", "n.yaml") == read(NODE)[0][1]
    with pytest.raises(UsageError) as caught:
        shaped({"metadata": {"name": "n1", "labels": ["a"]}}, "Node", "n.yaml")
    assert caught.value.message == (
        "n.yaml: node 'n1' is not as the API writes it: "
        "Expected object | null, got array at metadata.labels"
    )
