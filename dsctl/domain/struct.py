"""Struct: a mapping whose order is kept where it is printed, as Go prints its structs."""

from __future__ import annotations

from typing import Any


class Struct(dict[str, Any]):
    """The fields of a Go struct, in their order; in any other mapping keys are printed sorted."""
