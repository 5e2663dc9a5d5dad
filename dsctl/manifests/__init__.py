"""The only door to files: YAML and JSON as the API server reads it, with a line for every path."""
