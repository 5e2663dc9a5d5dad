"""What admission of a test's namespace denies to everyone, the controller manager too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.conftest import Kubectl, eventually

_KINDS = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
#: what kubectl says shows whether it is denied yet, by operation
_TRIES = {
    "DELETE": ("delete", "pods", "--all"),
    "UPDATE": ("label", "pods", "--all", "tried=yes"),
}


@contextmanager
def no_pods(kubectl: Kubectl, operation: str, message: str) -> Iterator[None]:
    """While the block lasts, pods of the namespace (there are some) get no such request."""
    name = f"no-{operation.lower()}-{kubectl.namespace}"
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
    policy = {
        "matchConstraints": {"resourceRules": [{**pods, "operations": [operation]}]},
        "validations": [{"expression": "false", "message": message}],
    }
    here = {"matchLabels": {"kubernetes.io/metadata.name": kubectl.namespace}}
    binding = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": here},
    }
    group = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
    made = zip(_KINDS, (policy, binding), strict=True)
    kubectl.apply(*({**group, "kind": kind, "spec": spec} for kind, spec in made))

    def denied() -> bool:
        try:
            kubectl(*_TRIES[operation], "--dry-run=server")
        except AssertionError as refused:
            return message in str(refused)
        return False

    try:
        eventually(denied)
        yield
    finally:
        for kind in _KINDS:
            kubectl("delete", kind, name)
