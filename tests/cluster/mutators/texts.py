"""Operators on the text of a manifest: what YAML itself makes of it.

Drawn from yaml.v2/v3 as sigs.k8s.io/yaml uses them, and the server's duplicate key check. Each
replaces something in the text of a base; where it is not found, the operator does not apply.
"""

from __future__ import annotations

from dataclasses import dataclass

_NAME = "metadata:\n  name: "
_APP = "metadata:\n      labels:"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the first ``old``, or each, by ``new``; without ``old``, ``new`` goes first."""

    name: str
    old: str
    new: str
    everywhere: bool = False

    def apply(self, text: str) -> str | None:
        """The edited text, or None where ``old`` is not in it."""
        if not self.old:
            return self.new + text
        count = -1 if self.everywhere else 1
        return text.replace(self.old, self.new, count) if self.old in text else None


# fmt: off
_SCALARS = (
    "y", "n", "yes", "no", "on", "off", "true", "True", "TRUE", "null", "~", "Null", "1e3", "1E3",
    "0o17", "017", "0x1F", "0b11", "1_000", "12:30:45", "2024-01-02",
    "2001-12-14t21:59:43.10-05:00", ".5", "1.", "+1",
    "-1", ".inf", ".nan", "1e400", "0.1e1", "08", "- x", "!!str 5", "!!int '5'",
    "!!binary aGk=", "'x'", '"x\\u00e9"', "x: y", "x #c", "'it''s'", "|\n        block",
    ">\n        folded", "<<", "=", "?x", "*none", "&a x", "%x", "@x", "`x`", "[x]", "{x}", "''",
)

EDITS: list[Edit] = [
    *(Edit(f"annotation-scalar {value}", "spec:\n  selector",
           f"  annotations:\n      odd: {value}\nspec:\n  selector") for value in _SCALARS),
    *(Edit(f"integer-scalar {value}", "spec:\n  selector",
           f"spec:\n  minReadySeconds: {value}\n  selector")
      for value in ("1e1", "0o17", "017", "0x1F", "1_0", "10.0", "1:30", "+5", "0b11", "1e-1",
                    "'5'", "", "~", "5.", ".5e1", "1e10", "0o8", "08", "5s")),
    *(Edit(f"boolean-scalar {value}", "      containers:",
           f"      hostPID: {value}\n      containers:")
      for value in ("y", "yes", "on", "True", "TRUE", "tRue", "n", "off", "No", "1", "'true'", "")),
    *(Edit(f"quantity-scalar {value}", "      containers:",
           f"      overhead: {{cpu: {value}}}\n      containers:")
      for value in ("1e3", "0.5", "1", "100m", "1_000", "0x10", "1e-3", "010", "1:30", "yes", ".5",
                    "1.", "1e400", "12345678901234567890", "0o17")),
    Edit("duplicate key", "  selector:", "  minReadySeconds: 1\n  minReadySeconds: 2\n  selector:"),
    Edit("duplicate key, equal", "  selector:",
         "  minReadySeconds: 1\n  minReadySeconds: 1\n  selector:"),
    Edit("duplicate label", f"{_APP}\n", f"{_APP}\n        a: x\n        a: y\n"),
    Edit("duplicate top key", "kind: DaemonSet", "kind: DaemonSet\nkind: DaemonSet"),
    Edit("duplicate quoted key", "kind: DaemonSet", "kind: DaemonSet\n\"kind\": DaemonSet"),
    Edit("duplicate in flow", "      containers:",
         "      nodeSelector: {a: b, a: c}\n      containers:"),
    Edit("duplicate in list", "      containers:",
         "      tolerations: [{key: a, key: b, operator: Exists}]\n      containers:"),
    Edit("merge key", "kind: DaemonSet", "kind: DaemonSet\nx-base: &base {a: b}"),
    Edit("merged labels", f"{_APP}\n", f"{_APP}\n        <<: {{merged: yes-it-is}}\n"),
    Edit("merged list", f"{_APP}\n", f"{_APP}\n        <<: [{{m: x}}, {{m: z, n: w}}]\n"),
    Edit("merge overridden", f"{_APP}\n", f"{_APP}\n        <<: {{m: x}}\n        m: own\n"),
    Edit("merge twice", f"{_APP}\n", f"{_APP}\n        <<: {{m: x}}\n        <<: {{n: x}}\n"),
    Edit("merge of a scalar", f"{_APP}\n", f"{_APP}\n        <<: x\n"),
    Edit("anchor and alias", f"{_APP}\n", f"{_APP}\n        one: &v value\n        two: *v\n"),
    Edit("alias before anchor", f"{_APP}\n", f"{_APP}\n        one: *v\n        two: &v value\n"),
    Edit("number as key", f"{_APP}\n", f"{_APP}\n        5: five\n"),
    Edit("boolean as key", f"{_APP}\n", f"{_APP}\n        yes: five\n"),
    Edit("float as key", f"{_APP}\n", f"{_APP}\n        1.5: five\n"),
    Edit("null as key", f"{_APP}\n", f"{_APP}\n        ~: five\n"),
    Edit("list as key", f"{_APP}\n", f"{_APP}\n        [a]: five\n"),
    Edit("complex key", f"{_APP}\n", f"{_APP}\n        ? a\n        : b\n"),
    Edit("tab for indent", f"{_APP}\n", f"{_APP}\n\ta: b\n"),
    Edit("tab after value", "kind: DaemonSet", "kind: DaemonSet\t"),
    Edit("tab before comment", "kind: DaemonSet", "kind: DaemonSet\t# x"),
    Edit("bom", "", "\ufeff"),
    Edit("document start", "", "---\n"),
    Edit("comment and document start", "", "# x\n---\n"),
    Edit("directive", "", "%YAML 1.1\n---\n"),
    Edit("directive 1.2", "", "%YAML 1.2\n---\n"),
    Edit("tag", "kind: DaemonSet", "kind: !!str DaemonSet"),
    Edit("custom tag", "kind: DaemonSet", "kind: !mine DaemonSet"),
    Edit("unclosed quote", "kind: DaemonSet", 'kind: "DaemonSet'),
    Edit("unclosed flow", "kind: DaemonSet", "kind: DaemonSet\nx: [a, b"),
    Edit("bad indent", "kind: DaemonSet", "kind: DaemonSet\n extra: x"),
    Edit("colon in value", _NAME, f"{_NAME}a: "),
    Edit("control character", _NAME, f"{_NAME}\x01"),
    Edit("no-break space", _NAME, f"{_NAME}\u00a0"),
    Edit("next line", _NAME, f"{_NAME}\u0085"),
    Edit("crlf", "\n", "\r\n", everywhere=True),
    Edit("trailing document end", "kind: DaemonSet\n", "kind: DaemonSet\n# y\n"),
    Edit("unknown beside duplicate", "  selector:", "  bogus: 1\n  bogus: 2\n  selector:"),
]
