"""Offline validation against the real server, manifest by manifest.

Each is sent as its own text with ``dryRun=All&fieldValidation=Strict`` and judged offline. The
mutants are drawn from what the server checks (``mutators``), always the same ones; beside them
stand the DaemonSets of the corpus, where it is checked out. A decode error names no field and
hides what validation would say, so only the verdict counts there.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dsctl.domain.findings import DocumentReport, Severity
from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation import defaulted, warnings
from dsctl.manifests.documents import Document, decode
from dsctl.manifests.identity import is_daemonset
from dsctl.manifests.validate import Settings, judge
from tests.cluster.conftest import Sandbox
from tests.cluster.mutators.cases import OPERATORS, Case, bases, edited, mutants, pairs
from tests.cluster.mutators.server import Server, Verdict

_CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
_DOUBLE_MUTANTS = 150


@dataclass(frozen=True, slots=True)
class Judged:
    """One manifest, and what the server and dsctl say of it."""

    name: str
    verdict: Verdict
    document: Document | None
    errors: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    corpus: bool

    @property
    def same_verdict(self) -> bool:
        """Whether both accept or both refuse it."""
        return self.verdict.accepted is not bool(self.errors)

    @property
    def fields(self) -> set[str]:
        """The fields that dsctl's errors name."""
        return {path for path, _ in self.errors}

    def disagreement(self) -> str:
        """The case in a few lines, for whoever has to find out."""
        said = self.verdict.causes or self.verdict.message[:300]
        server = "accepts" if self.verdict.accepted else f"{self.verdict.code} {said}"
        return f"{self.name}\n  server: {server}\n  dsctl:  {self.errors or 'accepts'}"


@pytest.fixture(scope="module")
def settings(sandbox: Sandbox) -> Settings:
    """Judge by the sandbox's own version."""
    major, minor = sandbox.release.removeprefix("v").split(".")[:2]
    return Settings(version=(int(major), int(minor)))


@pytest.fixture(scope="module")
def judged(
    sandbox: Sandbox, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Judged]]:
    """Every mutant and every DaemonSet of the corpus, judged by both."""
    server = Server(sandbox.paths.kubeconfig, tmp_path_factory.mktemp("parity"))
    own = f"parity-{secrets.token_hex(4)}"
    made = [own] if server.make_namespace(own) else []
    results = [_judge_case(server, case, own, settings) for case in _cases()]
    for document in _corpus():
        namespace = document.namespace or own
        if server.make_namespace(namespace):
            made.append(namespace)
        results.append(_judge_document(server, document, namespace, settings))
    server.close()
    yield results
    sandbox.kubectl("delete", "namespace", *made, "--wait=false")


def _cases() -> Iterator[Case]:
    yield from mutants()
    yield from edited()
    yield from pairs(_DOUBLE_MUTANTS)


def _judge_case(server: Server, case: Case, namespace: str, settings: Settings) -> Judged:
    verdict = server.judge(case.text, namespace)
    documents = list(decode(case.text, case.name))
    reports = [judge(document, settings) for document in documents]
    document = documents[0] if len(documents) == 1 else None
    return _judged(case.name, verdict, document, reports, corpus=False)


def _corpus() -> Iterator[Document]:
    for path in sorted(_CORPUS.glob("*")) if _CORPUS.is_dir() else ():
        if path.suffix in (".yaml", ".yml", ".json"):
            for document in decode(path.read_bytes(), path.name):
                if is_daemonset(document):
                    yield document


def _judge_document(
    server: Server, document: Document, namespace: str, settings: Settings
) -> Judged:
    text = document.text if document.text is not None else json.dumps(document.value)
    verdict = server.judge(text.encode(), namespace)
    name = f"corpus {document.source}[{document.index}]"
    return _judged(name, verdict, document, [judge(document, settings)], corpus=True)


def _judged(
    name: str,
    verdict: Verdict,
    document: Document | None,
    reports: list[DocumentReport],
    *,
    corpus: bool,
) -> Judged:
    found = [finding for report in reports for finding in report.findings]
    errors = tuple((f.path, f.message) for f in found if f.severity is Severity.ERROR)
    if any(report.skipped for report in reports):
        errors += (("kind", "another kind"),)
    warned = tuple(f"{f.path}: {f.message}" for f in found if f.severity is Severity.WARNING)
    return Judged(name, verdict, document, errors, warned, corpus)


def _show(title: str, cases: list[Judged]) -> None:
    if cases:
        lines = [f"{title} ({len(cases)}):", *(case.disagreement() for case in cases)]
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def test_there_is_enough_to_judge(judged: list[Judged]) -> None:
    """At least 60 operators, 10 bases and 1,000 mutants; every base is valid on both sides."""
    assert len(OPERATORS) >= 60
    assert len(bases()) >= 10
    assert sum(not case.corpus for case in judged) >= 1000
    assert Counter(case.verdict.accepted for case in judged)[True] >= 200


def test_same_verdict(judged: list[Judged]) -> None:
    """dsctl accepts and refuses what the server does, on at least 99.5% of the manifests."""
    wrong = [case for case in judged if not case.same_verdict]
    _show("another verdict than the server's", wrong)
    assert len(wrong) <= 0.005 * len(judged)


def test_every_field_is_named(judged: list[Judged]) -> None:
    """On at least 97% of what the server finds invalid, dsctl names every field it names."""
    refused = [case for case in judged if case.verdict.fields]
    wrong = [case for case in refused if not case.verdict.fields <= case.fields]
    _show("a field of the server's is not named", wrong)
    assert len(refused) >= 500
    assert len(wrong) <= 0.03 * len(refused)


def test_no_false_error_on_the_corpus(judged: list[Judged]) -> None:
    """No manifest of the corpus that the server accepts has an error."""
    wrong = [case for case in judged if case.corpus and case.verdict.accepted and case.errors]
    _show("false errors on the corpus", wrong)
    assert not wrong


def test_messages_are_the_servers(judged: list[Judged]) -> None:
    """At least 97% of the server's causes are told in its own words."""
    told = wrong = 0
    for case in judged:
        for cause in case.verdict.causes:
            told += 1
            # Values that are structs are printed with the names of Go's fields.
            wrong += cause not in case.errors and 'value: {"' not in cause[1]
    assert told >= 1000
    assert wrong <= 0.03 * told


def test_same_warnings(judged: list[Judged], settings: Settings) -> None:
    """For what the server accepts, dsctl gives the warnings it gives, word by word."""
    wrong = []
    accepted = [case for case in judged if case.verdict.accepted and case.document is not None]
    for case in accepted:
        assert case.document is not None
        found = warnings(case.document.value, version=settings.version)
        texts = sorted(f"{p.path}: {p.message}" if p.path else p.message for p in found)
        if texts != sorted(case.verdict.warnings):
            wrong.append(f"{case.name}\n  {case.verdict.warnings}\n  {texts}")
    sys.stdout.write("\n".join(wrong) + "\n")
    assert sum(bool(case.verdict.warnings) for case in accepted) >= 50
    assert len(wrong) <= 0.005 * len(accepted)


def test_same_defaults(judged: list[Judged], settings: Settings) -> None:
    """What dsctl takes for the defaulted spec is what the server would store."""
    wrong = []
    accepted = [case for case in judged if case.verdict.accepted and case.document is not None]
    for case in accepted:
        assert case.document is not None
        mine = defaulted(case.document.value, version=settings.version)["spec"]
        found = list(_differences(mine, case.verdict.obj["spec"], "spec"))
        if found:
            wrong.append(f"{case.name}: {found[:3]}")
    sys.stdout.write("\n".join(wrong) + "\n")
    assert len(wrong) <= 0.005 * len(accepted)


def _differences(mine: Any, stored: Any, path: str) -> Iterator[str]:
    """Empty and absent are alike, and so are two spellings of a quantity."""
    if isinstance(mine, dict) and isinstance(stored, dict):
        for key in mine.keys() | stored.keys():
            yield from _differences(mine.get(key), stored.get(key), f"{path}.{key}")
    elif isinstance(mine, list) and isinstance(stored, list) and len(mine) == len(stored):
        for index, (one, other) in enumerate(zip(mine, stored, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif (mine or stored) and mine != stored and not _same_quantity(mine, stored):
        yield f"{path}: {mine!r} is {stored!r}"


def _same_quantity(one: Any, other: Any) -> bool:
    try:
        return isinstance(one, str) and isinstance(other, str) and parse(one) == parse(other)
    except QuantityError:
        return False
