"""``dsctl rollout step`` that is ended while it puts nodes back, or may not see what it needs."""

from __future__ import annotations

import re
import shlex
import signal

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox
from tests.cluster.daemonsets import text
from tests.cluster.fates import fate, fated
from tests.cluster.holds import images, settled
from tests.cluster.test_step import begin, running, uids, version_two


def test_ended_while_it_undoes_it_names_the_nodes_that_are_left(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, namespace: str
) -> None:
    """The template is back, so the batches would count as done: the command has the nodes."""
    with fate(kubectl, "slow") as slow, fate(kubectl, "never-ready") as bad:
        manifest, _ = begin(dsctl, kubectl)
        dsctl("apply", "-f", "-", input=text(fated(manifest, slow, "agent:1")))
        assert dsctl("rollout", "step", "a", "--batch=100%", "--max-unavailable=100%").code == 0
        dsctl("apply", "-f", "-", input=text(fated(manifest, bad, "agent:2")))
        line = ("--batch=2", "--max-unavailable=2", "--stall-timeout=2s", "--on-failure=undo")
        with running(sandbox, namespace, *line) as process:
            assert process.stderr is not None
            next(one for one in process.stderr if one.startswith("the chosen nodes: "))
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        [command] = re.findall("to carry on: dsctl (.*)", err)
        assert command.endswith("--nodes small-0005,worker-0001 --max-unavailable 2")
        assert dsctl(*shlex.split(command)[2:]).code == 0
        settled(kubectl)
        assert set(images(kubectl).values()) == {"1"}
        again = text(fated(manifest, bad, "agent:2"))
        assert dsctl("apply", "--force-conflicts", "-f", "-", input=again).code == 0
        late = dsctl("rollout", "step", "a", *line, "--timeout=1s")
        assert late.code == 124
        assert "; and it could not be undone: timed out" in late.err
        assert "hint: to carry on: dsctl" in late.err
        assert "--nodes small-0005,worker-0001" in late.err


def test_what_was_stepped_before_and_is_well_comes_back(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Not what most nodes run still: version 2 was proven on some, and version 3 came after it."""
    manifest, _ = begin(dsctl, kubectl)
    version_two(dsctl, manifest)
    assert dsctl("rollout", "step", "a", "--batch=3").code == 0
    before = images(kubectl)
    with fate(kubectl, "crash-loop") as bad:
        dsctl("apply", "-f", "-", input=text(fated(manifest, bad, "agent:3")))
        ran = dsctl("rollout", "step", "a", "--batch=1", "--on-failure=undo")
    assert ran.code == 1
    assert "1 node of daemonset 'a' put back to revision 2" in ran.err
    assert images(kubectl) == before


def test_an_order_that_can_not_be_read_is_no_other_order(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Who may not list nodes is told that --order-by needs them, before a pod is deleted."""
    manifest, _ = begin(dsctl, kubectl)
    version_two(dsctl, manifest)
    kubectl(
        "create",
        "role",
        "r",
        "--verb=*",
        "--resource=daemonsets.apps,controllerrevisions.apps,pods",
    )
    kubectl("create", "rolebinding", "r", "--role=r", "--user=someone")
    before = uids(kubectl)
    for order in ("age", "kubernetes.io/hostname"):
        ran = dsctl("--as=someone", "rollout", "step", "a", "--batch=1", f"--order-by={order}")
        assert ran.code == 3
        assert f"error: --order-by {order} needs to list nodes" in ran.err
    assert uids(kubectl) == before
    assert dsctl("--as=someone", "rollout", "step", "a", "--batch=1").code == 0
