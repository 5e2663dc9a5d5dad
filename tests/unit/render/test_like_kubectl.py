"""JSON and YAML byte for byte against the real kubectl, offline."""

from pathlib import Path
from typing import Any

import pytest

from dsctl.render import jsonprint, yamlprint
from tests.unit.render.kubectl import json_documents, kubectl, printed
from tests.unit.render.test_yamlprint import CASES

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def test_nasty_values_print_as_kubectl_prints_them() -> None:
    """Every string, key and number of the case table, in one object, in both formats."""
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
