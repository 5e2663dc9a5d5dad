"""JSON as kubectl prints it; the expected texts are the output of Go's encoding/json."""

import io
import json

import pytest

from dsctl.render import jsonprint

NUMBERS = {
    "0": "0",
    "-0": "0",
    "-0.0": "-0",
    "1.0": "1",
    "0.5": "0.5",
    "1e3": "1000",
    "1e20": "100000000000000000000",
    "1e21": "1e+21",
    "1e-6": "0.000001",
    "1e-7": "1e-7",
    "1.5e-10": "1.5e-10",
    "1.25e300": "1.25e+300",
    "9223372036854775807": "9223372036854775807",
    "9223372036854775808": "9223372036854776000",
    "18446744073709551616": "18446744073709552000",
    "10000000000000000000000000": "1e+25",
    "0.1": "0.1",
    "123456789.125": "123456789.125",
}


@pytest.mark.parametrize(("text", "printed"), NUMBERS.items())
def test_numbers_print_as_go_prints_them(text: str, printed: str) -> None:
    """A number is an int64 if its text is one, else a float64 in Go's shortest form."""
    assert jsonprint.encode(json.loads(text)) == printed


def test_keys_are_sorted_and_indented_by_four() -> None:
    """Keys sort by their bytes at every level; empty containers stay on one line."""
    value = {"b": [1, {"z": None, "a": True}], "B": {}, "a": [], "é": "x", "中": False}
    assert jsonprint.encode(value) == (
        '{\n    "B": {},\n    "a": [],\n    "b": [\n        1,\n        {\n'
        '            "a": true,\n            "z": null\n        }\n    ],\n'
        '    "é": "x",\n    "中": false\n}'
    )


def test_strings_are_escaped_as_go_escapes_them() -> None:
    """HTML characters and line separators are escaped, other Unicode and DEL are not."""
    value = "<a href='x'>&\u2028\u2029\x00\x1f\x7f\b\f\n\r\t\"\\/ \u00e9\U0001f600"
    assert jsonprint.encode(value) == (
        r"""\u003ca href='x'\u003e\u0026\u2028\u2029\u0000\u001f""".join(['"', ""])
        + "\x7f"
        + r"""\b\f\n\r\t\"\\/ """
        + "\u00e9\U0001f600"
        + '"'
    )


def test_half_a_surrogate_pair_is_the_replacement_character() -> None:
    """Go's decoder turns a lone surrogate into U+FFFD, and a stream can hold nothing else."""
    assert jsonprint.encode(json.loads(r'{"a": "x\ud83dy"}')) == '{\n    "a": "x\ufffdy"\n}'


def test_compact_is_one_line_without_spaces() -> None:
    """The dense form has the same order and escapes."""
    assert jsonprint.compact({"b": [1.0, "<"], "a": {}}) == r'{"a":{},"b":[1,"\u003c"]}'


@pytest.mark.parametrize("count", [0, 1, 256, 257, 600])
def test_a_long_list_is_written_in_pieces_without_a_trace(count: int) -> None:
    """Cutting the output for the stream never changes it."""
    document = jsonprint.as_list([{"kind": "DaemonSet", "n": n, "t": "<"} for n in range(count)])
    stream = io.StringIO()
    jsonprint.print_json(document, stream)
    assert stream.getvalue() == jsonprint.encode(document) + "\n"
    assert json.loads(stream.getvalue()) == document


def test_managed_fields_are_dropped_and_the_object_is_left_alone() -> None:
    """``metadata.managedFields`` goes, from list items too; the argument keeps it."""
    one = {"kind": "DaemonSet", "metadata": {"name": "x", "managedFields": [{}]}, "spec": {}}
    kept = {"kind": "DaemonSet", "metadata": {"name": "x"}, "spec": {}}
    assert jsonprint.without_managed_fields(one) == kept
    assert jsonprint.without_managed_fields(jsonprint.as_list([one]))["items"] == [kept]
    assert "managedFields" in one["metadata"]
    assert jsonprint.without_managed_fields({"metadata": None}) == {"metadata": None}
