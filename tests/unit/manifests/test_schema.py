"""The schemas, the quick yes and the reasons, against each other and against jsonschema."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from dsctl.manifests import schema
from dsctl.manifests.documents import decode
from dsctl.manifests.schema_errors import schema_errors

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
VALUES: list[Any] = [
    *(None, 0, -1, True, "", "x", "5", "1Gi", "1x", 30.5, 2**31, 2**63, 1e30),
    *("2024-01-02T03:04:05Z", "2024-01-02", [], {}, [1], ["a"], {"a": 1}, {"a": "b"}, [{}], [None]),
]


def _daemonset(**pod: Any) -> dict[str, Any]:
    containers = [{"name": "a", "image": "b", **pod.pop("container", {})}]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "x", "labels": {"a": "b"}},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": containers, **pod},
            },
        },
    }


def _reasons(value: Any, version: schema.Version = schema.NEWEST) -> list[tuple[str, str]]:
    return [(error.rule, error.path) for error in schema_errors(value, version)]


@pytest.mark.parametrize("version", schema.VERSIONS, ids=schema.name)
def test_a_plain_daemonset_is_accepted_by_every_version(version: schema.Version) -> None:
    """Each version's schema is there and takes a manifest without anything special."""
    assert schema.accepts(_daemonset(), version)
    assert not schema.accepts(_daemonset(nonsense=1), version)
    assert "Pod" in schema.fields(version)["PodSpec"]["description"]


def test_fields_come_with_their_version() -> None:
    """A field that came with 1.37 is unknown before it."""
    value = _daemonset(evictionResponders=[])
    assert schema.accepts(value, (1, 37))
    assert _reasons(value, (1, 36)) == [
        ("field-unknown", "spec.template.spec.evictionResponders"),
    ]


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.36", (1, 36)), ("v1.36.3", (1, 36)), ("1.36.3+k3s1", (1, 36)), ("1.37-rc.0", (1, 37))],
)
def test_versions_are_read_as_people_write_them(text: str, version: schema.Version) -> None:
    """Patch levels and vendor suffixes don't matter."""
    assert schema.parse_version(text) == version


@pytest.mark.parametrize("text", ["1.33", "2.0", "1", "", "latest", "1.x", "v", "1.٣٦", "9" * 5000])
def test_unknown_versions_name_the_known_ones(text: str) -> None:
    """The message says what dsctl has."""
    with pytest.raises(ValueError, match=r"dsctl knows 1\.34 to 1\.37"):
        schema.parse_version(text)


@pytest.mark.parametrize(
    ("change", "rule", "path"),
    [
        ({"hostNetwork": "yes"}, "field-type", "spec.template.spec.hostNetwork"),
        ({"hostnetwork": True}, "field-unknown", "spec.template.spec.hostnetwork"),
        ({"priority": 2**31}, "number-range", "spec.template.spec.priority"),
        ({"nodeSelector": {"a": 1}}, "field-type", "spec.template.spec.nodeSelector[a]"),
        ({"tolerations": [[]]}, "field-type", "spec.template.spec.tolerations[0]"),
        ({"tolerations": {}}, "field-type", "spec.template.spec.tolerations"),
        ({"overhead": {"cpu": "1x"}}, "quantity-invalid", "spec.template.spec.overhead[cpu]"),
        (
            {"container": {"resources": {"limits": {"cpu": {}}}}},
            "field-type",
            "spec.template.spec.containers[0].resources.limits[cpu]",
        ),
        (
            {"container": {"ports": [{"containerPort": 30.5}]}},
            "field-type",
            "spec.template.spec.containers[0].ports[0].containerPort",
        ),
    ],
)
def test_each_refusal_names_its_field(change: dict[str, Any], rule: str, path: str) -> None:
    """Rule and path of what the decoder refuses."""
    value = _daemonset(**change)
    assert not schema.accepts(value)
    assert _reasons(value) == [(rule, path)]


def test_null_is_the_same_as_absent() -> None:
    """Anywhere: the server's decoder leaves the field at its zero value."""
    assert schema.accepts(
        _daemonset(tolerations=None, hostPID=None, nodeSelector={"a": None}, volumes=[None])
    )


@pytest.mark.parametrize(
    ("steps", "key", "hint"),
    [
        (["metadata"], "Labels", "did you mean labels?"),
        (["metadata"], "lables", "did you mean labels?"),
        (["spec"], "replicas", "one pod on every eligible node"),
        (["spec"], "strategy", "spec.updateStrategy"),
        (["spec"], "containers", "containers belongs under spec.template.spec"),
        (["spec", "template"], "tolerations", "tolerations belongs under spec.template.spec"),
        (["spec", "template", "spec"], "host_network", "did you mean hostNetwork?"),
        (["spec", "template", "spec", "containers", 0], "imagePullPolice", "imagePullPolicy"),
        (["spec", "template", "spec", "containers", 0], "zzz", None),
    ],
)
def test_misspelt_and_misplaced_fields_get_a_hint(
    steps: list[Any], key: str, hint: str | None
) -> None:
    """Spelling first, then the place where a field of that name stands."""
    value = _daemonset()
    where = value
    for step in steps:
        where = where[step]
    where[key] = {}
    (error,) = schema_errors(value, schema.NEWEST)
    assert error.rule == "field-unknown"
    assert error.hint == hint if hint is None else hint in (error.hint or "")


def test_hints_say_how_to_write_it() -> None:
    """Numbers and booleans where text is due, text where a number is due, a bare list item."""
    value = _daemonset(
        hostPID="true",
        container={"image": 5, "command": "sh", "env": [{"name": "a", "value": True}]},
    )
    hints = {error.path.rpartition(".")[2]: error.hint for error in schema_errors(value, (1, 37))}
    assert hints["hostPID"] == "write it without quotes"
    assert hints["image"] == 'quote it: "5"'
    assert hints["command"] == "put '- ' before it: it is a list"
    assert "booleans" in (hints["value"] or "")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        *(("2024-01-02T03:04:05Z", True), ("2024-01-02T3:04:05.5+01:00", True)),
        *(("2024-01-02", False), ("2024-02-30T00:00:00Z", False), ("2024-01-02T03:04:05", False)),
        *(("2024-01-02t03:04:05z", False), ("2024-01-02T24:00:00Z", False), ("", False)),
    ],
)
def test_times_are_read_as_go_reads_them(text: str, good: bool) -> None:
    """RFC 3339, with what Go's time.Parse forgives."""
    value = _daemonset()
    value["metadata"]["creationTimestamp"] = text
    assert schema.accepts(value) is good


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        found.append((value, key))
        if isinstance(item, dict | list):
            _places(item, found)
    return found


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not stand beside the checkout")
def test_walker_reasons_and_jsonschema_agree() -> None:
    """On the corpus and on 100 damaged copies of it, all three give the same verdict."""
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("quantity")(schema.is_quantity)
    formats.checks("date-time")(schema.is_time)
    validator = Draft202012Validator(schema.load((1, 37)), format_checker=formats)
    rnd = random.Random(4)
    originals = [
        document.value
        for path in sorted(CORPUS.iterdir())
        if path.suffix != ".tsv"
        for document in decode(path.read_bytes(), path.name)
        if document.kind == "DaemonSet"
    ]
    verdicts = set()
    for _ in range(100):
        value = copy.deepcopy(rnd.choice(originals))
        for _ in range(rnd.randint(0, 2)):
            holder, key = rnd.choice(_places(value, []))
            holder[key if isinstance(holder, list) or rnd.random() < 0.7 else "zz"] = rnd.choice(
                VALUES
            )
        verdict = schema.accepts(value)
        verdicts.add(verdict)
        assert verdict is validator.is_valid(value) is (not schema_errors(value, (1, 37)))
    assert verdicts == {True, False}


def test_the_schemas_are_what_the_script_makes() -> None:
    """Where the Go module cache has the sources already, the files are up to date."""
    import importlib.util
    import os
    import shutil
    import subprocess

    script = Path(__file__).parents[3] / "schemas" / "generate.py"
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    spec = importlib.util.spec_from_file_location("generate", script)
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    cache = subprocess.run(
        ["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True
    ).stdout.strip()
    checked = 0
    for minor, version in generate.VERSIONS.items():
        root = os.path.join(cache, "k8s.io", f"kubernetes@{version}")
        if os.path.isfile(os.path.join(root, generate.OPENAPI)):
            assert generate.main(["--check", f"{minor}={root}"]) == 0
            checked += 1
    if not checked:
        pytest.skip("no Kubernetes source in the module cache")
