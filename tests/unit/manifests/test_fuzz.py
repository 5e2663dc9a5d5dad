"""No input makes the loader or the validator raise, and every finding has a place in its text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsctl.manifests import schema
from dsctl.manifests.documents import Document, decode
from dsctl.manifests.schema_errors import schema_errors
from dsctl.manifests.validate import judge

FUZZ = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

#: Text from which broken YAML and JSON is made.
PIECES = [
    *("a", "b: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "&x ", "*x", "<<: ", "!!int ", "! "),
    *("|", ">-", "'", '"', "#", "\n", "\n  ", "\n\t", "\r\n", "---\n", "\n---", "...\n", "%YAML"),
    *("~", "1e3", "0o7", ".inf", "yes", "\\", "\u0085", "\u2028", "\ufeff", "\x00", "\x1b", "é"),
    *('{"', '": ', "null", "items: [", "kind: List\n", "apiVersion: apps/v1\nkind: DaemonSet\n"),
    *("spec: ", "metadata: ", "😀", "\ud800", "- - - ", "&x [*x]", "# dsctl: disable x"),
]
yamlish = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def _check(documents: list[Document], data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    lines = text.count("\n") + 1
    for index, document in enumerate(documents):
        assert document.index == index
        assert 1 <= document.line <= lines
        for finding in judge(document).findings:
            assert finding.line is not None and 1 <= finding.line <= lines
            assert finding.column is not None and finding.column >= 1


@FUZZ
@given(yamlish)
def test_no_text_breaks_the_loader(text: str) -> None:
    """Whatever the pieces, the result is documents and findings."""
    data = text.encode("utf-8", "surrogatepass")
    _check(list(decode(data, "x.yaml")), data)


@FUZZ
@given(st.binary(max_size=200))
def test_no_bytes_break_the_loader(data: bytes) -> None:
    """Nor do bytes of any kind."""
    _check(list(decode(data, "x.yaml")), data.replace(b"\r\n", b"\n"))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(["", "x", "Always", "a/b", "-", "1.2.3.4", "$(A)", "x" * 300]),
    "boolean": st.booleans(),
    "int32": st.integers(-2, 70000),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "IntOrString": st.sampled_from([0, 1, -1, "50%", "200%", "x", ""]),
    "Quantity": st.sampled_from(["1", "100m", "1Gi", "-1", "1.5", 0.5, 3, "x", ""]),
    "Time": st.sampled_from(["2024-01-02T03:04:05Z", "yesterday"]),
    "FieldsV1": JUNK,
}


@st.composite
def objects(draw: st.DrawFn, node: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema, but for some junk in places."""
    if draw(st.integers(0, 25)) == 0:
        return draw(JUNK)
    definitions = schema.load(schema.NEWEST)["$defs"]
    short = node.get("$ref", "").removeprefix(schema.PREFIX)
    if short in SCALARS:
        return draw(SCALARS[short])
    shape = definitions[short] if short else node
    if depth > 9:
        return None
    if "properties" in shape:
        names = sorted(shape["properties"])
        due = [n for n in ("spec", "template", "containers", "metadata") if n in names]
        chosen = draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
        return {
            name: draw(objects(shape["properties"][name], depth + 1))
            for name in dict.fromkeys([*due, *chosen])
        }
    inner = shape.get("items") or shape["additionalProperties"]
    values = [draw(objects(inner, depth + 1)) for _ in range(draw(st.integers(0, 2)))]
    return values if "items" in shape else dict(zip("ab", values, strict=False))


@settings(FUZZ, max_examples=80)
@given(objects({"$ref": "#/$defs/DaemonSet"}), st.sampled_from(schema.VERSIONS))
def test_no_object_breaks_the_validator(value: Any, version: schema.Version) -> None:
    """Objects of about the right shape are judged, and walker and reasons agree on them."""
    if not isinstance(value, dict):
        return
    value |= {"apiVersion": "apps/v1", "kind": "DaemonSet"}
    data = json.dumps(value).encode()
    (document,) = decode(data, "x.json")
    _check([document], data)
    assert schema.accepts(document.value, version) is (not schema_errors(document.value, version))


@pytest.mark.parametrize(
    "text",
    [
        "kind: DaemonSet\napiVersion: apps/v1\nmetadata: []\nspec: {template: {spec: {}}}\n",
        "kind: DaemonSet\napiVersion: apps/v1\nspec:\n- 1\n",
        "kind: DaemonSet\napiVersion: apps/v1\nmetadata: {annotations: {dsctl/disable: [1]}}\n",
        "kind: DaemonSetList\napiVersion: [1]\nitems: [{a: 1}]\n",
        'kind: DaemonSet\napiVersion: apps/v1\n"": {"": 1, "a.b": 2, "[0]": 3, "]": 4}\n',
        "<<: &a {kind: DaemonSet, apiVersion: apps/v1, x: 1}\nspec: *a\n",
        '{"kind": "DaemonSet", "apiVersion": "apps/v1", "spec": {"\\ud800": 1}}',
        '{"a": ' + "[" * 5000,
        '{"a": 1' + "0" * 5000 + "}",
        "a: 1" + "0" * 5000,
        "a: 0x" + "F" * 5000,
        "1" * 5000 + ": 1",
    ],
)
def test_what_once_broke_or_might(text: str) -> None:
    """Crashers are kept."""
    data = text.encode("utf-8", "surrogatepass")
    _check(list(decode(data, "x.yaml")), data)
