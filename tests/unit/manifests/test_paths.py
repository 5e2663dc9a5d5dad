"""What ``-f`` and ``-k`` name: files, directories, patterns, stdin, URLs, kustomizations."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dsctl.errors import UsageError
from dsctl.manifests import kustomize
from dsctl.manifests.paths import Inputs, expand, read_sources
from dsctl.manifests.urls import fetch


def _tree(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n")


def _names(found: list[str], root: Path) -> list[str]:
    return [os.path.relpath(name, root) for name in found]


def test_a_directory_gives_its_manifests_by_name(tmp_path: Path) -> None:
    """Only .json, .yaml and .yml, in order of their names; deeper only with -R."""
    _tree(tmp_path, "b.yml", "a.yaml", "c.json", "README.md", "sub/d.yaml", "Z.YAML")
    assert _names(expand(str(tmp_path)), tmp_path) == ["a.yaml", "b.yml", "c.json"]
    assert _names(expand(str(tmp_path), recursive=True), tmp_path) == [
        "a.yaml",
        "b.yml",
        "c.json",
        "sub/d.yaml",
    ]


def test_names_are_the_path_as_given_joined_with_the_entry(tmp_path: Path) -> None:
    """The source of a file in a directory is the directory as given, and the name."""
    _tree(tmp_path, "d/a.yaml")
    directory = str(tmp_path / "d") + "/"
    assert expand(directory) == [directory + "a.yaml"]


def test_an_explicit_file_may_have_any_name(tmp_path: Path) -> None:
    """Extensions count only inside directories."""
    _tree(tmp_path, "manifest.txt")
    assert expand(str(tmp_path / "manifest.txt")) == [str(tmp_path / "manifest.txt")]


def test_links_to_directories_are_not_followed(tmp_path: Path) -> None:
    """A loop of links ends; a link to a file is that file, a dangling one can't be read."""
    _tree(tmp_path, "d/a.yaml")
    (tmp_path / "d/loop").symlink_to(tmp_path / "d")
    (tmp_path / "d/dir.yaml").symlink_to(tmp_path)
    (tmp_path / "d/link.yaml").symlink_to("a.yaml")
    (tmp_path / "d/me.yaml").symlink_to("me.yaml")
    found = list(read_sources(Inputs([str(tmp_path / "d")], recursive=True), None))
    assert [os.path.basename(name) for name, _ in found] == ["a.yaml", "link.yaml", "me.yaml"]
    assert isinstance(found[2][1], UsageError)


def test_patterns_expand_where_no_file_has_the_name(tmp_path: Path) -> None:
    """As kubectl does: hidden files match too, a match that is a directory gives its files."""
    _tree(tmp_path, "a1.yaml", "a2.yaml", ".a3.yaml", "b[1].yaml", "ax/c.yaml")
    assert _names(expand(str(tmp_path / "*[^2].yaml")), tmp_path) == [
        ".a3.yaml",
        "a1.yaml",
        "b[1].yaml",
    ]
    assert _names(expand(str(tmp_path / "a?")), tmp_path) == ["ax/c.yaml"]
    assert _names(expand(str(tmp_path / "b[1].yaml")), tmp_path) == ["b[1].yaml"]


@pytest.mark.parametrize("name", ["nowhere.yaml", "no*.yaml", "a.yaml/x"])
def test_a_path_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    """The error says which path."""
    _tree(tmp_path, "a.yaml")
    with pytest.raises(UsageError, match="does not exist"):
        expand(str(tmp_path / name))


def test_a_directory_without_manifests_is_an_error(tmp_path: Path) -> None:
    """It says what it looked for, and that -R goes deeper."""
    _tree(tmp_path, "sub/a.yaml", "README.md")
    with pytest.raises(UsageError, match=r"no \.json, \.yaml, \.yml file") as caught:
        expand(str(tmp_path))
    assert "-R" in (caught.value.hint or "")


def test_a_fault_of_one_path_does_not_stop_the_others(tmp_path: Path) -> None:
    """Each path comes back as its bytes or as its error."""
    _tree(tmp_path, "a.yaml", "b.yaml")
    paths = [str(tmp_path / n) for n in ("a.yaml", "no.yaml", "b.yaml")]
    found = [data for _, data in read_sources(Inputs(paths), None)]
    assert [isinstance(data, UsageError) for data in found] == [False, True, False]


def test_stdin_is_read_once() -> None:
    """``-`` is stdin, as bytes where it has them; twice is an error."""
    raw = io.TextIOWrapper(io.BytesIO(b"a: \xe9"))
    assert list(read_sources(Inputs(["-"]), raw)) == [("-", b"a: \xe9")]
    assert list(read_sources(Inputs(["-"]), io.StringIO("a: é"))) == [("-", "a: é".encode())]
    with pytest.raises(UsageError, match="only once"):
        Inputs(["-", "-"]).check()


def test_something_must_be_named() -> None:
    """Neither -f nor -k is a usage error."""
    with pytest.raises(UsageError, match="-f FILE or -k DIR"):
        Inputs().check()


class _Server(ThreadingHTTPServer):
    answers: list[tuple[int, bytes]]
    asked: int = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        answers = self.server.answers
        code, body = answers[min(self.server.asked, len(answers) - 1)]
        self.server.asked += 1
        if not code:
            self.close_connection = True
            return
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    """A loopback web server that gives the answers it is told."""
    with _Server(("127.0.0.1", 0), _Handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("answers", "asked", "result"),
    [
        ([(200, b"a: 1")], 1, b"a: 1"),
        ([(500, b""), (200, b"a: 1")], 2, b"a: 1"),
        ([(0, b""), (200, b"a: 1")], 2, b"a: 1"),
        ([(404, b"")], 1, "server reported 404 Not Found"),
        ([(503, b"")], 3, "server reported 503 Service Unavailable"),
        ([(200, b"x" * 2000)], 1, b"x" * 1001),
    ],
)
def test_urls_are_fetched_as_kubectl_fetches_them(
    server: _Server, answers: list[tuple[int, bytes]], asked: int, result: bytes | str
) -> None:
    """Three tries, but only after no answer or a 5xx; never more than the limit."""
    server.answers = answers
    pauses: list[float] = []
    url = f"http://127.0.0.1:{server.server_port}/ds.yaml"
    if isinstance(result, bytes):
        assert fetch(url, 1000, pause=pauses.append) == result
    else:
        with pytest.raises(UsageError, match=result):
            fetch(url, 1000, pause=pauses.append)
    assert (server.asked, pauses) == (asked, [1.0] * (asked - 1))


def test_nobody_listening_is_told_in_words() -> None:
    """The number that the system has for it helps nobody."""
    with pytest.raises(UsageError, match=r"/a': Connection refused$"):
        fetch("http://127.0.0.1:1/a", 1000, pause=lambda _seconds: None)


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:x/", "http://127.0.0.1:1/a"])
def test_a_url_that_can_not_be_read_is_one_error(url: str) -> None:
    """No traceback for a URL without a host, a bad port, or nobody listening."""
    with pytest.raises(UsageError, match="unable to read URL"):
        fetch(url, 1000, pause=lambda _seconds: None)


def _program(directory: Path, name: str, body: str) -> str:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{body}\n")
    (directory / name).chmod(0o755)
    return str(directory)


def test_kustomize_builds_with_what_is_there(tmp_path: Path) -> None:
    """kubectl first, else kustomize; its stdout is the manifest."""
    path = _program(tmp_path / "bin", "kustomize", 'echo "built: $1 $2"')
    assert kustomize.build(str(tmp_path), path=path) == f"built: build {tmp_path}\n".encode()
    _program(tmp_path / "bin", "kubectl", 'echo "kubectl: $1"')
    assert kustomize.build(str(tmp_path), path=path) == b"kubectl: kustomize\n"


def test_kustomize_errors_are_one_line(tmp_path: Path) -> None:
    """What the program said last; a hint where no program is found; a directory that is none."""
    path = _program(
        tmp_path / "bin", "kubectl", "echo noise >&2; echo 'error: no base' >&2; exit 1"
    )
    with pytest.raises(UsageError, match=r": no base$"):
        kustomize.build(str(tmp_path), path=path)
    with pytest.raises(UsageError, match="needs kubectl or kustomize") as caught:
        kustomize.build(str(tmp_path), path=str(tmp_path))
    assert caught.value.hint
    with pytest.raises(UsageError, match="takes a directory"):
        kustomize.build(str(tmp_path / "no"), path=path)
