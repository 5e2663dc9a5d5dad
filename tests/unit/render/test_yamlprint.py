"""YAML as kubectl prints it.

``yaml_cases.json`` holds values and what Go's sigs.k8s.io/yaml v1.6.0 makes of them; kubectl
itself is asked where no server is needed.
"""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from dsctl.render import jsonprint, yamlprint
from dsctl.render.yamlkeys import sorted_keys

CASES: list[tuple[Any, str]] = json.loads(
    (Path(__file__).with_name("yaml_cases.json")).read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("value", "printed"), CASES, ids=[ascii(v)[:40] for v, _ in CASES])
def test_values_print_as_go_prints_them(value: Any, printed: str) -> None:
    """Style, quoting, folding, key order, numbers and nesting are those of sigs.k8s.io/yaml."""
    assert yamlprint.encode(value) == printed


def test_what_kubectl_cannot_print_is_kept() -> None:
    """kubectl fails on DEL and folds U+0085 away; here both survive, quoted."""
    text = "a\x7fb\x85c"
    printed = yamlprint.encode({"k": text})
    assert printed == 'k: "a\\x7Fb\\Nc"\n'
    assert yaml.safe_load(printed) == {"k": text}


def test_half_a_surrogate_pair_is_the_replacement_character() -> None:
    """A lone surrogate from JSON comes out as U+FFFD, as Go's decoder has it."""
    assert yamlprint.encode(json.loads(r'"x\ud83d"')) == "x\ufffd\n"


def test_keys_sort_naturally() -> None:
    """Numbers inside keys sort by value, and letters come after punctuation."""
    keys = ["a10", "a2", "a1", "ab", "a-b", "a.b", "B", "b", "a"]
    assert sorted_keys(keys) == ["B", "a", "a-b", "a.b", "a1", "a2", "a10", "ab", "b"]


@pytest.mark.parametrize("items", [[], [{}], [{"kind": "DaemonSet", "x": ["y"]}, {}, {"z": "a\n"}]])
def test_a_list_is_written_in_pieces_without_a_trace(items: list[dict[str, Any]]) -> None:
    """Writing a list item by item gives the text of the whole."""
    document = jsonprint.as_list(items)
    stream = io.StringIO()
    yamlprint.print_yaml(document, stream)
    assert stream.getvalue() == yamlprint.encode(document)
    assert yaml.safe_load(stream.getvalue()) == document
