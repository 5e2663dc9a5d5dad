"""dsctl: kubectl for DaemonSets, one kind done properly."""

__version__ = "0.1.0"
