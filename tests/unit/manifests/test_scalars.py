"""Scalars against the table that the API server's own YAML library gave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsctl.manifests.compose import compose
from dsctl.manifests.parsed import BrokenText

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("scalars.tsv").read_text("utf-8").splitlines()[1:]
]


def _document(text: str, where: str) -> str:
    if where == "key":
        return f"{text}: 1\n"
    return f'a: {where} "{text}"\n' if where.startswith("!!") else f"a: {text}\n"


@pytest.mark.parametrize("where", sorted({row[1] for row in ROWS}))
def test_scalars_resolve_as_the_servers_library_resolves_them(where: str) -> None:
    """Every scalar of the table becomes the JSON that sigs.k8s.io/yaml makes of it."""
    wrong = []
    for text, _where, wanted in [row for row in ROWS if row[1] == where]:
        try:
            value = compose(_document(text, where)).value
            found = next(iter(value)) if where == "key" else value["a"]
        except BrokenText:
            found = BrokenText
        expected = BrokenText if wanted == "ERROR" else json.loads(wanted)
        if isinstance(expected, float) and expected.is_integer() and abs(expected) < 1e21:
            expected = int(expected)
        if type(found) is not type(expected) or found != expected:
            wrong.append((text, found, wanted))
    assert not wrong


def test_a_whole_number_with_a_point_is_an_integer() -> None:
    """``30.0`` passes as an integer, since JSON carries it as 30; ``30.5`` stays a float."""
    assert repr(compose("a: [30.0, 30.5, 1e3, -0.0]").value["a"]) == "[30, 30.5, 1000, 0]"
