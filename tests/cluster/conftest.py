"""A real control plane for the tests in this directory, and the hands to work on it.

None of these is autouse: a test that names no fixture needs no cluster.

``DSCTL_TEST_SANDBOX=NAME`` uses a sandbox that already runs, and leaves it running;
``DSCTL_TEST_KUBERNETES_VERSION=1.36`` runs the tests against another Kubernetes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dsctl.sandbox.lifecycle import Sandboxes
from dsctl.sandbox.paths import ClusterPaths, Layout
from dsctl.sandbox.progress import Progress

T = TypeVar("T")

NODES = 12
VERSION = os.environ.get("DSCTL_TEST_KUBERNETES_VERSION")
PATIENCE = 60.0


def eventually(check: Callable[[], T], timeout: float = PATIENCE, interval: float = 0.05) -> T:
    """Call ``check`` until it returns something true, and return that.

    An AssertionError of ``check`` counts as not yet; when time is up, the last one is raised.
    """
    deadline = time.monotonic() + timeout
    while True:
        failure: AssertionError | None = None
        try:
            value = check()
            if value:
                return value
        except AssertionError as error:
            failure, value = error, None  # type: ignore[assignment]
        if time.monotonic() > deadline:
            raise failure or AssertionError(f"still {value!r} after {timeout:.0f} s")
        time.sleep(interval)


@dataclass(frozen=True)
class Ran:
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its stdout, which must be JSON."""
        return json.loads(self.out)


class Sandbox:
    """One running sandbox, and the two programs that speak to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._layout = Layout(os.environ)
        self.sandboxes = Sandboxes(os.environ, Progress(io.StringIO()))
        release = self.sandboxes.status(name).kubernetes
        assert release is not None, f"sandbox {name} is not up"
        self.release = release
        self.kubectl_program = self._layout.kubectl(release)

    @property
    def paths(self) -> ClusterPaths:
        """Where its files are."""
        return self._layout.cluster(self.name)

    @property
    def environ(self) -> dict[str, str]:
        """This process's environment with KUBECONFIG set to it."""
        return {**os.environ, "KUBECONFIG": str(self.paths.kubeconfig)}

    def kubectl(self, *args: str, namespace: str | None = None, input: str | None = None) -> str:
        """Run kubectl, which must succeed; return its stdout."""
        command = [str(self.kubectl_program), *_in(namespace), *args]
        ran = _run(command, self.environ, input, PATIENCE)
        assert ran.code == 0, f"kubectl {' '.join(args)}: {ran.err}"
        return ran.out

    def dsctl(
        self,
        *args: str,
        namespace: str | None = None,
        input: str | None = None,
        environ: dict[str, str] | None = None,
        timeout: float = PATIENCE,
    ) -> Ran:
        """Run the real dsctl as a process of its own; it may fail."""
        command = [sys.executable, "-m", "dsctl", *_in(namespace), *args]
        return _run(command, {**self.environ, **(environ or {})}, input, timeout)


@contextmanager
def started(sandbox: Sandbox, namespace: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A dsctl process that goes on; ended at the latest with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "dsctl", "-n", namespace, *args],
        env=sandbox.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class Kubectl:
    """kubectl in one namespace: ``kubectl("get", "ds")`` is stdout, ``.json(...)`` parsed."""

    def __init__(self, sandbox: Sandbox, namespace: str) -> None:
        self.namespace = namespace
        self._sandbox = sandbox

    def __call__(self, *args: str, input: str | None = None) -> str:
        return self._sandbox.kubectl(*args, namespace=self.namespace, input=input)

    def json(self, *args: str, input: str | None = None) -> Any:
        """What the command prints with ``-o json``."""
        return json.loads(self(*args, "-o", "json", input=input))

    def apply(self, *objects: dict[str, Any]) -> None:
        """Create or update the objects, given as data."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self("apply", "-f", "-", input=json.dumps(listed))


class Dsctl:
    """dsctl in one namespace: ``dsctl("get", "x")`` has .code, .out, .err and .json()."""

    def __init__(self, sandbox: Sandbox, namespace: str) -> None:
        self.namespace = namespace
        self._sandbox = sandbox

    def __call__(
        self,
        *args: str,
        input: str | None = None,
        environ: dict[str, str] | None = None,
        timeout: float = PATIENCE,
    ) -> Ran:
        return self._sandbox.dsctl(
            *args, namespace=self.namespace, input=input, environ=environ, timeout=timeout
        )


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell's background job ignores Ctrl-C, and so would whatever the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """The control plane of this test run: 12 nodes, its own unless the environment names one."""
    if shared := os.environ.get("DSCTL_TEST_SANDBOX"):
        yield Sandbox(shared)
        return
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with contextlib.ExitStack() as stack:
        # The first time it is built, which takes minutes: let it be seen.
        with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
            own = stack.enter_context(private_sandbox("test"))
        yield own


@pytest.fixture
def namespace(sandbox: Sandbox) -> Iterator[str]:
    """A fresh namespace in which pods can be created; removed without waiting."""
    with fresh_namespace(sandbox) as name:
        yield name


@pytest.fixture
def kubectl(sandbox: Sandbox, namespace: str) -> Kubectl:
    """The kubectl that was built with the control plane, in the test's namespace."""
    return Kubectl(sandbox, namespace)


@pytest.fixture
def dsctl(sandbox: Sandbox, namespace: str) -> Dsctl:
    """dsctl as users start it, in the test's namespace."""
    return Dsctl(sandbox, namespace)


@contextlib.contextmanager
def fresh_namespace(sandbox: Sandbox) -> Iterator[str]:
    """A namespace for as long as the block lasts: for a module whose tests only read it."""
    name = f"t-{secrets.token_hex(4)}"
    sandbox.kubectl("create", "namespace", name)
    eventually(
        lambda: sandbox.kubectl(
            "get", "serviceaccount", "default", "--ignore-not-found", namespace=name
        )
    )
    yield name
    sandbox.kubectl("delete", "namespace", name, "--wait=false")


@contextlib.contextmanager
def private_sandbox(purpose: str, nodes: int = NODES) -> Iterator[Sandbox]:
    """A sandbox of one's own, for tests that restart or break parts of it."""
    name = f"{purpose}-{secrets.token_hex(4)}"
    sandboxes = Sandboxes(os.environ, Progress(sys.stderr))
    sandboxes.up(name, nodes, VERSION)
    try:
        yield Sandbox(name)
    finally:
        sandboxes.down(name)


def _in(namespace: str | None) -> list[str]:
    return [] if namespace is None else ["--namespace", namespace]


def _run(command: list[str], environ: dict[str, str], input: str | None, timeout: float) -> Ran:
    result = subprocess.run(
        command,
        env=environ,
        input=input if input is not None else "",
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=Path.cwd(),
        check=False,
    )
    return Ran(result.returncode, result.stdout, result.stderr)
