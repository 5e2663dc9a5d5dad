"""The order of Go's types, which some of kubectl's commands print."""

from __future__ import annotations

from dsctl.domain.struct import Struct
from dsctl.manifests.declared import as_declared
from dsctl.render import jsonprint, kyamlprint


def test_fields_come_in_the_order_of_their_type_and_maps_stay_maps() -> None:
    """Structs to the last level, what no type has at their end; labels are sorted by printers."""
    container = {"image": "a:1", "name": "a", "args": ["x"], "resources": {"limits": {"b": "1"}}}
    obj = as_declared(
        {
            "apiVersion": "apps/v1",
            "extra": {"b": 1, "a": 2},
            "kind": "DaemonSet",
            "metadata": {"labels": {"b": "1", "a": "2"}, "name": "n"},
            "spec": {"template": {"spec": {"containers": [container], "x": 1}}, "selector": None},
        }
    )
    assert list(obj) == ["kind", "apiVersion", "metadata", "spec", "extra"]
    assert list(obj["metadata"]) == ["name", "labels"]
    assert type(obj["metadata"]["labels"]) is dict
    assert list(obj["spec"]) == ["selector", "template"]
    [found] = obj["spec"]["template"]["spec"]["containers"]
    assert list(found) == ["name", "image", "args", "resources"]
    assert found == container


def test_printers_keep_the_order_of_a_struct_alone() -> None:
    """In JSON and KYAML, without managedFields too."""
    metadata = Struct(name="n", managedFields=[], labels={"b": "1", "a": "2"})
    obj = jsonprint.without_managed_fields(Struct(kind="K", apiVersion="v1", metadata=metadata))
    assert "".join(jsonprint.encode(obj).split()) == (
        '{"kind":"K","apiVersion":"v1","metadata":{"name":"n","labels":{"a":"2","b":"1"}}}'
    )
    assert "".join(kyamlprint.encode(obj).split()) == (
        '---{kind:"K",apiVersion:"v1",metadata:{name:"n",labels:{a:"2",b:"1",},},}'
    )
