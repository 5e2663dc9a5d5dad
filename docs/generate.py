"""Write what is made from the command table: completions/ and docs/dsctl.1 (``make docs``)."""

from __future__ import annotations

from pathlib import Path

from dsctl.cli.manpage import page
from dsctl.cli.shells import SHELLS, script

ROOT = Path(__file__).parents[1]


def files() -> dict[Path, str]:
    """Each generated file, and what it must be."""
    scripts = {ROOT / "completions" / f"dsctl.{shell}": script(shell) for shell in SHELLS}
    return {ROOT / "docs" / "dsctl.1": page(), **scripts}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, "utf-8")
