"""From what ``-f`` and ``-k`` name to the bytes of each file, as kubectl resolves them.

Ported from cli-runtime ``resource/builder.go`` (``FilenameParam``, ``Path``) and ``visitor.go``
(``ExpandPathsToFileVisitors``): a directory gives its ``.json``, ``.yaml`` and ``.yml`` files by
name, ``-R`` goes deeper, links to directories inside it are not followed, a name that does not
exist may be a pattern.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from dsctl.errors import UsageError

EXTENSIONS = (".json", ".yaml", ".yml")

#: How much one file, stdin or URL may hold, in bytes; and a saved cluster.
MAX_SOURCE = 64 * 1024 * 1024
MAX_SAVED = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the flags name: paths, patterns, URLs and ``-`` of ``-f``, the directory of ``-k``."""

    paths: Sequence[str] = ()
    recursive: bool = False
    kustomize: str | None = None

    def check(self) -> None:
        """Raise UsageError where nothing is named, or stdin twice."""
        if not self.paths and not self.kustomize:
            raise UsageError("give manifests with -f FILE or -k DIR")
        if list(self.paths).count("-") > 1:
            raise UsageError("stdin (-f -) can be read only once")


def read_sources(inputs: Inputs, stdin: IO[str] | None) -> Iterator[tuple[str, bytes | UsageError]]:
    """The name and bytes of each file in turn, or why it can't be read."""
    for path in inputs.paths:
        if path == "-":
            yield "-", _guarded(path, lambda: _stdin(stdin))
        elif path.startswith(("http://", "https://")):
            yield path, _guarded(path, partial(_url, path))
        else:
            yield from _files(path, inputs.recursive)
    if inputs.kustomize:
        directory = inputs.kustomize
        yield directory, _guarded(directory, lambda: _kustomize(directory))


def read_saved(path: str, stdin: IO[str] | None) -> bytes:
    """All of one file, or of stdin for ``-``: for data, which may be large. Raises UsageError."""

    def read() -> bytes:
        return _stdin(stdin, MAX_SAVED) if path == "-" else _file(path, MAX_SAVED)

    found = _guarded(path, read, MAX_SAVED)
    if isinstance(found, UsageError):
        raise found
    return found


def _files(path: str, recursive: bool) -> Iterator[tuple[str, bytes | UsageError]]:
    try:
        found = expand(path, recursive)
    except UsageError as error:
        yield path, error
        return
    for name in found:
        yield name, _guarded(name, partial(_file, name))


def expand(path: str, recursive: bool = False) -> list[str]:
    """The files that one ``-f`` names. Raises UsageError where there are none."""
    if os.path.isdir(path):
        return _directory(path, recursive)
    if os.path.lexists(path):
        return [path]
    from glob import glob

    # include_hidden and [^…]: filepath.Match has no hidden files, and ^ where glob has !.
    matches = sorted(glob(path.replace("[^", "[!"), include_hidden=True))
    if not matches:
        raise UsageError(f"the path {path!r} does not exist")
    return [name for match in matches for name in expand(match, recursive)]


def _directory(path: str, recursive: bool) -> list[str]:
    found: list[str] = []
    try:
        _walk(path, recursive, found)
    except OSError as error:
        raise _unreadable(path, error) from None
    if not found:
        hint = None if recursive else "-R also reads the directories inside it"
        raise UsageError(f"no {', '.join(EXTENSIONS)} file in the directory {path!r}", hint=hint)
    return found


def _walk(path: str, recursive: bool, found: list[str]) -> None:
    with os.scandir(path) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        name = os.path.join(path, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if recursive:
                _walk(name, recursive, found)
        elif entry.name.endswith(EXTENSIONS) and not os.path.isdir(name):
            found.append(name)


def _guarded(name: str, read: Callable[[], bytes], limit: int = MAX_SOURCE) -> bytes | UsageError:
    try:
        data = read()
    except UsageError as error:
        return error
    except OSError as error:
        return _unreadable(name, error)
    if len(data) > limit:
        return UsageError(f"{name}: larger than {limit >> 20} MiB")
    return data


def _unreadable(name: str, error: OSError) -> UsageError:
    return UsageError(f"can't read {name!r}: {error.strerror or error}")


def _file(name: str, limit: int = MAX_SOURCE) -> bytes:
    with open(name, "rb") as stream:
        return stream.read(limit + 1)


def _stdin(stdin: IO[str] | None, limit: int = MAX_SOURCE) -> bytes:
    if stdin is None:
        raise UsageError("stdin (-f -) is not to be had here")
    raw = getattr(stdin, "buffer", None)
    if raw is not None:
        data: bytes = raw.read(limit + 1)
        return data
    return stdin.read(limit + 1).encode("utf-8", "surrogateescape")


def _url(url: str) -> bytes:
    from dsctl.manifests.urls import fetch

    return fetch(url, MAX_SOURCE)


def _kustomize(directory: str) -> bytes:
    from dsctl.manifests.kustomize import build

    return build(directory)
