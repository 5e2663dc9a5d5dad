"""Name forms: each check returns the server's messages, none when the value is well formed.

Ported from apimachinery pkg/util/validation/validation.go, pkg/api/validate/content/*.go and
pkg/api/validation/generic.go. Lengths are in bytes, as in Go. No regular expressions: these run
for every label and name of every document, and compiling patterns costs more than one document.
"""

from __future__ import annotations

from functools import lru_cache

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_LETTERS = _LOWER + _LOWER.upper()
_LOWER_ALNUM = _LOWER + _DIGITS
_ALNUM = _LETTERS + _DIGITS
_DNS = _LOWER_ALNUM + "-"
_DNS_UNDERSCORE = _DNS + "_"
_QUALIFIED = _ALNUM + "-_."

_LABEL_FMT = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_UNDERSCORE_FMT = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_LABEL_MSG = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_MSG = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
    "'-' or '.', and must start and end with an alphanumeric character"
)
_SUBDOMAIN_UNDERSCORE_MSG = _SUBDOMAIN_MSG.replace("'-' or '.'", "'_', '-' or '.'")
_KEY_FMT = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_KEY_MSG = (
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_VALUE_MSG = (
    "a valid label must be an empty string or consist of alphanumeric characters, "
    "'-', '_' or '.', and must start and end with an alphanumeric character"
)
_KEY_EXAMPLES = ("MyName", "my.name", "123-abc")


def only(value: str, allowed: str) -> bool:
    """True when every character of ``value`` is in ``allowed``."""
    return not value.strip(allowed)


def byte_length(value: str) -> int:
    """Length in bytes of UTF-8, which is what Go's ``len`` counts."""
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def regex_error(message: str, pattern: str, *examples: str) -> str:
    """RegexError; the two spaces before ``or`` are the server's."""
    if not examples:
        return f"{message} (regex used for validation is '{pattern}')"
    listed = "',  or '".join(examples)
    return f"{message} (e.g. '{listed}', regex used for validation is '{pattern}')"


def max_length_error(limit: int, unit: str = "characters") -> str:
    """MaxLenError: util/validation says characters, api/validate/content says bytes."""
    return f"must be no more than {limit} {unit}"


def _label_form(value: str) -> bool:
    return (
        value != "" and only(value, _DNS) and value[0] in _LOWER_ALNUM and value[-1] in _LOWER_ALNUM
    )


def _subdomain_form(value: str) -> bool:
    return all(map(_label_form, value.split(".")))


def dns1123_label(value: str) -> list[str]:
    """IsDNS1123Label."""
    messages = []
    if byte_length(value) > 63:
        messages.append(max_length_error(63))
    if not _label_form(value):
        if _subdomain_form(value):
            messages.append("must not contain dots")
        else:
            messages.append(regex_error(_LABEL_MSG, _LABEL_FMT, "my-name", "123-abc"))
    return messages


def dns1123_subdomain(value: str, *, unit: str = "characters") -> list[str]:
    """IsDNS1123Subdomain."""
    messages = []
    if byte_length(value) > 253:
        messages.append(max_length_error(253, unit))
    if not _subdomain_form(value):
        pattern = f"{_LABEL_FMT}(\\.{_LABEL_FMT})*"
        messages.append(regex_error(_SUBDOMAIN_MSG, pattern, "example.com"))
    return messages


def _underscore_label_form(value: str) -> bool:
    value = value.removeprefix("_")
    return (
        value != ""
        and only(value, _DNS_UNDERSCORE)
        and value[0] in _LOWER_ALNUM
        and value[-1] in _LOWER_ALNUM
    )


def dns1123_subdomain_with_underscore(value: str) -> list[str]:
    """IsDNS1123SubdomainWithUnderscore."""
    messages = []
    if byte_length(value) > 253:
        messages.append(max_length_error(253))
    if not all(map(_underscore_label_form, value.split("."))):
        pattern = f"{_LABEL_UNDERSCORE_FMT}(\\.{_LABEL_UNDERSCORE_FMT})*"
        messages.append(regex_error(_SUBDOMAIN_UNDERSCORE_MSG, pattern, "example.com"))
    return messages


def name_is_subdomain(value: str, *, prefix: bool = False) -> list[str]:
    """NameIsDNSSubdomain; ``prefix`` allows a trailing dash, as for generateName."""
    return dns1123_subdomain(_masked(value) if prefix else value)


def name_is_label(value: str, *, prefix: bool = False) -> list[str]:
    """NameIsDNSLabel."""
    return dns1123_label(_masked(value) if prefix else value)


def _masked(value: str) -> str:
    return value[:-2] + "a" if len(value) > 1 and value.endswith("-") else value


def _key_form(value: str) -> bool:
    return value != "" and only(value, _QUALIFIED) and value[0] in _ALNUM and value[-1] in _ALNUM


@lru_cache(maxsize=512)
def qualified_name(value: str) -> tuple[str, ...]:
    """IsQualifiedName, IsLabelKey: an optional DNS subdomain and '/', then a name."""
    parts = value.split("/")
    if len(parts) > 2:
        error = regex_error(_KEY_MSG, _KEY_FMT, *_KEY_EXAMPLES)
        return (
            f"a valid label key {error} with an optional DNS subdomain prefix and '/' "
            "(e.g. 'example.com/MyName')",
        )
    messages = []
    if len(parts) == 2:
        if not parts[0]:
            messages.append("prefix part must be non-empty")
        else:
            found = dns1123_subdomain(parts[0], unit="bytes")
            messages.extend(f"prefix part {message}" for message in found)
    name = parts[-1]
    if not name:
        messages.append("name part must be non-empty")
    elif byte_length(name) > 63:
        messages.append("name part " + max_length_error(63, "bytes"))
    if not _key_form(name):
        messages.append("name part " + regex_error(_KEY_MSG, _KEY_FMT, *_KEY_EXAMPLES))
    return tuple(messages)


@lru_cache(maxsize=512)
def label_value(value: str) -> tuple[str, ...]:
    """IsValidLabelValue."""
    messages = []
    if byte_length(value) > 63:
        messages.append(max_length_error(63, "bytes"))
    if value and not _key_form(value):
        pattern = f"({_KEY_FMT})?"
        messages.append(regex_error(_VALUE_MSG, pattern, "MyValue", "my_value", "12345"))
    return tuple(messages)


def port_name(value: str) -> list[str]:
    """IsValidPortName."""
    messages = []
    if byte_length(value) > 15:
        messages.append(max_length_error(15))
    if not value or not only(value, _DNS):
        messages.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not any(char in _LOWER for char in value):
        messages.append("must contain at least one letter (a-z)")
    if "--" in value:
        messages.append("must not contain consecutive hyphens")
    if value and (value[0] == "-" or value[-1] == "-"):
        messages.append("must not begin or end with a hyphen")
    return messages


def percent(value: str) -> list[str]:
    """IsValidPercent."""
    if len(value) > 1 and value[-1] == "%" and only(value[:-1], _DIGITS):
        return []
    message = "a valid percent string must be a numeric string followed by an ending '%'"
    return [regex_error(message, "[0-9]+%", "1%", "93%")]


def http_header_name(value: str) -> list[str]:
    """IsHTTPHeaderName."""
    if value and only(value, _ALNUM + "-"):
        return []
    message = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return [regex_error(message, "[-A-Za-z0-9]+", "X-Header-Name")]


def env_name(value: str) -> list[str]:
    """IsRelaxedEnvVarName: printable ASCII other than '='."""
    messages = []
    if not value:
        messages.append("environment variable name must be non-empty")
    if not value.isascii() or not value.isprintable() or "=" in value:
        messages.append(
            "a valid environment variable name must consist only of printable ASCII "
            "characters other than '='"
        )
    return messages


def config_key(value: str) -> list[str]:
    """IsConfigMapKey."""
    messages = []
    if byte_length(value) > 253:
        messages.append(max_length_error(253))
    if not value or not only(value, _QUALIFIED):
        message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        examples = ("key.name", "KEY_NAME", "key-name")
        messages.append(regex_error(message, "[-._a-zA-Z0-9]+", *examples))
    if value in (".", ".."):
        messages.append(f"must not be '{value}'")
    elif value.startswith(".."):
        messages.append("must not start with '..'")
    return messages
