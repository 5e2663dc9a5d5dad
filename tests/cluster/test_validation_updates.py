"""Offline validation of updates against the real server, replacement by replacement."""

from __future__ import annotations

import copy
import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from dsctl.domain.findings import Severity
from dsctl.domain.validation import validate_daemonset, validate_update
from tests.cluster.conftest import Sandbox
from tests.cluster.mutators import decoding
from tests.cluster.mutators.cases import OPERATORS, SEED, bases
from tests.cluster.mutators.server import Server, Verdict

_QUERY = "dryRun=All&fieldValidation=Strict"
_NOWHERE = {"dsctl.example/nowhere": "true"}


@dataclass(frozen=True, slots=True)
class Replaced:
    """One replacement of a live DaemonSet, and what the server and dsctl say of it."""

    name: str
    verdict: Verdict
    errors: tuple[tuple[str, str], ...]
    replaces_pods: bool
    live: dict[str, Any]


@pytest.fixture(scope="module")
def replaced(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Replaced]]:
    """A variant of every operator on each base, put in place of what the server stored."""
    server = Server(sandbox.paths.kubeconfig, tmp_path_factory.mktemp("updates"))
    namespace = f"updates-{secrets.token_hex(4)}"
    server.make_namespace(namespace)
    path = f"/apis/apps/v1/namespaces/{namespace}/daemonsets"
    version = tuple(map(int, sandbox.release.removeprefix("v").split(".")[:2]))
    results = []
    for name, base in bases().items():
        if validate_daemonset(base, version=(version[0], version[1])):
            continue  # It uses a field that this Kubernetes drops yet.
        base = copy.deepcopy(base)
        # On no node, so that nothing runs meanwhile.
        base["spec"]["template"]["spec"]["nodeSelector"] = _NOWHERE
        created = server.create(path, json.dumps(base).encode(), "application/json")
        assert created.accepted, created.message
        for case, obj in _replacements(name, base):
            body = json.dumps(obj).encode()
            verdict = server.send("PUT", f"{path}/{obj['metadata']['name']}?{_QUERY}", body)
            if "strict decoding error" in verdict.message:
                # A field that this Kubernetes does not know yet: for dsctl.manifests to tell.
                continue
            found = validate_update(obj, created.obj, version=(version[0], version[1]))
            errors = tuple((p.path, p.message) for p in found if p.severity is Severity.ERROR)
            note = any(problem.rule == "update-replaces-pods" for problem in found)
            results.append(Replaced(case, verdict, errors, note, created.obj))
    server.close()
    yield results
    sandbox.kubectl("delete", "namespace", namespace, "--wait=false")


def _replacements(name: str, base: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The base itself, and one variant of every operator on it."""
    yield f"the same {name}", base
    for operator in OPERATORS:
        random = Random(f"{SEED} update {operator.name} {name}")
        variant = random.randrange(operator.variants)
        obj = operator.mutate(base, random, variant)
        if obj is None or operator in decoding.OPERATORS:
            continue
        # Another name or namespace is another object, not an update.
        named = isinstance(obj.get("metadata"), dict) and isinstance(
            obj["metadata"].get("name"), str
        )
        if named and obj["metadata"]["name"] == base["metadata"]["name"]:
            yield f"{operator.name}#{variant} on {name}", obj


def test_same_verdict_on_updates(replaced: list[Replaced]) -> None:
    """dsctl accepts and refuses the replacements that the server does, and names its fields."""
    wrong = []
    for case in replaced:
        accepted = case.verdict.accepted
        unnamed = case.verdict.fields - {path for path, _ in case.errors}
        if accepted is bool(case.errors) or unnamed:
            said = "accepts" if accepted else case.verdict.causes or case.verdict.message
            wrong.append(f"{case.name}\n  server: {said}\n  dsctl:  {case.errors or 'accepts'}")
    sys.stdout.write("\n".join(wrong) + "\n")
    assert len(replaced) >= 1000
    assert len(wrong) <= 0.005 * len(replaced)


def test_pods_are_replaced_when_dsctl_says_so(replaced: list[Replaced]) -> None:
    """The note is there just when the server would count the template's generation up."""
    key = "deprecated.daemonset.template.generation"
    wrong = []
    for case in replaced:
        if case.verdict.accepted and not case.errors:
            before = case.live["metadata"]["annotations"][key]
            after = case.verdict.obj["metadata"]["annotations"][key]
            if (before != after) is not case.replaces_pods:
                wrong.append(case.name)
    assert wrong == []
