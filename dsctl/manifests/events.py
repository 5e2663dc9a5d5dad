"""The only place that imports PyYAML: text to libyaml's events, its errors in our words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dsctl.manifests.parsed import BrokenText

#: What a YAML reader refuses: everything outside the printable set of YAML 1.1.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def drive(text: str, handlers: Mapping[str, Callable[[Any], bool | None]]) -> int | None:
    """Call the handler of each event of a YAML stream, by the name of its class.

    A handler that returns True ends the reading; the offset of what then follows, if anything
    does, is returned. Raises BrokenText where the text is no YAML.
    libyaml where PyYAML has it (its wheels do), else PyYAML's own parser: same events, slower.
    """
    import yaml

    by_class = {getattr(yaml.events, name): handler for name, handler in handlers.items()}
    try:
        get_event = _parser(text).get_event
        while (event := get_event()) is not None:
            if by_class[type(event)](event):
                return _what_follows(get_event)
    except yaml.reader.ReaderError:
        raise _unprintable(text) from None
    except yaml.MarkedYAMLError as error:
        raise _broken(text, error) from None
    return None


def _what_follows(get_event: Callable[[], Any]) -> int | None:
    import yaml

    try:
        event = get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return mark.index if mark is not None else None
    return None if type(event) is yaml.events.StreamEndEvent else event.start_mark.index


def _parser(text: str) -> Any:
    try:
        from yaml._yaml import CParser
    except ImportError:
        import yaml

        return yaml.Loader(text)
    return CParser(text)


def _unprintable(text: str) -> BrokenText:
    match = _UNPRINTABLE.search(text)
    offset = match.start() if match else 0
    code = f"U+{ord(text[offset]):04X}" if match else "unknown"
    return BrokenText("yaml-encoding", f"control character {code} is not allowed", offset)


def _broken(text: str, error: Any) -> BrokenText:
    """libyaml's complaint, at the place that has to change."""
    problem = error.problem or "not YAML"
    mark = error.problem_mark or error.context_mark
    offset = mark.index if mark is not None else 0
    if "end of stream" in problem and error.context_mark is not None:
        mark, offset = error.context_mark, error.context_mark.index
    message = f"{problem} ({error.context})" if error.context else problem
    hint = None
    line = _line_at(text, offset)
    if text[offset : offset + 1] == "\t":
        message, hint = "a tab can't indent YAML", "use spaces"
    elif "{{" in line:
        hint = "this looks like a template: render it first, e.g. with helm template"
    elif problem.startswith("mapping values are not allowed"):
        hint = "quote a value that contains ': ', and indent keys of one mapping alike"
    return BrokenText("yaml-syntax", message, min(offset, len(text)), hint)


def _line_at(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return text[start : end if end >= 0 else len(text)]
