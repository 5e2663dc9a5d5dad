"""argv in, options out, then fetch, reduce and show: one module a command family."""
