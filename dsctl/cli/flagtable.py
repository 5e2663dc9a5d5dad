"""What every flag is for and what its values are: the table that completion and help pages read.

A value is files, directories, free text, one of some words, or what a source of ``candidates``
finds in the cluster or the kubeconfig. It is looked up by command and flag, by flag, then by
metavar; so a new flag with a metavar that is known here completes by itself, and a test asks
for a row where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The kinds of values that need no source.
FILE, DIR, TEXT, FORMAT = "file", "dir", "text", "format"

#: Fixed words, or the name of a kind or of a source.
Values = str | tuple[str, ...]

SHELLS = ("bash", "zsh", "fish")
_VERSIONS = ("1.34", "1.35", "1.36", "1.37")

#: By the metavar of options; what comes after ``NODE=`` is free text.
_BY_METAVAR: Mapping[str, Values] = {
    "FILE": FILE,
    "DIR": DIR,
    "FORMAT": FORMAT,
    "NODE": "nodes",
    "NODES": "nodes",
    "NODE=KEY": "nodes=",
    "NODE=KEY=VALUE": "nodes=",
    "NODE=KEY=VALUE:EFFECT": "nodes=",
    "LABEL": "node_labels",
    "RULE": "rules",
    "VERDICT": "verdicts",
    "CONDITION": "conditions",
    "CONTAINER": "containers",
    **dict.fromkeys(
        ("IMAGE", "JSONPATH", "KEY", "KEY=VALUE", "KEYS", "LIST", "N", "N|P%", "PATCH", "PORT"),
        TEXT,
    ),
    **dict.fromkeys(("IP", "LABELS", "SECONDS", "SELECTOR", "TEXT", "TIME", "VALUE", "WHEN"), TEXT),
}
#: By long name, whatever the metavar.
_BY_FLAG: Mapping[str, Values] = {
    "--cascade": ("background", "foreground", "orphan"),
    "--containers": "containers",
    "--container": "containers",
    "--dry-run": ("client", "server", "none"),
    "--field-manager": TEXT,
    "--from": "env_sources",
    "--kubernetes-version": _VERSIONS,
    "--on-failure": ("stop", "undo"),
    "--order-by": "node_orders",
    "--resource-version": TEXT,
    "--revision": "revisions",
    "--revision-older-than": "revisions",
    "--session-affinity": ("None", "ClientIP"),
    "--subresource": ("status",),
    "--to-revision": "revisions",
    "--traffic-policy": ("Cluster", "Local"),
    "--protocol": ("TCP", "UDP", "SCTP"),
    "--types": ("Normal", "Warning"),
    "--validate": ("strict", "warn", "ignore"),
}
#: By command and long name, where a command means something else by it.
_BY_COMMAND: Mapping[tuple[str, str], Values] = {
    ("create", "--name"): TEXT,
    ("expose", "--name"): TEXT,
    ("expose", "--type"): ("ClusterIP", "NodePort", "LoadBalancer"),
    ("patch", "--type"): ("strategic", "merge", "json"),
    **{
        (f"sandbox {verb}", "--name"): "sandboxes"
        for verb in ("up", "down", "status", "env", "scale")
    },
}
#: What the positional arguments are, one after the other; the last one repeats.
_ARGUMENTS: Mapping[str, tuple[Values, ...]] = {
    "NAME": ("daemonsets", TEXT),
    "[NAME]": ("daemonsets", TEXT),
    "[NAME...]": ("daemonsets",),
    "NAME...": ("daemonsets",),
    "NAME [CONTAINER]": ("daemonsets", "containers", TEXT),
    "NAME [OLD [NEW]]": ("daemonsets", "revisions", "revisions", TEXT),
    "[NAME] [-- COMMAND...]": (TEXT,),
    "NAME [-- COMMAND...]": ("daemonsets", TEXT),
    "NAME -- COMMAND...": ("daemonsets", TEXT),
    "[NAME...] CONTAINER=IMAGE...": ("daemonsets", "containers="),
    "[NAME...] SERVICE_ACCOUNT": ("daemonsets", "service_accounts"),
    "[NAME...] [KEY=VALUE|KEY-]...": ("daemonsets", "label_keys"),
    "[FILE...]": (FILE,),
    "[RULE|FIELD]": ("topics", TEXT),
    "SHELL": (SHELLS, TEXT),
}
#: By command, where arguments that are written alike mean something else.
_ARGUMENTS_OF: Mapping[str, tuple[Values, ...]] = {
    "annotate": ("daemonsets", "annotation_keys"),
    "set env": ("daemonsets", "variables"),
}
#: The flags that stand with every command (``argv.GLOBAL_FLAGS``).
_GLOBALS: Mapping[str, Values] = {
    "--namespace": "namespaces",
    "--context": "contexts",
    "--cluster": "clusters",
    "--user": "users",
    "--kubeconfig": FILE,
    "--certificate-authority": FILE,
    "--client-certificate": FILE,
    "--client-key": FILE,
    "--cache-dir": DIR,
    "--sandbox": "sandboxes",
    "--color": ("auto", "always", "never"),
    "--v": ("6", "7", "8", "9"),
}
#: Flags whose value is a list with commas.
LISTS = frozenset({"--only", "--nodes", "--disable", "--containers", "--filename", "--types"})

#: The sections of a help page after the command's own flags, in order.
_SECTIONS: Mapping[str, str] = {
    "Which DaemonSets": "--filename --kustomize --recursive --selector --field-selector --all "
    "--all-namespaces",
    "What if": "--label-node --unlabel-node --taint-node --cordon --add-node",
    "Writing": "--dry-run --validate --field-manager --change-cause --save-config "
    "--resource-version --subresource --local --server-side --force-conflicts",
    "Waiting and asking": "--wait --timeout --stall-timeout --plan --yes --interactive",
    "Output": "--output --no-headers --show-labels --label-columns --show-kind --sort-by "
    "--show-managed-fields --output-watch-events --neat --summary --each --map --group-by",
}
OWN = "Flags"
#: Where a command means something else by a flag of a section.
_OWN_FLAGS = frozenset({("expose", "--selector")})
SECTIONS = (OWN, *_SECTIONS)
_SECTION_OF = {flag: section for section, flags in _SECTIONS.items() for flag in flags.split()}


def section(path: str, flag: str) -> str:
    """The section of a command's help page that ``flag`` (its long name) stands in."""
    return OWN if (path, flag) in _OWN_FLAGS else _SECTION_OF.get(flag, OWN)


def long_name(param: Any) -> str:
    """``--output`` of a Typer option that is also ``-o``."""
    return next((str(name) for name in param.opts if name.startswith("--")), str(param.opts[0]))


def option(path: str, param: Any) -> Values | None:
    """What the values of a command's option are; None where the table does not say."""
    flag = long_name(param)
    found = _BY_COMMAND.get((path, flag)) or _BY_FLAG.get(flag)
    return found or _BY_METAVAR.get(param.metavar or "")


def takes_command(command: Any) -> bool:
    """Whether what stands after ``--`` is a command to be run, as of ``exec``."""
    return any("-- COMMAND" in (p.metavar or "") for p in command.params)


def argument(path: str, command: Any, position: int) -> Values | None:
    """What the positional argument number ``position`` of the Typer command at ``path`` is.

    TEXT where the command takes none; None where the table does not say.
    """
    taken = [p for p in command.params if p.param_type_name == "argument" and not p.hidden]
    metavars = [p.metavar or "" for p in taken]
    if not metavars:
        return TEXT
    row = _ARGUMENTS_OF.get(path) or _ARGUMENTS.get(" ".join(metavars))
    return None if row is None else row[min(position, len(row) - 1)]


def global_flag(flag: str) -> Values:
    """What the values of a connection flag (its long name) are."""
    return _GLOBALS.get(flag, TEXT)


def formats(path: str) -> list[str]:
    """The formats that ``-o`` of the command at ``path`` takes, in the order of the help."""
    from dsctl.render import output as printers

    reports = printers.candidates(printers.REPORTS)
    known = {
        "get": printers.candidates(),
        "edit": ["json", "yaml", "kyaml"],
        "delete": ["name"],
        "validate": ["text", "json", "yaml", "junit", "sarif", "github", "tap"],
        "orphans": printers.candidates(printers.REPORTS | {"name"}),
        "rollout status": [*reports, "jsonl"],
        **dict.fromkeys(("plan", "diff", "why", "endpoints"), reports),
        **dict.fromkeys(("rollout history", "rollout diff", "rollout step"), reports),
        "sandbox status": ["json", "yaml"],
        "version": ["json", "yaml"],
    }
    return known.get(path) or printers.candidates(printers.OBJECTS)


def format_usage(path: str) -> list[str]:
    """The same formats as a help page has them: ``jsonpath=TEMPLATE``."""
    from dsctl.render import output as printers

    usages = dict(zip(printers.candidates(), printers.usage().split(", "), strict=True))
    return [usages.get(name, name) for name in formats(path)]
