"""Candidates that are looked up: in the cluster, in the kubeconfig, in what dsctl knows.

Each function is a source that ``flagtable`` names. It returns words, a tab and a description may
follow one; it raises what the API door raises, which ``complete`` takes for no candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.api.resources import DAEMONSETS, NAMESPACES, NODES, Resource

if TYPE_CHECKING:
    from dsctl.cli.env import Env

#: The sources that ask no cluster, and are not waited for.
LOCAL = frozenset(
    {"clusters", "conditions", "contexts", "rules", "sandboxes", "topics", "users", "verdicts"}
)
#: The node labels to group by that clusters usually have.
_ZONES = ("topology.kubernetes.io/zone", "kubernetes.io/arch", "node.kubernetes.io/instance-type")


class Asked(NamedTuple):
    """Where a value is wanted: the positional arguments before it, and what is typed of it."""

    env: Env
    given: list[str]
    text: str


def _rows(asked: Asked, resource: Resource, include: Any = "None") -> list[dict[str, Any]]:
    """All rows of a list, in one request: there is time for one."""
    env = asked.env
    namespace = env.namespace if resource.namespaced else None
    listed = env.cluster().table(resource, namespace, include_object=include, chunk_size=0)
    return listed.get("rows") or []


def _names(asked: Asked, resource: Resource) -> list[str]:
    return [str(row["cells"][0]) for row in _rows(asked, resource)]


def daemonsets(asked: Asked) -> list[str]:
    """The DaemonSets of the namespace that are not named yet, as ``ds/x`` where that is begun."""
    kind, slash, _ = asked.text.partition("/")
    names = [name for name in _names(asked, DAEMONSETS) if name not in asked.given]
    return [f"{kind}/{name}" for name in names] if slash else names


def namespaces(asked: Asked) -> list[str]:
    """The namespaces of the cluster."""
    return _names(asked, NAMESPACES)


def nodes(asked: Asked) -> list[str]:
    """The nodes of the cluster."""
    return _names(asked, NODES)


def node_labels(asked: Asked) -> list[str]:
    """The keys of the labels that nodes have."""
    found = {key for row in _rows(asked, NODES, "Metadata") for key in _labels(row["object"])}
    return [*(key for key in _ZONES if key in found), *sorted(found - set(_ZONES))]


def node_orders(asked: Asked) -> list[str]:
    """What ``rollout step --order-by`` takes."""
    words = ["name\tBy the nodes' names", "age\tThe oldest node first"]
    if any(word.startswith(asked.text) for word in words) and asked.text:
        return words
    return [*words, *node_labels(asked)]


def service_accounts(asked: Asked) -> list[str]:
    """The service accounts of the namespace; DaemonSets before one is named."""
    return _names(asked, Resource("", "v1", "serviceaccounts", "ServiceAccount"))


def env_sources(asked: Asked) -> list[str]:
    """What ``set env --from`` takes: ConfigMaps and Secrets, once one of the two is chosen."""
    kind, slash, _ = asked.text.partition("/")
    known = {"configmap": "ConfigMap", "secret": "Secret"}
    if not slash or kind not in known:
        return [f"{word}/" for word in known]
    names = _names(asked, Resource("", "v1", f"{kind}s", known[kind]))
    return [f"{kind}/{name}" for name in names]


def _daemonset(asked: Asked) -> dict[str, Any]:
    return asked.env.cluster().read(DAEMONSETS, asked.given[0], asked.env.namespace)


def _labels(obj: dict[str, Any]) -> dict[str, str]:
    return (obj.get("metadata") or {}).get("labels") or {}


def _containers(asked: Asked) -> list[dict[str, Any]]:
    spec = _daemonset(asked)["spec"]["template"]["spec"]
    return [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]


def containers(asked: Asked) -> list[str]:
    """The containers of the DaemonSet that is named, init containers after them."""
    return [f"{c['name']}" for c in _containers(asked)]


def label_keys(asked: Asked) -> list[str]:
    """The labels of the DaemonSet that is named: to set anew, or (with ``-``) to remove."""
    return _set_or_removed(sorted(_labels(_daemonset(asked))))


def annotation_keys(asked: Asked) -> list[str]:
    """Its annotations in the same way, but for that of the API server."""
    from dsctl.domain.revisions import TEMPLATE_GENERATION

    found = _daemonset(asked)["metadata"].get("annotations") or {}
    return _set_or_removed(sorted(key for key in found if key != TEMPLATE_GENERATION))


def variables(asked: Asked) -> list[str]:
    """The environment variables of its containers in the same way."""
    every = [v["name"] for c in _containers(asked) for v in c.get("env") or ()]
    return _set_or_removed(list(dict.fromkeys(every)))


def _set_or_removed(keys: list[str]) -> list[str]:
    return [word for key in keys for word in (f"{key}=", f"{key}-")]


def revisions(asked: Asked) -> list[str]:
    """The revisions of the DaemonSet that is named, newest first, with their images."""
    from dsctl.actions import history
    from dsctl.actions.targets import Target
    from dsctl.domain import revisions as of

    env = asked.env
    past = history.read(env.cluster(), Target(env.namespace, asked.given[0]))
    newest_first = sorted(past.revisions, key=of.number, reverse=True)
    return [f"{of.number(revision)}\t{_about(revision)}" for revision in newest_first]


def _about(revision: Mapping[str, Any]) -> str:
    from dsctl.domain import revisions as of

    return of.change_cause(revision) or ", ".join(of.images(of.template(revision)))


def _kubeconfig(asked: Asked) -> Any:
    from dsctl.api.kubeconfig_files import load_files

    return load_files(asked.env.flags.kubeconfig, asked.env.environ)


def contexts(asked: Asked) -> list[str]:
    """The contexts of the kubeconfig."""
    return sorted(_kubeconfig(asked).contexts)


def clusters(asked: Asked) -> list[str]:
    """The clusters of the kubeconfig."""
    return sorted(_kubeconfig(asked).clusters)


def users(asked: Asked) -> list[str]:
    """The users of the kubeconfig."""
    return sorted(_kubeconfig(asked).users)


def sandboxes(asked: Asked) -> list[str]:
    """The sandboxes that were started on this machine."""
    from dsctl.sandbox.paths import Layout

    return Layout(asked.env.environ).names()


def rules(asked: Asked) -> list[str]:
    """The rules of validation."""
    from dsctl.domain.rulebook import all_rules

    return sorted(all_rules())


def topics(asked: Asked) -> list[str]:
    """What ``explain`` explains: rules, and the fields below the last dot."""
    from dsctl.manifests import fieldinfo
    from dsctl.manifests.schema import NEWEST

    above, dot, _ = asked.text.rpartition(".")
    parent = fieldinfo.find(above, NEWEST)
    below = [f"{above}{dot}{field.name}" for field in parent.fields] if parent else []
    return below if dot else [*below, *rules(asked)]


def verdicts(asked: Asked) -> list[str]:
    """What ``--only`` keeps: the verdicts, and the changes of a plan."""
    from dsctl.domain.placement_report import Change, Verdict

    return [*map(str, Verdict), *map(str, Change)]


def conditions(asked: Asked) -> list[str]:
    """What ``wait --for`` takes."""
    from dsctl.domain.conditions import FORMS

    return [*FORMS, "condition=", "jsonpath="]
