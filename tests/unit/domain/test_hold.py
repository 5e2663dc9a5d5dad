"""The holds: pause, suspend, their release, and changes that keep them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain import held, hold
from dsctl.errors import AnswerIsNo

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%", "maxSurge": 0}}
DEFAULT = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}


def daemonset(
    update: dict[str, Any] | None = None,
    nodes: dict[str, str] | None = None,
    **annotations: str,
) -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": [{"name": "a", "image": "i:1"}]}
    if nodes is not None:
        spec["nodeSelector"] = nodes
    obj: dict[str, Any] = {"metadata": {"name": "x"}, "spec": {"template": {"spec": spec}}}
    if annotations:
        obj["metadata"]["annotations"] = annotations
    if update is not None:
        obj["spec"]["updateStrategy"] = update
    return obj


PAUSED = hold.pause(daemonset(ROLLING, keep="me"))
SUSPENDED = hold.suspend(daemonset(ROLLING, {"disk": "ssd"}))

strategies = st.fixed_dictionaries(
    {
        "type": st.just("RollingUpdate"),
        "rollingUpdate": st.fixed_dictionaries(
            {"maxUnavailable": st.sampled_from([1, 7, "10%"]), "maxSurge": st.sampled_from([0, 3])}
        ),
    }
)
selectors = st.none() | st.dictionaries(st.sampled_from("abc"), st.text(max_size=3), min_size=1)


@given(strategies, selectors, st.booleans())
def test_a_released_hold_leaves_no_trace(update, nodes, both):
    """Pause and resume, suspend and unsuspend, in any nesting, give the very same object."""
    before = daemonset(update, nodes, other="1")
    untouched = copy.deepcopy(before)
    paused = hold.pause(before)
    if both:
        paused = hold.unsuspend(hold.suspend(paused))
    assert hold.resume(paused) == before == untouched
    assert hold.unsuspend(hold.resume(hold.suspend(hold.pause(before)))) == before


def test_pausing_keeps_the_strategy_as_json():
    """OnDelete alone is left, and the annotation is JSON of what was there."""
    assert PAUSED["spec"]["updateStrategy"] == {"type": "OnDelete"}
    annotations = PAUSED["metadata"]["annotations"]
    assert json.loads(annotations["dsctl/paused-strategy"]) == ROLLING
    assert annotations["keep"] == "me"
    assert hold.pause(PAUSED) == PAUSED
    on_delete = daemonset({"type": "OnDelete"})
    assert hold.pause(on_delete) == on_delete


def test_resuming_refuses_what_someone_else_changed():
    """--force puts the kept strategy back; one that equals the kept one is no change."""
    foreign = copy.deepcopy(PAUSED)
    foreign["spec"]["updateStrategy"] = DEFAULT
    foreign["metadata"]["managedFields"] = [
        {"manager": "argocd", "fieldsV1": {"f:spec": {"f:updateStrategy": {"f:type": {}}}}}
    ]
    with pytest.raises(AnswerIsNo, match="changed while it was paused by argocd"):
        hold.resume(foreign)
    assert hold.resume(foreign, force=True)["spec"]["updateStrategy"] == ROLLING
    foreign["spec"]["updateStrategy"] = ROLLING
    assert "dsctl/paused-strategy" not in hold.resume(foreign)["metadata"]["annotations"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_an_annotation_that_holds_no_strategy_is_never_put_back(text):
    """Not even with --force: there is nothing to put back."""
    broken = daemonset({"type": "OnDelete"}, **{"dsctl/paused-strategy": text})
    with pytest.raises(AnswerIsNo, match="holds no strategy"):
        hold.resume(broken, force=True)


def test_a_second_suspend_is_refused():
    """Other keys are kept; the second time says how to release it."""
    assert SUSPENDED["spec"]["template"]["spec"]["nodeSelector"] == {
        "disk": "ssd",
        "dsctl/suspended": "true",
    }
    with pytest.raises(AnswerIsNo, match="suspended already"):
        hold.suspend(SUSPENDED)
    plain = daemonset(ROLLING)
    assert hold.unsuspend(plain) == plain == hold.resume(plain)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (daemonset(DEFAULT), DEFAULT),
        (daemonset(), DEFAULT),
        (daemonset({"rollingUpdate": {"maxUnavailable": 3}}), None),
        (daemonset({"type": "OnDelete"}), {"type": "OnDelete"}),
        (PAUSED, ROLLING),
        (daemonset(ROLLING), ROLLING),
    ],
)
def test_a_whole_object_keeps_the_pause(wanted, kept):
    """Its strategy, with defaults, goes into the annotation; OnDelete and the annotation stay."""
    found = hold.keep(PAUSED, wanted)
    expected = kept or hold.filled({"rollingUpdate": {"maxUnavailable": 3}})
    assert found.manifest["spec"]["updateStrategy"] == {"type": "OnDelete"}
    for obj in (found.manifest, found.live):
        assert json.loads(obj["metadata"]["annotations"]["dsctl/paused-strategy"]) == expected
    assert found.strategy == (None if expected == ROLLING else expected)
    assert (hold.keep(found.live, found.manifest).live == found.live) is True
    assert "is paused and keeps OnDelete" in found.notes[0]


def test_an_apply_leaves_out_what_it_does_not_own():
    """Without a strategy in the manifest the kept one stays, unless the applier owned it."""
    found = hold.keep(PAUSED, daemonset(), managers={"dsctl"})
    assert (found.manifest, found.live) == (daemonset(), PAUSED)
    assert hold.keep(PAUSED, daemonset(DEFAULT), managers={"dsctl"}).strategy == DEFAULT
    owned = copy.deepcopy(PAUSED)
    owned["metadata"]["managedFields"] = [
        {"manager": "dsctl", "fieldsV1": {"f:spec": {"f:updateStrategy": {"f:type": {}}}}}
    ]
    found = hold.keep(owned, daemonset(), managers={"dsctl"})
    assert found.strategy == DEFAULT
    assert found.manifest["spec"]["updateStrategy"] == {"type": "OnDelete"}


@pytest.mark.parametrize(
    ("wanted", "nodes"),
    [
        (daemonset(), {"dsctl/suspended": "true"}),
        (daemonset(nodes={"disk": "hdd"}), {"disk": "hdd", "dsctl/suspended": "true"}),
        (SUSPENDED, {"disk": "ssd", "dsctl/suspended": "true"}),
    ],
)
def test_a_whole_object_keeps_the_suspension(wanted, nodes):
    """Other keys become the manifest's; the suspending one and its mark stay."""
    found = hold.keep(SUSPENDED, wanted)
    for obj in (found.manifest, found.live):
        assert obj["spec"]["template"]["spec"]["nodeSelector"] == nodes
    assert held.SUSPENDED_ANNOTATION in found.manifest["metadata"]["annotations"]
    assert "is suspended and stays so" in found.notes[0]


def test_without_a_hold_nothing_is_touched():
    """Nor is a manifest that the server will refuse."""
    plain = daemonset(ROLLING)
    wanted = daemonset(DEFAULT, {"a": "b"})
    assert hold.keep(plain, wanted) == hold.Kept(wanted, plain)
    for bad in ({"metadata": {}}, {"metadata": {}, "spec": []}):
        assert hold.keep(PAUSED, bad).manifest == bad
    odd = daemonset()
    odd["spec"]["updateStrategy"] = "OnDelete"
    assert hold.keep(PAUSED, odd).manifest == odd


def test_who_overwrote_a_hold_is_said():
    """By the owner of the field, or where it has none by the newest writer."""
    assert held.overwritten(PAUSED) == held.overwritten(SUSPENDED) == ()
    gone = copy.deepcopy(SUSPENDED)
    del gone["spec"]["template"]["spec"]["nodeSelector"]["dsctl/suspended"]
    gone["metadata"]["managedFields"] = [
        {"manager": "dsctl", "time": "2026-01-01T00:00:00Z", "fieldsV1": {}},
        {"manager": "kubectl-rollout", "time": "2026-01-02T00:00:00Z", "fieldsV1": {}},
        {"manager": "kcm", "subresource": "status", "time": "2026-01-03T00:00:00Z"},
    ]
    assert "was suspended, and kubectl-rollout took dsctl/suspended" in held.overwritten(gone)[0]
    assert held.remarks(SUSPENDED) == (
        "daemonset 'x' is suspended, on no node until: dsctl unsuspend x",
    )
    assert held.remarks(daemonset()) == held.remarks(PAUSED) == ()


def test_a_pause_says_what_it_holds_and_warns_of_others():
    """How many pods are new, how many surged ones go, and which foreign manager owns it."""
    before = daemonset(ROLLING)
    before["status"] = {"desiredNumberScheduled": 9, "updatedNumberScheduled": 2}
    own = {"fieldsV1": {"f:spec": {"f:updateStrategy": {"f:type": {}}}}}
    before["metadata"]["managedFields"] = [
        {"manager": name, **own} for name in ("dsctl", "dsctl-patch", "flux")
    ]
    told = held.pausing(before, ("n1", "n2"))
    assert "2 of 9 pods run the newest template" in told[0]
    assert "2 surged pods are removed, since pausing ends the surge (n1, n2)" in told[1]
    assert told[2] == (
        "warning: field manager flux owns the strategy: writing it again ends the pause"
    )
    assert held.suspending(before) == ()
