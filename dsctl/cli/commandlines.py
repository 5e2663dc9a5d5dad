"""Command lines in messages: with the connection flags of this call, so that they can be typed."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.cli.argv import GlobalFlags

#: the flags that say which object a name means, and their fields
_WHERE = (
    ("--sandbox", "sandbox"),
    ("--kubeconfig", "kubeconfig"),
    ("--context", "context"),
    ("--cluster", "cluster"),
    ("--server", "server"),
    ("-n", "namespace"),
)
#: commands that ask no cluster, or do not depend on these flags
_ELSEWHERE = frozenset({"completion", "explain", "options", "sandbox", "validate", "version"})


def addressed(text: str, flags: GlobalFlags, about: str | None = None) -> str:
    """``text`` with the flags of this call in each command line of ours that it names.

    Without them, a command that is typed as it stands would look in another namespace or cluster.
    ``about`` is the namespace of the DaemonSet that it tells of, where that is not the call's: a
    manifest may have named it. One that has its own ``-n`` keeps that, one that has ``-f`` or
    ``-k`` takes it from the manifest too; a pointer to ``--help`` stays as it is.
    """
    given = [(flag, value) for flag, field in _WHERE if (value := getattr(flags, field))]
    if not given and not about:
        return text

    def insert(found: re.Match[str]) -> str:
        own, pairs = found["own"] or "", given
        if about and not re.search(" -[fk] ", found["rest"]):
            pairs = [pair for pair in given if pair[0] != "-n"] + [("-n", about)]
        kept = [pair for pair in pairs if not (own and pair[0] == "-n")]
        return f"dsctl {''.join(f'{flag} {shlex.quote(value)} ' for flag, value in kept)}{own}"

    return _pattern().sub(insert, text)


def _pattern() -> re.Pattern[str]:
    from dsctl.cli.app import COMMANDS

    words = "|".join(sorted({path.partition(" ")[0] for path in COMMANDS} - _ELSEWHERE))
    command = rf"(?=(?:{words})\b(?P<rest>[^;,)]*))"
    return re.compile(rf"\bdsctl (?P<own>-n \S+ )?{command}(?![\w -]*--help)")
