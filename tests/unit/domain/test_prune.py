"""What an apply removes once ownership is moved."""

from __future__ import annotations

import copy
from typing import Any

from dsctl.domain.prune import pruned

POD = {
    "containers": [
        {
            "name": "agent",
            "image": "i",
            "imagePullPolicy": "Always",
            "ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 90}],
        }
    ]
}
OBJECT: dict[str, Any] = {
    "metadata": {
        "name": "a",
        "labels": {"app": "a", "old": "1", "theirs": "1"},
        "finalizers": ["x"],
    },
    "spec": {"minReadySeconds": 5, "template": {"spec": POD}},
}
AGENT = 'k:{"name":"agent"}'


def entry(manager: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "fieldsV1": fields, **more}


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    obj = copy.deepcopy(OBJECT)
    obj["metadata"]["managedFields"] = list(entries)
    return obj


MINE = {
    "f:metadata": {
        "f:labels": {".": {}, "f:app": {}, "f:old": {}, "f:theirs": {}},
        "f:finalizers": {".": {}, 'v:"x"': {}},
    },
    "f:spec": {
        "f:minReadySeconds": {},
        "f:template": {
            "f:spec": {
                "f:containers": {
                    AGENT: {
                        ".": {},
                        "f:name": {},
                        "f:image": {},
                        "f:ports": {
                            ".": {},
                            'k:{"containerPort":80,"protocol":"TCP"}': {
                                ".": {},
                                "f:containerPort": {},
                            },
                            'k:{"containerPort":90,"protocol":"TCP"}': {".": {}},
                        },
                    }
                }
            }
        },
    },
}
MANIFEST: dict[str, Any] = {
    "metadata": {"name": "a", "labels": {"app": "a"}},
    "spec": {
        "template": {
            "spec": {
                "containers": [{"name": "agent", "image": "i", "ports": [{"containerPort": 80}]}]
            }
        }
    },
}


def test_what_only_moved_managers_own_goes() -> None:
    """Labels, list items and whole fields, but nothing that the server filled in."""
    found = pruned(OBJECT, MANIFEST, live(entry("dsctl", MINE)), {"dsctl"})
    assert found["metadata"] == {"name": "a", "labels": {"app": "a"}}
    assert "minReadySeconds" not in found["spec"]
    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert container["imagePullPolicy"] == "Always"


def test_what_someone_else_owns_too_stays() -> None:
    """Also what another operation of the status owns; what is below it is looked at."""
    theirs = {"f:metadata": {"f:labels": {"f:theirs": {}}}, "f:spec": {"f:minReadySeconds": {}}}
    found = pruned(
        OBJECT, MANIFEST, live(entry("dsctl", MINE), entry("kubectl-edit", theirs)), {"dsctl"}
    )
    assert found["metadata"]["labels"] == {"app": "a", "theirs": "1"}
    assert found["spec"]["minReadySeconds"] == 5


def test_without_moved_managers_nothing_goes() -> None:
    """Apply entries are the server's affair, and objects without owners stay as they are."""
    assert pruned(OBJECT, MANIFEST, live(), {"dsctl"}) == OBJECT
    applied = entry("dsctl", MINE, operation="Apply")
    assert pruned(OBJECT, MANIFEST, live(applied), {"dsctl"}) == OBJECT
    status = entry("dsctl", MINE, subresource="status")
    assert pruned(OBJECT, MANIFEST, live(status), {"dsctl"}) == OBJECT
