"""``set env``: environment variables of containers.

Ported from kubectl ``cmd/set/set_env.go``, ``helper.go`` and ``cmd/set/env/env_parse.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsctl.domain.edits import Edited
from dsctl.domain.edits.podspec import Container, chosen, each_container, names
from dsctl.domain.validation.names import regex_error
from dsctl.errors import AnswerIsNo, UsageError

_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_NAME_MSG = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', "
    "or '.', and must not start with a digit"
)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")

#: one entry of a container's ``env``
Variable = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """The variables to set, in order, and the names of those to remove."""

    new: tuple[Variable, ...] = ()
    removed: tuple[str, ...] = ()


def split(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The names, and the changes that follow them. Raises UsageError for a name after one."""
    words = list(words)
    found: list[str] = []
    changes: list[str] = []
    for word in words:
        if re.search(r"^.+=", word, re.MULTILINE) or word.endswith("-"):
            changes.append(word)
        elif changes:
            listed = " ".join(words)
            raise UsageError(
                f"all resources must be specified before environment changes: {listed}"
            )
        else:
            found.append(word)
    return found, changes


def read(specs: Iterable[str], stdin: Iterable[str]) -> Changes:
    """Read ``KEY=VALUE``, ``KEY-`` and ``-`` (lines of ``stdin``). Raises UsageError."""
    new: list[Variable] = []
    removed: list[str] = []
    named: set[str] = set()
    for spec in specs:
        name, equals, value = spec.partition("=")
        if spec == "-":
            new += _lines(stdin)
        elif equals:
            if problems := _name_problems(name):
                raise UsageError(f'"{name}" is not a valid key name: {";".join(problems)}')
            named.add(name)
            new.append({"name": name, "value": value})
        elif spec.endswith("-"):
            removed.append(spec[:-1])
        else:
            raise UsageError(f"unknown environment variable: {spec}")
    if named & set(removed):
        raise UsageError(
            "can not both modify and remove the same environment variable in the same command"
        )
    return Changes(tuple(new), tuple(removed))


def imported(source: Mapping[str, Any], keys: Sequence[str]) -> tuple[list[Variable], list[str]]:
    """A variable for each key of a ConfigMap or a Secret, and warnings for changed names.

    ``keys``: only these; empty: all.
    """
    field = "secretKeyRef" if source["kind"] == "Secret" else "configMapKeyRef"
    variables: list[Variable] = []
    warnings: list[str] = []
    for key in sorted(source.get("data") or {}):
        if keys and key not in keys:
            continue
        name = _NOT_IN_NAMES.sub("_", key).upper()
        if name != key:
            warnings.append(f"key {key} transferred to {name}")
        reference = {"key": key, "name": source["metadata"]["name"]}
        variables.append({"name": name, "valueFrom": {field: reference}})
    return variables, warnings


def prefixed(changes: Changes, variables: Iterable[Variable], prefix: str) -> Changes:
    """The changes with the imported variables after them, every name with the prefix."""
    new = [*changes.new, *variables]
    return Changes(tuple({**v, "name": prefix + v["name"]} for v in new), changes.removed)


def set_env(obj: dict[str, Any], changes: Changes, pattern: str, *, overwrite: bool) -> Edited:
    """Set and remove variables in every container that matches.

    Where none matches it stays as it is, and a note says so. Raises AnswerIsNo for another value
    without ``overwrite``.
    """
    if not chosen(obj, pattern):
        name = (obj.get("metadata") or {}).get("name")
        note = f'Warning: DaemonSet/{name} does not have any containers matching "{pattern}"'
        return Edited(obj, "", notes=(f"{note} (it has {', '.join(names(obj))})",))
    if not overwrite:
        for container in chosen(obj, pattern):
            _refuse_overwrites(container, changes.new)

    def change(container: Container) -> Container:
        before = container.get("env")
        after = _updated(before or [], changes)
        if after == (before or []):
            return container
        kept = {key: value for key, value in container.items() if key != "env"}
        return {**kept, "env": after} if after else kept

    wanted = each_container(obj, pattern, change)
    return Edited(wanted, "" if wanted == obj else "env updated")


def _refuse_overwrites(container: Container, new: Iterable[Variable]) -> None:
    found: dict[str, Variable] = {}
    for variable in container.get("env") or []:
        found.setdefault(variable["name"], variable)
    for variable in new:
        current = found.get(variable["name"])
        if current is not None and current.get("value", "") != variable.get("value", ""):
            raise AnswerIsNo(
                f"'{current['name']}' already has a value ({current.get('value', '')}), "
                "and --overwrite is false"
            )


def _updated(existing: Iterable[Variable], changes: Changes) -> list[Variable]:
    """``updateEnv``: in place, then what is new at the end; removal takes precedence."""
    newer: dict[str, Variable] = {}
    for variable in changes.new:
        newer.setdefault(variable["name"], variable)
    covered = set(changes.removed)
    out: list[Variable] = []
    for variable in existing:
        name = variable.get("name")
        if name in covered:
            continue
        if name in newer:
            covered.add(name)
            out.append(_stored(newer[name]))
        else:
            out.append(variable)
    return out + [_stored(v) for name, v in newer.items() if name not in covered]


def _stored(variable: Variable) -> Variable:
    """As the server stores it: an empty value is none."""
    return {key: value for key, value in variable.items() if value != ""}


def _lines(stdin: Iterable[str]) -> Iterable[Variable]:
    for line in stdin:
        name, equals, value = line.rstrip("\r\n").partition("#")[0].partition("=")
        if equals:
            yield {"name": name, "value": value}


def _name_problems(name: str) -> list[str]:
    """``IsEnvVarName``."""
    problems = []
    if not _NAME.fullmatch(name):
        examples = ("my.env-name", "MY_ENV.NAME", "MyEnvName1")
        problems.append(regex_error(_NAME_MSG, "[-._a-zA-Z][-._a-zA-Z0-9]*", *examples))
    if name in (".", ".."):
        problems.append(f"must not be '{name}'")
    elif name.startswith(".."):
        problems.append("must not start with '..'")
    return problems
