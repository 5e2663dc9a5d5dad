"""EndpointsReport: every way to a pod, of both families, by Services too."""

from __future__ import annotations

from typing import Any

from dsctl.domain.endpoints import Endpoint, Way, endpoints

DAEMONSET = {"metadata": {"namespace": "ns", "name": "a"}}


def pod(*, ready: bool = True, **more: Any) -> dict[str, Any]:
    """A dual-stack pod on ``n1`` with one port."""
    ports = [{"containerPort": 80, "hostPort": 8080, "name": "http"}]
    return {
        "metadata": {"name": "a-1", "uid": "u", "labels": {"app": "a"}},
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "ports": ports}], **more},
        "status": {
            "hostIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}],
            "podIPs": [{"ip": "10.1.0.1"}, {"ip": "fd00:1::1"}],
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def service(name: str = "s", **spec: Any) -> dict[str, Any]:
    """A Service that selects the pod."""
    return {
        "metadata": {"name": name, "namespace": "ns"},
        "spec": {"selector": {"app": "a"}, "ports": [{"port": 90, "targetPort": "http"}], **spec},
    }


def ways(of: dict[str, Any], *services: dict[str, Any]) -> list[Endpoint]:
    """The ways of the one node."""
    (node,) = endpoints(DAEMONSET, [of], services).nodes
    return list(node.ways)


def places(of: dict[str, Any], *services: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    """The ways as type, address and port."""
    return [(way.type.value, way.address, way.port) for way in ways(of, *services)]


def test_both_families_are_told() -> None:
    """A dual-stack pod has each way twice."""
    assert places(pod()) == [
        ("HostPort", "10.0.0.1", 8080),
        ("HostPort", "fd00::1", 8080),
        ("PodIP", "10.1.0.1", 80),
        ("PodIP", "fd00:1::1", 80),
    ]


def test_a_host_port_of_one_address_is_told_there_alone() -> None:
    """hostIP binds the port to it; an address of all of them does not."""
    bound = pod()
    port = bound["spec"]["containers"][0]["ports"][0]
    port["hostIP"] = "127.0.0.1"
    assert places(bound)[0] == ("HostPort", "127.0.0.1", 8080)
    assert len(places(bound)) == 3
    port["hostIP"] = "::"
    assert len(places(bound)) == 4


def test_on_the_host_network_there_is_one_way() -> None:
    """The pod's addresses are the node's, and its port is the host's; no port is any port."""
    host = pod(hostNetwork=True)
    host["status"]["podIPs"] = [{"ip": "10.0.0.1"}]
    assert places(host) == [("HostNetwork", "10.0.0.1", 80)]
    host["spec"]["containers"][0].pop("ports")
    assert places(host) == [("HostNetwork", "10.0.0.1", None)]


def test_a_headless_service_names_the_pod() -> None:
    """By its addresses with dashes, at the container's port; a hostname is shared by all pods."""
    headless = service("hl", clusterIP="None")
    assert places(pod(), headless)[4:] == [
        ("HeadlessDNS", "10-1-0-1.hl.ns.svc", 80),
        ("HeadlessDNS", "fd00-1--1.hl.ns.svc", 80),
    ]
    named = ways(pod(hostname="h", subdomain="hl"), headless)[4:]
    assert [(way.address, way.local) for way in named] == [("h.hl.ns.svc", False)]


def test_a_service_leads_to_the_pod_of_the_node_only_by_its_policy() -> None:
    """internalTrafficPolicy for its own address, externalTrafficPolicy for the node's port."""
    spec: dict[str, Any] = {"type": "NodePort", "clusterIP": "10.9.0.1"}
    spec["ports"] = [{"port": 90, "nodePort": 30090}]
    found = [way for way in ways(pod(), service(**spec)) if way.service]
    assert {way.type: way.local for way in found} == {Way.SERVICE_IP: False, Way.NODE_PORT: False}
    spec |= {"internalTrafficPolicy": "Local", "externalTrafficPolicy": "Local"}
    assert all(way.local for way in ways(pod(), service(**spec)))


def test_a_service_of_others_is_not_told() -> None:
    """One that selects other labels, and one without a selector."""
    assert len(places(pod(), service(selector={"app": "b"}), service(selector=None))) == 4


def test_a_pod_that_is_not_ready_is_not_behind_a_service() -> None:
    """And it is said; publishNotReadyAddresses puts it there all the same."""
    report = endpoints(DAEMONSET, [pod(ready=False)], [service(clusterIP="10.9.0.1")])
    (node,) = report.nodes
    assert not node.ready
    assert node.notes == ("the pod is not ready", "not ready pods get no traffic through s")
    assert all(way.service is None for way in node.ways)
    published = service(clusterIP="10.9.0.1", publishNotReadyAddresses=True)
    assert places(pod(ready=False), published)[-1] == ("ServiceIP", "10.9.0.1", 90)


def test_a_pod_that_is_published_or_goes_away() -> None:
    """No note says that a Service keeps back what it publishes, or lists one that it keeps back."""
    published = service("p", clusterIP="10.9.0.1", publishNotReadyAddresses=True)
    (node,) = endpoints(DAEMONSET, [pod(ready=False)], [published]).nodes
    assert node.notes == ("the pod is not ready",)
    going = pod()
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    (node,) = endpoints(DAEMONSET, [going], [service(clusterIP="10.9.0.1"), published]).nodes
    assert node.notes == ("the pod is going away", "not ready pods get no traffic through s")
    assert {way.service for way in node.ways} == {None, "p"}


def test_a_port_that_no_container_has_leads_nowhere() -> None:
    """It is no way, by address or by name, and a note says why; other ports of it are ways."""
    ports = [{"port": 90, "targetPort": "none"}, {"port": 91, "targetPort": 80}]
    one = service("one", clusterIP="10.9.0.1", ports=ports)
    headless = service("hl", clusterIP="None", ports=ports[:1])
    (node,) = endpoints(DAEMONSET, [pod()], [one, headless]).nodes
    assert [way.port for way in node.ways if way.service] == [91]
    assert node.notes == (
        'no traffic through port 90 of one: no container has a port named "none"',
        'no traffic through port 90 of hl: no container has a port named "none"',
    )


def test_a_service_of_one_family_leads_to_addresses_of_that_family() -> None:
    """Of a dual-stack pod and node."""
    node_port = {"port": 90, "nodePort": 30090}
    spec: dict[str, Any] = {"clusterIP": "10.9.0.1", "ports": [node_port], "ipFamilies": ["IPv4"]}
    assert places(pod(), service(**spec))[4:] == [
        ("ServiceIP", "10.9.0.1", 90),
        ("NodePort", "10.0.0.1", 30090),
    ]
    headless = service("hl", clusterIP="None", ipFamilies=["IPv6"])
    assert places(pod(), headless)[4:] == [("HeadlessDNS", "fd00-1--1.hl.ns.svc", 80)]


def test_a_pod_without_addresses_has_no_ways() -> None:
    """One that waits for its node is told with that node."""
    waiting = pod(ready=False)
    waiting["spec"].pop("nodeName")
    waiting["status"] = {"phase": "Pending"}
    (node,) = endpoints(DAEMONSET, [waiting], []).nodes
    assert (node.ways, node.notes) == ((), ("the pod waits for this node",))
