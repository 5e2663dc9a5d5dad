"""The server's warnings, and notes on updates. Name: what and why, remedy."""

from __future__ import annotations

RULES: dict[str, tuple[str, str]] = {
    "node-label-deprecated": (
        "The node label has a successor, and nodes may not have it any more.",
        "Use the label that the message names.",
    ),
    "affinity-value-invalid": (
        "No node can have a label of this value; preferred terms may ask for it all the same.",
        "",
    ),
    "label-selector-null": (
        "Without a labelSelector the term or constraint looks at no pod.",
        "Add a labelSelector; {} means all pods.",
    ),
    "annotation-deprecated": (
        "A field of the pod has taken the annotation's place.",
        "Use the field that the message names.",
    ),
    "volume-deprecated": (
        "Kubernetes no longer has a driver for this kind of volume.",
        "Use a CSI driver.",
    ),
    "volume-paths-overlap": ("One file of the volume would hide or break another.", ""),
    "projected-source-empty": ("The item of sources projects nothing.", "Remove it."),
    "host-alias-repeated": ("The address has an entry already.", "Merge the two."),
    "pull-secret-repeated": ("The secret is listed already.", "Remove one of the two."),
    "pull-secret-empty": ("A pull secret without a name is none.", "Remove it."),
    "bytes-fractional": ("There is no part of a byte.", "Check the unit: m means thousandths."),
    "env-repeated": (
        "Only the last definition of a variable counts, and apply may drop either.",
        "Keep one of them.",
    ),
    "host-ip-without-port": ("hostIP has no effect without hostPort.", "Add hostPort."),
    "port-repeated": ("The port is defined already.", "Remove one of the two."),
    "port-overlapping": ("The port is defined already, with another hostPort.", ""),
    "port-ambiguous": (
        "One of the two takes the host port on every address, the other on one.",
        "Give both a hostIP, or neither.",
    ),
    "port-name-shared": (
        "Services and probes that go by the name reach only the first port.",
        "Rename one of them.",
    ),
    "grace-period-negative": ("The server takes it for 1.", "Set it to 0 or more."),
    "ip-not-canonical": (
        "Programs compare addresses as text and read odd forms differently.",
        "Write the address as the message has it.",
    ),
    "owner-repeated": ("The owner is listed twice; the server drops one.", "Remove one."),
}

NOTES: dict[str, tuple[str, str]] = {
    "update-replaces-pods": (
        "A change of the pod template replaces the pods, and nothing else does.",
        "",
    ),
}
