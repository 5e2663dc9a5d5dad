"""The real entry point, in process, with streams that can be read afterwards."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from dsctl.cli.env import Env
from dsctl.main import main


@dataclass(frozen=True)
class Result:
    """What one command line left behind."""

    code: int
    out: str
    err: str
    env: Env

    def json(self) -> Any:
        """Stdout, parsed."""
        return json.loads(self.out)


class Stream(io.StringIO):
    """A text stream that may claim to be a terminal."""

    def __init__(self, text: str = "", *, tty: bool = False) -> None:
        super().__init__(text)
        self.tty = tty
        self.buffer = io.BytesIO(text.encode())

    def isatty(self) -> bool:
        return self.tty


@pytest.fixture
def dsctl() -> Callable[..., Result]:
    """Run ``dsctl ARGS`` in process; no cluster is configured unless ``environ`` says so."""

    def run(
        *args: str,
        stdin: str = "",
        tty: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> Result:
        out, err = Stream(tty=tty), Stream(tty=tty)
        variables = {"KUBECONFIG": "/nonexistent/config", "COLUMNS": "100", **(environ or {})}
        env = Env(Stream(stdin), out, err, variables)
        code = main(list(args), env)
        return Result(int(code), out.getvalue(), err.getvalue(), env)

    return run


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The Options that a command line builds: the command's ``run`` is not run."""

    def build(*args: str) -> Any:
        import importlib

        from dsctl.cli.app import COMMANDS

        words = args[: 2 if " ".join(args[:2]) in COMMANDS else 1]
        module = importlib.import_module(f"dsctl.cli.{COMMANDS[' '.join(words)].module}")
        built: list[Any] = []
        monkeypatch.setattr(module, "run", lambda options, env: built.append(options) or 0)
        out, err = Stream(), Stream()
        code = main(list(args), Env(Stream(), out, err, {"KUBECONFIG": "/nonexistent"}))
        assert code == 0, err.getvalue()
        return built[0]

    return build
