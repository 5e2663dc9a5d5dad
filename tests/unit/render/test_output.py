"""``-o`` against the real kubectl: the same objects, the same bytes."""

import io
from pathlib import Path
from typing import Any

import pytest

from dsctl.errors import UsageError
from dsctl.render import output
from dsctl.render.sorting import sort_objects
from tests.unit.render.kubectl import Stub


def daemonset(name: str, ready: int, **metadata: Any) -> dict[str, Any]:
    """An object as the server has it, with values that are hard to print."""
    containers = [
        {"name": "main", "image": "busybox:1", "ports": [{"containerPort": 80, "name": "http"}]},
        {"name": "side", "image": "b<&>:2", "args": ["-a", "two\nlines", "\x1b[31m"]},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": {"app": name, "example.com/tier": "node"},
            "managedFields": [{"manager": "dsctl"}],
            **metadata,
        },
        "spec": {"template": {"spec": {"containers": containers, "nodeSelector": {}}}},
        "status": {
            "numberReady": ready,
            "list": [ready] if ready < 10 else [],
            "ratio": 0.1,
            "big": 1e21,
            "ok": True,
            "none": None,
        },
    }


A = daemonset("a", 3, annotations={"memory": "1Gi", "note": "last-applied {}\n"})
B = daemonset("fluent-bit", 10, annotations={"memory": "900Mi"})
C = daemonset("c", 2)

TEMPLATES = [
    "{.metadata.name}",
    "{.items[*].metadata.name}",
    '{range .items[*]}{.metadata.name}{"\\t"}{.status.numberReady}{"\\n"}{end}',
    "{.metadata.labels.example\\.com/tier}{' '}{.metadata.labels['app']}",
    "{.spec.template.spec.containers[?(@.name=='side')].image}",
    "{.items[?(@.status.numberReady>2)].metadata.name} {.items[-1:].metadata.name}",
    "{..containerPort} {.items[0:2].status}",
    "{.spec.template.spec.containers[0,1]['name','image']} {.status} {.status.none}",
    "{.spec.template.spec.containers[*].args} {.nope} {.status.ratio}{.status.big}{.status.ok}",
    "no braces",
    "{.kind.*} {.items[*].status.list[*]}",
    "{.kind}{.metadata.managedFields}",
]
COLUMNS = [
    "NAME:.metadata.name,READY:status.numberReady,IMAGES:{.spec.template.spec.containers[*].image}",
    "A:.metadata.annotations,B:.metadata.labels,C:.nope,D:.status",
    "NAME:metadata.name,ARGS:.spec.template.spec.containers[*].args,X:.status.none",
    "ONE:.metadata.name",
]
FORMATS = [
    *("json", "yaml", "kyaml", "name", "YAML"),
    "jsonpath=" + "\n".join(TEMPLATES),
    "jsonpath-as-json=" + "".join(TEMPLATES[:4]),
    *(f"custom-columns={c}" for c in COLUMNS),
]


def ours(objects: list[dict[str, Any]], text: str, *, is_list: bool, **options: Any) -> str:
    """What our printers write for ``-o text``."""
    stream = io.StringIO()
    output.print_objects(objects, output.parse(text), stream, is_list=is_list, **options)
    return stream.getvalue()


@pytest.fixture(scope="module")
def kubectl() -> Any:
    """A server with three DaemonSets, and kubectl talking to it."""
    with Stub(objects=[A, B, C]) as stub:
        yield stub


@pytest.mark.parametrize("text", FORMATS, ids=[text[:24] for text in FORMATS])
def test_formats_print_what_kubectl_prints(kubectl: Stub, text: str) -> None:
    """A list and one object, byte for byte."""
    assert ours([A, B, C], text, is_list=True) == kubectl.get("-o", text).stdout
    assert ours([A], text, is_list=False) == kubectl.get("a", "-o", text).stdout


def test_several_names_print_as_a_list(kubectl: Stub) -> None:
    """Objects read one by one are a List too, in the order they were asked for."""
    for text in ("json", "name"):
        assert ours([C, A], text, is_list=True) == kubectl.get("c", "a", "-o", text).stdout


def test_flags_change_formats_as_kubectls_do(kubectl: Stub) -> None:
    """--show-managed-fields, and --no-headers of custom columns."""
    for text in ("json", "yaml", "kyaml"):
        shown = ours([A, B, C], text, is_list=True, show_managed_fields=True)
        assert "manager" in shown
        assert shown == kubectl.get("-o", text, "--show-managed-fields").stdout
    text = f"custom-columns={COLUMNS[0]}"
    bare = kubectl.get("-o", text, "--no-headers").stdout
    assert ours([A, B, C], text, is_list=True, no_headers=True) == bare


def test_files_hold_templates_and_columns(kubectl: Stub, tmp_path: Path) -> None:
    """jsonpath-file is read whole, custom-columns-file has two lines."""
    template, columns = tmp_path / "t", tmp_path / "c"
    template.write_text("{.items[0].kind}\n{.items[1].metadata.name}\n")
    columns.write_text(
        "NAME      TIER\n.metadata.name {.metadata.labels.example\\.com/tier}\nrest\n"
    )
    for text in (f"jsonpath-file={template}", f"custom-columns-file={columns}"):
        assert ours([A, B, C], text, is_list=True) == kubectl.get("-o", text).stdout


def test_an_empty_list_is_still_a_list() -> None:
    """No objects: an empty List in data formats, nothing by name, headers of columns."""
    with Stub() as empty:
        for text in ("json", "yaml", "kyaml", "name", "jsonpath={.items}", "custom-columns=A:.b"):
            assert ours([], text, is_list=True) == empty.get("-o", text).stdout


@pytest.mark.parametrize(
    "field",
    [
        ".metadata.name",
        "{.status.numberReady}",
        "metadata.annotations.memory",
        ".status.none",
        ".spec.template.spec.containers[0].ports",
        "{.metadata.annotations.note}",
    ],
)
def test_sorting_is_kubectls(kubectl: Stub, field: str) -> None:
    """Numbers, text, quantities, nulls, missing fields first."""
    wanted = kubectl.get("-o", "name", "--sort-by", field)
    if wanted.returncode:
        with pytest.raises(UsageError):
            sort_objects([A, B, C], field)
    else:
        assert ours(sort_objects([A, B, C], field), "name", is_list=True) == wanted.stdout


def test_sorting_by_what_no_object_has_is_refused(kubectl: Stub) -> None:
    """A field that none of them has is a mistake, said in kubectl's words."""
    with pytest.raises(UsageError) as caught:
        sort_objects([A, B, C], ".metadata.nope")
    assert caught.value.message in kubectl.get("--sort-by", ".metadata.nope", "-o", "name").stderr
    assert sort_objects([], ".metadata.nope") == []


def test_many_equal_values_keep_their_order() -> None:
    """Beyond the sizes where kubectl keeps it, equals stay in the order they came."""
    objects = [daemonset(f"x{i}", i % 2) for i in range(30)]
    names = [o["metadata"]["name"] for o in sort_objects(objects, ".status.numberReady")]
    assert names == [f"x{i}" for i in range(0, 30, 2)] + [f"x{i}" for i in range(1, 30, 2)]


REFUSED = [
    (
        "yml",
        'unable to match a printer suitable for the output format "yml", allowed formats are: '
        "csv,custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,"
        "kyaml,name,wide,yaml",
        "did you mean -o yaml?",
    ),
    ("json=x", "unable to match a printer", "did you mean -o json?"),
    ("Wide", "unable to match a printer", "did you mean -o wide?"),
    ("go-template={{.kind}}", '"go-template" is not supported', "jsonpath"),
    ("template", '"template" is not supported', "jsonpath"),
    ("jsonpath", "jsonpath format specified but no template given", "-o jsonpath=TEMPLATE"),
    ("jsonpath={.a", "error parsing jsonpath {.a, unclosed action", "at character 1: '{.a'"),
    ("jsonpath=x{.a[}", "unterminated array", "at character 5"),
    ("jsonpath-file=no/such", "error reading --template no/such: No such file", ""),
    ("custom-columns=", "no custom columns given", "custom-columns=HEADER:FIELD"),
    ("custom-columns=NAME", "unexpected custom-columns spec: NAME, expected <header>", ""),
    ("custom-columns=NAME:", "unexpected custom-columns spec: NAME:, expected <header>", ""),
    ("custom-columns=A:{.a}{.b}", "unexpected path string", ""),
    ("custom-columns-file=no/such", "error reading template no/such: No such file", ""),
]


@pytest.mark.parametrize(("text", "message", "hint"), REFUSED)
def test_what_cannot_be_printed_is_refused_before_the_cluster_is_asked(
    text: str, message: str, hint: str
) -> None:
    """Unknown formats, missing and broken templates: what is wrong, and what would do."""
    with pytest.raises(UsageError) as caught:
        output.parse(text)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_template_that_does_not_fit_the_object_is_refused() -> None:
    """An index out of bounds says so and prints nothing."""
    stream = io.StringIO()
    form = output.parse("jsonpath={.kind}{.spec.template.spec.containers[7].name}")
    with pytest.raises(UsageError, match="array index out of bounds: index 7, length 2"):
        output.print_objects([A], form, stream, is_list=False)
    assert stream.getvalue() == ""


def test_commands_narrow_the_formats() -> None:
    """What is allowed decides the error, the help and the completions alike."""
    with pytest.raises(UsageError, match="allowed formats are: json,jsonpath"):
        output.parse("wide", output.REPORTS)
    assert output.usage(output.REPORTS).startswith("json, yaml, kyaml, jsonpath=TEMPLATE")
    assert output.candidates(["json", "jsonpath", "wide"]) == ["json", "wide", "jsonpath="]
    with pytest.raises(UsageError, match='output format "wide"'):
        output.print_objects([A], output.parse("wide"), io.StringIO(), is_list=False)


def test_documents_after_the_first() -> None:
    """YAML puts --- between documents, kyaml before each, columns have their headers once."""
    assert ours([A], "yaml", is_list=False, first=False).startswith("---\napiVersion")
    assert ours([A, B], "yaml", is_list=False).count("\n---\n") == 1
    assert ours([A, B], "kyaml", is_list=False).count("---\n") == 2
    assert ours([A, B], "custom-columns=N:.kind", is_list=False) == "N\nDaemonSet\nDaemonSet\n"


def test_reports_print_whole() -> None:
    """A document of dsctl's own goes through the same printers."""
    report = {"kind": "Report", "apiVersion": "dsctl/v1", "items": [{"a": None}], "metadata": {}}
    stream = io.StringIO()
    output.print_report(report, output.parse("yaml"), stream)
    text = "apiVersion: dsctl/v1\nitems:\n- a: null\nkind: Report\nmetadata: {}\n"
    assert stream.getvalue() == text
    with pytest.raises(UsageError):
        output.print_report(report, output.parse("name"), stream)


def test_watch_events_print_their_type() -> None:
    """One line of JSON, one YAML document; managed fields stay, as kubectl has it."""
    obj = {"metadata": {"name": "x", "managedFields": [1]}, "kind": "K"}
    stream = io.StringIO()
    output.print_event("ADDED", obj, output.parse("json"), stream)
    output.print_event("ADDED", obj, output.parse("yaml"), stream, first=False)
    output.print_event("ADDED", obj, output.parse("kyaml"), stream)
    output.print_event("ADDED", obj, output.parse("jsonpath={.type} {.object.kind}"), stream)
    assert stream.getvalue() == (
        '{"type":"ADDED","object":{"kind":"K","metadata":{"managedFields":[1],"name":"x"}}}\n'
        "---\nobject:\n  kind: K\n  metadata:\n    managedFields:\n    - 1\n    name: x\n"
        "type: ADDED\n"
        '---\n{\n  type: "ADDED",\n  object: {\n    kind: "K",\n    metadata: {\n'
        '      managedFields: [\n        1,\n      ],\n      name: "x",\n    },\n  },\n}\n'
        "ADDED K"
    )


def test_a_terminal_is_not_obeyed() -> None:
    """Raw text goes to a pipe; on a terminal control characters are spelled out."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    form = output.parse("jsonpath={.spec.template.spec.containers[1].args[2]}{'\\n'}")
    pipe, terminal = io.StringIO(), Terminal()
    output.print_objects([A], form, pipe, is_list=False)
    output.print_objects([A], form, terminal, is_list=False)
    assert (pipe.getvalue(), terminal.getvalue()) == ("\x1b[31m\n", "^[[31m\n")


def test_columns_of_a_watch_stay_aligned() -> None:
    """A batch is aligned as a whole, and a later one is not narrower."""
    form = output.parse("custom-columns=A:.metadata.name,B:.kind")
    out = io.StringIO()
    widths: list[int] = []
    output.print_rows([A, B], form, out, widths, headers=True)
    output.print_rows([C], form, out, widths, headers=False)
    ends = [
        line.index(cell) for line, cell in zip(out.getvalue().splitlines(), "BDDD", strict=True)
    ]
    assert ends == [13] * 4
