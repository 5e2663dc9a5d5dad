"""A pod template as ``kubectl describe`` words it, with the tabs that align it left in.

Ported from ``DescribePodTemplate`` and what it calls in kubectl's ``describe/describe.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.selectors import format_label_selector
from dsctl.render.volumes import volume_lines

Object = Mapping[str, Any]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LONGEST = 140
_ESCAPES = str.maketrans({"\x1b": "^[", "\r": "\\r"})


def described(template: Object) -> str:
    """The text, ``Pod Template:`` first, each line ended."""
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    lines = ["Pod Template:"]
    lines += label_lines("  Labels", metadata.get("labels"))
    if metadata.get("annotations"):
        lines += annotation_lines("  Annotations", metadata["annotations"])
    if spec.get("serviceAccountName"):
        lines.append(f"  Service Account:\t{spec['serviceAccountName']}")
    if spec.get("initContainers"):
        lines += container_lines("Init Containers", spec["initContainers"])
    lines += container_lines("Containers", spec.get("containers") or [])
    lines += volume_lines(spec.get("volumes") or [])
    lines += _spread_lines(spec.get("topologySpreadConstraints") or [])
    if spec.get("priorityClassName"):
        lines.append(f"  Priority Class Name:\t{spec['priorityClassName']}")
    lines += label_lines("  Node-Selectors", spec.get("nodeSelector"))
    lines += toleration_lines("  Tolerations", spec.get("tolerations") or [])
    if spec.get("schedulingGroup"):
        group = spec["schedulingGroup"].get("podGroupName") or ""
        lines += ["  SchedulingGroup:", f"  PodGroupName:\t{group}"]
    return "".join(f"{line}\n" for line in lines).translate(_ESCAPES)


def label_lines(title: str, labels: Mapping[str, str] | None) -> list[str]:
    """``title:`` and the labels, one a line, by name."""
    pairs = [f"{key}={value}" for key, value in sorted((labels or {}).items())]
    return _titled(title, pairs or ["<none>"])


def annotation_lines(title: str, annotations: Mapping[str, str]) -> list[str]:
    """``title:`` and the annotations by name; long ones below their name, cut."""
    lines: list[str] = []
    for key, value in sorted(annotations.items()):
        if key == LAST_APPLIED:
            continue
        indent = "\t" if lines else ""
        text = value.removesuffix("\n")
        if len(text.encode()) + len(key) + 2 > _LONGEST or "\n" in text:
            lines.append(f"{indent}{key}:")
            lines += [f"\t  {_shortened(part, _LONGEST - 2)}" for part in text.split("\n")]
        else:
            lines.append(f"{indent}{key}: {text}")
    return [f"{title}:\t{(lines or ['<none>'])[0]}", *lines[1:]]


def toleration_lines(title: str, tolerations: Iterable[Object]) -> list[str]:
    """``title:`` and the tolerations, one a line, by key."""
    found = sorted(tolerations, key=lambda toleration: toleration.get("key") or "")
    return _titled(title, [_toleration(toleration) for toleration in found] or ["<none>"])


def container_lines(title: str, containers: Iterable[Object]) -> list[str]:
    """``title:`` and each container, without what only a status tells."""
    found = list(containers)
    lines = [f"  {title}:{'' if found else ' <none>'}"]
    for container in found:
        lines.append(f"   {container.get('name', '')}:")
        lines += [f"    {line}" for line in _container(container)]
    return lines


def _container(container: Object) -> list[str]:
    lines = [f"Image:\t{container.get('image', '')}"]
    ports = container.get("ports") or []
    lines.append(_ports("Port", "containerPort", ports))
    lines.append(_ports("Host Port", "hostPort", ports))
    profile = (container.get("securityContext") or {}).get("seccompProfile")
    if profile:
        lines.append(f"SeccompProfile:\t{profile.get('type', '')}")
        if profile.get("type") == "Localhost":
            lines.append(f"  LocalhostProfile:\t{profile.get('localhostProfile', '')}")
    for title, key in (("Command", "command"), ("Args", "args")):
        if container.get(key):
            lines.append(f"{title}:")
            lines += [f"  {part}" for word in container[key] for part in str(word).split("\n")]
    for title, key in (("Limits", "limits"), ("Requests", "requests")):
        amounts = (container.get("resources") or {}).get(key)
        if amounts:
            lines.append(f"{title}:")
            lines += [f"  {name}:\t{amount}" for name, amount in sorted(amounts.items())]
    for title in ("Liveness", "Readiness", "Startup"):
        probe = container.get(f"{title.lower()}Probe")
        if probe is not None:
            lines.append(f"{title}:\t{_probe(probe)}")
    if container.get("envFrom"):
        lines.append("Environment Variables from:")
        lines += [f"  {_env_from(source)}" for source in container["envFrom"]]
    env = container.get("env") or []
    lines.append("Environment:" if env else "Environment:\t<none>")
    lines += [f"  {line}" for variable in env for line in _variable(variable, container)]
    return lines + _mounts(container)


def _ports(title: str, key: str, ports: list[Object]) -> str:
    found = []
    for port in ports:
        name = f" ({port['name']})" if port.get("name") else ""
        found.append(f"{port.get(key) or 0}/{port.get('protocol', '')}{name}")
    if len(found) > 1:
        return f"{title}s:\t{', '.join(found)}"
    return f"{title}:\t{found[0] if found else '<none>'}"


def _probe(probe: Object) -> str:
    counts = (
        ("delay", "initialDelaySeconds", "s"),
        ("timeout", "timeoutSeconds", "s"),
        ("period", "periodSeconds", "s"),
        ("successThreshold", "successThreshold", ""),
        ("failureThreshold", "failureThreshold", ""),
    )
    attributes = " ".join(f"{name}={probe.get(key) or 0}{unit}" for name, key, unit in counts)
    if probe.get("exec") is not None:
        return f"exec [{' '.join(probe['exec'].get('command') or [])}] {attributes}"
    if probe.get("httpGet") is not None:
        return f"http-get {_url(probe['httpGet'])} {attributes}"
    if probe.get("tcpSocket") is not None:
        socket = probe["tcpSocket"]
        return f"tcp-socket {socket.get('host', '')}:{socket.get('port', 0)} {attributes}"
    if probe.get("grpc") is not None:
        grpc = probe["grpc"]
        return f"grpc <pod>:{grpc.get('port', 0)} {grpc.get('service') or ''} {attributes}"
    return f"unknown {attributes}"


def _url(get: Object) -> str:
    host = get.get("host") or ""
    if ":" in host or "%" in host:
        host = f"[{host}]"
    path = quote(get.get("path") or "", safe="/$&+,:;=@!'()*~")
    if path and not path.startswith("/"):
        path = f"/{path}"
    return f"{str(get.get('scheme') or '').lower()}://{host}:{get.get('port', 0)}{path}"


def _env_from(source: Object) -> str:
    kind, reference = "", {}
    for key, word in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        if source.get(key) is not None:
            kind, reference = word, source[key]
            break
    prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
    return f"{reference.get('name', '')}\t{kind}{prefix}\tOptional: {_optional(reference)}"


def _variable(variable: Object, container: Object) -> list[str]:
    name, source = variable.get("name", ""), variable.get("valueFrom")
    if source is None:
        first, *rest = str(variable.get("value") or "").split("\n")
        return [f"{name}:\t{first}", *(f"\t{line}" for line in rest)]
    if source.get("fieldRef") is not None:
        field = source["fieldRef"]
        return [f"{name}:\t ({field.get('apiVersion', '')}:{field.get('fieldPath', '')})"]
    if source.get("resourceFieldRef") is not None:
        resource = source["resourceFieldRef"].get("resource", "")
        value = _resource(source["resourceFieldRef"], container)
        if value == "0" and resource in ("limits.cpu", "limits.memory"):
            value = "node allocatable"
        return [f"{name}:\t{value} ({resource})"]
    for key, words in (
        ("secretKeyRef", "in secret"),
        ("configMapKeyRef", "of config map"),
    ):
        if source.get(key) is not None:
            found = source[key]
            what = f"the key '{found.get('key', '')}' {words} '{found.get('name', '')}'"
            return [f"{name}:\t<set to {what}>\tOptional: {_optional(found)}"]
    return []


def _resource(reference: Object, container: Object) -> str:
    """The amount that a resourceFieldRef means (``ExtractContainerResourceValue``)."""
    kind, _, name = str(reference.get("resource", "")).partition(".")
    known = name in ("cpu", "memory", "ephemeral-storage") or name.startswith("hugepages-")
    if kind not in ("limits", "requests") or not known:
        return ""
    amounts = (container.get("resources") or {}).get(kind) or {}
    try:
        amount, divisor = parse(str(amounts.get(name, "0"))), parse(str(reference.get("divisor")))
    except QuantityError:
        amount, divisor = parse(str(amounts.get(name, "0"))), parse("1")
    if not divisor.nanos:
        divisor = parse("1")
    if name == "cpu":
        return str(-(-amount.milli // divisor.milli))
    return str(-(-amount.value // divisor.value))


def _mounts(container: Object) -> list[str]:
    mounts = sorted(container.get("volumeMounts") or [], key=lambda m: str(m.get("mountPath", "")))
    lines = ["Mounts:" if mounts else "Mounts:\t<none>"]
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f",path={json.dumps(mount['subPath'], ensure_ascii=False)}"
        lines.append(f"  {mount.get('mountPath', '')} from {mount.get('name', '')} ({flags})")
    devices = container.get("volumeDevices") or []
    if devices:
        lines.append("Devices:" if mounts else "Devices:\t<none>")
        for device in sorted(devices, key=lambda d: str(d.get("devicePath", ""))):
            lines.append(f"  {device.get('devicePath', '')} from {device.get('name', '')}")
    return lines


def _spread_lines(constraints: list[Object]) -> list[str]:
    found = []
    for constraint in sorted(constraints, key=lambda c: str(c.get("topologyKey", ""))):
        line = (
            f"{constraint.get('topologyKey', '')}:{constraint.get('whenUnsatisfiable', '')}"
            f" when max skew {constraint.get('maxSkew', 0)} is exceeded"
        )
        if constraint.get("labelSelector") is not None:
            line += f" for selector {format_label_selector(constraint['labelSelector'])}"
        found.append(line)
    if not found:
        return []
    return [f"  Topology Spread Constraints:\t{found[0]}", *(f"  \t{line}" for line in found[1:])]


def _toleration(toleration: Object) -> str:
    key, value = toleration.get("key") or "", toleration.get("value") or ""
    effect = toleration.get("effect") or ""
    text = key + (f"={value}" if value else "") + (f":{effect}" if effect else "")
    if toleration.get("operator") == "Exists" and not value:
        text += " op=Exists" if key or effect else "op=Exists"
    seconds = toleration.get("tolerationSeconds")
    return text if seconds is None else f"{text} for {seconds}s"


def _titled(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:\t{lines[0]}", *(f"\t{line}" for line in lines[1:])]


def _optional(reference: Object) -> str:
    return "true" if reference.get("optional") else "false"


def _shortened(text: str, most: int) -> str:
    whole = text.encode()
    return text if len(whole) <= most else whole[:most].decode(errors="ignore") + "..."
