"""Files whose DaemonSets are in other namespaces than the call: what is said of them holds there.

Every command that a message names is typed as it stands, without ``-n``.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.conftest import Kubectl, Ran, Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset
from tests.cluster.holds import settled


@pytest.fixture
def both(kubectl: Kubectl, sandbox: Sandbox) -> Iterator[tuple[Kubectl, Kubectl]]:
    """Two namespaces, neither of them the call's."""
    with fresh_namespace(sandbox) as there:
        yield kubectl, Kubectl(sandbox, there)


@pytest.fixture
def file(both: tuple[Kubectl, Kubectl], tmp_path: Path) -> str:
    """A file with a DaemonSet ``a`` in each, that run."""
    objects = []
    for kubectl in both:
        obj = daemonset("a")
        obj["metadata"]["namespace"] = kubectl.namespace
        kubectl.apply(obj)
        objects.append(obj)
    for kubectl in both:
        settled(kubectl)
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return str(path)


def named(ran: Ran, words: str) -> list[str]:
    """The commands in its messages that end with ``words``, sorted."""
    return sorted(re.findall(rf"dsctl (?:-n \S+ )?{words}", ran.err))


def in_both(both: tuple[Kubectl, Kubectl], words: str) -> list[str]:
    return sorted(f"dsctl -n {kubectl.namespace} {words}" for kubectl in both)


@pytest.mark.parametrize(
    "words", ["get a", "delete a", "label a x=y", "why a", "rollout status a", "logs a"]
)
def test_a_namespace_that_is_not_there_is_told(sandbox: Sandbox, words: str) -> None:
    """kubectl asks for the namespace too: the server says just that the DaemonSet is not found."""
    missing = sandbox.dsctl(*words.split(), "-n", "no-such-namespace")
    assert (missing.code, missing.err.splitlines()[-2:]) == (
        3,
        [
            'error: daemonsets.apps "a" not found',
            "hint: there is no namespace 'no-such-namespace': check -n/--namespace",
        ],
    )
    there = sandbox.dsctl(*words.split(), "-n", "kube-public")
    assert (there.code, "no namespace" in there.err) == (3, False)


def test_commands_in_messages_find_the_daemonset(
    both: tuple[Kubectl, Kubectl], file: str, sandbox: Sandbox
) -> None:
    """Notes, refusals and hints of the commands that take ``-f``: each names the namespace."""
    resume, unsuspend = in_both(both, "rollout resume a"), in_both(both, "unsuspend a")
    sandbox.dsctl("rollout", "pause", "-f", file)
    assert named(sandbox.dsctl("replace", "-f", file), "rollout resume a") == resume
    edited = sandbox.dsctl("set", "image", "-f", file, "agent=registry.example/agent:2")
    assert named(edited, "rollout resume a") == resume
    status = sandbox.dsctl("rollout", "status", "-f", file, "--no-watch")
    assert named(status, "rollout resume a") == resume
    assert named(sandbox.dsctl("rollout", "undo", "-f", file), "rollout resume a") == resume
    sandbox.dsctl("suspend", "-f", file)
    assert named(sandbox.dsctl("suspend", "-f", file), "unsuspend a") == unsuspend
    assert named(sandbox.dsctl("rollout", "restart", "-f", file), "unsuspend a") == unsuspend
    node = sandbox.kubectl("get", "nodes", "-o", "name").split()[0].removeprefix("node/")
    some = sandbox.dsctl("rollout", "restart", "-f", file, "--node", node)
    assert named(some, "unsuspend a") == unsuspend


def test_the_command_that_adopts_what_an_orphan_delete_left_can_be_typed(
    both: tuple[Kubectl, Kubectl], file: str, sandbox: Sandbox
) -> None:
    """The file says its namespaces itself: a ``-n`` of one would refuse the other."""
    left = sandbox.dsctl("delete", "-f", file, "--cascade=orphan")
    [line] = {one for one in left.err.splitlines() if one.startswith("to adopt them: ")}
    words = shlex.split(line.removeprefix("to adopt them: dsctl "))
    adopted = sandbox.dsctl(*words)
    assert adopted.code == 0, adopted.err
    for kubectl in both:
        settled(kubectl)
