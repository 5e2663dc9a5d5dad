"""``dsctl expose``: a Service for the pods of a DaemonSet, which kubectl refuses to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli.naming import one_name
from dsctl.cli.options import DryRunMode
from dsctl.errors import AlreadyExists, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.expose import Wanted
    from dsctl.render.output import OutputFormat

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_POLICIES = ("Local", "Cluster")
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_AFFINITIES = ("None", "ClientIP")


@dataclass(frozen=True, slots=True)
class ExposeOptions:
    """What the command line of ``expose`` says."""

    daemonset: str
    wanted: Wanted
    dry_run: DryRunMode
    output: OutputFormat | None
    manager: str
    show_managed_fields: bool


def expose(
    ctx: typer.Context,
    names: flags.OneName = None,
    port: Annotated[
        str | None,
        typer.Option("--port", metavar="PORT", help="Of the Service; default: the containers'"),
    ] = None,
    target_port: Annotated[
        str | None,
        typer.Option("--target-port", metavar="PORT", help="Of the container: number or name"),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", metavar="PROTOCOL", help="TCP, UDP or SCTP")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the Service")
    ] = None,
    headless: Annotated[
        bool,
        typer.Option("--headless/--no-headless", help="Its name stands for the pods themselves"),
    ] = False,
    service_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help=", ".join(_TYPES))
    ] = None,
    traffic_policy: Annotated[
        str | None,
        typer.Option("--traffic-policy", metavar="POLICY", help="Local: to the node's own pod"),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", "-l", metavar="LABELS", help="Of the Service; default: its own"),
    ] = None,
    selector: Annotated[
        str | None,
        typer.Option("--selector", metavar="LABELS", help="Of the Service: a=b,c=d"),
    ] = None,
    cluster_ip: Annotated[
        str | None, typer.Option("--cluster-ip", metavar="IP", help="None makes it headless")
    ] = None,
    session_affinity: Annotated[
        str | None, typer.Option("--session-affinity", metavar="HOW", help="None or ClientIP")
    ] = None,
    external_ip: Annotated[
        str | None, typer.Option("--external-ip", metavar="IP", help="Another address for it")
    ] = None,
    load_balancer_ip: Annotated[
        str | None, typer.Option("--load-balancer-ip", metavar="IP", help="Of the load balancer")
    ] = None,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    field_manager: flags.FieldManager = "dsctl-expose",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Make a Service that has the DaemonSet's selector.

    Without --port it serves every port that the containers declare. A selector with expressions
    can't be a Service's: then --selector takes labels.

    Exit codes: 1 there is no port, or the selector can't be a Service's.

    Examples:
      dsctl expose node-agent --port=80 --target-port=metrics
      dsctl expose node-agent --headless --name=node-agent-pods
      dsctl expose node-agent --port=9100 --traffic-policy=Local --dry-run=client -o yaml
    """
    from dsctl.cli.writing import require_output
    from dsctl.domain.expose import Wanted

    if headless and cluster_ip not in (None, "", "None"):
        raise UsageError("--headless and --cluster-ip do not go together")
    kind = _one_of("--type", service_type, _TYPES)
    wanted = Wanted(
        name=name or None,
        ports=_ports(port),
        target_port=_target(target_port),
        protocol=_one_of("--protocol", protocol and protocol.upper(), _PROTOCOLS),
        labels=_labels(labels),
        selector=_labels(selector),
        type=kind,
        cluster_ip="None" if headless else cluster_ip or None,
        traffic_policy=_one_of("--traffic-policy", traffic_policy, _POLICIES),
        session_affinity=_one_of("--session-affinity", session_affinity, _AFFINITIES),
        external_ip=external_ip or None,
        load_balancer_ip=load_balancer_ip or None,
    )
    if wanted.headless and kind not in (None, "ClusterIP"):
        raise UsageError(f"a headless Service can't be of the type {kind}")
    if wanted.headless and wanted.traffic_policy:
        raise UsageError("a headless Service has no traffic policy: its name leads to each pod")
    options = ExposeOptions(
        one_name("expose", names),
        wanted,
        flags.dry_run(dry_run, ctx.obj),
        require_output(output),
        field_manager,
        show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: ExposeOptions, env: Env) -> int:
    """Read the DaemonSet, make the Service, show it."""
    from dsctl.api.resources import DAEMONSETS, SERVICES
    from dsctl.domain.expose import service

    cluster = env.cluster()
    daemonset = cluster.read(DAEMONSETS, options.daemonset, env.namespace)
    made = service(daemonset, options.wanted)
    if options.dry_run is DryRunMode.CLIENT:
        if env.flags.namespace is not None:
            made["metadata"]["namespace"] = env.namespace
        _show({**made, "status": {"loadBalancer": {}}}, options, env)
        return 0
    try:
        stored = cluster.create(
            SERVICES,
            made,
            env.namespace,
            field_manager=options.manager,
            dry_run=options.dry_run is DryRunMode.SERVER,
        )
    except AlreadyExists as error:
        error.hint = "give the Service another name with --name"
        raise
    _show(stored, options, env)
    return 0


def _show(obj: dict[str, Any], options: ExposeOptions, env: Env) -> None:
    from dsctl.render import output as printers

    name = f"service/{obj['metadata']['name']}"
    if options.output is None:
        suffix = {DryRunMode.CLIENT: " (dry run)", DryRunMode.SERVER: " (server dry run)"}
        env.print(f"{name} exposed{suffix.get(options.dry_run, '')}")
    else:
        printers.print_objects(
            [obj],
            options.output,
            env.stdout,
            is_list=False,
            show_managed_fields=options.show_managed_fields,
        )


def _ports(text: str | None) -> tuple[int, ...]:
    found = []
    for part in (text or "").split(",") if text else ():
        if not part.isascii() or not part.isdecimal() or not 1 <= int(part) <= 65535:
            raise UsageError(f"--port takes numbers from 1 to 65535, not {part!r}")
        found.append(int(part))
    return tuple(found)


def _target(text: str | None) -> int | str | None:
    """A number, or the name of a container's port."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        return text
    if not 1 <= int(text) <= 65535:
        raise UsageError(f"--target-port takes a number from 1 to 65535 or a name, not {text!r}")
    return int(text)


def _one_of(flag: str, text: str | None, known: tuple[str, ...]) -> str | None:
    if not text:
        return None
    found = next((value for value in known if value.lower() == text.lower()), None)
    if found is None:
        raise UsageError(f"{flag} takes {', '.join(known[:-1])} or {known[-1]}, not {text!r}")
    return found


def _labels(text: str | None) -> dict[str, str] | None:
    """``a=b,c=d`` (kubectl's ``parseLabels``); None where it was not given."""
    if not text:
        return None
    found = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals or "=" in value:
            raise UsageError(f"unexpected label spec: {part}")
        if not key:
            raise UsageError("unexpected empty label key")
        found[key] = value
    return found
