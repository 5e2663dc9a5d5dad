"""``label``, ``annotate`` and ``set``: what argv means, and what is refused before it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from dsctl.domain.edits.pairs import Pairs
from dsctl.domain.edits.patch import Patch
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Options = Callable[..., Any]
Dsctl = Callable[..., Result]

A = Selection(names=("a",))


@pytest.mark.parametrize("command", ["label", "annotate"])
@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("a k=v", {"selection": A, "pairs": Pairs({"k": "v"})}),
        ("ds a k=v", {"selection": A, "pairs": Pairs({"k": "v"})}),
        ("ds/a e.x/k=v", {"selection": A, "pairs": Pairs({"e.x/k": "v"})}),
        ("ds/a ds/b k-", {"selection": Selection(names=("a", "b")), "pairs": Pairs({}, ("k",))}),
        ("ds --all k=v", {"selection": Selection(everything=True)}),
        ("ds -l app=a k=v", {"selection": Selection(selector="app=a")}),
        ("k=v -l app=a -A", {"selection": Selection(selector="app=a", all_namespaces=True)}),
        (
            "--field-selector metadata.name=a k=v",
            {"selection": Selection(field_selector="metadata.name=a")},
        ),
        ("-f x.yaml k=v", {"selection": Selection(files=("x.yaml",))}),
        ("-f x.yaml k=v --local", {"local": True}),
        ("a k=v --overwrite", {"overwrite": True}),
        ("a --list", {"list_only": True, "pairs": Pairs()}),
        ("a k=v --resource-version=7", {"resource_version": "7"}),
        ("a k=v --dry-run=server", {"dry_run": DryRunMode.SERVER}),
        ("a k=v -o yaml", {"output": OutputFormat("yaml")}),
        ("a k=v --field-manager=me", {"manager": "me"}),
    ],
)
def test_label_and_annotate(
    command: str, argv: str, expected: dict[str, Any], options: Options
) -> None:
    """Names come first in every spelling of kubectl; the first pair ends them."""
    check(options(command, *argv.split()), expected)


def test_their_field_managers(options: Options) -> None:
    """Each command owns what it wrote under its own name, which apply never takes over."""
    assert options("label", "a", "k=v").editing.manager == "dsctl-label"
    assert options("annotate", "a", "k=v").editing.manager == "dsctl-annotate"
    assert options("set", "image", "a", "c=i").editing.manager == "dsctl-set"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("image a c=i:1", {"selection": A, "images": {"c": "i:1"}}),
        ("image ds/a c=i d=j", {"images": {"c": "i", "d": "j"}}),
        ("image ds a *=i", {"images": {"*": "i"}}),
        ("image ds --all c=i", {"selection": Selection(everything=True)}),
        ("image -f x.yaml c=i --local", {"local": True}),
        ("image a c=i --change-cause=why", {"cause": "why"}),
        ("env a K=v", {"selection": A, "specs": ("K=v",), "containers": "*", "overwrite": True}),
        ("env ds/a -e K=v -e L=w M-", {"specs": ("K=v", "L=w", "M-")}),
        ("env ds/a -", {"specs": ("-",)}),
        ("env a -c agent K=v", {"containers": "agent"}),
        ("env a --from=cm/x --prefix=P_ --keys=a,b", {
            "source": ("ConfigMap", "x"), "prefix": "P_", "keys": ("a", "b")
        }),
        ("env a --from secret/x", {"source": ("Secret", "x")}),
        ("env a --list --resolve", {"list_only": True, "resolve": True}),
        ("env a K=v --overwrite=false", {"overwrite": False}),
        ("resources a --limits=cpu=0.5", {"limits": {"cpu": "500m"}, "requests": {}}),
        ("resources a -c x --requests cpu=1,memory=1024Mi", {
            "containers": "x", "requests": {"cpu": "1", "memory": "1Gi"}
        }),
        ("serviceaccount a robot", {"selection": A, "account": "robot"}),
        ("sa ds a robot", {"selection": A, "account": "robot"}),
        ("sa ds/a robot", {"selection": A, "account": "robot"}),
        ("sa -f x.yaml robot", {"selection": Selection(files=("x.yaml",)), "account": "robot"}),
    ],
)  # fmt: skip
def test_set(argv: str, expected: dict[str, Any], options: Options) -> None:
    """What kubectl's set takes; the service account is the last word."""
    check(options("set", *argv.split()), expected)


def check(built: Any, expected: dict[str, Any]) -> None:
    for field, value in expected.items():
        owner = built.editing if hasattr(built.editing, field) else built
        assert getattr(owner, field) == value, field


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("label a", "at least one label update is required"),
        ("label k=v", "label needs to know which DaemonSets: names, -f, -l or --all"),
        ("label a k=v b", "all resources must be specified before label changes: b"),
        ("label a k=v=w", "invalid label spec: k=v=w"),
        ("label a k=b!d", 'invalid label value: "k=b!d": a valid label must be'),
        ("label a b!d=k", 'metadata.labels: Invalid value: "b!d": name part must consist of'),
        ("label a k=v k-", "can not both modify and remove a label in the same command"),
        ("label a --list -o name", "--list and --output may not be specified together"),
        ("label a b k=v --resource-version=1", "--resource-version may only be used with a single"),
        ("label a k=v --local", "--local changes what files say: name them with -f"),
        (
            "label -f x k=v --local --dry-run=server",
            "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
        ),
        ("annotate a", "at least one annotation update is required"),
        ("annotate a =v", "at least one annotation update is required"),
        ("annotate a k=v k-", "can not both modify and remove the following annotation(s)"),
        ("annotate a b!d=k", 'metadata.annotations: Invalid value: "b!d": name part must'),
        ("set image a", "at least one image update is required"),
        ("set image a *=x c=y", "all containers are already specified by *, but saw more than"),
        ("set image c=y", "set image needs to know which DaemonSets: names, -f, -l or --all"),
        ("set env a", "at least one environment variable must be provided"),
        ("set env a --keys=x K=v", "when specifying --keys, a configmap or secret must be"),
        ("set env a --from=pod/x", "unsupported resource specified in --from: pod/x"),
        ("set resources a", "you must specify an update to requests or limits"),
        ("set resources a --limits=cpu", "invalid argument syntax cpu, expected <resource>=<value"),
        ("set resources a --limits=cpu=x", "cpu=x: quantities must match the regular expression"),
        ("set sa", "serviceaccount is required"),
        ("set sa ds robot", "set serviceaccount needs to know which DaemonSets"),
        ("set sa pods/x robot", "'pods/x' is not a DaemonSet: dsctl handles DaemonSets only"),
    ],
)
def test_refused_before_anything_is_sent(argv: str, message: str, dsctl: Dsctl) -> None:
    """What kubectl refuses is refused as bad usage, without a kubeconfig even."""
    result = dsctl(*argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")


MERGE = '{"spec":{"minReadySeconds":5}}'
OPERATIONS = '[{"op":"remove","path":"/spec/minReadySeconds"}]'


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("a", "-p", MERGE), {"selection": A, "patch": Patch("strategic", json.loads(MERGE))}),
        (("ds/a", "-p", "spec: {minReadySeconds: 5}"), {
            "patch": Patch("strategic", json.loads(MERGE))
        }),
        (("a", "--type=merge", "-p", MERGE), {"patch": Patch("merge", json.loads(MERGE))}),
        (("a", "--type", "json", "-p", OPERATIONS), {
            "patch": Patch("json", json.loads(OPERATIONS))
        }),
        (("a", "--type=STRATEGIC", "-p", "{}"), {"patch": Patch("strategic", {})}),
        (("a", "-p", "{}", "--subresource=status"), {"subresource": "status"}),
        (("-f", "x.yaml", "-p", "{}", "--local"), {"local": True}),
        (("-l", "app=a", "-p", "{}"), {"selection": Selection(selector="app=a")}),
        (("a", "-p", "{}", "--change-cause", "why"), {"cause": "why"}),
        (("a", "-p", "{}"), {"manager": "dsctl-patch", "dry_run": DryRunMode.NONE}),
    ],
)  # fmt: skip
def test_patch(argv: tuple[str, ...], expected: dict[str, Any], options: Options) -> None:
    """The patch is read, and known to be one of its type, before anything is asked."""
    check(options("patch", *argv), expected)


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (("a",), "must specify --patch or --patch-file containing the contents of the patch", ""),
        (("a", "-p", "{}", "--patch-file=x"), "cannot specify --patch and --patch-file", ""),
        (
            ("a", "-p", "{}", "--type=x"),
            '--type must be one of [json merge strategic], not "x"',
            "",
        ),
        (("a", "-p", "{bad"), "--patch: line 1, column 5: did not find expected", ""),
        (("a", "-p", "[1]"), "invalid patch: a strategic merge patch is an object", "such as -p"),
        (("a", "-p", OPERATIONS), "invalid patch: a strategic", "add --type=json"),
        (
            ("a", "--type=json", "-p", MERGE),
            "invalid patch: a JSON patch is a list",
            "--type=merge",
        ),
        (
            ("a", "--type=json", "-p", '{"op":"remove","path":"/x"}'),
            "invalid patch: a JSON patch is a list of operations",
            'put it in a list: [{"op": "remove", "path": "/x"}]',
        ),
        (
            ("a", "--type=json", "-p", '[{"op":"nope","path":"/x"}]'),
            "invalid patch: operation 1 has op 'nope'",
            "",
        ),
        (
            ("a", "--type=json", "-p", '[{"op":"add","path":"/x"}]'),
            "invalid patch: operation 1 (add) has no 'value'",
            "",
        ),
        (("a", "--patch-file=/nonexistent/p"), "unable to read patch file: /nonexistent/p: No", ""),
        (("-p", "{}"), "patch needs to know which DaemonSets: names, -f or -l", ""),
    ],
)
def test_what_is_no_patch(argv: tuple[str, ...], message: str, hint: str, dsctl: Dsctl) -> None:
    """Exit code 2, what is wrong, and how it is written."""
    result = dsctl("patch", *argv)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")
    assert hint in result.err


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("a", {"selection": A, "output": None, "validation": "Strict", "manager": "dsctl-edit"}),
        ("ds/a ds/b", {"selection": Selection(names=("a", "b"))}),
        ("-f x.yaml", {"selection": Selection(files=("x.yaml",))}),
        ("-l app=a", {"selection": Selection(selector="app=a")}),
        ("a -o json", {"output": OutputFormat("json")}),
        ("a --output-patch --save-config", {"output_patch": True, "save_config": True}),
        ("a --subresource status", {"subresource": "status"}),
        ("a --validate=warn", {"validation": "Warn"}),
        ("a --windows-line-endings", {"windows_line_endings": True}),
        ("a --change-cause=why", {"cause": "why"}),
    ],
)
def test_edit(argv: str, expected: dict[str, Any], options: Options) -> None:
    """kubectl's flags, and a selector; but never every DaemonSet by leaving out a name."""
    built = options("edit", *argv.split())
    assert {field: getattr(built, field) for field in expected} == expected


def test_record_is_a_change_cause(options: Options, dsctl: Dsctl) -> None:
    """kubectl's deprecated flag, which scripts pass, records the command line, as it does there."""
    built = options("set", "image", "ds/a", "c=i", "--record")
    assert built.editing.cause == "dsctl set image ds/a c=i --record"
    assert options("set", "image", "a", "c=i", "--record=false").editing.cause is None
    assert options("patch", "a", "-p", "{}", "--record", "--change-cause=x").editing.cause == "x"
    assert options("label", "a", "k=v", "--record=true").pairs == Pairs({"k": "v"})
    result = dsctl("set", "image", "-f", "-", "--local", "c=i", "--record")
    assert result.err.startswith("Flag --record has been deprecated")


def test_local_asks_no_cluster(dsctl: Dsctl, tmp_path: Path) -> None:
    """Nor whether the flags name one that there is: a manifest with a namespace is just changed."""
    config = tmp_path / "config"
    config.write_text('{"apiVersion": "v1", "kind": "Config", "contexts": []}')
    labels = {"app": "a"}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "a", "namespace": "logs"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": "old"}]},
            },
        },
    }
    ran = dsctl(
        *("set", "image", "-f", "-", "--local", "c=new", "-o", "json", "--context", "nope"),
        stdin=json.dumps(manifest),
        environ={"KUBECONFIG": str(config)},
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.json()["spec"]["template"]["spec"]["containers"][0]["image"] == "new"
