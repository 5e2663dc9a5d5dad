"""The API door against a real API server: what it answers is what we believe it answers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dsctl.api.client import Cluster
from dsctl.api.client_config import ClientConfig
from dsctl.api.follow import Follow
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.api.resources import DAEMONSETS, NODES, PODS
from dsctl.errors import (
    AlreadyExists,
    BadRequest,
    ClusterError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthorized,
    Unreachable,
)
from dsctl.sandbox import processes
from tests.cluster.conftest import VERSION, Kubectl, Sandbox, eventually, private_sandbox
from tests.cluster.daemonsets import daemonset


class Door:
    """A Cluster at the sandbox, as the flags want it, and the warnings that came."""

    def __init__(self, sandbox: Sandbox, **flags: Any) -> None:
        self.warnings: list[str] = []
        config = load(ConnectionOptions(**flags), sandbox.environ)
        self.cluster = Cluster(config, on_warning=self.warnings.append)


@pytest.fixture
def door(sandbox: Sandbox, namespace: str) -> Iterator[Callable[..., Door]]:
    """Open doors into the test's namespace."""
    made: list[Door] = []

    def open_door(**flags: Any) -> Door:
        made.append(Door(sandbox, **({"namespace": namespace} | flags)))
        return made[-1]

    yield open_door
    for one in made:
        one.cluster.close()


@pytest.fixture
def cluster(door: Callable[..., Door]) -> Cluster:
    """The cluster, as its administrator."""
    return door().cluster


def test_one_object_through_its_life(cluster: Cluster, kubectl: Kubectl) -> None:
    """Create, read, replace, patch, apply and delete do what kubectl then sees."""
    cluster.create(DAEMONSETS, daemonset("a"), field_manager="dsctl")
    seen = cluster.read(DAEMONSETS, "a")
    assert seen["metadata"]["managedFields"][0]["manager"] == "dsctl"

    def replaced() -> bool:
        live = cluster.read(DAEMONSETS, "a")
        live["metadata"]["labels"] = {"step": "replaced"}
        with contextlib.suppress(Conflict):  # the controller wrote the status meanwhile
            cluster.replace(DAEMONSETS, "a", live)
            return True
        return False

    eventually(replaced)
    assert kubectl.json("get", "ds", "a")["metadata"]["labels"] == {"step": "replaced"}
    for patch_type, body in (
        ("merge", {"metadata": {"labels": {"step": "merge"}}}),
        ("strategic", {"metadata": {"labels": {"step": "strategic"}}}),
        ("json", [{"op": "replace", "path": "/metadata/labels/step", "value": "json"}]),
    ):
        changed = cluster.patch(DAEMONSETS, "a", body, patch_type=patch_type)  # type: ignore[arg-type]
        assert changed["metadata"]["labels"]["step"] == patch_type
    applied = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "a", "labels": {"step": "apply"}},
    }
    with pytest.raises(Conflict, match="conflict"):
        cluster.patch(DAEMONSETS, "a", applied, patch_type="apply", field_manager="other")
    cluster.patch(DAEMONSETS, "a", applied, patch_type="apply", field_manager="other", force=True)
    assert kubectl.json("get", "ds", "a")["metadata"]["labels"]["step"] == "apply"
    cluster.delete(DAEMONSETS, "a", propagation_policy="Background")
    assert kubectl("get", "ds", "--ignore-not-found") == ""


def test_dry_run_changes_nothing(cluster: Cluster, kubectl: Kubectl) -> None:
    """The answer is the object as it would be; the server holds none."""
    assert cluster.create(DAEMONSETS, daemonset("a"), dry_run=True)["metadata"]["uid"]
    assert kubectl("get", "ds") == ""


def test_yaml_text_is_judged_by_the_server(cluster: Cluster) -> None:
    """Text goes out as it is: strict validation finds the duplicate key in it."""
    text = (
        b"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec:\n"
        b"  minReadySeconds: 1\n  minReadySeconds: 2\n"
        b"  selector: {matchLabels: {app: a}}\n"
        b"  template:\n    metadata: {labels: {app: a}}\n"
        b"    spec: {containers: [{name: c, image: i}]}\n"
    )
    with pytest.raises(BadRequest, match=r"minReadySeconds.* already set"):
        cluster.create(DAEMONSETS, text, field_validation="strict")
    assert cluster.create(DAEMONSETS, text, dry_run=True)["spec"]["minReadySeconds"] == 2


def test_list_in_chunks_is_the_whole_list(cluster: Cluster) -> None:
    """Chunks of two give the nodes that one request gives, in its order."""
    whole = cluster.list(NODES, chunk_size=0)
    chunked = cluster.list(NODES, chunk_size=2)
    names = [node["metadata"]["name"] for node in whole["items"]]
    assert len(names) > 4
    assert [node["metadata"]["name"] for node in chunked["items"]] == names
    assert "continue" not in chunked["metadata"]
    assert len(cluster.list(NODES, field_selector=f"metadata.name={names[0]}")["items"]) == 1


def test_table_is_the_servers(cluster: Cluster, kubectl: Kubectl) -> None:
    """Columns and cells are those that kubectl prints; includeObject decides what is with them."""
    cluster.create(DAEMONSETS, daemonset("a"))
    printed = kubectl("get", "ds", "a").split("\n")
    table = cluster.table(DAEMONSETS)
    shown = [column for column in table["columnDefinitions"] if column["priority"] == 0]
    headers = [column["name"].upper() for column in shown]
    assert headers == [header.strip() for header in printed[0].split("   ") if header.strip()]
    assert [row["cells"][0] for row in table["rows"]] == ["a"]
    assert table["rows"][0]["object"]["metadata"]["name"] == "a"
    assert "spec" not in table["rows"][0]["object"]
    one = cluster.table(DAEMONSETS, name="a", include_object="None")
    assert one["rows"][0]["object"] is None
    whole = cluster.table(DAEMONSETS, include_object="Object", all_namespaces=True)
    assert any("spec" in row["object"] for row in whole["rows"])


def test_warnings_come_from_the_server(door: Callable[..., Door]) -> None:
    """An unknown field under fieldValidation=Warn is a warning, handed over once."""
    opened = door()
    manifest = daemonset("a")
    manifest["spec"]["bogus"] = 1
    for _ in range(2):
        opened.cluster.create(DAEMONSETS, manifest, field_validation="warn", dry_run=True)
    assert opened.warnings == ['unknown field "spec.bogus"']


def test_refusals_have_the_servers_words(cluster: Cluster, namespace: str) -> None:
    """404, 409, 422 and 400 are told apart, in the words that kubectl shows."""
    with pytest.raises(NotFound) as missing:
        cluster.read(DAEMONSETS, "none")
    assert missing.value.message == 'daemonsets.apps "none" not found'
    created = cluster.create(DAEMONSETS, daemonset("a"))
    with pytest.raises(AlreadyExists, match=r'daemonsets.apps "a" already exists'):
        cluster.create(DAEMONSETS, daemonset("a"))
    with pytest.raises(NotFound, match='namespaces "nowhere-x" not found') as nowhere:
        cluster.create(DAEMONSETS, daemonset("a"), "nowhere-x")
    assert "-n/--namespace" in (nowhere.value.hint or "")
    created["metadata"]["resourceVersion"] = "1"
    with pytest.raises(Conflict, match="the object has been modified"):
        cluster.replace(DAEMONSETS, "a", created)
    with pytest.raises(Conflict, match="UID in the precondition"):
        cluster.delete(DAEMONSETS, "a", uid="another")
    bad = daemonset("b")
    bad["spec"]["template"]["spec"]["restartPolicy"] = "Never"
    bad["spec"]["template"]["spec"]["containers"][0]["image"] = ""
    with pytest.raises(Invalid, match=r'DaemonSet.apps "b" is invalid') as invalid:
        cluster.create(DAEMONSETS, bad)
    fields = {cause["field"] for cause in invalid.value.causes}
    assert "spec.template.spec.restartPolicy" in fields
    assert "spec.template.spec.containers[0].image" in fields
    with pytest.raises(BadRequest, match="cannot be handled as a DaemonSet"):
        cluster.create(DAEMONSETS, daemonset("c") | {"spec": []})
    assert namespace == cluster.namespace


def test_forbidden_names_who_what_and_where(door: Callable[..., Door], namespace: str) -> None:
    """Through --as, the user, verb, resource and namespace are those of the refusal."""
    cluster = door(as_user="jane", as_groups=("viewers",)).cluster
    with pytest.raises(Forbidden) as caught:
        cluster.list(DAEMONSETS)
    assert caught.value.message == (
        'daemonsets.apps is forbidden: User "jane" cannot list resource "daemonsets" in API group'
        f' "apps" in the namespace "{namespace}"'
    )


def test_impersonation_is_understood(door: Callable[..., Door]) -> None:
    """User, uid, groups and extra arrive as SelfSubjectReview says them back."""
    cluster = door(as_user="jane", as_uid="42", as_groups=("a", "b")).cluster
    body = b'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'
    answer = cluster.raw(
        "POST",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        body=body,
        headers=(("Content-Type", "application/json"),),
    )
    from dsctl.api.decode import decode

    info = decode(answer)["status"]["userInfo"]
    assert (info["username"], info["uid"]) == ("jane", "42")
    assert {"a", "b"} <= set(info["groups"])


def _silent(config: ClientConfig) -> Cluster:
    return Cluster(config, on_warning=lambda text: None)


def test_bad_token_is_unauthorized(sandbox: Sandbox) -> None:
    """A token that the server does not know, and none at all, are told apart."""
    config = load(ConnectionOptions(), sandbox.environ)
    bare = config.tls._replace(cert_data=b"", key_data=b"", cert_file="", key_file="")
    token = config._replace(tls=bare, auth=config.auth._replace(token="wrong"))
    cluster = _silent(token)
    with pytest.raises(Unauthorized, match="refused the token of user"):
        cluster.list(NODES)
    cluster.close()
    anonymous = _silent(config._replace(tls=bare))
    with pytest.raises((Unauthorized, Forbidden)) as caught:
        anonymous.list(NODES)
    assert "has no credentials" in (caught.value.hint or "")
    anonymous.close()


def test_wrong_ca_and_wrong_port_are_told_apart(sandbox: Sandbox) -> None:
    """Plain HTTP to the TLS port, and a certificate that nobody vouches for."""
    config = load(ConnectionOptions(), sandbox.environ)
    plain = Cluster(
        config._replace(server=config.server.replace("https", "http")), on_warning=print
    )
    with pytest.raises(Unreachable, match="wants HTTPS"):
        plain.version()
    plain.close()
    doubting = Cluster(
        config._replace(tls=config.tls._replace(ca_data=b"", ca_file="")), on_warning=print
    )
    with pytest.raises(Unreachable, match="unknown authority"):
        doubting.version()
    doubting.close()


def test_large_answers_are_gzipped_and_whole(cluster: Cluster, kubectl: Kubectl) -> None:
    """A list beyond 128 KiB comes packed, and equals what kubectl reads."""
    cluster.create(DAEMONSETS, daemonset("a"))
    eventually(
        lambda: (
            {pod["metadata"]["name"] for pod in cluster.list(PODS)["items"]}
            == {pod["metadata"]["name"] for pod in kubectl.json("get", "pods")["items"]}
            != set()
        )
    )
    raw = cluster.raw("GET", "/openapi/v3/apis/apps/v1")
    assert len(raw) > 131072
    assert raw.startswith(b"{") and raw.endswith((b"}", b"}\n"))


# -- watching ---------------------------------------------------------------------------------


def until(follow: Iterator[list[Any]], wanted: Callable[[], bool], seconds: float = 30) -> None:
    """Take batches until ``wanted``; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, "the follower did not see it in time"
        next(follow)


def _names(follow: Follow) -> set[str]:
    return {name for _, name in follow.objects}


def test_follow_sees_what_the_controller_does(cluster: Cluster) -> None:
    """Pods of a new DaemonSet appear, become ready, and vanish with it."""
    with cluster.follow(PODS, label_selector="app=a", tick=0.5, timeout=60, settle=0.05) as follow:
        batches = iter(follow)
        assert next(batches) == []
        cluster.create(DAEMONSETS, daemonset("a"))
        until(batches, lambda: len(follow.objects) >= 5)
        until(
            batches,
            lambda: all(pod["status"]["phase"] == "Running" for pod in follow.objects.values()),
        )
        cluster.delete(DAEMONSETS, "a", propagation_policy="Background")
        until(batches, lambda: not follow.objects)


def test_follow_in_table_form(cluster: Cluster) -> None:
    """Rows change with the DaemonSet; their columns are known from the list."""
    cluster.create(DAEMONSETS, daemonset("a"))
    with cluster.follow(DAEMONSETS, table="Metadata", tick=0.5, timeout=60) as follow:
        batches = iter(follow)
        next(batches)
        assert follow.columns[0]["name"] == "Name"
        cluster.patch(DAEMONSETS, "a", {"metadata": {"labels": {"x": "y"}}})
        (key,) = follow.objects
        until(
            batches,
            lambda: follow.objects[key]["object"]["metadata"].get("labels", {}).get("x") == "y",
        )
        assert follow.objects[key]["cells"][0] == "a"


def test_nothing_is_missed_over_a_restart_of_the_api_server() -> None:
    """A follower lives through it, and its state is the server's afterwards."""
    with private_sandbox("restart", nodes=3) as own:
        cluster = Door(own, namespace="default").cluster
        for name in ("stays", "goes"):
            cluster.create(DAEMONSETS, daemonset(name))
        troubles: list[ClusterError] = []
        follow = cluster.follow(
            DAEMONSETS, tick=0.2, timeout=120, on_trouble=troubles.append, table="Metadata"
        )
        batches = iter(follow)
        next(batches)
        assert _names(follow) == {"stays", "goes"}
        processes.end_component(own.paths, "kube-apiserver")
        healing = threading.Thread(target=own.sandboxes.up, args=(own.name, None, VERSION))
        healing.start()
        until(batches, lambda: bool(troubles) and not healing.is_alive(), 60)
        healing.join()
        own.kubectl("delete", "ds", "goes", namespace="default")
        fresh = Door(own, namespace="default").cluster
        fresh.create(DAEMONSETS, daemonset("comes"))
        until(batches, lambda: _names(follow) == {"stays", "comes"})
        follow.close()
        with contextlib.closing(fresh):
            assert {item["metadata"]["name"] for item in fresh.list(DAEMONSETS)["items"]} == _names(
                follow
            )
        cluster.close()
