"""kubectl's JSONPath dialect: what templates find, and where they are refused."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.jsonpath import JSONPath, JSONPathError, JSONPathMismatch

DATA: dict[str, Any] = {
    "kind": "DaemonSet",
    "metadata": {"name": "agent", "labels": {"example.com/tier": "node", "app": "agent"}},
    "spec": {
        "paused": False,
        "containers": [
            {"name": "main", "image": "a:1", "ports": [{"port": 80}], "weight": 3},
            {"name": "side", "image": "b:2", "weight": 5},
            {"name": "log(1)", "image": "c:3"},
        ],
    },
    "status": {"numberReady": 0, "conditions": [{"type": "Ready", "status": "True"}]},
}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("hello", [["hello"]]),
        ("{.kind}", [["DaemonSet"]]),
        ("{kind}", None),
        ("{$.kind} x {@.kind}", [["DaemonSet"], [" x "], ["DaemonSet"]]),
        ("{.status.numberReady}", [[0]]),
        ("{.metadata.labels.example\\.com/tier}", [["node"]]),
        ("{.metadata.labels['example\\.com/tier']}", [["node"]]),
        ("{['kind']}", [["DaemonSet"]]),
        ("{.spec.containers[0].name}", [["main"]]),
        ("{.spec.containers[-1].name}", [["log(1)"]]),
        ("{.spec.containers[0:2].name}", [["main", "side"]]),
        ("{.spec.containers[0:3:2].name}", [["main", "log(1)"]]),
        ("{.spec.containers[*].image}", [["a:1", "b:2", "c:3"]]),
        ("{.spec.containers[0,2].image}", [["a:1", "c:3"]]),
        ("{.spec.containers[0]['name','image']}", [["main", "a:1"]]),
        ('{.spec.containers[?(@.name=="side")].image}', [["b:2"]]),
        ("{.spec.containers[?(@.name=='side')].image}", [["b:2"]]),
        ('{.spec.containers[?(@.name=="log(1)")].image}', [["c:3"]]),
        ("{.spec.containers[?(@.weight>3)].name}", [["side"]]),
        ("{.spec.containers[?(@.weight<=3)].name}", [["main"]]),
        ("{.spec.containers[?(@.ports)].name}", [["main"]]),
        ('{.spec.containers[?(@.name!="side")].name}', [["main", "log(1)"]]),
        ('{.status.conditions[?(@.type=="Ready")].status}', [["True"]]),
        ("{..image}", [["a:1", "b:2", "c:3"]]),
        ("{..port}", [[80]]),
        ("{.nothing.here}", [[]]),
        ('{"a\\tb"}', [["a\tb"]]),
        ("{'it\\'s'}", [["it's"]]),
        ("{1}{2.5}{true}", [[1], [2.5], [True]]),
        ("{.spec.paused}", [[False]]),
        (
            '{range .spec.containers[*]}{.name}{"\\n"}{end}!',
            [["main"], ["\n"], ["side"], ["\n"], ["log(1)"], ["\n"], ["!"]],
        ),
        ("{range .nothing[*]}{.name}{end}!", [["!"]]),
        (
            "{range .spec.containers[*]}{range .ports[*]}{.port}{end},{end}",
            [[80], [","], [","], [","]],
        ),
    ],
)
def test_templates_find(template: str, found: list[list[Any]] | None) -> None:
    """Every construct of the dialect finds what client-go finds."""
    if found is None:
        with pytest.raises(JSONPathMismatch, match="unrecognized identifier kind"):
            JSONPath(template).find(DATA)
        return
    assert JSONPath(template).find(DATA) == found


@pytest.mark.parametrize(
    ("template", "message", "position"),
    [
        ("{.kind", "unclosed action", 0),
        ("name: {.kind", "unclosed action", 6),
        ("{.a[0}", "unterminated array", 3),
        ("{.a[x]}", "invalid array index x", 3),
        ("{.a[?(@.b=='c'}", "unterminated filter", 3),
        ('{.a[?(@.b=="c")}', "unclosed array expect ]", 3),
        ("{'abc}", "unterminated quoted string", 1),
        ("{#}", "unrecognized character in action: U+0023 '#'", 1),
        ("{....a}", "invalid multiple recursive descent", 3),
        ("{1.2.3}", "cannot parse number 1.2.3", 1),
        ("{.a[-]}", "array index - is not a number", 3),
        ('{"\\q"}', 'unquote string "\\q" error invalid syntax', 1),
    ],
)
def test_bad_templates_are_refused(template: str, message: str, position: int) -> None:
    """A template that client-go refuses is refused in its words, with the place."""
    with pytest.raises(JSONPathError) as caught:
        JSONPath(template)
    assert (str(caught.value), caught.value.position) == (message, position)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{.spec.containers[7]}", "array index out of bounds: index 7, length 3"),
        ("{.spec.containers[0:7]}", "array index out of bounds: index 6, length 3"),
        ("{.spec.containers[2:1]}", "starting index 2 is greater than ending index 1"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.spec.paused[?(@.a)]}", "false is not array or slice and cannot be filtered"),
        ('{.spec.containers[?(@.weight=="3")]}', "incompatible types for comparison"),
        ("{end}", "not in range, nothing to end"),
    ],
)
def test_what_does_not_fit_the_object(template: str, message: str) -> None:
    """A template that does not fit the object fails in client-go's words."""
    with pytest.raises(JSONPathMismatch) as caught:
        JSONPath(template).find(DATA)
    assert str(caught.value) == message
