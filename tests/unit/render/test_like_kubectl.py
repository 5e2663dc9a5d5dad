"""JSON and YAML byte for byte against the real kubectl, offline."""

from pathlib import Path
from typing import Any

import pytest

from dsctl.render import jsonprint, kyamlprint, yamlprint
from tests.unit.render.kubectl import json_documents, kubectl, printed
from tests.unit.render.test_yamlprint import CASES

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def test_nasty_values_print_as_kubectl_prints_them() -> None:
    """Every string, key and number of the case table, in one object, in every data format."""
    obj: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "managedFields": [{"manager": "m"}]},
        "cases": [value for value, _ in CASES],
    }
    shown = jsonprint.without_managed_fields(obj)
    shown["metadata"]["labels"] = {"a": "b"}
    assert jsonprint.encode(shown) + "\n" == printed([obj], "json")
    assert yamlprint.encode(shown) == printed([obj], "yaml")
    assert kyamlprint.encode(shown) == printed([obj], "kyaml")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of manifests beside the checkout")
def test_manifests_of_the_corpus_print_as_kubectl_prints_them() -> None:
    """Thousands of real objects: JSON is its own fixed point, YAML is made from it."""
    arguments = ["label", "--local", f"-f={CORPUS}", "a=b", "--overwrite"]
    as_json = kubectl(*arguments, "-o=json").stdout
    as_yaml = kubectl(*arguments, "-o=yaml").stdout
    objects = list(json_documents(as_json))
    assert len(objects) > 100
    assert "".join(jsonprint.encode(d) + "\n" for d in objects) == as_json
    assert "".join(yamlprint.encode(d) for d in objects) == as_yaml
    as_kyaml = kubectl(*arguments, "-o=kyaml").stdout
    assert "".join(kyamlprint.encode(d) for d in objects) == as_kyaml


def test_bare_keys_are_those_that_kubectl_leaves_bare() -> None:
    """kyaml quotes a key if some reader could take it for something else."""
    words = """
        a a1 _a a_ -a a- a.b a/b a..b .a a. é 中 １ Ⅷ a:b y N yes Off true T f null Null nul nan
        inf Infinity _inf infinity_ 1 0 00 08 0o17 0x1f 0x1p4 0x1.8p-1 0b11 1_000 1e5 1e400 1.5
        99999999999999999999 0xffffffffffffffffffff 2024-01-02 2024-02-30 2024-1-2 12-30 1.2.3
    """.split()
    obj: dict[str, Any] = {"apiVersion": "v1", "kind": "K"}
    obj["metadata"] = {"name": "x", "labels": {"a": "b"}}
    obj["keys"] = dict.fromkeys([*words, "", "a b", "a\tb", "a\nb", 'a"b'], 1)
    assert kyamlprint.encode(obj) == printed([obj], "kyaml")
