"""Documents in, a report out: every stage speaks, and each finding has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsctl.domain.findings import Severity, ValidationReport
from dsctl.manifests.documents import decode, made
from dsctl.manifests.validate import Settings, check, validate

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"

DS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
  namespace: kube-system
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
      - name: agent
        image: quay.io/agent:1.4
"""


def _report(text: str, settings: Settings | None = None) -> ValidationReport:
    return validate(decode(text.encode(), "x.yaml"), settings or Settings())


def _errors(text: str) -> list[tuple[str, str, int | None]]:
    return [
        (finding.rule, finding.path, finding.line)
        for document in _report(text).documents
        for finding in document.findings
        if finding.severity is Severity.ERROR
    ]


def test_a_good_manifest_is_valid() -> None:
    """No error, one DaemonSet, and the document's own words in the report."""
    report = _report("# a comment\n" + DS)
    assert report.valid
    (document,) = report.to_dict()["documents"]
    document.pop("findings")
    assert document == {
        "source": "x.yaml",
        "index": 0,
        "line": 2,
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "namespace": "kube-system",
        "name": "agent",
        "valid": True,
        "skipped": False,
    }


def test_the_report_has_the_public_shape() -> None:
    """Field names and their order are pinned here, on purpose not imported."""
    report = _report(DS.replace("  template", "  minReadySecond: 1\n  template")).to_dict()
    assert list(report) == [
        *("apiVersion", "kind", "kubernetesVersion", "valid", "summary", "documents")
    ]
    assert (report["apiVersion"], report["kind"]) == ("dsctl/v1", "ValidationReport")
    assert list(report["summary"]) == ["documents", "daemonSets", "skipped", "errors", "warnings"]
    finding = next(f for f in report["documents"][0]["findings"] if f["severity"] == "error")
    assert finding == {
        "severity": "error",
        "rule": "field-unknown",
        "path": "spec.minReadySecond",
        "line": 9,
        "column": 3,
        "message": 'unknown field "spec.minReadySecond"',
        "hint": "did you mean minReadySeconds?",
    }


def test_every_stage_speaks() -> None:
    """A repeated key, an unknown field, a wrong type and a broken rule, all in one report."""
    text = DS.replace("name: agent\n  n", "name: agent\n  name: agent\n  n", 1).replace(
        "      containers:",
        "      hostPid: true\n      hostNetwork: 'yes'\n      restartPolicy: Never\n"
        "      containers:",
    )
    assert _errors(text) == [
        ("key-duplicate", "metadata.name", 5),
        ("field-unknown", "spec.template.spec.hostPid", 14),
        ("field-type", "spec.template.spec.hostNetwork", 15),
        ("restart-policy-not-always", "spec.template.spec.restartPolicy", 16),
    ]


def test_a_wrong_type_is_told_once() -> None:
    """What was meant is plain, so the rules judge that and don't repeat the complaint."""
    text = DS.replace("{app: agent}", "{app: 1}").replace("quay.io/agent:1.4", "5")
    assert [rule for rule, _, _ in _errors(text)] == ["field-type"] * 3


def test_a_missing_selector_is_shown_where_it_has_to_go() -> None:
    """The server names the template's labels; the line is that of the spec."""
    text = DS.replace("  selector:\n    matchLabels: {app: agent}\n", "")
    assert [(path, line) for _, path, line in _errors(text)] == [
        ("spec.template.metadata.labels", 6)
    ]


def test_errors_of_the_template_metadata_are_found() -> None:
    """The server's path leaves ``metadata`` out; the line is that of the field."""
    text = DS.replace("labels: {app: agent}", "labels: {app: agent, x: '-'}")
    assert [(path, line) for _, path, line in _errors(text)] == [("spec.template.labels", 11)]


@pytest.mark.parametrize(
    ("old", "rules"),
    [
        ("extensions/v1beta1", ["api-version-removed"]),
        ("apps/v1beta2", ["api-version-removed"]),
        ("apps/v2", ["api-version-unknown"]),
        ("v1", ["api-version-unknown"]),
        ("''", ["object-kind"]),
        ("1", ["field-type"]),
    ],
)
def test_other_api_versions_are_errors(old: str, rules: list[str]) -> None:
    """Each with what to write instead, and the rest is judged as apps/v1."""
    assert [rule for rule, _, _ in _errors(DS.replace("apps/v1", old))] == rules


def test_a_misspelt_kind_is_an_error() -> None:
    """It is judged as the DaemonSet that it means to be."""
    text = DS.replace("kind: DaemonSet", "kind: Daemonset").replace("image:", "imag:")
    assert {"kind-unknown", "field-unknown"} <= {rule for rule, _, _ in _errors(text)}


def test_other_kinds_are_skipped() -> None:
    """Neither valid nor invalid, whatever stands in them; alone they make no valid report."""
    other = "apiVersion: v1\nkind: Service\nspec: 5\nspec: 6\n"
    report = _report(other)
    assert [(d.skipped, d.valid, d.findings) for d in report.documents] == [(True, None, ())]
    assert not report.valid
    assert _report(DS + "---\n" + other).valid


@pytest.mark.parametrize(
    "text", ["a: [", "- a\n", "kind: DaemonSet\n", "apiVersion: apps/v1\n", "a: 1\n"]
)
def test_what_is_no_object_makes_the_report_invalid(text: str) -> None:
    """Syntax errors, lists, and objects without kind or apiVersion are findings."""
    report = _report(DS + "---\n" + text)
    assert not report.valid
    assert [d.valid for d in report.documents] == [True, False]


def test_what_has_no_kind_can_be_passed_over() -> None:
    """For hooks that see every YAML file of a repository."""
    report = _report(DS + "---\na: 1\n", Settings(ignore_others=True))
    assert report.valid
    assert [d.skipped for d in report.documents] == [False, True]


def test_two_documents_of_one_name_are_a_warning() -> None:
    """In one file only; with the line of the first."""
    report = _report(DS + "---\n" + DS)
    (finding,) = [f for f in report.documents[1].findings if f.rule == "document-duplicate"]
    assert (finding.severity, finding.line) == (Severity.WARNING, 20)
    assert "line 1" in finding.message
    assert report.valid


@pytest.mark.parametrize(
    ("off", "comment", "annotation"),
    [
        ({"document-duplicate"}, "", ""),
        (set(), "# dsctl: disable document-duplicate", ""),
        (set(), "# dsctl: disable=other-rule, document-duplicate", ""),
        (set(), "", "  annotations: {dsctl/disable: 'a,document-duplicate'}\n"),
    ],
)
def test_warnings_can_be_turned_off(off: set[str], comment: str, annotation: str) -> None:
    """By flag, by a comment at the line, and by an annotation of the document."""
    again = DS.replace("name: agent\n", f"name: agent {comment}\n{annotation}", 1)
    report = _report(DS + "---\n" + again, Settings(disabled=frozenset(off)))
    rules = [f.rule for f in report.documents[1].findings]
    assert "document-duplicate" not in rules


def test_comments_turn_off_the_next_line_or_the_document() -> None:
    """Alone on a line: the next line; before the first line: the whole document."""
    comment = "# dsctl: disable document-duplicate\n"
    for again in (comment + DS, DS.replace("  name: agent\n", f"  {comment}\n  name: agent\n", 1)):
        report = _report(DS + "---\n" + again)
        assert "document-duplicate" not in [f.rule for f in report.documents[1].findings]
    for again in (DS + comment, DS.replace("kind", comment + "kind", 1)):
        report = _report(DS + "---\n" + again)
        assert "document-duplicate" in [f.rule for f in report.documents[1].findings]


def test_errors_can_not_be_turned_off() -> None:
    """What the server refuses stays an error."""
    text = DS.replace("image:", "imag: x # dsctl: disable field-unknown\n        image:")
    report = _report(text, Settings(disabled=frozenset({"field-unknown"})))
    assert [f.rule for f in report.documents[0].findings if f.severity is Severity.ERROR] == [
        "field-unknown"
    ]


def test_the_version_decides() -> None:
    """A field of 1.37 is unknown to 1.36."""
    text = DS.replace("      containers:", "      evictionResponders: []\n      containers:")
    assert _report(text).valid
    report = _report(text, Settings(version=(1, 36)))
    assert (report.valid, report.kubernetes_version) == (False, "1.36")


def test_a_field_that_an_older_server_drops_is_told_for_that_version() -> None:
    """hostnameOverride works from 1.35 on; 1.34 takes it and drops it without a word."""
    text = DS.replace("      containers:", "      hostnameOverride: here\n      containers:")
    dropped = {
        version: [
            f.path
            for d in _report(text, Settings(version=version)).documents
            for f in d.findings
            if f.rule == "field-dropped"
        ]
        for version in ((1, 34), (1, 37))
    }
    assert dropped == {(1, 34): ["spec.template.spec.hostnameOverride"], (1, 37): []}


def test_what_dsctl_made_itself_can_be_checked() -> None:
    """An object without a file has findings all the same."""
    found = check(made({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "x"}}))
    assert any(finding.severity is Severity.ERROR for finding in found)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not stand beside the checkout")
def test_every_finding_on_the_corpus_has_a_line_with_its_text() -> None:
    """Line, column and excerpt fit together in every file."""
    for path in sorted(p for p in CORPUS.iterdir() if p.suffix != ".tsv"):
        lines = path.read_text("utf-8").split("\n")
        for document in validate(decode(path.read_bytes(), path.name)).documents:
            for finding in document.findings:
                assert finding.line is not None and finding.column is not None
                assert lines[finding.line - 1].rstrip("\r") == finding.excerpt
                assert 1 <= finding.column <= len(finding.excerpt or "") + 1
