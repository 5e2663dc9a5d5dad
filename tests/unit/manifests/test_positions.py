"""From the server's field paths to lines and columns."""

from __future__ import annotations

import pytest

from dsctl.manifests.documents import decode

TEXT = b"""\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: x
  labels: {app.kubernetes.io/name: x, "a[b]": y}
spec:
  template:
    spec:
      containers:
      - name: a
        image:
          quay.io/a:1
        resources:
          limits:
            cpu: 1
            nvidia.com/gpu: 2
      - # second
        name: b
        command: [sh, -c]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", (1, 1)),
        ("kind", (2, 7)),
        ("metadata", (3, 1)),
        ("metadata.labels.app.kubernetes.io/name", (5, 36)),
        ("metadata.labels[app.kubernetes.io/name]", (5, 36)),
        ("metadata.labels.a[b]", (5, 47)),
        ("spec.template.spec.containers", (9, 7)),
        ("spec.template.spec.containers[0]", (10, 9)),
        ("spec.template.spec.containers[0].image", (12, 11)),
        ("spec.template.spec.containers[0].resources.limits[cpu]", (15, 18)),
        ("spec.template.spec.containers[0].resources.limits[nvidia.com/gpu]", (16, 29)),
        ("spec.template.spec.containers[1]", (18, 9)),
        ("spec.template.spec.containers[1].command[1]", (19, 23)),
        ("spec.template.spec.containers[1].image", (18, 9)),
        ("spec.template.spec.containers[7].name", (9, 7)),
        ("spec.selector", (6, 1)),
        ("nonsense[x", (1, 1)),
    ],
)
def test_lookup_finds_the_value_or_its_nearest_parent(path: str, place: tuple[int, int]) -> None:
    """A scalar is found where it stands, a collection at its key, what is missing at its parent."""
    (document,) = decode(TEXT, "x.yaml")
    assert document.positions.lookup(path) == place


def test_lookup_key_points_at_the_key() -> None:
    """For a field that should not be there, the key is what has to change."""
    (document,) = decode(TEXT, "x.yaml")
    assert document.positions.lookup_key("spec.template.spec.containers[0].image") == (11, 9)


def test_places_count_from_the_start_of_the_file() -> None:
    """In the second document of a file, lines are the file's; so is the excerpt."""
    _, document = decode(b"# one\na: 1\n---\n# two\nb:\n  c: 1\n", "x.yaml")
    assert document.positions.lookup("b.c") == (6, 6)
    assert document.positions.excerpt(6, 6) == ("  c: 1", 6)


def test_places_in_json() -> None:
    """JSON has lines and columns too."""
    (document,) = decode(b'{\n  "spec": {"a": [1,\n 2]}}', "x.json")
    assert document.positions.lookup("spec.a[1]") == (3, 2)
    assert document.positions.lookup("spec.a") == (2, 12)


def test_unusual_line_breaks_do_not_shift_the_lines() -> None:
    """Lines are counted as editors count them, though YAML breaks at U+0085 too."""
    (document,) = decode("a: x\u0085b: y\r\nc: z\r\n".encode(), "x.yaml")
    assert document.positions.lookup("c") == (2, 4)


def test_long_lines_are_cut_around_the_column() -> None:
    """A minified file of megabytes is not copied into each finding."""
    (document,) = decode(
        b'{"a": "' + b"x" * 10_000 + b'", "b": 1, "c": "' + b"y" * 10_000 + b'"}', "x"
    )
    line, column = document.positions.lookup("b")
    text, caret = document.positions.excerpt(line, column)
    assert len(text) == 400
    assert text[caret - 1 :].startswith('1, "c"')
