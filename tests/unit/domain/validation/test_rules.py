"""The registry of rules, against the code that reports them and what it reports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import dsctl.domain.validation as package
from dsctl.domain.validation import judge, validate_update
from dsctl.domain.validation.rules import all_rules, find, remedy
from tests.cluster.mutators.cases import OPERATORS, bases
from tests.unit.domain.validation.sample import with_container

_TABLES = ("rules", "rules_containers", "rules_daemonset", "rules_pod", "rules_volumes")


def test_every_rule_is_a_name_with_a_sentence() -> None:
    """Names are stable words; summaries and remedies are sentences."""
    for name, rule in all_rules().items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", name)
        assert rule.name == name
        assert rule.summary.endswith(".")
        assert not rule.remedy or rule.remedy.endswith(".")


def test_every_listed_rule_is_in_the_code() -> None:
    """No rule is listed that nothing reports."""
    texts: set[str] = set()
    for path in Path(str(package.__file__)).parent.glob("*.py"):
        if path.stem not in (*_TABLES, "rules_warnings"):
            tree = ast.parse(path.read_text())
            texts |= {
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    # Two rules of the server that an update of a manifest can't break.
    assert all_rules().keys() - texts <= {"resource-version-required"}


def test_every_reported_rule_is_listed() -> None:
    """Whatever the mutants provoke has an entry, with the severity it is reported with."""
    from random import Random

    seen: set[str] = set()
    for operator in OPERATORS:
        for variant in range(operator.variants):
            random = Random(variant)
            for base in bases().values():
                obj = operator.mutate(base, random, variant)
                if obj is None:
                    continue
                for problem in (*judge(obj), *validate_update(obj, base)):
                    rule = find(problem.rule)
                    assert rule is not None, problem
                    assert rule.severity is problem.severity
                    seen.add(problem.rule)
                break
    assert len(seen) > 200


def test_remedies_are_the_hints() -> None:
    """A finding carries the remedy of its rule, or none."""
    (problem, *_) = judge(with_container(ports=[{"containerPort": 1, "protocol": "tcp"}]))
    assert problem.hint is remedy("port-protocol-unsupported") is None
    (problem, *_) = judge(with_container(livenessProbe={"exec": {}, "httpGet": {"port": 1}}))
    assert problem.rule == "exec-command-required"
    assert remedy("handler-multiple") == "Keep one of them."
    assert remedy("no-such-rule") is None
