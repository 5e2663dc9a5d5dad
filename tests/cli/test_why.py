"""``dsctl why``: what argv means, and what is refused before anything is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dsctl.cli.nodeviews import View
from dsctl.cli.why import WhyOptions
from dsctl.domain.whatif import CordonEdit, LabelEdit, TaintEdit
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

VIEW = View(
    only=frozenset(),
    summary=False,
    each=False,
    node_map=None,
    group_by="topology.kubernetes.io/zone",
    headers=True,
    output=None,
)
PLAIN = WhyOptions(name="a", nodes=(), node_selector=None, view=VIEW, edits=(), add_nodes=())


def with_(**changes: Any) -> WhyOptions:
    return replace(PLAIN, **changes)


def view(**changes: Any) -> WhyOptions:
    return replace(PLAIN, view=replace(VIEW, **changes))


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("a", PLAIN),
        ("ds/a", PLAIN),
        ("ds a", PLAIN),
        ("daemonset.apps/a", PLAIN),
        ("a --node n1", with_(nodes=("n1",))),
        ("--node=n1 a --node n2,n3", with_(nodes=("n1", "n2", "n3"))),
        ("a --node-selector disk=ssd", with_(node_selector="disk=ssd")),
        ("a --node-selector=a,!b", with_(node_selector="a,!b")),
        ("a --only Excluded", view(only=frozenset({"Excluded"}))),
        (
            "a --only excluded,MISSING --only gain",
            view(only=frozenset({"Excluded", "Missing", "Gain"})),
        ),
        ("a --summary", view(summary=True)),
        ("a --summary=false", PLAIN),
        ("a --each", view(each=True)),
        ("a --no-each", PLAIN),
        ("a --map", view(node_map=True)),
        ("a --map=true", view(node_map=True)),
        ("a --no-map", view(node_map=False)),
        ("a --map=false", view(node_map=False)),
        ("a --group-by example.com/rack", view(group_by="example.com/rack")),
        ("a --no-headers", view(headers=False)),
        ("a --no-headers=false", PLAIN),
        ("a -o json", view(output=OutputFormat("json"))),
        ("a -oyaml", view(output=OutputFormat("yaml"))),
        ("a --output=JSON", view(output=OutputFormat("json"))),
        ("a --label-node n1=k=v", with_(edits=(LabelEdit("n1", "k", "v"),))),
        ("a --label-node=n1=k=", with_(edits=(LabelEdit("n1", "k", ""),))),
        ("a --unlabel-node n1=k", with_(edits=(LabelEdit("n1", "k", None),))),
        (
            "a --taint-node n1=k=v:NoSchedule",
            with_(edits=(TaintEdit("n1", "k", "v", "NoSchedule"),)),
        ),
        (
            "a --taint-node=n1=k:NoExecute-",
            with_(edits=(TaintEdit("n1", "k", "", "NoExecute", remove=True),)),
        ),
        ("a --taint-node n1=k-", with_(edits=(TaintEdit("n1", "k", "", "", remove=True),))),
        ("a --cordon n1,n2 --cordon n3", with_(edits=tuple(map(CordonEdit, ("n1", "n2", "n3"))))),
        ("a --add-node x.yaml --add-node y,z", with_(add_nodes=("x.yaml", "y", "z"))),
        (
            "a --cordon n1 --label-node n1=a=b --label-node n2=c=d",
            with_(
                edits=(LabelEdit("n1", "a", "b"), LabelEdit("n2", "c", "d"), CordonEdit("n1")),
            ),
        ),
    ],
)
def test_argv_becomes_options(options: Callable[..., Any], argv: str, expected: WhyOptions) -> None:
    """Each flag in each of its spellings."""
    assert options("why", *argv.split()) == expected


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        ("", "why needs the name of one DaemonSet", "dsctl get lists them"),
        ("ds", "why needs the name of one DaemonSet", "dsctl plan -f FILE"),
        ("a b", "why takes one DaemonSet", "dsctl get lists them"),
        ("po/a", "'po/a' is not a DaemonSet", "kubectl"),
        ("a --node x --node-selector a=b", "give --node or --node-selector, not both", ""),
        ("a --node-selector (", "bad label selector", ""),
        ("a --node=", "--node names no node", ""),
        ("a --only=", "--only names no verdict", "Misscheduled, Excluded, Missing"),
        ("a --only Running", "--only: 'Running' is no verdict", "Misscheduled, Excluded, Missing"),
        ("a -o wide", "unable to match a printer", ""),
        ("a -o name", "unable to match a printer", ""),
        ("a -o jsonpath=", "jsonpath format specified but no template given", ""),
        ("a --label-node n1=k", "--label-node: 'n1=k' is not NODE=key=value", ""),
        ("a --label-node k=v", "--label-node: 'k=v' is not NODE=key=value", ""),
        ("a --label-node n1=k=two,n2=k=v", "--label-node: 'n1=k=two,n2=k=v': value", ""),
        ("a --unlabel-node n1", "--unlabel-node: 'n1' is not NODE=key", ""),
        ("a --taint-node n1=k=v", "--taint-node: 'n1=k=v' is not NODE=key=value:Effect", ""),
        ("a --taint-node n1=k:Never", "--taint-node: 'Never' is no effect", ""),
        ("a --add-node /none.yaml", "the path '/none.yaml' does not exist", ""),
        ("a --node", "flag --node needs a value", ""),
        ("a --every", "no such option: --every", "dsctl why --help"),
    ],
)
def test_what_can_t_be_meant_is_refused(dsctl: Dsctl, argv: str, message: str, hint: str) -> None:
    """Exit 2 with one line, and a hint where there is a remedy; no server is asked."""
    refused = dsctl("why", *argv.split())
    assert (refused.code, refused.out) == (2, "")
    lines = refused.err.splitlines()
    assert lines[0].startswith("error: " + message), refused.err
    assert [line.partition(":")[0] for line in lines[1:]] in ([], ["hint"])
    assert hint in "".join(lines[1:])


def test_help_has_its_exit_codes_and_examples(dsctl: Dsctl) -> None:
    """What a script has to know stands in --help."""
    shown = dsctl("why", "--help")
    assert shown.code == 0
    assert "Exit codes: 0 every eligible node is Ready" in " ".join(shown.out.split())
    assert shown.out.count("dsctl why node-agent") >= 2


def test_a_file_without_a_node_can_t_be_added(dsctl: Dsctl, tmp_path: Path) -> None:
    """Nor one whose node has another shape; both are told before the cluster is asked."""
    path = tmp_path / "x.yaml"
    for text, message in (
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", f"--add-node: {path} holds no Node"),
        ("apiVersion: v1\nkind: Node\nmetadata: {}\n", f"--add-node: {path} holds no Node"),
        (
            "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {taints: [a]}\n",
            f"--add-node: {path}: node 'n1' is not as the API writes it: "
            "Expected object, got str at spec.taints[0]",
        ),
        (
            "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"
            "status: {allocatable: {cpu: lots}}\n",
            f"--add-node: {path}: allocatable of node 'n1': ",
        ),
    ):
        path.write_text(text)
        refused = dsctl("why", "a", "--add-node", str(path))
        assert refused.code == 2
        assert refused.err.startswith(f"error: {message}"), refused.err


def test_without_a_kubeconfig_there_is_no_cluster_to_ask(dsctl: Dsctl) -> None:
    """Exit 3, and one line."""
    refused = dsctl("why", "a")
    assert refused.code == 3
    assert refused.err.startswith("error: ")
    assert refused.out == ""
