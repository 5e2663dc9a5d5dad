"""``get -o json|yaml|name|…``: whole objects, as the server has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS
from dsctl.cli import get_targets
from dsctl.errors import DsctlError
from dsctl.render import output as printers

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.cli.get import GetOptions


def run(options: GetOptions, env: Env) -> int:
    """Print one object as itself, several or a list as a ``v1`` List. Raises UsageError.

    What stdin names is a list for kubectl, even if it is one; with --ignore-not-found an empty
    one is not printed.
    """
    form = printers.parse(options.output or "")
    cluster = env.cluster()
    targets = get_targets.named(options, env)
    failures: list[DsctlError] = []
    if targets is None:
        objects: list[dict[str, Any]] = cluster.list(
            DAEMONSETS,
            None if options.all_namespaces else env.namespace,
            all_namespaces=options.all_namespaces,
            label_selector=options.selector,
            field_selector=options.field_selector,
            chunk_size=options.chunk_size,
        )["items"]
        for item in objects:  # the items of a typed list don't say what they are
            item.update(apiVersion=DAEMONSETS.api_version, kind=DAEMONSETS.kind)
    else:
        objects = list(
            get_targets.read_each(
                targets,
                lambda target: cluster.read(DAEMONSETS, target.name, target.namespace),
                ignore_not_found=options.ignore_not_found,
                failures=failures,
            )
        )
    single = targets is not None and len(targets) == 1 and "-" not in options.files
    if objects or not (single or options.ignore_not_found):
        if options.sort_by:
            from dsctl.render.sorting import sort_objects

            objects = sort_objects(objects, options.sort_by)
        if options.neat:
            from dsctl.domain.neat import neat

            objects = [neat(obj) for obj in objects]
        printers.print_objects(
            objects,
            form,
            env.stdout,
            show_managed_fields=options.show_managed_fields,
            is_list=not single,
            no_headers=not options.headers,
        )
    return get_targets.end(failures, env)
