import pytest

from dsctl.domain import requests
from dsctl.domain.requests import HostPort

NANO = 10**9
MIB = 1024 * 1024


def container(cpu=None, memory=None, name="c", sidecar=False, limits=None, **more):
    """A container; what is None is not requested."""
    asked = {"cpu": cpu, "memory": memory, **more}
    made = {"name": name, "resources": {"requests": {k: v for k, v in asked.items() if v}}}
    if limits:
        made["resources"]["limits"] = limits
    if sidecar:
        made["restartPolicy"] = "Always"
    return made


def asked(**spec):
    """What a template with this spec asks, as the scheduler counts it."""
    return requests.counted(requests.template_requests(spec))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {}),
        ({"containers": [container("1", "1Gi"), container("250m")]},
         {"cpu": 1250, "memory": 1024 * MIB}),
        # init containers run one after the other: the largest counts
        ({"containers": [container("1")], "initContainers": [container("2"), container("3")]},
         {"cpu": 3000}),
        ({"containers": [container("4")], "initContainers": [container("2", "64Mi")]},
         {"cpu": 4000, "memory": 64 * MIB}),
        # sidecars add to the containers, and to the init containers after them only
        ({"containers": [container("1")], "initContainers": [container("2", sidecar=True)]},
         {"cpu": 3000}),
        ({"containers": [container("1")],
          "initContainers": [container("2", sidecar=True), container("5")]}, {"cpu": 7000}),
        ({"containers": [container("1")],
          "initContainers": [container("5"), container("2", sidecar=True)]}, {"cpu": 5000}),
        # a limit stands in for a missing request
        ({"containers": [container("100m", limits={"cpu": "2", "memory": "1Mi"})]},
         {"cpu": 100, "memory": MIB}),
        ({"containers": [container()], "initContainers": [container(limits={"cpu": "2"})]},
         {"cpu": 2000}),
        # pod-level resources win over the containers' sum, for what they may name
        ({"containers": [container("1", "1Mi")], "resources": {"requests": {"cpu": "3"}}},
         {"cpu": 3000, "memory": MIB}),
        ({"containers": [container("1")], "resources": {"limits": {"cpu": "3", "memory": "5Mi"}}},
         {"cpu": 1000, "memory": 5 * MIB}),
        ({"containers": [container("1")], "resources": {"requests": {"example.com/a": "3"}}},
         {"cpu": 1000}),
        # overhead comes on top
        ({"containers": [container("1")], "resources": {"requests": {"cpu": "3"}},
          "overhead": {"cpu": "100m", "memory": "2Mi"}}, {"cpu": 3100, "memory": 2 * MIB}),
        # counted in thousandths and whole units, rounded up
        ({"containers": [container("1500u", "100m")]}, {"cpu": 2, "memory": 1}),
        ({"containers": [container("1500u"), container("1500u")]}, {"cpu": 3}),
        # what the scheduler looks at
        ({"containers": [{"resources": {"requests": {
            "nvidia.com/gpu": "2", "hugepages-2Mi": "4Mi", "ephemeral-storage": "1Gi",
            "storage": "1Gi", "requests.example.com/x": "1"}}}]},
         {"nvidia.com/gpu": 2, "hugepages-2Mi": 4 * MIB, "ephemeral-storage": 1024 * MIB}),
        # numbers and nulls, as a manifest may have them
        ({"containers": [{"resources": {"requests": {"cpu": 1, "memory": None}}},
                         {"resources": {"requests": {"cpu": 0.5}}}, {"resources": None}]},
         {"cpu": 1500, "memory": 0}),
    ],
)  # fmt: skip
def test_a_template_asks_what_its_pods_will_request(spec, expected):
    """Sums, peaks, sidecars, pod level, overhead and the defaults that only pods get."""
    assert asked(**spec) == expected


def resized(spec_cpu, allotted=None, in_use=None, conditions=()):
    """A bound pod of one container in the middle of a resize."""
    status = {"name": "c"}
    if allotted:
        status["allocatedResources"] = {"cpu": allotted}
    if in_use:
        status["resources"] = {"requests": {"cpu": in_use}}
    return {
        "spec": {"containers": [container(spec_cpu)]},
        "status": {"containerStatuses": [status], "conditions": list(conditions)},
    }


INFEASIBLE = {"type": "PodResizePending", "reason": "Infeasible"}


@pytest.mark.parametrize(
    ("pod", "cpu"),
    [
        ({"spec": {"containers": [container("1")]}}, "1"),
        (resized("1", "1", "1"), "1"),
        (resized("1", "2", "3"), "3"),
        (resized("1", "2"), "2"),
        (resized("4", "2", "3"), "4"),
        (resized("4", "2", "3", [INFEASIBLE]), "3"),
        (resized("4", None, "1", [INFEASIBLE]), "1"),
        (resized("4", conditions=[INFEASIBLE]), None),
        (resized("4", None, "1", [{"type": "PodResizePending", "reason": "Deferred"}]), "4"),
    ],
)
def test_a_bound_pod_holds_the_most_of_wanted_allotted_and_used(pod, cpu):
    """A resize that can't be had doesn't count as wanted."""
    assert requests.bound_pod_requests(pod) == requests.as_amounts({"cpu": cpu} if cpu else {})


@pytest.mark.parametrize(
    ("pod_level", "expected"),
    [
        ({"cpu": "2"}, {"cpu": 4000, "memory": MIB}),
        ({"example.com/x": "2"}, {"cpu": 4000, "memory": MIB}),
    ],
)
def test_pod_level_status_counts_for_pod_level_resources(pod_level, expected):
    """The pod's own allotment and use replace the containers' where the pod reports both."""
    pod = {
        "spec": {"containers": [container("1")], "resources": {"requests": pod_level}},
        "status": {
            "allocatedResources": {"cpu": "3", "memory": "1Mi"},
            "resources": {"requests": {"cpu": "4"}},
        },
    }
    held = requests.counted(requests.bound_pod_requests(pod))
    assert held == expected


def test_what_a_pod_reports_does_not_count_as_pod_level_unless_it_asked_so():
    """Without a pod-level cpu, memory or huge pages request its status is no pod-level amount."""
    pod = {
        "spec": {"resources": {"requests": {"example.com/x": "2"}}},
        "status": {"resources": {"requests": {"cpu": "4"}}},
    }
    assert requests.bound_pod_requests(pod) == {}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": [{"ports": [{"containerPort": 80}]}]}, []),
        ({"containers": [{"ports": [{"containerPort": 80, "hostPort": 8080}]}]}, [HostPort(8080)]),
        ({"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]}, [HostPort(80)]),
        (
            {
                "containers": [
                    {"ports": [{"hostPort": 53, "protocol": "UDP", "hostIP": "10.0.0.1"}]}
                ]
            },
            [HostPort(53, "UDP", "10.0.0.1")],
        ),
        (
            {
                "initContainers": [
                    {"ports": [{"hostPort": 1}]},
                    {"ports": [{"hostPort": 2}], "restartPolicy": "Always"},
                ]
            },
            [HostPort(2)],
        ),
    ],
)
def test_host_ports_are_those_of_containers_and_sidecars(spec, expected):
    """With hostNetwork each container port is one; plain init containers hold none."""
    assert list(requests.host_ports(spec)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (HostPort(80), HostPort(80), True),
        (HostPort(80), HostPort(81), False),
        (HostPort(80), HostPort(80, "UDP"), False),
        (HostPort(80), HostPort(80, ip="10.0.0.1"), True),
        (HostPort(80, ip="10.0.0.1"), HostPort(80), True),
        (HostPort(80, ip="10.0.0.1"), HostPort(80, ip="10.0.0.1"), True),
        (HostPort(80, ip="10.0.0.1"), HostPort(80, ip="10.0.0.2"), False),
    ],
)
def test_host_ports_conflict_by_port_protocol_and_address(one, other, expected):
    """All addresses collide with each; two different ones don't."""
    assert one.conflicts(other) is expected
