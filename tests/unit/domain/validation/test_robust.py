"""Nothing raises on any JSON-like input, and nothing takes long."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsctl.domain.validation import judge, validate_update
from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.shapes import SHAPES
from tests.cluster.mutators.cases import bases
from tests.unit.domain.validation.sample import daemonset, with_container

_ODD = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "..", "1e999999999", "a/b/c", "$(X)", "\x00", "\ud800", "٣", "-", "%"])
)
_JSON = st.recursive(
    _ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def _shaped(shape: str, depth: int) -> st.SearchStrategy[Any]:
    """Objects with the fields of a struct, and now and then something else in their place."""
    if depth == 0:
        return _JSON
    fields = {}
    for field in SHAPES[shape].split():
        name, _, code = field.partition(":")
        inner = code.removeprefix("[")
        value = st.deferred(lambda i=inner: _shaped(i, depth - 1)) if inner in SHAPES else _ODD
        if code.startswith("["):
            value = st.lists(value, max_size=3)
        elif code.startswith("{"):
            value = st.dictionaries(st.text(max_size=8), _ODD, max_size=3)
        fields[name] = value | _JSON if depth % 2 else value
    return st.fixed_dictionaries({}, optional=fields)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pod=_shaped("PodSpec", 3), meta=_shaped("ObjectMeta", 2), minor=st.integers(30, 40))
def test_any_pod_is_judged(pod: Any, meta: Any, minor: int) -> None:
    """Random fields of every struct, of right and wrong types, raise nothing."""
    obj = daemonset()
    obj["metadata"] = meta
    obj["spec"]["template"] = {"metadata": meta, "spec": pod}
    judge(obj, version=(1, minor))
    validate_update(obj, daemonset(), version=(1, minor))


@settings(max_examples=200, deadline=None)
@given(st.data(), _JSON)
def test_junk_anywhere_in_a_valid_object(data: st.DataObject, junk: Any) -> None:
    """Anything in place of any node of a valid DaemonSet raises nothing."""
    obj = copy.deepcopy(data.draw(st.sampled_from(list(bases().values()))))
    node: Any = obj
    for _ in range(data.draw(st.integers(0, 8))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or data.draw(st.booleans()):
            node[key] = junk
            break
        node = node[key]
    judge(obj)
    validate_update(obj, daemonset())


@pytest.mark.parametrize(
    "fields",
    [
        {"env": [{"name": f"V{n}", "value": "x" * 50} for n in range(5000)]},
        {"ports": [{"containerPort": n + 1, "name": f"p{n}"} for n in range(2000)]},
        {"volumeMounts": [{"name": f"v{n}", "mountPath": f"/{n}"} for n in range(2000)]},
        {"resources": {"limits": {"cpu": "9" * 1_000_000}}},
        {"command": ["x" * 5_000_000]},
    ],
)
def test_large_objects_take_no_time(fields: dict[str, Any]) -> None:
    """Thousands of items and megabytes of text are judged within a second or two."""
    start = time.process_time()
    judge(with_container(**fields))
    assert time.process_time() - start < 2


def test_wrong_types_are_left_out_and_indices_kept() -> None:
    """A list item of a wrong type does not shift the paths of those after it."""
    obj = daemonset()
    obj["spec"]["template"]["spec"]["containers"].insert(0, "not a container")
    obj["spec"]["template"]["spec"]["containers"][1]["image"] = ""
    (problem,) = [p for p in judge(obj) if p.rule == "container-image-required"]
    assert problem.path == "spec.template.spec.containers[1].image"
    assert decode({"metadata": {"name": 5, "labels": {"a": None, "b": 1}}}) == {
        "metadata": {"labels": {"a": ""}}
    }
