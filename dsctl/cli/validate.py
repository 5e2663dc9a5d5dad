"""``dsctl validate``: the server's verdict on manifests, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli.reporting import report as report_error
from dsctl.errors import AnswerIsNo, ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.findings import ValidationReport
    from dsctl.manifests.documents import Document
    from dsctl.manifests.paths import Inputs
    from dsctl.manifests.validate import Settings


@dataclass(frozen=True, slots=True)
class ValidateOptions:
    """What the command line of ``validate`` says."""

    files: tuple[str, ...]
    kustomize: str | None = None
    recursive: bool = False
    output: str = "text"
    strict: bool = False
    kubernetes_version: str | None = None
    disabled: tuple[str, ...] = ()
    ignore_others: bool = False
    old: tuple[str, ...] = ()
    against_cluster: bool = False
    fix: bool = False


def validate(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE...]", show_default=False)
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT",
            help="The report as (github: annotations)",
        ),
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict/--no-strict", help="Warnings fail too")] = False,
    kubernetes_version: Annotated[
        str | None,
        typer.Option(
            "--kubernetes-version", metavar="VERSION", help="1.34 to 1.37; default: the newest"
        ),
    ] = None,
    disable: Annotated[
        list[str] | None,
        typer.Option(
            "--disable", metavar="RULE", help="Turn off a warning; may repeat, or list with commas"
        ),
    ] = None,
    ignore_others: Annotated[
        bool,
        typer.Option(
            "--ignore-others/--no-ignore-others",
            help="Exit 0 where there is no DaemonSet, and pass over what has no kind (for hooks)",
        ),
    ] = False,
    old: Annotated[
        list[str] | None,
        typer.Option("--old", metavar="FILE", help="Judge as an update of the manifests in FILE"),
    ] = None,
    against_cluster: Annotated[
        bool,
        typer.Option(
            "--against-cluster/--no-against-cluster",
            help="Judge as an update of the live objects, by the server's version",
        ),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix/--no-fix", help="First move removed apiVersions to apps/v1, in the files"
        ),
    ] = False,
) -> int:
    """Check manifests as the API server would, without a cluster.

    Exit codes: 0 valid, 1 invalid or nothing to validate, 2 a path that can't be read, 3 the
    cluster can't be asked (--against-cluster).

    Examples:
      dsctl validate -f agent.yaml
      dsctl validate -f manifests/ -R --kubernetes-version=1.35
      helm template chart | dsctl validate -f - --strict -o github
      dsctl validate -f new.yaml --old old.yaml
    """
    options = ValidateOptions(
        files=(*flags.split(filename), *(names or ())),
        kustomize=kustomize,
        recursive=recursive,
        output=output,
        strict=strict,
        kubernetes_version=kubernetes_version,
        disabled=flags.split(disable),
        ignore_others=ignore_others,
        old=flags.split(old),
        against_cluster=against_cluster,
        fix=fix,
    )
    return run(options, ctx.obj)


def run(options: ValidateOptions, env: Env) -> int:
    """Print the report on all that can be read; the exit code tells the worst that happened."""
    from dsctl import __version__
    from dsctl.manifests.paths import Inputs
    from dsctl.manifests.validate import validate as judge_all
    from dsctl.render import reports

    form = reports.check_format(options.output)
    settings = _settings(options, env)
    inputs = Inputs(options.files, options.recursive, options.kustomize)
    if options.fix:
        from dsctl.cli.fixing import fix_files

        fix_files(inputs, env)
    unreadable: list[UsageError] = []
    found = judge_all(_readable(inputs, env, unreadable), settings)
    reports.print_report(found, form, env.stdout, color=env.color, version=__version__)
    if unreadable:
        return int(ExitCode.USAGE)
    return _code(found, options)


def _settings(options: ValidateOptions, env: Env) -> Settings:
    from dsctl.cli import against
    from dsctl.manifests.schema import NEWEST, parse_version
    from dsctl.manifests.validate import Settings

    if options.old and options.against_cluster:
        raise UsageError("give --old or --against-cluster, not both")
    version = NEWEST
    if options.kubernetes_version:
        try:
            version = parse_version(options.kubernetes_version)
        except ValueError as error:
            raise UsageError(f"--kubernetes-version: {error}") from None
    elif options.against_cluster:
        version = against.version_of_cluster(env)
    old = None
    if options.old:
        old = against.old_manifests(options.old, env)
    elif options.against_cluster:
        old = against.live_objects(env)
    _check_rules(options.disabled, env)
    return Settings(version, frozenset(options.disabled), options.ignore_others, old)


def _check_rules(names: tuple[str, ...], env: Env) -> None:
    """Refuse ``--disable`` of what is no rule, and say where it can have no effect."""
    if not names:
        return
    from dsctl.domain.findings import Severity
    from dsctl.domain.rulebook import all_rules

    rules = all_rules()
    for name in names:
        if name not in rules:
            import difflib

            near = difflib.get_close_matches(name, list(rules), 1)
            hint = f"did you mean {near[0]}?" if near else "list them: dsctl explain --rules"
            raise UsageError(f"--disable: no rule {name!r}", hint=hint)
        if rules[name].severity is Severity.ERROR:
            env.warn_local(f"{name} is an error of the server and stays on")


def _readable(inputs: Inputs, env: Env, unreadable: list[UsageError]) -> Iterator[Document]:
    """The documents; what can't be read is told on stderr at once and kept in ``unreadable``."""
    from dsctl.manifests.sources import scan

    for document in scan(inputs, env.stdin):
        if isinstance(document, UsageError):
            report_error(document, env)
            unreadable.append(document)
        else:
            yield document


def _code(report: ValidationReport, options: ValidateOptions) -> int:
    from dsctl.domain.findings import Severity

    if any(document.valid is False for document in report.documents):
        return int(ExitCode.NO)
    if not report.daemonsets:
        if options.ignore_others:
            return int(ExitCode.OK)
        raise AnswerIsNo("nothing to validate: no DaemonSet in what was read")
    if options.strict and report.count(Severity.WARNING):
        return int(ExitCode.NO)
    return int(ExitCode.OK)
