"""Operators on DNS, host names and addresses, and on odd fields of the pod.

Drawn from validatePodDNSConfig, ValidateHostAliases, validatePodHostName and ValidatePodSpec.
"""

from __future__ import annotations

from tests.cluster.mutators.engine import Operator, append, both, drop, put

# fmt: off
_ADDRESSES = ("", "1.2.3", "1.2.3.4", "01.2.3.4", "::ffff:1.2.3.4", "::1", "fe80::1%eth0", "x",
              "1.2.3.256", "2001:DB8::1", "1:2:3:4:5:6:7::", "::1.2.3.4", ":::", "1.2.3.4 ")
_NAMES = ("A", "a.b", "a" * 64, "", "ok", "a_b")

OPERATORS: list[Operator] = [
    put("dns-policy", "pod.dnsPolicy", "None", "clusterfirst", "", "Default"),
    drop("dns-config-missing", "pod.dnsConfig", "pod.dnsConfig.nameservers"),
    put("nameservers", "pod.dnsConfig.nameservers", *([a] for a in _ADDRESSES), [],
        ["1.1.1.1"] * 4),
    put("searches", "pod.dnsConfig.searches", ["."], ["_a.b"], ["A.b"], ["a..b"], ["a."], [""],
        ["a" * 254], ["a"] * 33, ["a" * 60 + "." + "b" * 60] * 20, ["__a"], ["a_b.c"], ["-a"]),
    put("dns-options", "pod.dnsConfig.options", [{}], [{"name": ""}], [{"name": "x", "value": ""}]),
    append("host-alias", "pod.hostAliases", *({"ip": a, "hostnames": ["h"]} for a in _ADDRESSES),
           {}, {"ip": "1.2.3.4"}, {"ip": "1.2.3.4", "hostnames": ["A_b", "ok", "x y"]}),
    *(put(f"pod-{field}", f"pod.{field}", *_NAMES) for field in (
        "hostname", "subdomain", "hostnameOverride")),
    both("hostname-override",
         (put("", "pod.hostnameOverride", "h"), put("", "pod.hostNetwork", True)),
         (put("", "pod.hostnameOverride", "h"), put("", "pod.setHostnameAsFQDN", True)),
         (put("", "pod.hostnameOverride", "a" * 60 + ".bcdef"),
          put("", "pod.hostNetwork", False))),
    put("image-pull-secrets", "pod.imagePullSecrets", [{}], [{"name": "A b"}], []),
    put("preemption-policy", "pod.preemptionPolicy", "", "Never", "PreemptNever"),
    put("grace-period", "pod.terminationGracePeriodSeconds", -1, 0, 3, 100000),
    put("gated", "pod.schedulingGroup", {}, {"podGroupName": "A b"}),
    put("gated-responders", "pod.evictionResponders", [{"name": "x", "priority": -1}]),
]
