"""Rules on the DaemonSet: metadata, labels, selector, strategy. Name: what and why, remedy."""

from __future__ import annotations

RULES: dict[str, tuple[str, str]] = {
    "name-required": (
        "A DaemonSet needs metadata.name, or metadata.generateName to have one made.",
        "Set metadata.name.",
    ),
    "name-invalid": (
        "The name becomes part of URLs and pod names, so it must be a DNS subdomain.",
        "Use lower case letters, digits, '-' and '.', beginning and ending with a letter or digit.",
    ),
    "generate-name-invalid": (
        "generateName is the start of a name, so what it gives must be a DNS subdomain.",
        "Use lower case letters, digits, '-' and '.'; it may end with '-'.",
    ),
    "namespace-invalid": ("A namespace is a DNS label: no dots, at most 63 characters.", ""),
    "label-key-invalid": (
        "A label key is a name of at most 63 characters, after an optional DNS prefix and '/'.",
        "Use letters, digits, '-', '_' and '.', beginning and ending with a letter or digit.",
    ),
    "label-value-invalid": (
        "A label value has at most 63 characters: letters, digits, '-', '_' and '.'.",
        "Put free text into an annotation instead.",
    ),
    "annotation-key-invalid": (
        "An annotation key has the form of a label key; case does not matter.",
        "",
    ),
    "annotations-too-long": (
        "All annotations of one object together may have 256 KiB.",
        "Move large content into a ConfigMap.",
    ),
    "finalizer-invalid": ("A finalizer is a qualified name.", ""),
    "finalizer-not-qualified": (
        "Finalizers of one's own need a domain, so that they cannot clash with Kubernetes' own.",
        "Write it as example.com/name.",
    ),
    "finalizers-conflict": (
        "orphan and foregroundDeletion ask for opposite things on deletion.",
        "Keep one of the two.",
    ),
    "owner-field-required": ("An owner is named by apiVersion, kind, name and uid.", ""),
    "owner-api-version-invalid": ("apiVersion is <group>/<version> or <version>.", ""),
    "owner-kind-forbidden": ("An Event may not own anything.", ""),
    "owner-controller-duplicate": (
        "Only one owner can be the controller of an object.",
        "Set controller: true on one owner reference at most.",
    ),
    "template-generation-invalid": (
        "The annotation deprecated.daemonset.template.generation is written by the server.",
        "Remove the annotation.",
    ),
    "selector-required": (
        "Without a selector a DaemonSet would match no pod; apps/v1 has no default for it.",
        "Add spec.selector.matchLabels with labels of the template.",
    ),
    "selector-mismatch": (
        "The pods made from the template would not belong to the DaemonSet.",
        "Give the template the labels that spec.selector asks for.",
    ),
    "selector-empty": (
        "An empty selector would match every pod of the namespace.",
        "Select by at least one label of the template.",
    ),
    "selector-immutable": (
        "The selector says which pods belong to the DaemonSet and can't change afterwards.",
        "Keep the selector, or create a DaemonSet of another name (dsctl migrate-selector).",
    ),
    "field-immutable": ("This field can't change once the object exists.", ""),
    "resource-version-required": (
        "An update must say on which version of the object it builds.",
        "Read the object again and change that.",
    ),
    "finalizers-while-deleted": (
        "An object that is being deleted takes no new finalizers.",
        "",
    ),
    "selector-operator-invalid": (
        "A selector requirement has the operator In, NotIn, Exists or DoesNotExist.",
        "",
    ),
    "selector-values-required": ("In and NotIn need values to compare with.", ""),
    "selector-values-forbidden": (
        "Exists and DoesNotExist only ask for the key.",
        "Remove values, or use In or NotIn.",
    ),
    "min-ready-negative": ("minReadySeconds is 0 or more.", ""),
    "history-limit-negative": ("revisionHistoryLimit is 0 or more.", ""),
    "restart-policy-not-always": (
        "Daemon pods run for as long as their node does.",
        "Remove restartPolicy, or set it to Always; for work that ends, use a Job.",
    ),
    "active-deadline-forbidden": (
        "A daemon pod has no deadline.",
        "Remove activeDeadlineSeconds.",
    ),
    "active-deadline-range": ("activeDeadlineSeconds is between 1 and 2147483647.", ""),
    "strategy-type-unsupported": (
        "A DaemonSet is updated by RollingUpdate or by OnDelete.",
        "Set updateStrategy.type to RollingUpdate or OnDelete.",
    ),
    "max-unavailable-invalid": (
        "maxUnavailable is a number of nodes or a percentage such as 10%.",
        "Write 1, or '10%'; a number in quotes is neither.",
    ),
    "max-surge-invalid": (
        "maxSurge is a number of nodes or a percentage such as 10%.",
        "Write 1, or '10%'; a number in quotes is neither.",
    ),
    "strategy-over-100-percent": ("There are never more nodes than 100%.", ""),
    "max-surge-with-unavailable": (
        "A rollout either replaces pods (maxUnavailable, 1 if it is not set) or surges.",
        "Set maxUnavailable: 0 beside maxSurge.",
    ),
    "max-unavailable-zero": (
        "With neither pods taken away nor added, no rollout could go on.",
        "Set maxUnavailable or maxSurge to at least 1.",
    ),
}
