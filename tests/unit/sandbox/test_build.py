"""Building: with a stand-in for go that does as it is told, since the real one takes minutes."""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsctl.errors import ClusterError
from dsctl.sandbox import build, kwok_source, versions
from dsctl.sandbox.binaries import PACKAGES, homes
from dsctl.sandbox.paths import Layout
from dsctl.sandbox.progress import Progress

KUBERNETES = versions.resolve("1.37")

# Writes what `go build -o FILE PACKAGE` would, and fails or waits where the test wants it.
GO = """\
#!/bin/sh
echo "$@" >>"$FAKE/calls"
case "$1" in
version) echo "go version go$FAKE_VERSION linux/amd64" ;;
list)
  if [ "$2" = -m ]; then echo "$FAKE/kwok"; exit; fi
  if [ -n "$FAKE_NO_NETWORK" ]; then
    echo "go: example.org/a@v1: dial tcp: no route to host" >&2; exit 1
  fi ;;
build)
  while [ $# -gt 2 ]; do
    if [ "$1" = -o ]; then output=$2; fi
    shift
  done
  if [ "$(basename "$output")" = "$FAKE_FAILS_AT" ]; then
    echo "main.go:1: undefined: x" >&2; exit 1
  fi
  echo "binary of $2" >"$output" ;;
esac
"""


class FakeGo:
    """The directory of the stand-in, and the environment that makes us find it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        program = directory / "bin" / "go"
        program.parent.mkdir()
        program.write_text(GO)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.environ = {
            "PATH": f"{program.parent}{os.pathsep}{os.defpath}",
            "HOME": str(directory),
            "XDG_CACHE_HOME": str(directory / "cache"),
            "FAKE": str(directory),
            "FAKE_VERSION": "1.26.8",
        }
        self.layout = Layout(self.environ)
        self._make_kwok(directory / "kwok")

    def _make_kwok(self, source: Path) -> None:
        for stage in kwok_source.STAGES:
            file = source / "kustomize" / "stage" / stage
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("kind: Stage\n")
        for name, changes in kwok_source.REPAIRS.items():
            file = source / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(before for before, _ in changes))
        (source / "pkg/kwok/server/debugging_exec_other.go").write_text("")

    def ensure(self, stream: io.StringIO | None = None) -> None:
        build.ensure(self.layout, KUBERNETES, self.environ, Progress(stream or io.StringIO()))

    def calls(self, verb: str) -> int:
        text = (self.directory / "calls").read_text()
        return sum(line.split()[0] == verb for line in text.splitlines())


@pytest.fixture
def go(tmp_path: Path) -> Iterator[FakeGo]:
    yield FakeGo(tmp_path)


def test_every_program_is_built_once_and_found_again(go: FakeGo) -> None:
    """The second time, go is not even asked for its version."""
    go.ensure()
    binaries = homes(go.layout, KUBERNETES)
    for part, programs in PACKAGES.items():
        for program, package in programs.items():
            text = (binaries.home(part) / program).read_text()
            assert text == f"binary of {package}\n"
    assert len(binaries.stages()) == len(kwok_source.STAGES)
    built = go.calls("build")
    asked = go.calls("version")
    go.ensure()
    assert (go.calls("build"), go.calls("version")) == (built, asked) == (7, 1)


def test_etcd_and_kwok_serve_every_kubernetes(go: FakeGo) -> None:
    """For another version, only its own four programs are built."""
    go.ensure()
    older = versions.resolve("1.36")
    build.ensure(go.layout, older, go.environ, Progress(io.StringIO()))
    assert go.calls("build") == 7 + 4


def test_each_part_has_a_line_with_its_time_in_a_pipe(go: FakeGo) -> None:
    """A log says what was built, which of how many it was, and how long it took."""
    stream = io.StringIO()
    go.ensure(stream)
    lines = stream.getvalue().splitlines()
    building = [line for line in lines if line.startswith("building")]
    assert len(building) == 7
    assert building[-1].startswith("building kubectl of kubernetes v1.37.2 (7 of 7) ... ")
    assert all(line.endswith(" s") for line in building)
    assert "\033" not in stream.getvalue()


def test_a_failed_build_leaves_nothing_half_done(go: FakeGo) -> None:
    """Parts that were whole stay; the broken one is not found, and its draft is gone."""
    go.environ["FAKE_FAILS_AT"] = "kube-scheduler"
    with pytest.raises(ClusterError) as caught:
        go.ensure()
    assert "kube-scheduler" in caught.value.message
    assert "undefined: x" in caught.value.message
    assert sorted(path.name for path in go.layout.bin.iterdir()) == [
        f"etcd-{versions.ETCD}",
        f"kwok-{versions.KWOK_BUILD}",
    ]
    del go.environ["FAKE_FAILS_AT"]
    go.ensure()
    assert homes(go.layout, KUBERNETES).missing() == []


def test_what_a_killed_build_left_is_swept_away(go: FakeGo) -> None:
    """A draft of a process that was killed is not mistaken for anything."""
    left = go.layout.bin / ".building-old"
    left.mkdir(parents=True)
    (left / "kubectl").write_text("half")
    go.ensure()
    assert not left.exists()


def test_two_builds_at_once_build_each_program_once(go: FakeGo) -> None:
    """The second waits for the first and finds what it made."""
    threads = [threading.Thread(target=go.ensure) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert go.calls("build") == 7


def test_modules_that_cannot_be_fetched_are_named(go: FakeGo) -> None:
    """The error says which part, and what go said; the hint is about the proxy."""
    go.environ["FAKE_NO_NETWORK"] = "1"
    with pytest.raises(ClusterError) as caught:
        go.ensure()
    assert caught.value.message == (
        "the Go modules of etcd v3.7.3 can't be downloaded: "
        "go: example.org/a@v1: dial tcp: no route to host"
    )
    assert "GOPROXY" in (caught.value.hint or "")


def test_a_missing_go_is_said_in_one_line(go: FakeGo) -> None:
    """The hint is what to install."""
    go.environ["PATH"] = str(go.directory)
    with pytest.raises(ClusterError) as caught:
        go.ensure()
    assert caught.value.message == "Go is missing: the sandbox is built from source"
    assert caught.value.hint == "install Go 1.26 or newer and have `go` in PATH"
    assert not go.layout.root.exists()


@pytest.mark.parametrize("version", ["1.25.9", "1.9"])
def test_a_go_that_is_too_old_is_named(go: FakeGo, version: str) -> None:
    """Versions are compared as numbers."""
    go.environ["FAKE_VERSION"] = version
    with pytest.raises(ClusterError, match="too old"):
        go.ensure()


@pytest.mark.parametrize("version", ["1.26", "1.26rc1", "1.30.1", "2.0"])
def test_a_newer_go_will_do(go: FakeGo, version: str) -> None:
    """Release candidates too."""
    go.environ["FAKE_VERSION"] = version
    go.ensure()


def test_an_unknown_kwok_is_not_patched_by_guess(go: FakeGo) -> None:
    """If the source is not as expected, the build stops and says so."""
    (go.directory / "kwok/pkg/utils/exec/exec.go").write_text("package exec\n")
    with pytest.raises(ClusterError, match="not as expected"):
        go.ensure()
