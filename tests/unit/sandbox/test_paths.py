"""Where the sandbox keeps its files, and how it is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dsctl.errors import ConfigError, UsageError
from dsctl.sandbox import paths


def test_the_cache_directory_follows_xdg() -> None:
    """XDG_CACHE_HOME wins, ~/.cache is next, and a relative value counts as unset."""
    assert paths.root({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/dsctl/sandbox")
    assert paths.root({"HOME": "/h"}) == Path("/h/.cache/dsctl/sandbox")
    assert paths.root({"XDG_CACHE_HOME": "c", "HOME": "/h"}) == Path("/h/.cache/dsctl/sandbox")


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "here", "XDG_CACHE_HOME": ""}])
def test_without_a_home_there_is_no_place(environ: dict[str, str]) -> None:
    """Nothing is ever written to a directory that was guessed."""
    with pytest.raises(UsageError, match="HOME is not set"):
        paths.root(environ)


@pytest.mark.parametrize("name", ["", "..", "a/b", "-a", "a-", "A", "x" * 41, "a b", "a\n"])
def test_a_name_that_could_leave_the_directory_is_refused(name: str) -> None:
    """Names are letters, digits and dashes, so that none is a path."""
    with pytest.raises(UsageError):
        paths.check_name(name)


@pytest.mark.parametrize("name", ["dsctl", "a", "a-1", "x" * 40])
def test_a_plain_name_is_accepted(name: str) -> None:
    """Such as users choose."""
    assert paths.check_name(name) == name


def test_the_kubeconfig_of_a_sandbox_that_is_not_there_has_a_hint(tmp_path: Path) -> None:
    """The hint is the command that would bring it up, with its name."""
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    with pytest.raises(ConfigError) as caught:
        paths.kubeconfig_path("dsctl", environ)
    assert caught.value.hint == "dsctl sandbox up"
    with pytest.raises(ConfigError) as caught:
        paths.kubeconfig_path("other", environ)
    assert caught.value.hint == "dsctl sandbox up --name other"


def test_the_kubeconfig_of_a_stopped_sandbox_is_not_given_out(tmp_path: Path) -> None:
    """A pid file whose number is someone else's now does not make it run."""
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    cluster = paths.Layout(environ).cluster("dsctl")
    cluster.pids.mkdir(parents=True)
    cluster.kubeconfig.write_text("")
    (cluster.pids / "kube-apiserver.pid").write_text(str(os.getpid()))
    with pytest.raises(ConfigError, match="not running"):
        paths.kubeconfig_path("dsctl", environ)


def test_sandboxes_are_listed_by_name(tmp_path: Path) -> None:
    """Whatever else lies in the directory is passed over; none at all is no error."""
    layout = paths.Layout({"XDG_CACHE_HOME": str(tmp_path)})
    assert layout.names() == []
    for name in ("b", "a", ".hidden"):
        (layout.clusters / name).mkdir(parents=True)
    (layout.clusters / "file").write_text("")
    assert layout.names() == ["a", "b"]
