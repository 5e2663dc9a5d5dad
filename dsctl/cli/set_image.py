"""``dsctl set image``: other images for containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import editing as common
from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.editing import Editing

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What the command line of ``set image`` says."""

    editing: Editing
    images: dict[str, str]


def set_image(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...] CONTAINER=IMAGE...", show_default=False),
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    everything: common.All = False,
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-set",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Set the images of containers and init containers; * stands for all of them.

    Exit codes: 1 a container is not there, and nothing of that DaemonSet was changed.

    Examples:
      dsctl set image node-agent agent=registry.example/agent:1.5
      dsctl set image node-agent '*=registry.example/agent:1.5' --change-cause='CVE fix'
      dsctl set image -l team=infra agent=registry.example/agent:1.5 --dry-run=server
      dsctl set image -f agent.yaml agent=registry.example/agent:1.5 --local -o yaml
    """
    from dsctl.domain.edits import image, pairs

    names, rest = pairs.split(words or (), "image")
    images = pairs.assignments(rest, "image", removal=False).new
    image.check(images)
    chosen = selection.read(
        "set image",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        everything=everything,
    )
    editing = common.read(
        chosen,
        ctx.obj,
        local=local,
        dry_run=dry_run,
        output=output,
        show_managed_fields=show_managed_fields,
        manager=field_manager,
        cause=change_cause,
    )
    return run(ImageOptions(editing, images), ctx.obj)


def run(options: ImageOptions, env: Env) -> int:
    """Set the images of each DaemonSet."""
    from functools import partial

    from dsctl.domain.edits import image, typed

    change = partial(image.set_images, images=options.images)
    return common.run(options.editing, change, env, all_or_none=True, offline=typed.as_typed)
