"""``dsctl explain``: rules and fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsctl.cli.env import Env
from dsctl.cli.explain import ExplainOptions, run
from dsctl.domain.findings import Severity
from dsctl.domain.rulebook import all_rules
from dsctl.errors import UsageError
from dsctl.manifests.documents import decode
from dsctl.manifests.validate import validate
from tests.cli.conftest import Stream

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def _explain(topic: str = "", *, recursive: bool = False, rules: bool = False) -> str:
    out = Stream()
    options = ExplainOptions(topic, recursive, rules, None)
    assert run(options, Env(Stream(), out, Stream(), {})) == 0
    return out.getvalue()


def test_a_field_as_kubectl_explains_it() -> None:
    """Group, kind, field with its type, description, and the fields below."""
    page = _explain("spec.updateStrategy")
    assert page.startswith(
        "GROUP:      apps\nKIND:       DaemonSet\nVERSION:    v1\n\n"
        "FIELD: updateStrategy <DaemonSetUpdateStrategy>\n\nDESCRIPTION:\n    An update strategy"
    )
    assert "FIELDS:\n  rollingUpdate\t<RollingUpdateDaemonSet>\n" in page
    assert max(map(len, page.splitlines())) <= 80


@pytest.mark.parametrize(
    ("topic", "field"),
    [
        ("ds.spec.template.spec.containers.image", "FIELD: image <string>"),
        ("daemonset.apps.spec.template.spec.containers[0].ports", "FIELD: ports <[]ContainerPort>"),
        ("spec.template.metadata.labels", "FIELD: labels <map[string]string>"),
        ("spec.minReadySeconds", "FIELD: minReadySeconds <integer>"),
    ],
)
def test_paths_lead_through_lists_and_maps(topic: str, field: str) -> None:
    """With or without the type word and indices; types in kubectl's short form."""
    assert field in _explain(topic)


def test_required_fields_are_marked() -> None:
    """As kubectl marks them, in the short form too."""
    page = _explain("spec", recursive=True)
    assert "  selector\t<LabelSelector> -required-\n    matchExpressions\t<" in page
    assert "DaemonSet represents" in _explain("ds")


@pytest.mark.parametrize("name", ["selector-required", "field-unknown", "document-duplicate"])
def test_a_rule(name: str) -> None:
    """What it checks and why, whether it can be turned off, what to do."""
    page = _explain(name)
    assert f"RULE:      {name}\n" in page
    assert all_rules()[name].remedy.split()[0] in page
    can = "can't be turned off" if all_rules()[name].severity is Severity.ERROR else "--disable"
    assert can in page


def test_all_rules_are_listed() -> None:
    """One line a rule, sorted."""
    lines = _explain(rules=True).splitlines()
    assert len(lines) == len(all_rules()) + 1
    assert [line.split()[0] for line in lines[1:]] == sorted(all_rules())


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("selector-requird", "did you mean selector-required?"),
        ("spec.xyz", "from the top"),
        ("ds.spec.updateStratgy", "did you mean ds.spec.updateStrategy?"),
    ],
)
def test_unknown_topics(topic: str, hint: str) -> None:
    """A near miss is suggested."""
    with pytest.raises(UsageError) as caught:
        _explain(topic)
    assert hint in (caught.value.hint or "")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not stand beside the checkout")
def test_every_rule_that_speaks_can_be_explained() -> None:
    """Each rule found on the corpus is in the book, with the severity it has there."""
    for path in sorted(p for p in CORPUS.iterdir() if p.suffix != ".tsv"):
        for document in validate(decode(path.read_bytes(), path.name)).documents:
            for finding in document.findings:
                assert all_rules()[finding.rule].severity is finding.severity, finding
