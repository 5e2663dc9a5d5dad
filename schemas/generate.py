"""Make the DaemonSet schemas from the OpenAPI that each Kubernetes version publishes.

    python schemas/generate.py              # finds the sources through the go command
    python schemas/generate.py 1.37         # one version
    python schemas/generate.py --check      # exit 1 if a file differs from what would be written

Writes ``<minor>/daemonset.json``, a JSON Schema of what the server's strict decoder takes, and
``<minor>/fields.json``, the description and the required fields of each type, for ``explain``.

The schema says what decoding refuses and no more: required fields, enumerations and patterns are
left to the rules, which know the server's words for them. As in the server, null is the same as
absent, unknown fields are errors, and integers have their width. Fields stand in the order in which
the Go types declare them: it is that of the JSON of those of kubectl's commands that print types.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

VERSIONS = {"1.34": "v1.34.4", "1.35": "v1.35.4", "1.36": "v1.36.3", "1.37": "v1.37.2"}
OPENAPI = "api/openapi-spec/v3/apis__apps__v1_openapi.json"
ROOT = "io.k8s.api.apps.v1.DaemonSet"
TYPES = {"api": ("apps/v1", "core/v1"), "apimachinery": ("pkg/apis/meta/v1",)}
HERE = Path(__file__).resolve().parent

SCALARS: dict[str, Any] = {
    "string": {"type": ["string", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "int32": {"type": ["integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"type": ["integer", "null"], "minimum": -(2**63), "maximum": 2**63 - 1},
    "IntOrString": {
        "type": ["integer", "string", "null"],
        "minimum": -(2**31),
        "maximum": 2**31 - 1,
    },
    "Quantity": {"type": ["string", "number", "null"], "format": "quantity"},
    "Time": {"type": ["string", "null"], "format": "date-time"},
    "FieldsV1": {},
}


def main(argv: list[str]) -> int:
    """Write or check the files; the exit code."""
    check = "--check" in argv
    given = [arg for arg in argv if arg != "--check"]
    different = []
    for minor, version in VERSIONS.items():
        if given and minor not in given:
            continue
        root = module_directory("kubernetes", version)
        published = json.loads((root / OPENAPI).read_text("utf-8"))["components"]["schemas"]
        for name, content in files(minor, published, declared(version)).items():
            path = HERE / minor / name
            text = laid_out(content)
            if check and (not path.exists() or path.read_text("utf-8") != text):
                different.append(str(path))
            elif not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
    for path_name in different:
        print(f"{path_name} differs: run schemas/generate.py", file=sys.stderr)
    return 1 if different else 0


def laid_out(content: dict[str, Any]) -> str:
    """Compact JSON with a line for each type, so that versions can be compared."""
    types = content.get("$defs", content)
    rows = [f"{_json(name)}:{_json(node)}" for name, node in types.items()]
    body = "{\n" + ",\n".join(rows) + "\n}"
    if types is content:
        return body + "\n"
    head = _json({name: node for name, node in content.items() if name != "$defs"})
    return f'{head[:-1]},"$defs":{body}}}\n'


def _json(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def module_directory(name: str, version: str) -> Path:
    """Where the go command keeps the source of this module of Kubernetes (fetched if need be)."""
    command = ["go", "mod", "download", "-json", f"k8s.io/{name}@{version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout or done.stderr}")
    return Path(json.loads(done.stdout)["Dir"])


def declared(version: str) -> Callable[[str], list[str]]:
    """Gives the JSON names of the fields of a Go type, in the order in which it declares them."""
    bodies: dict[str, str] = {}
    for module, packages in TYPES.items():
        root = module_directory(module, version.replace("v1.", "v0.", 1))
        for package in packages:
            source = (root / package / "types.go").read_text("utf-8")
            bodies |= dict(re.findall(r"^type (\w+) struct \{\n(.*?)^\}", source, re.M | re.S))

    def names(kind: str) -> list[str]:
        found: list[str] = []
        for of_type, name in re.findall(_FIELD, bodies[kind], re.M):
            found += [name] if name else names(of_type)
        return found

    return names


#: a field's type and its name in the JSON, "" for an embedded struct
_FIELD = r'^\t(?:\w+\s+)?(?:[*\w]+\.)?(\S+)\s+`json:"(\w*)[,"]'


def files(
    minor: str, published: dict[str, Any], order: Callable[[str], list[str]]
) -> dict[str, Any]:
    """The content of both files, by name."""
    names = reachable(published)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"DaemonSet of apps/v1, Kubernetes {minor}",
        "$ref": "#/$defs/DaemonSet",
        "$defs": dict(SCALARS),
    }
    fields: dict[str, Any] = {}
    for name in names:
        source = published[name]
        short = name.rsplit(".", 1)[-1]
        if short not in SCALARS:
            schema["$defs"][short] = struct(source, order(short))
        fields[short] = described(source)
    return {"daemonset.json": schema, "fields.json": fields}


def reachable(published: dict[str, Any]) -> list[str]:
    """Every type that a DaemonSet is made of, sorted; no two with one short name."""
    found: set[str] = set()
    waiting = [ROOT]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(references(published[name]))
    shorts = [name.rsplit(".", 1)[-1] for name in found]
    if len(set(shorts)) != len(shorts):
        raise SystemExit("two types of a DaemonSet have the same short name")
    return sorted(found)


def references(node: Any) -> list[str]:
    """The types that a piece of OpenAPI refers to."""
    if isinstance(node, list):
        return [name for item in node for name in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else []
    return own + [name for item in node.values() for name in references(item)]


def struct(source: dict[str, Any], order: list[str]) -> dict[str, Any]:
    """A type with fields: a mapping that takes no others."""
    fields = source["properties"]
    if set(fields) != set(order):
        raise SystemExit(f"declared are {order}, published {sorted(fields)}")
    return {
        "type": ["object", "null"],
        "properties": {name: value(fields[name]) for name in order},
        "additionalProperties": False,
    }


def value(source: dict[str, Any]) -> dict[str, Any]:
    """The schema of one field, list item or map value."""
    if "allOf" in source:
        (source,) = source["allOf"]
    if "$ref" in source:
        return ref(source["$ref"].rsplit(".", 1)[-1])
    kind = source["type"]
    if kind == "array":
        return {"type": ["array", "null"], "items": value(source["items"])}
    if kind == "object":
        return {
            "type": ["object", "null"],
            "additionalProperties": value(source["additionalProperties"]),
        }
    name = source.get("format", kind)
    if name not in SCALARS:
        raise SystemExit(f"a field of type {kind}, format {name}: what does the server take?")
    return ref(name)


def ref(name: str) -> dict[str, str]:
    """A reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def described(source: dict[str, Any]) -> dict[str, Any]:
    """What people read about a type: descriptions, and which fields are required."""
    properties = source.get("properties", {})
    return {
        "description": source.get("description", ""),
        "required": source.get("required", []),
        "fields": {name: prop.get("description", "") for name, prop in properties.items()},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
