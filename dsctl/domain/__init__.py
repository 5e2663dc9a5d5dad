"""Pure Kubernetes logic: standard library only, dict in, frozen dataclass out."""
