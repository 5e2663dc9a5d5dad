"""What is written down about a sandbox, and its lock."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dsctl.sandbox import record
from dsctl.sandbox.paths import Layout
from dsctl.sandbox.record import Record

PORTS = {"kubeApiserver": 20_001, "etcd": 20_002}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout({"XDG_CACHE_HOME": str(tmp_path)})


def test_a_record_is_read_as_written(layout: Layout) -> None:
    """And tells where the API server is."""
    paths = layout.cluster("a")
    paths.directory.mkdir(parents=True)
    record.write(paths, Record("v1.36.3", PORTS))
    found = record.read(paths)
    assert found == Record("v1.36.3", PORTS)
    assert found.endpoint == "https://127.0.0.1:20001"
    assert found.version.minor == "1.36"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kubernetes": "v1.37.2", "ports": 1}'])
def test_a_broken_record_is_none(layout: Layout, text: str) -> None:
    """Then the sandbox counts as half made, and the next `up` makes it anew."""
    paths = layout.cluster("a")
    paths.directory.mkdir(parents=True)
    paths.record.write_text(text)
    assert record.read(paths) is None


def test_ports_of_all_sandboxes_are_known(layout: Layout) -> None:
    """Of those with a record; others are passed over."""
    for name in ("a", "b"):
        layout.cluster(name).directory.mkdir(parents=True)
    record.write(layout.cluster("a"), Record("v1.37.2", PORTS))
    assert record.ports_in_use(layout) == set(PORTS.values())


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    """The second waits, is told so, and gets it when the first lets go."""
    waiting, entered = threading.Event(), threading.Event()

    def second() -> None:
        with record.locked(tmp_path / "a", waiting.set):
            entered.set()

    thread = threading.Thread(target=second)
    with record.locked(tmp_path / "a", pytest.fail):
        thread.start()
        assert waiting.wait(10)
        assert not entered.is_set()
    assert entered.wait(10)
    thread.join()


def test_a_lock_on_a_directory_removed_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    """`down` removes what it has locked; an `up` that waited gets a directory that exists."""
    waiting = threading.Event()
    existed: list[bool] = []

    def second() -> None:
        with record.locked(tmp_path / "a", waiting.set):
            existed.append((tmp_path / "a").is_dir())

    thread = threading.Thread(target=second)
    with record.locked(tmp_path / "a"):
        thread.start()
        assert waiting.wait(10)
        (tmp_path / "a").rmdir()
    thread.join(10)
    assert existed == [True]
