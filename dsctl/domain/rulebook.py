"""Every rule of validation by name, those on reading and on the schema included."""

from __future__ import annotations

from functools import cache

from dsctl.domain.findings import Severity
from dsctl.domain.validation.rules import Rule
from dsctl.domain.validation.rules import all_rules as _rules_of_values

#: What reading and the schema check: name: what and why, remedy.
_READING: dict[str, tuple[str, str]] = {
    "yaml-syntax": ("The text is no YAML, or no YAML that kubectl reads.", ""),
    "json-syntax": ("The text is no JSON.", ""),
    "yaml-encoding": (
        "Manifests are text in UTF-8, or in UTF-16 with a byte order mark, without control "
        "characters.",
        "Save the file as UTF-8.",
    ),
    "yaml-alias": (
        "An alias needs an anchor before it, may not contain itself, and aliases may not make up "
        "most of a large document.",
        "Write the value out.",
    ),
    "yaml-merge": ("<< merges a mapping, or a list of mappings.", ""),
    "yaml-key": (
        "Keys of Kubernetes objects are strings; the server refuses null, lists and mappings.",
        "Quote the key; if it is a template, render it first.",
    ),
    "yaml-value": (
        "A tag must fit its value, and JSON, which the server makes of YAML, has no word for NaN "
        "and infinity.",
        "Quote the value if it is text.",
    ),
    "yaml-depth": ("Nothing of Kubernetes nests this deep, and parsers have limits.", ""),
    "document-size": (
        "The API server takes 3 MiB as one request.",
        "Move data into ConfigMaps or an image.",
    ),
    "document-type": ("A document is one Kubernetes object: a mapping.", ""),
    "object-kind": ("kind and apiVersion say what an object is.", "Set both."),
    "kind-unknown": ("Kinds are case-sensitive.", "Write DaemonSet."),
    "api-version-removed": (
        "DaemonSets of extensions/v1beta1 and apps/v1beta2 went away with Kubernetes 1.16.",
        "dsctl validate --fix moves them to apps/v1.",
    ),
    "api-version-unknown": ("A DaemonSet is in apps/v1.", "Write apps/v1."),
    "key-duplicate": (
        "A mapping has each key once. kubectl keeps the last in silence; the server refuses the "
        "manifest.",
        "Remove one of them.",
    ),
    "field-unknown": (
        "The server knows no field of this name in this place, and refuses it by default; without "
        "that it would ignore the field.",
        "Correct the name or the indentation.",
    ),
    "field-type": (
        "The value is not of the type of its field. YAML decides types by how a value is "
        "written: 1 is a number, yes a boolean.",
        "Quote what is meant as text, and write numbers and booleans without quotes.",
    ),
    "number-range": ("The number does not fit in the 32 or 64 bits of its field.", ""),
    "time-invalid": ("Times are written as in RFC 3339.", "Write it as 2006-01-02T15:04:05Z."),
}
_WARNINGS: dict[str, tuple[str, str]] = {
    "yaml-document-end": (
        "kubectl and the server stop reading at '...' and at a line that is indented less than "
        "the first one: what follows is lost without a word.",
        "Separate documents with ---, and begin all keys of an object in one column.",
    ),
    "yaml-directive": (
        "The server reads %YAML and %TAG lines; kubectl takes them for a document of their own.",
        "Remove the line.",
    ),
    "document-duplicate": (
        "Two DaemonSets of one file have the same namespace and name: the second would replace "
        "the first.",
        "Rename or remove one.",
    ),
}


@cache
def all_rules() -> dict[str, Rule]:
    """The rules by name, sorted."""
    rules = dict(_rules_of_values())
    for table, severity in ((_READING, Severity.ERROR), (_WARNINGS, Severity.WARNING)):
        for name, (summary, remedy) in table.items():
            rules[name] = Rule(name, severity, summary, remedy)
    return dict(sorted(rules.items()))


def find(name: str) -> Rule | None:
    """The rule of this name."""
    return all_rules().get(name)
