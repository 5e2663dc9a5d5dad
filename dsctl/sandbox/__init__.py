"""A local control plane without Docker: build, start, stop."""
