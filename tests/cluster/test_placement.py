"""Our word on where DaemonSets run, against where the real controller and scheduler put them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.api.resources import DAEMONSETS, NODES, PODS
from dsctl.domain import pods as pod_of
from dsctl.domain.placement_report import PlacementReport
from dsctl.domain.reasons import ReasonType
from dsctl.domain.verdicts import Cluster as Seen
from dsctl.domain.verdicts import place, stale_counts
from tests.cluster.conftest import eventually, fresh_namespace, private_sandbox
from tests.cluster.scenarios import Object, scenario

SEEDS = range(1, 28)
NOT_READY = "node.kubernetes.io/not-ready"
#: how long a snapshot must stay as it is to be taken for the end state
STILL = 0.3
#: how long the scheduler may take to try a pod again, in seconds
RETRIES = 15.0


@dataclass(frozen=True)
class Snapshot:
    """All nodes and pods, and the scenario's DaemonSets, read one after the other."""

    nodes: list[Object]
    pods: list[Object]
    daemonsets: list[Object]

    @property
    def versions(self) -> list[str]:
        """What changes when anything but a heartbeat changes."""
        listed = [*self.pods, *self.daemonsets]
        return sorted(str(o["metadata"]["resourceVersion"]) for o in listed)

    def decided(self) -> bool:
        """Whether nodes are up, specs are observed, and every pod is bound or was refused."""
        return (
            all(not _has_taint(node, NOT_READY) for node in self.nodes)
            and all(
                d["status"].get("observedGeneration") == d["metadata"]["generation"]
                for d in self.daemonsets
            )
            and all(_decided(pod) for pod in self.pods)
        )

    def report(self, daemonset: Object) -> PlacementReport:
        """What dsctl says."""
        return place(daemonset, Seen(self.nodes, self.pods))

    def own(self, daemonset: Object) -> list[Object]:
        """The pods of a DaemonSet."""
        uid = daemonset["metadata"]["uid"]
        return [pod for pod in self.pods if pod_of.owner_uid(pod) == uid]


class Stage:
    """A cluster without nodes of its own, on which scenarios are played one after the other."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def snapshot(self) -> Snapshot:
        """What there is now."""
        nodes = self.cluster.list(NODES)["items"]
        daemonsets = self.cluster.list(DAEMONSETS)["items"]
        return Snapshot(nodes, self.cluster.list(PODS, all_namespaces=True)["items"], daemonsets)

    def settled(self) -> Snapshot:
        """The state once everything is decided and nothing has moved for a while."""

        def still() -> Snapshot | None:
            before = self.snapshot()
            if not before.decided():
                return None
            time.sleep(STILL)
            after = self.snapshot()
            return after if after.decided() and before.versions == after.versions else None

        found = eventually(still)
        assert found is not None
        return found

    def clear(self) -> None:
        """Take everything away again."""
        for path in ("/apis/apps/v1", "/api/v1"):
            kind = "daemonsets" if "apps" in path else "pods"
            self.cluster.raw(
                "DELETE",
                f"{path}/namespaces/{self.cluster.namespace}/{kind}",
                query={"gracePeriodSeconds": "0", "propagationPolicy": "Background"},
            )
        eventually(lambda: not self.cluster.list(PODS)["items"])
        self.cluster.raw("DELETE", "/api/v1/nodes")


def _has_taint(node: Object, key: str) -> bool:
    return any(taint["key"] == key for taint in node["spec"].get("taints") or ())


def _decided(pod: Object) -> bool:
    if pod_of.deleting(pod):
        return False
    if pod_of.scheduled(pod):
        return bool(pod["status"].get("phase") == "Running")
    return (pod_of.condition(pod, "PodScheduled") or {}).get("status") == "False"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A control plane of its own, as its nodes are bent in every way."""
    with private_sandbox("placement", nodes=0) as sandbox, fresh_namespace(sandbox) as namespace:
        config = load(ConnectionOptions(namespace=namespace), sandbox.environ)
        cluster = Cluster(config, on_warning=lambda warning: None)
        yield Stage(cluster)
        cluster.close()


@dataclass
class Score:
    """What was compared over all scenarios."""

    nodes: int = 0
    excluded: int = 0
    fits: int = 0
    unfit: int = 0
    unlike: int = 0
    stale: int = 0
    reasons: set[ReasonType] = field(default_factory=set)

    def add(self, snapshot: Snapshot) -> None:
        """Count the nodes of one state, for each DaemonSet."""
        for daemonset in snapshot.daemonsets:
            report = snapshot.report(daemonset)
            known = [n for n in report.nodes if n.should_run and n.fits is not None]
            self.nodes += len(report.nodes)
            self.excluded += report.summary().excluded
            self.fits += len(known)
            self.unfit += sum(not node.fits for node in known)
            self.reasons |= {reason.type for node in report.nodes for reason in node.reasons}
        self.unlike += len(unlike(snapshot))


def unlike(snapshot: Snapshot) -> list[str]:
    """Eligible nodes where ``fits`` says other than whether the pod is bound."""
    found = []
    for daemonset in snapshot.daemonsets:
        bound = {p["spec"]["nodeName"] for p in snapshot.own(daemonset) if pod_of.scheduled(p)}
        for node in snapshot.report(daemonset).nodes:
            if node.should_run and node.fits is (node.node not in bound):
                found.append(f"{daemonset['metadata']['name']} on {node.node}")
    return found


def check_placement(snapshot: Snapshot, daemonset: Object, *, fresh: bool) -> None:
    """Eligible nodes are those that the controller counts and gives pods to, every one.

    ``fresh``: no node has changed yet, so that no pod is left on a node that is out.
    """
    report, name = snapshot.report(daemonset), daemonset["metadata"]["name"]
    eligible = {node.node for node in report.nodes if node.should_run}
    assert len(eligible) == daemonset["status"].get("desiredNumberScheduled", 0), name
    given = {pod_of.target_node(pod) for pod in snapshot.own(daemonset)}
    stays = {node.node for node in report.nodes if node.should_continue_running}
    assert eligible <= given, (name, eligible - given)
    assert given <= (eligible if fresh else stays), (name, given - eligible)
    assert stale_counts(daemonset, report) == ()


def agreed(stage: Stage, *, fresh: bool) -> Snapshot:
    """The end state, which must be as we say; the scheduler gets a while to retry its pods."""

    def as_we_say() -> Snapshot:
        snapshot = stage.settled()
        for daemonset in snapshot.daemonsets:
            check_placement(snapshot, daemonset, fresh=fresh)
        return snapshot

    deadline = time.monotonic() + RETRIES
    while True:
        snapshot = eventually(as_we_say)
        if not unlike(snapshot) or time.monotonic() > deadline:
            return snapshot


def play(stage: Stage, seed: int, score: Score) -> None:
    """One scenario: set up, compare, change nodes, make the controller look, compare again."""
    played = scenario(seed)
    for node in played.nodes:
        stage.cluster.create(NODES, node)
    for pod in played.fillers:
        stage.cluster.create(PODS, pod)
    for daemonset in played.daemonsets:
        stage.cluster.create(DAEMONSETS, daemonset)
    score.add(agreed(stage, fresh=True))
    for name, patch in played.changes:
        stage.cluster.patch(NODES, name, patch)
    snapshot = stage.settled()
    for daemonset in snapshot.daemonsets:
        score.stale += bool(stale_counts(daemonset, snapshot.report(daemonset)))
        touch = {"metadata": {"annotations": {"touched": "yes"}}}
        stage.cluster.patch(DAEMONSETS, daemonset["metadata"]["name"], touch)
    score.add(agreed(stage, fresh=False))


def test_placement_and_fit_are_those_of_the_controller_and_the_scheduler(stage: Stage) -> None:
    """In every random scenario the same nodes are eligible, and fits means bound, 99% and more.

    The same after node changes, once the controller has looked again: until then its status may
    be old, and ours is not.
    """
    score = Score()
    for seed in SEEDS:
        try:
            play(stage, seed, score)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        finally:
            stage.clear()
    assert score.unlike <= 0.002 * score.fits, score
    # The scenarios are worth something only if they hold a bit of everything.
    assert score.reasons == set(ReasonType) - {ReasonType.NODE_NAME}
    assert score.nodes > 4000, score
    assert 0.3 < score.excluded / score.nodes < 0.7, score
    assert 0.1 < score.unfit / score.fits < 0.6, score
    assert score.stale > 0
