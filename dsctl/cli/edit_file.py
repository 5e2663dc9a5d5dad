"""The file of ``dsctl edit``: a header of comments, and the objects."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.cli.editor import EditedFile, launch

if TYPE_CHECKING:
    from pathlib import Path

    from dsctl.actions.targets import Target
    from dsctl.cli.edit import EditOptions
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document

_HEADER = """\
# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the file is opened again."""

    head: str
    lines: tuple[str, ...] = ()


class EditFile:
    """The objects as text, for the editor and back.

    ``content`` is what the file holds below its header, with LF at the ends of lines.
    """

    def __init__(self, objects: list[dict[str, Any]], options: EditOptions, env: Env) -> None:
        self._form = options.output.name if options.output else "yaml"
        self._crlf = options.windows_line_endings
        self._env = env
        self.content = self._original = _text(objects, self._form)
        # What reading the text back gives: a difference between the two is nobody's change.
        self._bases = _by_uid(self._parsed(self._original))
        self._file = EditedFile(".json" if self._form == "json" else ".yaml")

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    @property
    def has_header(self) -> bool:
        """Whether reasons can be written into it: JSON has no comments."""
        return self._form != "json"

    def original(self, target: Target) -> dict[str, Any]:
        """The object as the user saw it."""
        assert target.obj is not None
        return self._bases[target.obj["metadata"]["uid"]]

    def edit(self, reasons: list[Reason]) -> None:
        """Let the user edit it, below the reasons. Raises AnswerIsNo where the editor fails."""
        text = (_header(reasons) if self.has_header else "") + self.content
        self._file.write(text.replace("\n", "\r\n") if self._crlf else text)
        try:
            launch(self.path, self._env.environ)
        finally:
            self.content = _below_header(self._file.read().replace("\r\n", "\n"))

    def read(self) -> list[Document] | Reason:
        """Its DaemonSets, or why it can't be read."""
        from dsctl.domain.findings import Severity

        documents = self._parsed(self.content)
        for document in documents:
            for finding in document.findings:
                if finding.severity is Severity.ERROR:
                    lines = [f"{finding.path}: " * bool(finding.path) + finding.message]
                    if finding.excerpt:
                        lines.append(f"in: {finding.excerpt.strip()}")
                    return Reason("the edited file had a syntax error", tuple(lines))
        return documents

    def unchanged(self, documents: list[Document]) -> bool:
        """Whether it says what it said at first; a missing object is no change, as in kubectl."""
        return all(document.value in self._bases.values() for document in documents)

    def is_like(self, content: str) -> bool:
        """Whether nothing was done to it since it held ``content``."""
        return self.content == content

    def forget(self) -> None:
        """There is nothing of the user's in it that could be lost."""
        self.content = self._original

    @property
    def worth_keeping(self) -> bool:
        """Whether it holds something that the user wrote."""
        return self.content.strip() not in ("", self._original.strip())

    def remove(self) -> None:
        """Delete it."""
        self._file.remove()

    def _parsed(self, text: str) -> list[Document]:
        from dsctl.manifests.documents import decode

        return list(decode(text.encode("utf-8", "surrogateescape"), "edited-file"))


def _by_uid(documents: list[Document]) -> dict[str, dict[str, Any]]:
    return {document.value["metadata"]["uid"]: document.value for document in documents}


def _text(objects: list[dict[str, Any]], form: str) -> str:
    from dsctl.render.jsonprint import without_managed_fields
    from dsctl.render.output import OutputFormat, print_document

    bare = [without_managed_fields(obj) for obj in objects]
    whole = (
        bare[0]
        if len(bare) == 1
        else {"apiVersion": "v1", "items": bare, "kind": "List", "metadata": {}}
    )
    out = io.StringIO()
    print_document(whole, OutputFormat(form), out)
    return out.getvalue()


def _header(reasons: list[Reason]) -> str:
    lines = []
    for reason in reasons:
        lines.append(f"# {reason.head}{':' if reason.lines else ''}")
        lines += [f"# * {' '.join(line.split())}" for line in reason.lines]
        lines.append("#")
    return _HEADER + "".join(f"{line}\n" for line in lines)


def _below_header(text: str) -> str:
    """Without the comments at its top: those further down may be part of a script."""
    lines = text.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[start:])
