"""argv to Options of ``logs``, ``exec``, ``expose`` and ``endpoints``, and their bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dsctl.cli.options import DryRunMode


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("logs x", "name", "x"),
        ("logs ds x", "name", "x"),
        ("logs ds/x", "name", "x"),
        ("logs x agent", "container", "agent"),
        ("logs ds/x agent", "container", "agent"),
        ("logs ds x agent", "container", "agent"),
        ("logs x -c agent", "container", "agent"),
        ("logs x --node n", "node", "n"),
        ("logs x", "query", {}),
        ("logs x -f", "query", {"follow": "true"}),
        ("logs x -f=false", "query", {}),
        ("logs x -p", "query", {"previous": "true"}),
        ("logs x --previous", "query", {"previous": "true"}),
        ("logs x --tail=0", "query", {"tailLines": "0"}),
        ("logs x --tail 20", "query", {"tailLines": "20"}),
        ("logs x --tail=-1", "query", {}),
        ("logs x --since=2m", "query", {"sinceSeconds": "120"}),
        ("logs x --since=10ms", "query", {"sinceSeconds": "1"}),
        (
            "logs x --since-time=2026-01-31T06:00:00Z",
            "query",
            {"sinceTime": "2026-01-31T06:00:00+00:00"},
        ),
        ("logs x --timestamps", "query", {"timestamps": "true"}),
        ("logs x --limit-bytes=5", "query", {"limitBytes": "5"}),
        ("exec x -- ls", "name", "x"),
        ("exec ds/x -- ls -l --all", "command", ("ls", "-l", "--all")),
        ("exec ds x -- ls", "name", "x"),
        ("exec x --node n -- ls", "node", "n"),
        ("exec x -c c -- ls", "container", "c"),
        ("exec -it x -- sh", "stdin", True),
        ("exec -it x -- sh", "tty", True),
        ("exec x -- sh -it", "tty", False),
        ("exec x -q -- ls", "quiet", True),
        ("exec x -- ls -- -x", "command", ("ls", "--", "-x")),
        ("expose ds/x", "daemonset", "x"),
        ("expose x --dry-run=server", "dry_run", DryRunMode.SERVER),
        ("expose x --dry-run", "dry_run", DryRunMode.CLIENT),
        ("expose x --field-manager=me", "manager", "me"),
        ("expose x", "manager", "dsctl-expose"),
        ("endpoints ds/x", "name", "x"),
        ("endpoints x --no-headers", "headers", False),
    ],
)
def test_a_flag_is_a_field(
    options: Callable[..., Any], line: str, field: str, value: object
) -> None:
    """Every spelling ends in the field that it is for."""
    assert getattr(options(*line.split()), field) == value


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("expose x", "ports", ()),
        ("expose x --port=80", "ports", (80,)),
        ("expose x --port=80,443", "ports", (80, 443)),
        ("expose x --target-port=8080", "target_port", 8080),
        ("expose x --target-port metrics", "target_port", "metrics"),
        ("expose x --protocol=udp", "protocol", "UDP"),
        ("expose x --name=y", "name", "y"),
        ("expose x --headless", "cluster_ip", "None"),
        ("expose x --cluster-ip=None", "headless", True),
        ("expose x --cluster-ip=10.96.0.9", "cluster_ip", "10.96.0.9"),
        ("expose x --type nodeport", "type", "NodePort"),
        ("expose x --traffic-policy=Local", "traffic_policy", "Local"),
        ("expose x -l a=b,c=", "labels", {"a": "b", "c": ""}),
        ("expose x", "labels", None),
        ("expose x --selector=a=b", "selector", {"a": "b"}),
        ("expose x --session-affinity=clientip", "session_affinity", "ClientIP"),
        ("expose x --external-ip=1.2.3.4", "external_ip", "1.2.3.4"),
        ("expose x --load-balancer-ip=1.2.3.4", "load_balancer_ip", "1.2.3.4"),
    ],
)
def test_expose_says_what_service_is_wanted(
    options: Callable[..., Any], line: str, field: str, value: object
) -> None:
    """kubectl's flags, and --headless and --traffic-policy beside them."""
    assert getattr(options(*line.split()).wanted, field) == value


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("logs", "logs needs the name of one DaemonSet"),
        ("logs ds", "logs needs the name of one DaemonSet"),
        ("logs x y z", "logs takes one DaemonSet, not 2"),
        ("logs x y -c z", "only one of -c or an inline [CONTAINER] arg is allowed"),
        ("logs po/x", "'po/x' is not a DaemonSet"),
        ("logs x --tail=-2", "--tail must be greater than or equal to -1"),
        ("logs x --since=0s", "--since must be greater than 0"),
        ("logs x --since=soon", "--since takes a time such as 30s"),
        ("logs x --since-time=yesterday", "--since-time takes a time as RFC 3339 has it"),
        ("logs x --since=1s --since-time=2026-01-31T06:00:00Z", "at most one of --since"),
        ("logs x --limit-bytes=-1", "--limit-bytes must be greater than 0"),
        ("logs x --tail=many", "invalid value for '--tail'"),
        ("exec", "exec needs the name of one DaemonSet"),
        ("exec -- ls", "exec needs the name of one DaemonSet"),
        ("exec x", "you must specify at least one command for the container"),
        ("exec x --", "you must specify at least one command for the container"),
        ("exec x ls", "exec NAME COMMAND is not supported anymore"),
        ("exec x y -- ls", "exec takes one DaemonSet, not 2"),
        ("expose", "expose needs the name of one DaemonSet"),
        ("expose x --port=http", "--port takes numbers from 1 to 65535, not 'http'"),
        ("expose x --port=0", "--port takes numbers from 1 to 65535"),
        ("expose x --port=80,", "--port takes numbers from 1 to 65535, not ''"),
        ("expose x --target-port=70000", "--target-port takes a number from 1 to 65535"),
        ("expose x --type=ExternalName", "--type takes ClusterIP, NodePort or LoadBalancer"),
        ("expose x --protocol=ICMP", "--protocol takes TCP, UDP or SCTP"),
        ("expose x --traffic-policy=Near", "--traffic-policy takes Local or Cluster"),
        ("expose x --session-affinity=Foo", "--session-affinity takes None or ClientIP"),
        ("expose x -l a", "unexpected label spec: a"),
        ("expose x -l =b", "unexpected empty label key"),
        ("expose x --selector=a=b=c", "unexpected label spec: a=b=c"),
        ("expose x --headless --type=NodePort", "a headless Service can't be of the type NodePort"),
        ("expose x --headless --traffic-policy=Local", "a headless Service has no traffic policy"),
        ("expose x --headless --cluster-ip=10.0.0.1", "--headless and --cluster-ip do not go"),
        ("expose x -o wide", "unable to match a printer"),
        ("endpoints", "endpoints needs the name of one DaemonSet"),
        ("endpoints a b", "endpoints takes one DaemonSet, not 2"),
        ("endpoints x -o name", "unable to match a printer"),
        ("version -o yml", "--output must be 'yaml' or 'json'"),
        ("version extra", "got unexpected extra argument"),
        ("get -v=loud --server=http://127.0.0.1:1", "-v takes a number, not 'loud'"),
    ],
)
def test_bad_input_is_said_in_a_line(dsctl: Callable[..., Any], line: str, said: str) -> None:
    """Exit 2, before any server is asked."""
    ran = dsctl(*line.split())
    assert ran.code == 2, ran.err
    assert ran.err.startswith(f"error: {said}")
    assert ran.err.count("\n") <= 2
