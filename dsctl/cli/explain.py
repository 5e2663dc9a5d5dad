"""``dsctl explain``: what a rule of validation checks, what a field of a DaemonSet is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.schema import Version


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """What the command line of ``explain`` says."""

    topic: str = ""
    recursive: bool = False
    rules: bool = False
    kubernetes_version: str | None = None


def explain(
    ctx: typer.Context,
    topic: Annotated[str, typer.Argument(metavar="[RULE|FIELD]", show_default=False)] = "",
    recursive: Annotated[
        bool, typer.Option("--recursive/--no-recursive", help="Show the fields below, in depth")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules/--no-rules", help="List all rules")] = False,
    kubernetes_version: Annotated[
        str | None,
        typer.Option(
            "--kubernetes-version", metavar="VERSION", help="1.34 to 1.37; default: the newest"
        ),
    ] = None,
) -> int:
    """Explain a rule of validate, or a field of a DaemonSet.

    Examples:
      dsctl explain selector-mismatch
      dsctl explain spec.updateStrategy.rollingUpdate
      dsctl explain --rules
    """
    return run(ExplainOptions(topic, recursive, rules, kubernetes_version), ctx.obj)


def run(options: ExplainOptions, env: Env) -> int:
    """Print the page on the rule or the field; rules come first, their names have hyphens."""
    from dsctl.render import explain as pages

    if options.rules:
        from dsctl.domain.rulebook import all_rules

        if options.topic:
            raise UsageError("give a rule or a field, or --rules, not both")
        lines = list(pages.rule_table(all_rules().values()))
    else:
        lines = _topic(options.topic, options)
    for line in lines:
        env.print(line)
    return 0


def _topic(topic: str, options: ExplainOptions) -> list[str]:
    from dsctl.domain import rulebook
    from dsctl.manifests import fieldinfo
    from dsctl.render import explain as pages

    rule = rulebook.find(topic) if "-" in topic else None
    if rule is not None:
        return list(pages.rule_lines(rule))
    version = _version(options.kubernetes_version)
    field = fieldinfo.find(topic, version, recursive=options.recursive)
    if field is not None:
        return list(pages.field_lines(field, recursive=options.recursive))
    raise _unknown(topic, version)


def _unknown(topic: str, version: Version) -> UsageError:
    import difflib

    from dsctl.domain.rulebook import all_rules

    if "-" in topic:
        near = difflib.get_close_matches(topic, list(all_rules()), 1)
        hint = f"did you mean {near[0]}?" if near else "list them: dsctl explain --rules"
        return UsageError(f"no rule {topic!r}", hint=hint)
    near_field = _near_field(topic, version)
    hint = (
        f"did you mean {near_field}?" if near_field else "write it from the top: spec.template.spec"
    )
    return UsageError(f"no field {topic!r} in a DaemonSet", hint=hint)


def _near_field(topic: str, version: Version) -> str | None:
    """The path whose first wrong step is spelled right, if there is one like it."""
    import difflib

    from dsctl.manifests import fieldinfo

    steps = topic.split(".")
    for count in reversed(range(len(steps))):
        above = fieldinfo.find(".".join(steps[:count]), version)
        if above is None:
            continue
        near = difflib.get_close_matches(steps[count], [f.name for f in above.fields], 1)
        return ".".join((*steps[:count], *near)) if near else None
    return None


def _version(text: str | None) -> Version:
    from dsctl.manifests.schema import NEWEST, parse_version

    try:
        return parse_version(text) if text else NEWEST
    except ValueError as error:
        raise UsageError(f"--kubernetes-version: {error}") from None
