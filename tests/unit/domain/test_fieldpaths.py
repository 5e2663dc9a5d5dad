"""Paths as server-side apply writes them."""

from __future__ import annotations

import pytest

from dsctl.domain.fieldpaths import resolve

OBJECT = {
    "metadata": {"labels": {"app": "x"}, "finalizers": ["a", "b"]},
    "spec": {
        "containers": [
            {
                "name": "a]b",
                "image": "x:1",
                "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
            }
        ],
        "list": [10, 20],
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".metadata.labels.app", "x"),
        ('.spec.containers[name="a]b"].image', "x:1"),
        (
            '.spec.containers[name="a]b"].ports[containerPort=80,protocol="TCP"].containerPort',
            80,
        ),
        (
            '.spec.containers[name="a]b"].ports[containerPort=53,protocol="UDP"]',
            {"containerPort": 53, "protocol": "UDP"},
        ),
        ('.metadata.finalizers[="b"]', "b"),
        (".spec.list[1]", 20),
        (".spec.list[2]", None),
        (".spec.nothing.below", None),
        ('.metadata.finalizers[="c"]', None),
        ('.spec.containers[name="other"]', None),
        (".spec.containers[name=", None),
        ("", OBJECT),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: object) -> None:
    """Fields, items by their keys, set items, indexes; None where nothing is there."""
    assert resolve(OBJECT, path) == value
