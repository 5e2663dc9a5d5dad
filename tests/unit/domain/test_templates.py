import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.domain.templates import made_from, same_stored, same_written
from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.defaults import apply_defaults


def daemonset(container=None, metadata=None, **spec):
    """A manifest whose container and pod spec have these fields."""
    agent = {"name": "agent", "image": "registry.example/agent:1.4", **(container or {})}
    return {
        "metadata": {"name": "agent", "namespace": "logs"},
        "spec": {"template": {"metadata": metadata or {}, "spec": {"containers": [agent], **spec}}},
    }


def stored(manifest):
    """The manifest with the defaults that the server fills in."""
    filled = decode(manifest)
    apply_defaults(filled)
    return filled


WRITTEN_OTHERWISE = [
    ({}, {"imagePullPolicy": "IfNotPresent", "terminationMessagePolicy": "File"}),
    ({"resources": {"requests": {"cpu": "0.1"}}}, {"resources": {"requests": {"cpu": "100m"}}}),
    ({"resources": {"limits": {"cpu": 1}}}, {"resources": {"limits": {"cpu": "1000m"}}}),
    (
        {"resources": {"limits": {"memory": "1Gi"}}},
        {"resources": {"limits": {"memory": 1073741824}}},
    ),
    ({"resources": {"requests": {"memory": "0"}}}, {"resources": {"requests": {"memory": "0Mi"}}}),
    ({"resources": {}}, {}),
    ({"resources": {"requests": {}}}, {}),
    ({"env": []}, {}),
    ({"command": None}, {}),
    ({"stdin": False, "tty": False}, {}),
    ({"env": [{"name": "A", "value": ""}]}, {"env": [{"name": "A"}]}),
    (
        {"ports": [{"containerPort": 80, "hostPort": 0}]},
        {"ports": [{"containerPort": 80, "protocol": "TCP"}]},
    ),
    (
        {"volumeMounts": [{"name": "a", "mountPath": "/a", "readOnly": False}]},
        {"volumeMounts": [{"name": "a", "mountPath": "/a"}]},
    ),
    (
        {"readinessProbe": {"httpGet": {"port": 80}, "initialDelaySeconds": 0}},
        {"readinessProbe": {"httpGet": {"port": 80, "path": "/", "scheme": "HTTP"}}},
    ),
    ({"securityContext": {}}, {}),
    ({"unknownField": 1}, {}),
]


@pytest.mark.parametrize(("one", "other"), WRITTEN_OTHERWISE)
def test_the_same_template_may_be_written_in_many_ways(one, other):
    """Defaults, amounts, and what Go leaves out: no pod is replaced for these."""
    assert same_written(daemonset(one), daemonset(other))
    assert same_written(stored(daemonset(one)), daemonset(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"hostNetwork": False}),
        ({}, {"hostPID": False, "hostIPC": False}),
        ({}, {"nodeSelector": {}, "tolerations": [], "affinity": {}}),
        ({}, {"terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst"}),
        ({}, {"serviceAccountName": ""}),
        ({"serviceAccountName": "a"}, {"serviceAccount": "a", "serviceAccountName": "a"}),
        ({"volumes": [{"name": "a"}]}, {"volumes": [{"name": "a", "emptyDir": {}}]}),
    ],
)
def test_of_the_pod_too(one, other):
    """Empty maps and lists, plain zeros and defaults are the same as nothing."""
    assert same_written(daemonset(**one), daemonset(**other))
    assert same_written(stored(daemonset(**one)), daemonset(**other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"image": "registry.example/agent:1.5"}),
        ({}, {"imagePullPolicy": "Always"}),
        ({"resources": {"requests": {"cpu": "1"}}}, {"resources": {"requests": {"cpu": "1001m"}}}),
        ({}, {"resources": {"requests": {"cpu": "0"}}}),
        ({}, {"securityContext": {"allowPrivilegeEscalation": False}}),
        ({}, {"securityContext": {"runAsUser": 0}}),
        ({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "A"}]}),
        ({"args": ["a", "b"]}, {"args": ["b", "a"]}),
        ({"args": ["a", ""]}, {"args": ["a"]}),
    ],
)
def test_other_containers_are_other_templates(one, other):
    """A false or a 0 behind a pointer is something else than nothing, and order counts."""
    assert not same_written(daemonset(one), daemonset(other))
    assert not same_stored(daemonset(one), daemonset(other))


@pytest.mark.parametrize(
    "spec",
    [
        {"hostNetwork": True},
        {"terminationGracePeriodSeconds": 0},
        {"automountServiceAccountToken": False},
        {"hostUsers": False},
        {"nodeSelector": {"a": ""}, "priority": 0},
        {"tolerations": [{}]},
    ],
)
def test_other_pod_specs_are_other_templates(spec):
    """A grace period of 0 is no default, and an empty toleration tolerates everything."""
    assert not same_written(daemonset(), daemonset(**spec))


def test_labels_and_annotations_of_the_template_count():
    """A changed annotation is the usual way to make pods anew."""
    one = daemonset(metadata={"annotations": {"config": "1"}})
    assert not same_written(one, daemonset(metadata={"annotations": {"config": "2"}}))
    assert not same_written(one, daemonset())
    assert same_written(daemonset(metadata={"creationTimestamp": None}), daemonset())


def test_a_restart_that_the_manifest_knows_nothing_of_is_none():
    """Its annotation belongs to rollout restart, and applying the manifest leaves it there."""
    key = "kubectl.kubernetes.io/restartedAt"
    first, second = ({"annotations": {key: f"2026-05-01T11:0{i}:00Z"}} for i in range(2))
    assert same_written(daemonset(metadata=first), daemonset())
    assert same_written(
        daemonset(metadata={**first, "labels": {"a": "b"}}),
        daemonset(metadata={"labels": {"a": "b"}}),
    )
    assert not same_written(daemonset(metadata=first), daemonset(metadata=second))
    other = {"annotations": {**first["annotations"], "config": "1"}}
    assert not same_written(daemonset(metadata=other), daemonset())


def test_what_is_outside_of_the_template_does_not():
    """Strategy, labels and status of the DaemonSet replace no pod."""
    other = daemonset()
    other["metadata"]["labels"] = {"a": "b"}
    other["spec"]["updateStrategy"] = {"type": "OnDelete"}
    other["status"] = {"desiredNumberScheduled": 3}
    assert same_written(daemonset(), other)
    assert same_stored(daemonset(), other)


def test_what_the_server_stores_is_compared_as_it_is():
    """Nulls aside: the controller too compares what is stored, byte by byte."""
    kept = stored(daemonset({"resources": {"requests": {"cpu": "100m"}}}))
    assert same_stored(kept, copy.deepcopy(kept))
    nulled = copy.deepcopy(kept)
    nulled["spec"]["template"]["metadata"]["creationTimestamp"] = None
    assert same_stored(kept, nulled)
    assert not same_stored(kept, stored(daemonset({"resources": {"requests": {"cpu": "0.1"}}})))


NAMES = st.sampled_from(["a", "b", "agent"])
AMOUNTS = st.sampled_from(["1", "100m", "0.5", "64Mi", "1e3", "0", 2, 1.5, "1Gi"])
RESOURCES = st.dictionaries(st.sampled_from(["cpu", "memory", "example.com/gpu"]), AMOUNTS)
PROBES = st.fixed_dictionaries(
    {"httpGet": st.fixed_dictionaries({"port": st.integers(1, 9)})},
    optional={"initialDelaySeconds": st.integers(0, 2), "timeoutSeconds": st.integers(0, 2)},
)
ENV = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"value": st.sampled_from(["", "x"])})
)
CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES, "image": st.sampled_from(["i", "i:1", "i:latest", "i@sha256:" + "0" * 64])},
    optional={
        "resources": st.fixed_dictionaries(
            {}, optional={"requests": RESOURCES, "limits": RESOURCES}
        ),
        "env": ENV,
        "ports": st.lists(
            st.fixed_dictionaries(
                {"containerPort": st.integers(1, 9)}, optional={"hostPort": st.integers(0, 9)}
            )
        ),
        "readinessProbe": PROBES,
        "stdin": st.booleans(),
        "securityContext": st.fixed_dictionaries({}, optional={"privileged": st.booleans()}),
    },
)
SPECS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINERS, min_size=1, max_size=2)},
    optional={
        "initContainers": st.lists(CONTAINERS, max_size=1),
        "hostNetwork": st.booleans(),
        "serviceAccountName": st.sampled_from(["", "sa"]),
        "nodeSelector": st.dictionaries(NAMES, st.sampled_from(["", "x"])),
        "tolerations": st.lists(st.just({"operator": "Exists"})),
        "terminationGracePeriodSeconds": st.integers(0, 30),
        "volumes": st.lists(st.fixed_dictionaries({"name": NAMES})),
    },
)


@settings(max_examples=150, deadline=None)
@given(spec=SPECS)
def test_a_manifest_is_the_same_as_itself_in_the_cluster(spec):
    """After the defaults, through JSON and back, and whichever of the two comes first."""
    manifest = {"metadata": {"name": "a"}, "spec": {"template": {"spec": spec}}}
    before = copy.deepcopy(manifest)
    live = json.loads(json.dumps(stored(manifest)))
    assert same_written(live, manifest)
    assert same_written(manifest, live)
    assert same_stored(live, stored(live))
    assert manifest == before


@settings(max_examples=100, deadline=None)
@given(spec=SPECS, image=st.sampled_from(["other", "i:2"]))
def test_another_image_is_never_the_same(spec, image):
    """Whatever else a manifest says."""
    manifest = {"spec": {"template": {"spec": spec}}}
    changed = copy.deepcopy(manifest)
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = image
    assert not same_written(stored(manifest), changed)


def pod(containers=None, **spec):
    """A pod as admission leaves it, with an image and more fields than the template has."""
    agent = {
        "name": "agent",
        "image": "registry.example/agent:1.4",
        "volumeMounts": [{"name": "t"}],
    }
    made = {"containers": [agent] if containers is None else containers, "nodeName": "n1", **spec}
    return {"spec": {**made, "tolerations": [{"key": "node.kubernetes.io/not-ready"}]}}


@pytest.mark.parametrize(
    ("template", "made", "expected"),
    [
        ({}, pod(), True),
        ({"container": {"image": "registry.example/agent:1.5"}}, pod(), False),
        ({"nodeSelector": {"disk": "ssd"}}, pod(), False),
        ({"nodeSelector": {"disk": "ssd"}}, pod(nodeSelector={"disk": "ssd"}), True),
        ({}, pod(nodeSelector={"disk": "ssd"}), False),
        ({}, pod(nodeSelector={}), True),
        ({}, pod(containers=[]), False),
        ({"initContainers": [{"name": "i", "image": "x"}]}, pod(), False),
        (
            {"initContainers": [{"name": "i", "image": "x"}]},
            pod(initContainers=[{"name": "i", "image": "x"}]),
            True,
        ),
        ({"nodeSelector": None, "initContainers": None}, pod(initContainers=None), True),
    ],
)
def test_a_pod_tells_of_the_template_that_made_it(template, made, expected):
    """Its containers by name with their images, and the nodeSelector; admission adds the rest."""
    assert made_from([made], daemonset(**template)) is expected


def test_pods_of_two_templates_were_not_all_made_from_one():
    """In the middle of a rollout; and without pods nothing speaks against it."""
    old = pod(containers=[{"name": "agent", "image": "registry.example/agent:1.3"}])
    assert not made_from([pod(), old], daemonset())
    assert not made_from([old, pod()], daemonset())
    assert made_from([pod(), pod()], daemonset())
    assert made_from([], daemonset())
