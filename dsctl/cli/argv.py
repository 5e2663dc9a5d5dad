"""kubectl's grammar for flags, read once, before Typer sees the arguments.

Typer takes ``-o=json`` for the value ``=json`` and refuses ``--wait=false`` or a bare
``--cascade``. Here every argument is read the way pflag reads it, connection flags are taken out
wherever they stand, and what is left is handed on in one spelling: ``--long=value`` for options,
then ``--``, then the positional arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dsctl.errors import UsageError

#: Flags that may stand bare, and what they then mean; they take a value only after ``=``.
BARE_VALUES: Mapping[str, str] = {
    "--cascade": "background",
    "--dry-run": "unchanged",
    "--validate": "strict",
    "--color": "always",
    "--sandbox": "dsctl",
}
#: Values that someone plainly meant for the bare flag before them.
_MEANT_VALUES: Mapping[str, frozenset[str]] = {
    "--cascade": frozenset({"orphan", "background", "foreground", "true", "false"}),
    "--dry-run": frozenset({"client", "server", "none", "true", "false"}),
    "--validate": frozenset({"strict", "warn", "ignore", "true", "false"}),
}
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


# NamedTuples and not dataclasses: these are made at every start, and cost a fifth.
class Flag(NamedTuple):
    """How one flag is written: its long name, and whether and how it takes a value.

    ``kind`` is ``value``, ``bool`` or ``bare`` (a value only after ``=``); ``negative`` is the
    spelling that Typer has for ``=false``.
    """

    name: str
    kind: str = "value"
    negative: str | None = None


class GlobalFlags(NamedTuple):
    """The connection flags, and the few others that every command takes. None: not given."""

    namespace: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    kubeconfig: str | None = None
    server: str | None = None
    token: str | None = None
    tls_server_name: str | None = None
    certificate_authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    impersonate_user: str | None = None
    impersonate_uid: str | None = None
    impersonate_groups: tuple[str, ...] = ()
    impersonate_extra: tuple[str, ...] = ()
    insecure_skip_tls_verify: bool | None = None
    disable_compression: bool | None = None
    request_timeout: str | None = None
    warnings_as_errors: bool = False
    sandbox: str | None = None
    color: str = "auto"
    verbosity: str | None = None


#: Every global flag: its spellings, its field, and its line of help.
GLOBAL_FLAGS: tuple[tuple[str, str, str], ...] = (
    ("-n --namespace", "namespace", "Namespace to work in"),
    ("--context", "context", "Context of the kubeconfig to use"),
    ("--cluster", "cluster", "Cluster of the kubeconfig to use"),
    ("--user", "user", "User of the kubeconfig to use"),
    ("--kubeconfig", "kubeconfig", "Path of the kubeconfig file"),
    ("-s --server", "server", "Address and port of the API server"),
    ("--token", "token", "Bearer token for the API server"),
    ("--tls-server-name", "tls_server_name", "Name to check the server's certificate against"),
    ("--certificate-authority", "certificate_authority", "Path of a CA certificate"),
    ("--client-certificate", "client_certificate", "Path of a client certificate"),
    ("--client-key", "client_key", "Path of a client key"),
    ("--as", "impersonate_user", "User to act as"),
    ("--as-uid", "impersonate_uid", "UID to act as"),
    ("--as-group", "impersonate_groups", "Group to act as (may repeat)"),
    ("--as-user-extra", "impersonate_extra", "Extra of the user to act as: KEY=VALUE (may repeat)"),
    (
        "--insecure-skip-tls-verify",
        "insecure_skip_tls_verify",
        "Do not check the server's certificate",
    ),
    ("--disable-compression", "disable_compression", "Ask for answers without compression"),
    ("--request-timeout", "request_timeout", "Time for one request: 30, 1s, 2m; 0: no limit"),
    ("--warnings-as-errors", "warnings_as_errors", "A warning of the server makes dsctl exit 1"),
    ("--sandbox", "sandbox", "Use the local sandbox (--sandbox=NAME for another one)"),
    ("--color", "color", "When to use colour: auto, always or never"),
    ("-v --v", "verbosity", "Log level: 6 every request, 7 its headers, 8 bodies, 9 all of it"),
    # Accepted for scripts written for kubectl; dsctl has nothing for them to set.
    ("--cache-dir", "", ""),
    ("--log-flush-frequency", "", ""),
    ("--match-server-version", "", ""),
)
_REPEATED_FIELDS = frozenset({"impersonate_groups", "impersonate_extra"})
_BOOL_FIELDS = frozenset({"insecure_skip_tls_verify", "disable_compression", "warnings_as_errors"})


def _global_table() -> dict[str, tuple[Flag, str]]:
    table: dict[str, tuple[Flag, str]] = {}
    for spellings, target, _help in GLOBAL_FLAGS:
        names = spellings.split()
        if target in _BOOL_FIELDS or names[-1] == "--match-server-version":
            kind = "bool"
        else:
            kind = "bare" if target in ("sandbox", "color") else "value"
        for name in names:
            table[name] = (Flag(names[-1], kind), target)
    return table


_GLOBALS = _global_table()


class Reading:
    """What one pass over the arguments found. ``after_dashes`` None: there was no ``--``."""

    def __init__(self) -> None:
        self.globals = GlobalFlags()
        self.options: list[str] = []
        self.positionals: list[str] = []
        self.after_dashes: list[str] | None = None

    def argv(self) -> list[str]:
        """The arguments in the one spelling that Typer is given."""
        rest = [] if self.after_dashes is None else self.after_dashes
        return [*self.options, "--", *self.positionals, *rest]


def command_words(argv: list[str], known: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Split argv into the command's words (``("rollout", "status")``) and everything else.

    ``known`` holds every command path joined with blanks. Words that name no command come back
    as a path of one, for the caller to refuse. Raises UsageError for a flag before the command
    that is not a connection flag.
    """
    paths = set(known)
    groups = {path.split()[0] for path in paths if " " in path}
    words: list[str] = []
    rest: list[str] = []
    i = 0
    while i < len(argv):
        arg = argv[i]
        if arg == "--" or (words and (words[0] not in groups or len(words) == 2)):
            break
        if arg.startswith("-") and arg != "-":
            taken = _width_of_global(argv, i)
            if not taken and not words and arg not in ("-h", "--help", "--version"):
                raise UsageError(
                    f"unknown flag {arg.split('=')[0]} before the command",
                    hint="only connection flags stand before the command; see: dsctl options",
                )
            width = taken or 1
            rest += argv[i : i + width]
            i += width
            continue
        if words and f"{words[0]} {arg}" not in paths:
            break
        words.append(arg)
        i += 1
    return tuple(words), rest + argv[i:]


def _width_of_global(argv: list[str], i: int) -> int:
    """How many arguments the global flag at ``i`` takes; 0 if it is none."""
    name, eq, _ = argv[i].partition("=")
    if name in _GLOBALS:
        needs_more = _GLOBALS[name][0].kind == "value" and not eq
        return 2 if needs_more and i + 1 < len(argv) else 1
    return 1 if not name.startswith("--") and name[:2] in _GLOBALS and len(name) > 2 else 0


def read(argv: list[str], flags: Mapping[str, Flag]) -> Reading:
    """Read the arguments after the command's words; ``flags`` are the command's own.

    An unknown flag is passed on as it stands: Typer refuses it and suggests another.
    """
    found = Reading()
    i = 0
    while i < len(argv):
        arg = argv[i]
        if arg == "--":
            found.after_dashes = argv[i + 1 :]
            break
        if not arg.startswith("-") or arg == "-":
            found.positionals.append(arg)
            i += 1
        elif arg.startswith("--"):
            name, eq, value = arg.partition("=")
            i += 1 + _take(found, flags, name, value if eq else None, argv[i + 1 :])
        else:
            i += 1 + _take_shorts(found, flags, arg, argv[i + 1 :])
    return found


def _take_shorts(found: Reading, flags: Mapping[str, Flag], arg: str, following: list[str]) -> int:
    """Read ``-n ns``, ``-nns``, ``-n=ns``, ``-Aw``; return how many following ones it used."""
    rest = arg[1:]
    while rest:
        name, rest = "-" + rest[0], rest[1:]
        flag = _lookup(flags, name)
        if flag is None or rest.startswith("="):
            value = rest[1:] if rest.startswith("=") else rest or None
            return _take(found, flags, name, value, following)
        if flag.kind == "value":
            return _take(found, flags, name, rest or None, following)
        _take(found, flags, name, None, following)
    return 0


def _lookup(flags: Mapping[str, Flag], name: str) -> Flag | None:
    return flags[name] if name in flags else global_flag(name)


def global_flag(name: str) -> Flag | None:
    """The connection flag of this spelling, if there is one."""
    return _GLOBALS[name][0] if name in _GLOBALS else None


def _take(
    found: Reading,
    flags: Mapping[str, Flag],
    name: str,
    value: str | None,
    following: list[str],
) -> int:
    flag = _lookup(flags, name)
    if flag is None:
        found.options.append(name if value is None else f"{name}={value}")
        return 0
    used = 0
    if flag.kind == "bool":
        value = "true" if value is None else value
    elif flag.kind == "bare":
        if value is None:
            _refuse_spaced_value(flag.name, following)
            value = BARE_VALUES[flag.name]
    elif value is None:
        if not following:
            raise UsageError(f"flag {name} needs a value")
        value, used = following[0], 1
    if name in flags:
        found.options.append(_spelling(flag, name, value))
    else:
        _set_global(found, _GLOBALS[name][1], name, value)
    return used


def _refuse_spaced_value(name: str, following: list[str]) -> None:
    if following and following[0] in _MEANT_VALUES.get(name, ()):
        raise UsageError(
            f"{name} takes its value after an equals sign",
            hint=f"write {name}={following[0]} (kubectl would read {following[0]!r} as a name)",
        )


def _spelling(flag: Flag, name: str, value: str) -> str:
    if flag.kind != "bool":
        return f"{flag.name}={value}"
    if parse_bool(name, value):
        return flag.name
    if flag.negative is None:
        raise UsageError(f"flag {name} cannot be turned off")
    return flag.negative


def parse_bool(name: str, value: str) -> bool:
    """A boolean as Go's ``strconv.ParseBool`` reads it. Raises UsageError."""
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise UsageError(f"flag {name} takes true or false, not {value!r}")


def _set_global(found: Reading, target: str, name: str, value: str) -> None:
    if not target:
        return
    read: Any = value
    if target in _BOOL_FIELDS:
        read = parse_bool(name, value)
    elif target in _REPEATED_FIELDS:
        read = (*getattr(found.globals, target), value)
    elif target == "color" and value not in ("auto", "always", "never"):
        raise UsageError(f"--color takes auto, always or never, not {value!r}")
    found.globals = found.globals._replace(**{target: read})
