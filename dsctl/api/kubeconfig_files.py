"""Which kubeconfig files there are, what each says, and what they say together.

Ported from client-go ``tools/clientcmd/loader.go``: several files in KUBECONFIG are merged,
the first one to name a cluster, user or context wins it whole, missing files are skipped,
and relative paths count from the file that they stand in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from dsctl.errors import ConfigError, UsageError

_MAX_NAMES = 12


class Entry(NamedTuple):
    """A cluster, user or context, and the file that it stands in."""

    value: dict[str, Any]
    origin: str


class Kubeconfig:
    """What all files say together. ``looked`` is where they were sought, in order."""

    __slots__ = ("clusters", "contexts", "current_context", "found", "looked", "users")

    def __init__(self, looked: list[str]) -> None:
        self.looked = looked
        self.found: list[str] = []
        self.current_context = ""
        self.clusters: dict[str, Entry] = {}
        self.users: dict[str, Entry] = {}
        self.contexts: dict[str, Entry] = {}

    @property
    def where(self) -> str:
        """The files, for a message."""
        return ", ".join(self.found or self.looked)

    def add(self, path: str, document: dict[str, Any]) -> None:
        """Merge one file in; what is already there stays. Raises ConfigError."""
        self.found.append(path)
        self.current_context = self.current_context or text_field(
            document, "current-context", path, ""
        )
        for into, plural, singular in (
            (self.clusters, "clusters", "cluster"),
            (self.users, "users", "user"),
            (self.contexts, "contexts", "context"),
        ):
            for name, value in _named(document, plural, singular, path).items():
                into.setdefault(name, Entry(value, path))


def load_files(explicit: str | None, environ: Mapping[str, str]) -> Kubeconfig:
    """Read ``--kubeconfig`` alone, else the files of KUBECONFIG, else ``~/.kube/config``.

    Raises UsageError if the explicit path can't be read, ConfigError for a file that can't
    be read or understood. No file at all is not an error here.
    """
    config = Kubeconfig([explicit] if explicit else default_paths(environ))
    for path in config.looked:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except (FileNotFoundError, NotADirectoryError):
            if explicit:
                raise UsageError(f'--kubeconfig "{path}": no such file') from None
        except OSError as error:
            kind = UsageError if explicit else ConfigError
            raise kind(f'cannot read the kubeconfig "{path}": {error.strerror}') from error
        else:
            config.add(path, _decode(data, path))
    return config


def default_paths(environ: Mapping[str, str]) -> list[str]:
    """The paths that are sought without ``--kubeconfig``, in order of precedence."""
    listed = environ.get("KUBECONFIG", "")
    if listed:
        return list(dict.fromkeys(path for path in listed.split(os.pathsep) if path))
    home = environ.get("HOME") or os.path.expanduser("~")
    return [os.path.join(home, ".kube", "config")]


def beside(origin: str, path: str) -> str:
    """``path`` as the kubeconfig ``origin`` means it: relative paths count from its folder."""
    return os.path.join(os.path.dirname(os.path.abspath(origin)), path)


def listed(names: Mapping[str, Any]) -> str:
    """The names that exist, for a message, at most a dozen."""
    if not names:
        return "there are none"
    ordered = sorted(names)
    more = f", … {len(ordered) - _MAX_NAMES} more" if len(ordered) > _MAX_NAMES else ""
    return "there are: " + ", ".join(ordered[:_MAX_NAMES]) + more


def text_field(value: Mapping[str, Any], field: str, where: str, default: str = "") -> str:
    """A string field; ``default`` if absent or null. Raises ConfigError for another type."""
    found = value.get(field)
    if found is None:
        return default
    if not isinstance(found, str):
        raise ConfigError(
            f"{where}: {field} must be a string, not {found!r}", hint="put it in quotes"
        )
    return found


def flag_field(value: Mapping[str, Any], field: str, where: str) -> bool:
    """A boolean field; False if absent or null. Raises ConfigError for another type."""
    found = value.get(field)
    if found is None or isinstance(found, bool):
        return bool(found)
    raise ConfigError(f"{where}: {field} must be true or false, not {found!r}")


def _decode(data: bytes, path: str) -> dict[str, Any]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f'the kubeconfig "{path}" is not UTF-8 text') from error
    from dsctl.api import plain_yaml

    document = plain_yaml.read(text)
    if document is None:
        document = _decode_with_pyyaml(text, path)
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(f'the kubeconfig "{path}" is not a mapping')
    kind = document.get("kind") or "Config"
    if kind != "Config":
        raise ConfigError(f'"{path}" is not a kubeconfig: its kind is {kind}')
    return document


def _decode_with_pyyaml(text: str, path: str) -> Any:
    import yaml

    # The C parser is not in every build of PyYAML; both read the same language.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}, column {mark.column + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(f'the kubeconfig "{path}" is not valid YAML:{place} {problem}') from error


def _named(
    document: dict[str, Any], plural: str, singular: str, path: str
) -> dict[str, dict[str, Any]]:
    """The entries of one list as a map. Raises ConfigError if it has another shape."""
    found: dict[str, dict[str, Any]] = {}
    items = document.get(plural) or []
    if not isinstance(items, list):
        raise ConfigError(f"{path}: {plural} must be a list")
    for index, item in enumerate(items):
        where = f"{path}: {plural}[{index}]"
        if not isinstance(item, dict):
            raise ConfigError(f"{where} must be a mapping")
        name = text_field(item, "name", where)
        value = item.get(singular) or {}
        if not isinstance(value, dict):
            raise ConfigError(f"{where}.{singular} must be a mapping")
        if name in found:
            raise ConfigError(f'{path}: two {plural} are named "{name}"')
        found[name] = value
    return found
