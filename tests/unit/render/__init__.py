"""The printers, without a cluster."""
