"""One session of ``dsctl edit``: a file, an editor, and what becomes of what was saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dsctl.cli.edit_file import EditFile, Reason
from dsctl.cli.options import DryRunMode
from dsctl.cli.reporting import report
from dsctl.cli.writing import Showing, show_one
from dsctl.errors import (
    AnswerIsNo,
    BadRequest,
    Conflict,
    DsctlError,
    ExitCode,
    Invalid,
    NotFound,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsctl.actions.targets import Target
    from dsctl.cli.edit import EditOptions
    from dsctl.cli.env import Env
    from dsctl.domain.edits import Edited
    from dsctl.manifests.documents import Document

#: a program in the place of an editor must not go on for ever
_TRIES = 20
_CANCELLED = "Edit cancelled, no valid changes were saved."


@dataclass
class _Saved:
    """What became of one pass: what is to be edited again, and the worst exit code."""

    reasons: list[Reason] = field(default_factory=list)
    code: int = 0


class Session:
    """Edits of the targets, whose objects were read. ``run`` does it all."""

    def __init__(self, targets: list[Target], options: EditOptions, env: Env) -> None:
        self._targets = {target.obj["metadata"]["uid"]: target for target in targets if target.obj}
        self._options = options
        self._env = env
        self._shown = 0
        self._saved: dict[str, dict[str, Any]] = {}
        self._file = EditFile([target.obj for target in targets if target.obj], options, env)

    def run(self) -> int:
        """Open the editor until what it saved is taken, refused for good, or given up."""
        try:
            code = self._run()
        except BaseException:
            self._keep()
            raise
        if code:
            self._keep()
        else:
            self._file.remove()
        return code

    def _run(self) -> int:
        reasons: list[Reason] = []
        for _ in range(_TRIES):
            before = self._file.content
            self._file.edit(reasons)
            if reasons and self._file.is_like(before):
                raise AnswerIsNo(_CANCELLED)
            if not self._file.content.strip():
                return self._end("Edit cancelled, saved file was empty.")
            documents = self._file.read()
            if isinstance(documents, Reason):
                reasons = self._again([documents])
                continue
            if not reasons and self._file.unchanged(documents):
                return self._end("Edit cancelled, no changes made.")
            saved = self._save(documents)
            if saved.code or not saved.reasons:
                return saved.code
            reasons = self._again(saved.reasons)
        raise AnswerIsNo(f"{_CANCELLED} The file was opened {_TRIES} times.")

    def _end(self, said: str) -> int:
        self._env.say(said)
        self._file.forget()
        return int(ExitCode.OK)

    def _again(self, reasons: list[Reason]) -> list[Reason]:
        for reason in reasons:
            self._env.say(f"error: {reason.head}")
            if not self._file.has_header:
                for line in reason.lines:
                    self._env.say(f"  {line}")
        return reasons

    def _save(self, documents: list[Document]) -> _Saved:
        """Send each object that was changed. Raises AnswerIsNo for one that is another one now."""
        pairs = [(self._of(document), document) for document in documents]
        saved = _Saved()
        for target, document in pairs:
            assert target.obj is not None
            uid = target.obj["metadata"]["uid"]
            if self._saved.get(uid) == document.value:
                continue  # done in an earlier pass, and left alone since
            try:
                self._show(target, self._send(target, document))
                self._saved[uid] = document.value
            except (Invalid, BadRequest, AnswerIsNo) as error:
                saved.reasons.append(_reason(target, error, document))
            except DsctlError as error:
                saved.code = max(saved.code, self._refuse(target, error))
        return saved

    def _of(self, document: Document) -> Target:
        metadata = document.value.get("metadata") or {}
        target = self._targets.get(metadata.get("uid", ""))
        base = target.obj if target else None
        if target is None or base is None:
            raise AnswerIsNo(
                f'no original object found for "{document.name}": its uid was changed',
                hint="names, kinds and uids can't be edited: create another DaemonSet",
            )
        for key in ("apiVersion", "kind"):
            if document.value.get(key) != base[key]:
                raise AnswerIsNo(
                    "At least one of apiVersion, kind and name was changed",
                    hint=f"{key} is {base[key]}",
                )
        for key in ("name", "namespace"):
            if metadata.get(key) != base["metadata"][key]:
                raise AnswerIsNo(
                    f"At least one of apiVersion, kind and name was changed (metadata.{key} is "
                    f"{base['metadata'][key]})",
                    hint=f"to have another one: set the {key} in a manifest and create it",
                )
        return target

    def _send(self, target: Target, document: Document) -> Edited:
        from dsctl.actions import edit as action
        from dsctl.actions.writes import WriteOptions
        from dsctl.domain.edits import Edited

        options, base = self._options, self._file.original(target)
        edited = document.value
        if edited == base:
            return Edited(target.obj or base, "skipped")
        if options.save_config:
            from dsctl.domain.managedfields import with_last_applied

            edited = with_last_applied(edited)
        if not options.subresource and action.only_status(base, edited):
            self._env.say("note: only the status was changed, which needs --subresource=status")
        if options.output_patch:
            self._print_patch(base, edited)
        how = WriteOptions(options.manager, options.validation, cause=options.cause)
        cluster = self._env.cluster()
        if options.subresource:
            sides = (base, edited)
            return action.save_subresource(cluster, target, sides, how, options.subresource)
        return action.save(cluster, target, base, edited, how)

    def _print_patch(self, base: dict[str, Any], edited: dict[str, Any]) -> None:
        from dsctl.domain.strategicdiff import strategic_patch
        from dsctl.render.jsonprint import compact

        self._env.print(f"Patch: {compact(strategic_patch(base, edited))}")

    def _show(self, target: Target, edited: Edited) -> None:
        from dsctl.actions.writes import Done

        with self._env.about(target.namespace):
            for note in edited.notes:
                self._env.say(note)
        self._shown += 1
        showing = Showing(self._options.output, DryRunMode.NONE, self._options.show_managed_fields)
        done = Done(target.name, edited.operation, edited.obj)
        show_one(done, showing, self._env, first=self._shown == 1)

    def _refuse(self, target: Target, error: DsctlError) -> int:
        if isinstance(error, NotFound):
            error.hint = f"to have it back: dsctl create -f {self._file.path}"
        elif not isinstance(error, Conflict):
            error.hint = error.hint or f"to try it again: dsctl replace -f {self._file.path}"
        if f'"{target.name}"' not in error.message:
            error.message = f'daemonsets.apps "{target.name}": {error.message}'
        with self._env.about(target.namespace):
            return report(error, self._env)

    def _keep(self) -> None:
        if self._file.worth_keeping:
            self._env.say(f'A copy of your changes has been stored to "{self._file.path}"')
        else:
            self._file.remove()


def _reason(target: Target, error: DsctlError, document: Document) -> Reason:
    """What the server found wrong, with the remedies of the offline rules."""
    causes = getattr(error, "causes", None) or []
    said = [(str(cause.get("field", "")), _short(cause)) for cause in causes]
    if not said:
        lines = [error.message + (f" ({error.hint})" if error.hint else "")]
    else:
        from dsctl.domain.findings import Severity
        from dsctl.manifests.validate import check

        found = [finding for finding in check(document) if finding.severity is Severity.ERROR]
        remedies = {finding.path: finding.hint for finding in found if finding.hint}
        lines = [
            f"{path}: " * (path != "patch")
            + message
            + (f" ({remedies[path]})" if path in remedies else "")
            for path, message in said
        ]
    return Reason(f'daemonsets.apps "{target.name}" is invalid', tuple(lines))


def _short(cause: Mapping[str, Any]) -> str:
    """The message, without the whole object that the server quotes for an unknown field."""
    message = str(cause.get("message", ""))
    _, marker, rest = message.rpartition('": strict decoding error: ')
    return rest if marker else message
