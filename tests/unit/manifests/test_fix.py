"""``--fix``: removed apiVersions rewritten in place, and nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsctl.manifests.documents import decode
from dsctl.manifests.fix import fix
from dsctl.manifests.identity import is_daemonset

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"

OLD = """\
# who made this
apiVersion: extensions/v1beta1 # old
kind: DaemonSet
metadata:
  name: agent
spec:
  templateGeneration: 3
  # how pods look
  template:
    metadata:
      labels:
        app: agent # a label
        tier: "1"
        "on": y-z
    spec:
      containers: [{name: a, image: b}]
"""
NEW = """\
# who made this
apiVersion: apps/v1 # old
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels:
      app: agent
      tier: "1"
      "on": y-z
  # how pods look
  template:
    metadata:
      labels:
        app: agent # a label
        tier: "1"
        "on": y-z
    spec:
      containers: [{name: a, image: b}]
"""


def test_comments_and_everything_else_stay() -> None:
    """Only the apiVersion, the selector and the template generation change."""
    fixed = fix(OLD.encode(), "x.yaml")
    assert fixed.data.decode() == NEW
    assert fixed.done == (
        "x.yaml:2: DaemonSet agent: extensions/v1beta1 is now apps/v1; "
        "it now rolls by itself (before: OnDelete)",
    )
    assert not fixed.left


def test_several_documents_and_line_ends() -> None:
    """Each document of a file is fixed; CRLF and a byte order mark stay."""
    text = f"{OLD}---\nkind: Service\napiVersion: v1\n---\n{OLD}".replace("\n", "\r\n")
    fixed = fix(b"\xef\xbb\xbf" + text.encode(), "x.yaml")
    wanted = f"{NEW}---\nkind: Service\napiVersion: v1\n---\n{NEW}".replace("\n", "\r\n")
    assert fixed.data == b"\xef\xbb\xbf" + wanted.encode()
    assert len(fixed.done) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "{apiVersion: 'apps/v1beta2', kind: DaemonSet, spec: {templateGeneration: 1, "
            "template: {metadata: {labels: {a: b}}}}}",
            "{apiVersion: 'apps/v1', kind: DaemonSet, spec: {"
            '"selector": {"matchLabels": {"a": "b"}}, template: {metadata: {labels: {a: b}}}}}',
        ),
        (
            '{"apiVersion": "extensions/v1beta1", "kind": "DaemonSet", "spec": '
            '{"template": {"metadata": {"labels": {"a": "b"}}}, "templateGeneration": 1}}',
            '{"apiVersion": "apps/v1", "kind": "DaemonSet", "spec": '
            '{"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": '
            '{"a": "b"}}}}}',
        ),
        (
            '{"items": [{\n  "apiVersion": "extensions/v1beta1",\n  "kind": "DaemonSet",\n'
            '  "spec": {\n'
            '    "templateGeneration": 1,\n'
            '    "template": {"metadata": {"labels": {"a": "b"}}}\n  }\n}]}\n',
            '{"items": [{\n  "apiVersion": "apps/v1",\n  "kind": "DaemonSet",\n  "spec": {\n'
            '    "selector": {"matchLabels": {"a": "b"}},\n'
            '    "template": {"metadata": {"labels": {"a": "b"}}}\n  }\n}]}\n',
        ),
        (
            "apiVersion: apps/v1beta2\nkind: DaemonSet\nspec:\n  selector: {matchLabels: {a: b}}\n",
            "apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  selector: {matchLabels: {a: b}}\n",
        ),
    ],
)
def test_flow_style_and_json(old: str, new: str) -> None:
    """What stands on one line stays on it."""
    assert fix(old.encode(), "x").data.decode() == new


@pytest.mark.parametrize(
    "text",
    [
        NEW,
        "a: [\n",
        "apiVersion: apps.kruise.io/v1beta1\nkind: DaemonSet\n",
        "apiVersion: extensions/v1beta1\nkind: Deployment\n",
        "apiVersion: extensions/v1beta1\nkind: DaemonSet\n",
        "apiVersion: extensions/v1beta1\nkind: DaemonSet\nspec: {selector: {}, template: {}}\n",
        "apiVersion: extensions/v1beta1\nkind: DaemonSet\nspec: {template: {metadata: {}}}\n",
        "x: &v extensions/v1beta1\napiVersion: *v\nkind: DaemonSet\n"
        "spec: {template: {metadata: {labels: {a: b}}}}\n",
    ],
)
def test_what_needs_no_fix_or_can_not_be_fixed_stays(text: str) -> None:
    """Byte for byte."""
    assert fix(text.encode(), "x.yaml").data.decode() == text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not stand beside the checkout")
def test_the_old_manifests_of_the_corpus_are_moved() -> None:
    """All but those without labels to select by; a second run has nothing to do."""
    moved = left = 0
    for path in sorted(p for p in CORPUS.iterdir() if p.suffix != ".tsv"):
        data = path.read_bytes()
        fixed = fix(data, path.name)
        moved += len(fixed.done)
        left += len(fixed.left)
        again = fix(fixed.data, path.name)
        assert (again.data, again.done) == (fixed.data, ())
        versions = {d.api_version for d in decode(fixed.data, path.name) if is_daemonset(d)}
        assert versions <= {"apps/v1"} or fixed.left
    assert moved > 25
    assert left <= 1
