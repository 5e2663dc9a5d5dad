"""The layout of the simulated fleet."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

import pytest

from dsctl.sandbox import nodes


def manifest(number: int) -> dict[str, Any]:
    return nodes.manifest(nodes.plan(number), "v1.37.2", 20_001)


def test_twelve_nodes_are_varied_as_documented() -> None:
    """The default fleet has every kind of node that the docstring names, under these names."""
    assert sorted(node.name for node in nodes.layout(12)) == [
        "control-plane-0002",
        "gpu-0003",
        "gpu-0008",
        "small-0005",
        "worker-0001",
        "worker-0004",
        "worker-0006",
        "worker-0007",
        "worker-0009",
        "worker-0010",
        "worker-0011",
        "worker-0012",
    ]
    assert [node.name for node in nodes.layout(12) if node.cordoned] == ["worker-0006"]
    assert Counter(node.zone for node in nodes.layout(12)) == {
        "eu-central-1a": 6,
        "eu-central-1b": 6,
    }
    assert [node.number for node in nodes.layout(12) if node.arch == "arm64"] == [4, 7, 11, 12]


def test_arm64_and_amd64_workers_are_in_both_zones() -> None:
    """Zone and architecture are independent among the workers that take any pod."""
    plain = [node for node in nodes.layout(12) if node.pool == "worker" and not node.cordoned]
    assert len({(node.zone, node.arch) for node in plain}) == 4


def test_a_single_node_takes_pods() -> None:
    """The first node is a plain worker, so that a fleet of one is of use."""
    (only,) = nodes.layout(1)
    assert (only.pool, only.cordoned) == ("worker", False)


@pytest.mark.parametrize("fewer,more", [(1, 12), (12, 13), (12, 500), (3, 5)])
def test_scaling_changes_no_node_that_stays(fewer: int, more: int) -> None:
    """What a node is depends on its number alone."""
    assert nodes.layout(more)[:fewer] == nodes.layout(fewer)


def test_plain_workers_are_the_bulk_of_a_large_fleet() -> None:
    """In 5,000 nodes there are some of each other kind, but at most a tenth together."""
    fleet = nodes.layout(5000)
    plain = [node for node in fleet if node.pool == "worker" and not node.cordoned]
    assert len(plain) >= 4500
    pools = Counter(node.pool for node in fleet)
    assert pools["control-plane"] == 1
    assert pools["gpu"] > 200
    assert pools["small"] > 40
    assert sum(node.cordoned for node in fleet) > 40


def test_names_and_addresses_are_unique_up_to_the_most() -> None:
    """No two of the most nodes share a name, an address or a range of pod addresses."""
    fleet = nodes.layout(nodes.MOST)
    made = [nodes.manifest(node, "v1.37.2", 1) for node in fleet]
    names = {node["metadata"]["name"] for node in made}
    addresses = {node["status"]["addresses"][0]["address"] for node in made}
    ranges = {node["spec"]["podCIDR"] for node in made}
    assert len(names) == len(addresses) == len(ranges) == nodes.MOST
    # Nodes below 10.128, pods from there on: the second number of each tells.
    assert max(int(address.split(".")[1]) for address in addresses) < 128
    assert min(int(pods.split(".")[1]) for pods in ranges) >= 128
    ipaddress.ip_network(made[-1]["spec"]["podCIDR"])


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_a_node_says_who_it_is(number: int) -> None:
    """Every node has the well-known labels, and the annotation by which KWOK knows it."""
    node = manifest(number)
    labels = node["metadata"]["labels"]
    assert labels["kubernetes.io/hostname"] == node["metadata"]["name"]
    assert labels["kubernetes.io/os"] == "linux"
    assert labels["kubernetes.io/arch"] == node["status"]["nodeInfo"]["architecture"]
    assert labels["topology.kubernetes.io/zone"].startswith(labels["topology.kubernetes.io/region"])
    assert labels["node.kubernetes.io/instance-type"]
    assert node["metadata"]["annotations"] == {"kwok.x-k8s.io/node": "fake"}
    assert node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"] == 20_001


def test_special_nodes_carry_what_keeps_pods_away() -> None:
    """Control plane and gpu nodes are tainted, one is unschedulable, the small one has little."""
    assert manifest(2)["spec"]["taints"] == [
        {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
    ]
    assert manifest(2)["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] == ""
    assert manifest(3)["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    ]
    assert manifest(3)["status"]["allocatable"]["nvidia.com/gpu"] == "1"
    assert manifest(3)["metadata"]["labels"]["nvidia.com/gpu.present"] == "true"
    assert manifest(6)["spec"]["unschedulable"] is True
    assert manifest(5)["status"]["allocatable"] == {"cpu": "500m", "memory": "384Mi", "pods": "32"}


def test_only_names_of_the_layout_are_ours() -> None:
    """A node that someone made by hand is never taken for one of the fleet."""
    assert all(nodes.is_ours(node.name) for node in nodes.layout(200))
    assert not any(map(nodes.is_ours, ("worker-1", "node-0001", "worker-00011", "my-gpu-0003")))
