"""``dsctl logs``: the log of one pod of a DaemonSet, chosen by node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import onepod
from dsctl.cli import options as flags
from dsctl.cli.naming import one_name
from dsctl.errors import Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class LogsOptions:
    """What the command line of ``logs`` says. ``query``: what is asked of the log."""

    name: str
    node: str | None
    container: str | None
    query: dict[str, str]

    @property
    def follows(self) -> bool:
        """Whether it goes on."""
        return "follow" in self.query


def logs(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="NAME [CONTAINER]", show_default=False)
    ] = None,
    node: onepod.Node = None,
    container: onepod.Container = None,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", "-f", help="Go on with every new line")
    ] = False,
    previous: Annotated[
        bool,
        typer.Option("--previous/--no-previous", "-p", help="Of the container before the last"),
    ] = False,
    tail: Annotated[
        int, typer.Option("--tail", metavar="N", help="The last N lines; -1: all of them")
    ] = -1,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Not older than: 5s, 2m, 3h")
    ] = None,
    since_time: Annotated[
        str | None,
        typer.Option("--since-time", metavar="WHEN", help="After this moment (RFC 3339)"),
    ] = None,
    timestamps: Annotated[
        bool, typer.Option("--timestamps/--no-timestamps", help="With the time of each line")
    ] = False,
    limit_bytes: Annotated[
        int, typer.Option("--limit-bytes", metavar="N", help="At most so many bytes")
    ] = 0,
) -> int:
    """Print the log of one pod of a DaemonSet.

    Without --node it is one that runs, as with kubectl, and stderr says which. A node without a
    pod is explained.

    Exit codes: 1 there is no pod on that node.

    Examples:
      dsctl logs node-agent --node node-3
      dsctl logs node-agent --node node-3 -c agent -f --tail=20
      dsctl logs node-agent --node node-3 --previous
    """
    name, inline = _words(words or [])
    if inline and container:
        raise UsageError("only one of -c or an inline [CONTAINER] arg is allowed")
    options = LogsOptions(
        name=name,
        node=node,
        container=container or inline,
        query=_query(
            follow=follow,
            previous=previous,
            tail=tail,
            since=since,
            since_time=since_time,
            timestamps=timestamps,
            limit_bytes=limit_bytes,
        ),
    )
    return run(options, ctx.obj)


def run(options: LogsOptions, env: Env) -> int:
    """Pass the log on as it comes, byte for byte."""
    from dsctl.api.http1 import Broken
    from dsctl.api.resources import PODS

    found = onepod.find(options.name, options.node, env)
    query = {"container": onepod.container(found, options.container, env), **options.query}
    metadata = found.pod["metadata"]
    path = PODS.path(metadata["namespace"], metadata["name"], "log")
    write = onepod.writer(env.stdout)
    stream = env.cluster().stream(path, query=query, headers=(("Accept", "*/*"),))
    try:
        while True:
            try:
                data = stream.read_some()
            except (OSError, Broken) as error:
                raise Unreachable(f"the log of {metadata['name']} broke off: {error}") from error
            if not data:
                return 0
            write(data)
    finally:
        stream.close()


def _words(words: list[str]) -> tuple[str, str | None]:
    """The DaemonSet's name and, as kubectl allows, its container."""
    from dsctl.cli.names import is_type_word, strip_type_word

    if words and is_type_word(words[0]):
        words = [*strip_type_word(words[:2]), *words[2:]]
    else:
        words = [*strip_type_word(words[:1]), *words[1:]]
    return one_name("logs", words[:1] + words[2:]), words[1] if len(words) > 1 else None


def _query(
    *,
    follow: bool,
    previous: bool,
    tail: int,
    since: str | None,
    since_time: str | None,
    timestamps: bool,
    limit_bytes: int,
) -> dict[str, str]:
    """The PodLogOptions of the flags, refused where kubectl refuses them."""
    if since is not None and since_time is not None:
        raise UsageError("at most one of --since or --since-time may be used")
    if tail < -1:
        raise UsageError("--tail must be greater than or equal to -1")
    if limit_bytes < 0:
        raise UsageError("--limit-bytes must be greater than 0")
    found = {}
    for name, value in (("follow", follow), ("previous", previous), ("timestamps", timestamps)):
        if value:
            found[name] = "true"
    if tail != -1:
        found["tailLines"] = str(tail)
    if limit_bytes:
        found["limitBytes"] = str(limit_bytes)
    if since is not None:
        seconds = flags.seconds("--since", since)
        if seconds <= 0:
            raise UsageError("--since must be greater than 0")
        found["sinceSeconds"] = str(max(round(seconds), 1))
    if since_time is not None:
        found["sinceTime"] = _moment(since_time)
    return found


def _moment(text: str) -> str:
    from dsctl.domain.times import parse_time

    moment = parse_time(text)
    if moment is None or "T" not in text.upper():
        raise UsageError(
            f"--since-time takes a time as RFC 3339 has it, not {text!r}",
            hint="such as 2026-01-31T06:00:00Z",
        )
    return moment.isoformat()
