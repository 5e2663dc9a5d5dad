"""One YAML document to JSON values, with the place of every key and value.

The events come from libyaml; what they mean is ported from go-yaml v2 ``decode.go``, which the API
server decodes with: merges override in the order they are written, a repeated key is an error that
does not end the reading, and aliases may not make up most of a large document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.manifests.parsed import (
    MAX_DEPTH,
    BrokenText,
    Composed,
    Marks,
    Repeated,
    step,
    too_deep,
)
from dsctl.manifests.scalars import TagError, in_json, key, key_text, plain, tagged

if TYPE_CHECKING:
    from collections.abc import Callable

_MERGE_TAG = "tag:yaml.org,2002:merge"
_MERGE = object()
_SPECIAL = frozenset("+-0123456789yYnNtTfFoO~.")


def compose(text: str) -> Composed:
    """Read the first YAML document of ``text``; raises BrokenText."""
    from dsctl.manifests.events import drive

    composer = _Composer()
    ignored = drive(text, composer.handlers())
    return composer.result(ignored)


class _Frame:
    """One open collection. ``key`` is the key whose value is due, None where a key is due."""

    __slots__ = ("anchor", "before", "is_map", "key", "key_mark", "mark", "marks", "value")

    def __init__(self, is_map: bool, mark: int, anchor: str | None, before: int) -> None:
        self.is_map = is_map
        self.value: Any = {} if is_map else []
        self.marks: Any = {} if is_map else []
        self.mark = mark
        self.key: Any = None
        self.key_mark = 0
        self.anchor = anchor
        self.before = before


class _Anchor:
    """What an alias stands for; ``size`` counts the nodes that go-yaml would decode for it."""

    __slots__ = ("event", "frame", "marks", "size", "value")

    def __init__(self, frame: _Frame | None, event: Any = None) -> None:
        self.frame = frame
        self.event = event
        self.value: Any = None
        self.marks: Marks = None
        self.size = 1


class _Composer:
    def __init__(self) -> None:
        self.root = self.frame = _Frame(False, 0, None, 0)
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchor] = {}
        self.repeated: list[Repeated] = []
        self.decoded = 0
        self.aliased = 0

    def handlers(self) -> dict[str, Callable[[Any], bool | None]]:
        """What to do with each kind of event."""
        return {
            "ScalarEvent": self.scalar,
            "AliasEvent": self.alias,
            "MappingStartEvent": self.start_map,
            "SequenceStartEvent": self.start_list,
            "MappingEndEvent": self.close,
            "SequenceEndEvent": self.close,
            "StreamStartEvent": _nothing,
            "DocumentStartEvent": _check_version,
            "DocumentEndEvent": _ends_reading,
            "StreamEndEvent": _nothing,
        }

    def result(self, ignored: int | None) -> Composed:
        values, marks = self.root.value, self.root.marks
        if not values:
            return Composed(None, 0, [])
        return Composed(values[0], marks[0], self.repeated, ignored)

    def scalar(self, event: Any) -> None:
        frame = self.frame
        self.decoded += 1
        value: Any = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(None, event)
        # Nearly every scalar is a string without a tag: those take the short way.
        text = event.tag is None and value != "" and value[0] not in _SPECIAL
        if not frame.is_map:
            frame.value.append(value if text else _scalar_value(event))
            frame.marks.append(event.start_mark.index)
        elif frame.key is not None:
            self.put(frame, value if text else _scalar_value(event), event.start_mark.index)
        elif text and value != "<<":
            frame.key, frame.key_mark = value, event.start_mark.index
        else:
            self.start_pair(frame, event)

    def start_pair(self, frame: _Frame, event: Any, mark: int | None = None) -> None:
        """Take a scalar as the key of the next pair; ``mark`` where an alias stands for it."""
        text = event.value
        frame.key_mark = event.start_mark.index if mark is None else mark
        if text == "<<" and mark is None and (event.implicit[0] or event.tag == _MERGE_TAG):
            self.decoded -= 1
            frame.key = _MERGE
        elif event.tag is not None:
            frame.key = _key_text(event, tagged(event.tag, text) if _fits(event) else None)
        elif event.implicit[0]:
            frame.key = _key_text(event, key(text))
        else:
            frame.key = text

    def start_map(self, event: Any) -> None:
        self.open(True, event)

    def start_list(self, event: Any) -> None:
        self.open(False, event)

    def open(self, is_map: bool, event: Any) -> None:
        parent = self.frame
        mark = event.start_mark.index
        if parent.is_map and parent.key is None:
            raise _no_key(mark)
        if len(self.stack) >= MAX_DEPTH:
            raise too_deep(mark)
        self.decoded += 1
        frame = _Frame(is_map, mark, event.anchor, self.decoded)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(frame)
        self.stack.append(parent)
        self.frame = frame

    def close(self, _event: Any) -> None:
        frame = self.frame
        self.frame = parent = self.stack.pop()
        marks = (frame.mark, frame.marks)
        anchor = self.anchors.get(frame.anchor) if frame.anchor is not None else None
        if anchor is not None and anchor.frame is frame:
            anchor.value, anchor.marks = frame.value, marks
            anchor.frame = None
            anchor.size = self.decoded - frame.before + 1
        self.put(parent, frame.value, marks)

    def alias(self, event: Any) -> None:
        frame, mark = self.frame, event.start_mark.index
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            raise BrokenText("yaml-alias", f"unknown anchor {event.anchor!r} referenced", mark)
        if anchor.frame is not None:
            raise BrokenText("yaml-alias", f"anchor {event.anchor!r} value contains itself", mark)
        self.count_alias(anchor.size, mark)
        if frame.is_map and frame.key is None:
            if anchor.event is None:
                raise BrokenText(
                    "yaml-key", "a key must be a string, not a list or a mapping", mark
                )
            self.start_pair(frame, anchor.event, mark)
        elif anchor.event is not None:
            self.put(frame, _scalar_value(anchor.event), mark)
        else:
            copied = _copy(anchor.value, len(self.stack), mark)
            self.put(frame, copied, (mark, anchor.marks[1]))

    def count_alias(self, size: int, mark: int) -> None:
        """go-yaml's guard against documents that aliases blow up (``allowedAliasRatio``)."""
        self.decoded += 1 + size
        self.aliased += size
        if self.aliased > 100 and self.decoded > 1000:
            share = min(max((self.decoded - 400_000) / 3_600_000, 0.0), 1.0)
            if self.aliased / self.decoded > 0.99 - 0.89 * share:
                raise BrokenText("yaml-alias", "document contains excessive aliasing", mark)

    def put(self, frame: _Frame, value: Any, mark: Marks) -> None:
        """Add a finished value to the collection that it stands in."""
        if not frame.is_map:
            frame.value.append(value)
            frame.marks.append(mark)
            return
        name, frame.key = frame.key, None
        if name is _MERGE:
            self.merge(frame, value, mark)
            return
        if name in frame.value:
            self.repeat(frame, name, frame.key_mark, False)
        frame.value[name] = value
        frame.marks[name] = (frame.key_mark, mark)

    def merge(self, frame: _Frame, value: Any, mark: Marks) -> None:
        """Set what a ``<<`` brings in, last map first, as go-yaml does (``decoder.merge``)."""
        parts = value if isinstance(value, list) else [value]
        marks = mark[1] if isinstance(value, list) else [mark]
        if not all(isinstance(part, dict) for part in parts):
            message = "map merge requires map or sequence of maps as the value"
            raise BrokenText("yaml-merge", message, frame.key_mark)
        for part, place in zip(reversed(parts), reversed(marks), strict=True):
            for name, item in part.items():
                if name in frame.value:
                    self.repeat(frame, name, frame.key_mark, True)
                frame.value[name] = item
                frame.marks[name] = place[1][name]

    def repeat(self, frame: _Frame, name: str, offset: int, by_merge: bool) -> None:
        path = ""
        for above in [*self.stack[1:], frame] if self.stack else [frame]:
            if above is frame:
                path = step(path, name)
            elif above.is_map:
                path = step(path, above.key if isinstance(above.key, str) else "<<")
            else:
                path += f"[{len(above.value)}]"
        self.repeated.append(Repeated(path, name, offset, by_merge))


def _no_key(mark: int) -> BrokenText:
    return BrokenText(
        "yaml-key",
        "a key must be a string, not a list or a mapping",
        mark,
        "quote it; or, if it is a template, render it first, e.g. with helm template",
    )


def _nothing(_event: Any) -> None:
    pass


def _check_version(event: Any) -> None:
    """go-yaml takes ``%YAML 1.1`` alone."""
    if event.version not in (None, (1, 1)):
        message = "found incompatible YAML document (the server reads YAML 1.1)"
        raise BrokenText("yaml-syntax", message, event.start_mark.index)


def _ends_reading(_event: Any) -> bool:
    """The server reads one document, and never sees what stands after its end."""
    return True


def _of_tag(tag: str) -> Callable[[str], Any]:
    return lambda text: in_json(tagged(tag, text))


def _scalar_value(event: Any) -> Any:
    if event.tag is not None:
        return _resolved(event, _of_tag(event.tag))
    return _resolved(event, plain) if event.implicit[0] else event.value


def _resolved(event: Any, resolve: Callable[[str], Any]) -> Any:
    try:
        return resolve(event.value)
    except TagError as error:
        raise BrokenText("yaml-value", str(error), event.start_mark.index) from None


def _fits(event: Any) -> bool:
    _resolved(event, lambda text: tagged(event.tag, text))
    return True


def _key_text(event: Any, value: Any) -> str:
    text = key_text(value)
    if text is None:
        what = "null" if value is None else "a number out of range"
        raise BrokenText("yaml-key", f"a key must be a string, not {what}", event.start_mark.index)
    return text


def _copy(value: Any, depth: int, mark: int) -> Any:
    """A copy for each alias, so that whoever changes one place does not change another."""
    if depth >= MAX_DEPTH:
        raise too_deep(mark)
    if isinstance(value, dict):
        return {name: _copy(item, depth + 1, mark) for name, item in value.items()}
    if isinstance(value, list):
        return [_copy(item, depth + 1, mark) for item in value]
    return value
