"""YAML documents against what the API server's own YAML library made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsctl.manifests.compose import compose
from dsctl.manifests.parsed import MAX_DEPTH, BrokenText
from dsctl.manifests.positions import Positions

CASES = json.loads(Path(__file__).with_name("documents.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["yaml"])[:40])
def test_documents_read_as_the_servers_library_reads_them(case: dict) -> None:
    """Same value, same refusal, same word on repeated keys as sigs.k8s.io/yaml."""
    try:
        read = compose(case["yaml"].removeprefix("\ufeff"))
    except BrokenText:
        assert not case["ok"]
        return
    assert case["ok"]
    assert read.value == case["json"]
    assert bool(read.repeated) is case["duplicates"]


def test_a_repeated_key_names_its_path_and_the_second_place() -> None:
    """The finding points at the second key, with the path of the field."""
    text = "spec:\n  containers:\n  - name: a\n    image: b\n    name: c\n"
    (repeated,) = compose(text).repeated
    assert repeated.path == "spec.containers[0].name"
    assert Positions(text, 1).at(repeated.offset) == (5, 5)


def test_what_stands_after_the_end_of_a_document_is_noted() -> None:
    """The server never reads what follows ``...``, nor a line less indented than the first."""
    for text, offset in (("a: b\n...\nc: d\n", 9), ("  a: 1\nb: 2\n", 7)):
        assert compose(text).ignored == offset
    assert compose("a: b\n...\n").ignored is None


def test_aliases_do_not_share_what_they_copy() -> None:
    """Changing what one alias gave leaves the anchor and the other aliases as they were."""
    value = compose("a: &x {k: [1]}\nb: *x\nc: *x\n").value
    value["b"]["k"].append(2)
    assert value == {"a": {"k": [1]}, "b": {"k": [1, 2]}, "c": {"k": [1]}}


def test_a_billion_laughs_are_refused() -> None:
    """Aliases of aliases may not blow up memory: go-yaml's limit holds."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for n in range(1, 10):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    with pytest.raises(BrokenText, match="excessive aliasing"):
        compose("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "[" * 2000 + "]" * 2000,
        "\n".join(" " * n + "a:" for n in range(600)),
        "a0: &a0 x\n" + "\n".join(f"a{n}: &a{n} [[*a{n - 1}]]" for n in range(1, 300)),
    ],
    ids=["open", "flow", "block", "aliases"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    """Nesting beyond the limit is an error with a place, not a crash."""
    with pytest.raises(BrokenText, match="nest"):
        compose(text)


def test_a_hundred_levels_are_read() -> None:
    """What a server would take is taken."""
    assert MAX_DEPTH > 100
    assert compose("[" * 100 + "]" * 100).value is not None


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a:\n\tb: c\n", "a tab can't indent YAML", (2, 1)),
        ("a: 'open\nb: c\n", "end of stream", (1, 4)),
        ("a: b: c\n", "mapping values are not allowed", (1, 5)),
        ("a: *x\n", "unknown anchor 'x'", (1, 4)),
        ("a: \x07\n", "control character U+0007", (1, 4)),
        ("a: é\n\nb: \x00\n", "control character U+0000", (3, 4)),
    ],
)
def test_errors_name_the_place(text: str, message: str, place: tuple[int, int]) -> None:
    """A syntax error says what is wrong, at the line and column that has to change."""
    with pytest.raises(BrokenText) as caught:
        compose(text)
    assert message in caught.value.message
    assert Positions(text, 1).at(caught.value.offset) == place


def test_a_template_is_recognised() -> None:
    """A Helm template that was not rendered gets that remedy."""
    with pytest.raises(BrokenText) as caught:
        compose("a: {{ .Values.a }}\n")
    assert "helm template" in (caught.value.hint or "")
