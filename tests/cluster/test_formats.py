"""``get`` in every format, beside kubectl on the same objects: the same bytes on stdout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset

SCRIPT = '#!/bin/sh\nset -e\n\n  echo "<&>"\t# it\'s\nexec sleep 10  \n'
LONG = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod: 'tempor' " * 3
WORDS = "yes no on null ~ 0x1f 1e3 12:30:45 2024-01-02 1_000 .5 -0 0b1 << = y".split(" ")


def nowhere(name: str, **spec: Any) -> dict[str, Any]:
    """A DaemonSet that no node runs, so that its status comes to rest."""
    made = daemonset(name, **spec)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"example.com/none": name}
    return made


def fleet_objects() -> list[dict[str, Any]]:
    """Five DaemonSets whose text is hard to print in one format or another."""
    scripted = nowhere("scripted")
    container = scripted["spec"]["template"]["spec"]["containers"][0]
    container["args"] = [SCRIPT, LONG, "中文 é \U0001f600", " lead", "trail ", "a: b", "- c", ""]
    container["env"] = [{"name": f"W{i}", "value": word} for i, word in enumerate(WORDS)]
    container["resources"] = {"requests": {"cpu": "100m", "memory": "200Mi"}}
    container["ports"] = [{"containerPort": 9100, "name": "metrics"}, {"containerPort": 9101}]
    annotated = nowhere("annotated", minReadySeconds=5)
    annotated["metadata"]["annotations"] = {
        "example.com/note": "two\nlines\n",
        "example.com/a10": LONG,
        "example.com/a2": "#!\ttab",
        "example.com/size": "900Mi",
    }
    annotated["metadata"]["labels"] |= {"tier": "node", "example.com/team": "storage"}
    annotated["metadata"]["labels"]["app.kubernetes.io/name"] = "agent"  # "." is before "="
    sized = nowhere("sized", minReadySeconds=30)
    sized["metadata"]["annotations"] = {"example.com/size": "1Gi"}
    sized["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": "b:2"})
    return [scripted, annotated, sized, nowhere("plain"), nowhere("x" * 50)]


@pytest.fixture(scope="module")
def fleet(sandbox: Sandbox) -> Iterator[Kubectl]:
    """A namespace with those five, each observed by the controller."""
    with fresh_namespace(sandbox) as name:
        kubectl = Kubectl(sandbox, name)
        kubectl("create", "-f", "-", input="\n---\n".join(map(json.dumps, fleet_objects())))
        eventually(
            lambda: all(
                o.get("status", {}).get("observedGeneration")
                for o in kubectl.json("get", "ds")["items"]
            )
        )
        yield kubectl


@pytest.fixture
def dsctl(sandbox: Sandbox, fleet: Kubectl) -> Dsctl:
    """dsctl in the fleet's namespace."""
    return Dsctl(sandbox, fleet.namespace)


FIELDS = "{.metadata.name}{'\\t'}{.spec.template.spec.containers[*].image}{'\\n'}"
PATHS = [
    "{.items[*].metadata.name}",
    "{range .items[*]}" + FIELDS + "{end}",
    "{.items[?(@.spec.minReadySeconds>4)].metadata.name}",
    "{.items[0].metadata.labels} {.items[-1:].kind} {.items[0,2]['kind','apiVersion']}",
    "{.items[*].metadata.annotations.example\\.com/note}",
    "{range .items[*]}{range .spec.template.spec.containers[*]}{.name} {.args}{'\\n'}{end}{end}",
    '{.items[*].spec.template.spec.containers[*].ports[?(@.name=="metrics")].containerPort}',
    "{.items[*].status.observedGeneration}{.nope}{.kind}",
    '{..containerPort} text {"\\u0041"}',
    "{.items[1:4:2].metadata.name}",
]
COLUMNS = [
    "NAME:.metadata.name,MIN:.spec.minReadySeconds,IMAGES:.spec.template.spec.containers[*].image",
    "NAME:metadata.name,LABELS:{.metadata.labels},ANN:.metadata.annotations,NONE:.nope",
    "A:.spec.template.spec.containers[0].args",
    "N:.metadata.name",
]
INVOCATIONS: list[list[str]] = [
    *(["-o", name] for name in ("json", "yaml", "kyaml", "name", "JSON")),
    *([f"-o={name}", "--show-managed-fields"] for name in ("json", "yaml", "kyaml")),
    *(["scripted", "-o", name] for name in ("json", "yaml", "kyaml", "name")),
    *(["sized", "annotated", "-o", name] for name in ("json", "yaml", "kyaml", "name")),
    *(["-l", "tier=node", f"-o{name}"] for name in ("json", "yaml", "name")),
    *(["-l", "tier=none", "-o", name] for name in ("json", "yaml", "kyaml", "name")),
    *(["-o", f"jsonpath={path}"] for path in PATHS),
    *(["-o", f"jsonpath-as-json={path}"] for path in PATHS[:4]),
    ["scripted", "-o", "jsonpath={.spec.template.spec.containers[0].args}"],
    ["scripted", "-o", "jsonpath={.spec.template.spec.containers[0].args[0]}"],
    ["sized", "plain", "-o", "jsonpath={.items[*].metadata.name}"],
    *(["-o", f"custom-columns={columns}"] for columns in COLUMNS),
    ["plain", "-o", f"custom-columns={COLUMNS[0]}"],
    ["-o", f"custom-columns={COLUMNS[0]}", "--no-headers"],
    *(["-o", "name", "--sort-by", field] for field in (".metadata.name", "{.metadata.name}")),
    ["-o", "name", "--sort-by=.spec.minReadySeconds"],
    ["-o", "name", "--sort-by=metadata.annotations.example\\.com/size"],
    ["-o", "json", "--sort-by", ".metadata.uid"],
    ["--no-headers"],
    ["plain", "--no-headers"],
    ["sized", "annotated", "--no-headers"],
    ["-o", "wide", "--no-headers"],
    ["--no-headers", "--show-labels"],
    ["--no-headers", "-L", "tier,example.com/team", "-L", "none"],
    ["--no-headers", "--show-kind"],
    ["--no-headers", "--sort-by", ".metadata.name"],
    ["--no-headers", "--sort-by", "{.spec.minReadySeconds}"],
    ["--no-headers", "-l", "tier in (node,other)"],
    ["--no-headers", "--field-selector", "metadata.name=plain"],
    ["--no-headers", "--chunk-size", "2"],
    ["-o", "json", "--chunk-size=2"],
    ["missing", "--ignore-not-found", "-o", "json"],
    ["missing", "plain", "--ignore-not-found", "-o", "name"],
]


@pytest.mark.parametrize("args", INVOCATIONS, ids=" ".join)
def test_stdout_is_kubectls_byte_for_byte(fleet: Kubectl, dsctl: Dsctl, args: list[str]) -> None:
    """Every format, for a list, one name, several names and a selector."""

    def same() -> bool:
        ran = dsctl("get", "ds", *args)
        assert (ran.code, ran.out) == (0, fleet("get", "ds", *args))
        return True

    eventually(same, timeout=20)  # ages may tick between the two calls


def test_headers_and_columns_are_kubectls_cell_by_cell(fleet: Kubectl, dsctl: Dsctl) -> None:
    """With headers, kubectl's columns come first, whatever flags add to them."""
    for args in ([], ["-o", "wide"], ["--show-labels", "-L", "tier"], ["--show-kind"]):
        ours = [line.split() for line in dsctl("get", *args).out.splitlines()]
        theirs = [line.split() for line in fleet("get", "ds", *args).splitlines()]
        for mine, line in zip(ours, theirs, strict=True):
            assert [c for c in mine[: len(line)] if not _is_age(c)] == [
                c for c in line if not _is_age(c)
            ]


def test_files_of_templates_and_columns(fleet: Kubectl, dsctl: Dsctl, tmp_path: Path) -> None:
    """jsonpath-file and custom-columns-file read what kubectl reads."""
    template, columns = tmp_path / "template", tmp_path / "columns"
    template.write_text(PATHS[1])
    columns.write_text(
        "NAME        IMAGE\nmetadata.name {.spec.template.spec.containers[0].image}\n"
    )
    for text in (f"jsonpath-file={template}", f"custom-columns-file={columns}"):
        assert dsctl("get", "-o", text).out == fleet("get", "ds", "-o", text)


REFUSED = [
    ["-o", "yml"],
    ["-o", "jsonpath={.items[}"],
    ["-o", "jsonpath"],
    ["-o", "custom-columns=NAME"],
    ["-o", "custom-columns-file=no/such/file"],
    ["-o", "name", "--sort-by", ".metadata.nope"],
    ["-o", "jsonpath={.items[99].kind}"],
]


@pytest.mark.parametrize("args", REFUSED, ids=" ".join)
def test_what_kubectl_refuses_is_refused(fleet: Kubectl, dsctl: Dsctl, args: list[str]) -> None:
    """Exit code 2, one line of error, nothing on stdout."""
    with pytest.raises(AssertionError):
        fleet("get", "ds", *args)
    ran = dsctl("get", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1 + ran.err.count("\nhint: ")


def _is_age(cell: str) -> bool:
    return cell[:1].isdigit() and cell[-1:] in "smhd"
