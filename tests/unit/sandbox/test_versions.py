"""Which Kubernetes a user may ask for, and the modules that it is built from."""

from __future__ import annotations

import importlib.resources
import re

import pytest

from dsctl.errors import UsageError
from dsctl.sandbox import versions
from dsctl.sandbox.binaries import PACKAGES

MODULES = importlib.resources.files("dsctl.sandbox") / "modules"
NAMES = ["etcd", "kwok", *(f"kubernetes-{minor}" for minor in versions.RELEASES)]


@pytest.mark.parametrize("text", ["1.36", "v1.36", "1.36.3", "v1.36.3"])
def test_a_version_may_be_written_in_four_ways(text: str) -> None:
    """Minor version or release, with or without the v."""
    assert versions.resolve(text) == versions.KubernetesVersion("1.36", "v1.36.3")


def test_the_default_is_the_newest() -> None:
    """Without a wish, one gets the newest that is offered."""
    assert versions.resolve(None).minor == max(
        versions.RELEASES, key=lambda minor: int(minor.split(".")[1])
    )


@pytest.mark.parametrize("text", ["1.33", "1.37.1", "latest", "1"])
def test_a_version_not_offered_is_refused_with_those_that_are(text: str) -> None:
    """The hint lists what can be had."""
    with pytest.raises(UsageError) as caught:
        versions.resolve(text)
    assert "1.34 (v1.34.4)" in (caught.value.hint or "")


@pytest.mark.parametrize("name", NAMES)
def test_a_module_requires_the_version_it_is_named_for(name: str) -> None:
    """go.mod, the table of versions and the packages that we build agree."""
    part, _, minor = name.partition("-")
    wanted = {
        "etcd": f"go.etcd.io/etcd/server/v3 {versions.ETCD}",
        "kwok": f"sigs.k8s.io/kwok {versions.KWOK}",
        "kubernetes": f"k8s.io/kubernetes {versions.RELEASES.get(minor)}",
    }[part]
    text = (MODULES / name / "go.mod").read_text()
    assert re.search(rf"^(require )?\s*{re.escape(wanted)}( // indirect)?$", text, re.MULTILINE)
    assert all(package in text for package in PACKAGES[part].values())
    assert f"{wanted} h1:" in (MODULES / name / "go.sum").read_text()


@pytest.mark.parametrize("minor", versions.RELEASES)
def test_staging_modules_are_those_of_the_release(minor: str) -> None:
    """Every k8s.io module beside Kubernetes is replaced by the one released with it."""
    staged = "v0" + versions.RELEASES[minor].removeprefix("v1")
    text = (MODULES / f"kubernetes-{minor}" / "go.mod").read_text()
    replaced = re.findall(r"^\s+(\S+) => (\S+) (\S+)$", text, re.MULTILINE)
    assert len(replaced) > 25
    assert all(old == new and version == staged for old, new, version in replaced)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_says_nothing_of_where_it_came_from(name: str) -> None:
    """No address of a proxy is in what we ship."""
    for file in ("go.mod", "go.sum"):
        assert "://" not in (MODULES / name / file).read_text()
