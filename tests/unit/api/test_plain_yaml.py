"""The quick reader of plain YAML answers as PyYAML does, or not at all."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from dsctl.api import plain_yaml

KUBECTL = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM0ekNDQWN1Z0F3SUJBZ0k=
    server: https://127.0.0.1:37835
  name: sandbox-dev
- cluster:
    insecure-skip-tls-verify: true
    proxy-url: socks5://localhost:1080
    server: https://[::1]:6443/k8s/c-1
  name: "two words"
contexts:
- context: {}
  name: 'arn:aws:eks:eu-west-1:1234:cluster/x'
- context:
    cluster: sandbox-dev
    namespace: kube-system
    user: jane@example.org
  name: jane@sandbox
current-context: jane@sandbox
kind: Config
preferences: {}
users:
- name: jane@example.org
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      command: aws
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
- name: nobody
  user: {}
"""


def test_what_kubectl_writes_is_read() -> None:
    """A kubeconfig as kubectl config writes it needs no PyYAML, and means the same."""
    assert plain_yaml.read(KUBECTL) == yaml.safe_load(KUBECTL)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a: 1.5",
        "a: 0x1f",
        "a: 12:30",
        "a: 2001-01-01",
        "a: yes",
        "a: True",
        "a: ~",
        "a: Null",
        "a: b # c",
        "a: b: c",
        "a: &x b",
        "a: *x",
        "a: !!str b",
        "a: |\n  b",
        "a: >\n  b",
        "a: [b]",
        "a: {b: c}",
        'a: "\\n"',
        "a: 'it''s'",
        'a: "b" c',
        "a: b\n  c",
        "a:\n  b\n  c",
        "a: b\n b: c",
        "a: b\na: c",
        "? a\n: b",
        "yes: a",
        "1: a",
        "a:\tb",
        "\ta: b",
        "a: b\r\nc: d",
        "%YAML 1.1\n---\na: b",
        "a: b\n---\nc: d",
        "a: b\n...",
        "- a\n- b",
        "- - a",
        "a:\n- - b",
        "a:\n  - b\n - c",
        "a: é",
        "\ufeffa: b",
        "a: @b",
        "a: `b",
        "a: -1",
        "a: - b",
        "a: .5",
        "a: =",
        "<<: a",
        "  a: b",
        "",
        "# only",
        "a: b\x0bc",
        "#\x07\na: b",
    ],
)
def test_doubtful_text_is_left_to_pyyaml(text: str) -> None:
    """Whatever is not plain is not guessed at."""
    assert plain_yaml.read(text) is None


_WORDS = (
    "", "true", "v1", "https://h:1/x?y=z", "--region", "a b", "yes", "3", "~", "null", "a:b", "[x",
    "-", "--", "off", "1e3", "é", "a #b", "a#b", "'", '"', ": ", "a: b", "%x", "@", "`", "- a", "?",
    "!x", "&x", "*x", "{}", "[]", "a'b", 'a"b', "a\\b", " a", "a ", "\ta", ".", "=", "<<", "0x1",
)  # fmt: skip


def _value(random: Random, depth: int) -> Any:
    kind = random.random()
    if depth == 0 or kind < 0.5:
        return random.choice((*_WORDS, True, False, None, 7))
    if kind < 0.75:
        return [_value(random, depth - 1) for _ in range(random.randint(0, 3))]
    keys = ("a", "name", "tls-server-name", "x.y/z", "k8s", "A", "yes", "b c")
    return {random.choice(keys): _value(random, depth - 1) for _ in range(random.randint(0, 3))}


def _pyyaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def test_never_unlike_pyyaml_on_dumps() -> None:
    """Whatever PyYAML writes, the quick reader gives the same value or gives up."""
    random = Random(7)
    read = 0
    for _ in range(1500):
        value = {"a": _value(random, 3), "b": _value(random, 2)}
        text = yaml.dump(value, Dumper=yaml.CSafeDumper, width=10000)
        if random.random() < 0.5:
            text = text.replace("\n- ", "\n  - ")
        found = plain_yaml.read(text)
        if found is not None:
            read += 1
            assert found == _pyyaml(text), text
    assert read > 100


def test_never_unlike_pyyaml_on_damage() -> None:
    """A kubeconfig with a few characters changed: the same value, or left to PyYAML."""
    random = Random(11)
    read = 0
    for _ in range(3000):
        text = KUBECTL
        for _ in range(random.randint(1, 3)):
            at = random.randint(0, len(text))
            added = "".join(random.choices("\n\n  -:#'\"{}[]&|>%ab1~\t,", k=random.randint(0, 3)))
            text = text[:at] + added + text[at + random.randint(0, 3) :]
        found = plain_yaml.read(text)
        if found is not None:
            read += 1
            assert found == _pyyaml(text), text
    assert read > 300
