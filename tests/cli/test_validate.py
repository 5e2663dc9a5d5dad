"""``dsctl validate``: exit codes, streams, and each output format."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Result

Run = Callable[..., Result]

GOOD = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: agent, image: "quay.io/agent:1.4"}]
"""
BAD = GOOD.replace("spec:\n  s", "spec:\n  replicas: 2\n  s")
TWICE = GOOD + "---\n" + GOOD
OTHER = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of manifests to stand in."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"good": GOOD, "bad": BAD, "twice": TWICE, "other": OTHER}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "broken.yaml").write_text("a: b: c\n")
    (tmp_path / "none").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["-f", "good.yaml"], 0),
        (["good.yaml", "other.yaml"], 0),
        (["-f", "bad.yaml"], 1),
        (["-f", "good.yaml,bad.yaml"], 1),
        (["-f", "broken.yaml"], 1),
        (["-f", "other.yaml"], 1),
        (["-f", "other.yaml", "--ignore-others"], 0),
        (["-f", "twice.yaml"], 0),
        (["-f", "twice.yaml", "--strict"], 1),
        (["-f", "no.yaml"], 2),
        (["-f", "no.yaml", "-f", "bad.yaml"], 2),
        (["-f", "none"], 2),
        ([], 2),
        (["-f", "good.yaml", "-o", "csv"], 2),
        (["-f", "good.yaml", "--kubernetes-version", "1.20"], 2),
        (["-f", "good.yaml", "--kubernetes-version", "v1.35.1"], 0),
        (["-f", "good.yaml", "--no-such-flag"], 2),
    ],
)
def test_exit_codes(files: Path, dsctl: Run, args: list[str], code: int) -> None:
    """0 valid, 1 invalid or nothing, 2 what can't be read and bad flags, and 2 wins."""
    result = dsctl("validate", *args)
    assert result.code == code, result.err


def test_the_report_on_the_rest_is_still_printed(files: Path, dsctl: Run) -> None:
    """A path that can't be read is an error on stderr; the others are judged."""
    result = dsctl("validate", "-f", "no.yaml", "-f", "none", "-f", "bad.yaml", "-o", "json")
    assert result.code == 2
    assert result.err.count("error:") == 2
    assert "no.yaml" in result.err
    assert [d["source"] for d in result.json()["documents"]] == ["bad.yaml"]


def test_nothing_to_validate_is_said(files: Path, dsctl: Run) -> None:
    """Only other kinds: exit 1, and why."""
    result = dsctl("validate", "-f", "other.yaml")
    assert "error: nothing to validate" in result.err
    assert "1 document of other kinds passed over" in result.out


def test_text(files: Path, dsctl: Run) -> None:
    """File, line, column, path and rule; the line with a caret; the remedy; a summary."""
    result = dsctl("validate", "-f", "bad.yaml")
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[:5] == [
        "DaemonSet agent in bad.yaml",
        'bad.yaml:5:3: error: spec.replicas: unknown field "spec.replicas" [field-unknown]',
        "    5 |   replicas: 2",
        "      |   ^",
        "      hint: a DaemonSet runs one pod on every eligible node; remove it",
    ]
    assert lines[-1].startswith("invalid: 1 of 1 DaemonSet, 1 error")
    assert lines[-1].endswith("(Kubernetes 1.37)")


def test_colour_only_where_it_is_wanted(files: Path, dsctl: Run) -> None:
    """On a terminal and with --color=always, and never in a pipe."""
    assert "\x1b[31m" in dsctl("validate", "-f", "bad.yaml", tty=True).out
    assert "\x1b[31m" in dsctl("validate", "-f", "bad.yaml", "--color=always").out
    assert (
        "\x1b" not in dsctl("validate", "-f", "bad.yaml", tty=True, environ={"NO_COLOR": "1"}).out
    )


def test_control_characters_of_the_input_are_escaped(dsctl: Run) -> None:
    """Nothing from a file may steer the terminal, in any format for people."""
    hostile = GOOD.replace("name: agent}\n", 'name: "a\\e[31m\\n::error::x"}\n', 1)
    hostile = hostile.replace("spec:\n  s", 'spec:\n  "x\\e]0;pwned\\a": 1\n  s', 1)
    for form in ("text", "tap", "junit", "github"):
        result = dsctl("validate", "-f", "-", "-o", form, stdin=hostile)
        assert result.code == 1
        assert "\x1b" not in result.out and "\a" not in result.out
        assert not any(line.startswith("::error::x") for line in result.out.splitlines())


def test_json_and_yaml_are_the_report(files: Path, dsctl: Run) -> None:
    """The same data in both; stdin is ``-``."""
    as_json = dsctl("validate", "-f", "-", "-o", "json", stdin=BAD).json()
    as_yaml = yaml.safe_load(dsctl("validate", "-f", "-", "-o", "yaml", stdin=BAD).out)
    assert as_json == as_yaml
    assert as_json["documents"][0]["source"] == "-"
    assert as_json["summary"] == {
        "documents": 1,
        "daemonSets": 1,
        "skipped": 0,
        "errors": 1,
        "warnings": as_json["summary"]["warnings"],
    }


def test_junit(files: Path, dsctl: Run) -> None:
    """A suite for each file, a case for each document, a failure for the invalid ones."""
    result = dsctl("validate", "-f", "bad.yaml,other.yaml,twice.yaml", "-o", "junit")
    root = ET.fromstring(result.out)
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "1")
    assert [suite.get("name") for suite in root] == ["bad.yaml", "other.yaml", "twice.yaml"]
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None and failure.get("type") == "field-unknown"
    assert "bad.yaml:5:3" in (failure.text or "")


def test_sarif(files: Path, dsctl: Run) -> None:
    """A result for each finding, with a relative URI, a region, and its rule declared."""
    result = dsctl("validate", "-f", "./bad.yaml", "-o", "sarif")
    (run,) = json.loads(result.out)["runs"]
    found = run["results"][0]
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
    assert (found["ruleId"], found["level"]) == ("field-unknown", "error")
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "bad.yaml"
    assert place["region"] == {"startLine": 5, "startColumn": 3}


def test_github(files: Path, dsctl: Run) -> None:
    """A workflow annotation for each finding, escaped as the runner reads it."""
    os.rename("bad.yaml", "b:a,d%.yaml")
    out = dsctl("validate", "-f", "-", "-o", "github", stdin=BAD).out
    assert out.startswith("::error line=5,col=3,title=dsctl field-unknown::spec.replicas: unknown")
    assert "%0Ahint: a DaemonSet runs one pod on every eligible node; remove it" in out
    out = dsctl("validate", "b:a,d%.yaml", "-o", "github").out
    assert out.startswith("::error file=b%3Aa%2Cd%25.yaml,line=5")


def test_tap(files: Path, dsctl: Run) -> None:
    """A plan, a line for each document, findings as a YAML block."""
    out = dsctl(
        "validate", "-f", "good.yaml", "-f", "other.yaml", "-f", "bad.yaml", "-o", "tap"
    ).out
    assert out.startswith("TAP version 13\n1..3\n")
    assert "ok 2 - other.yaml Service s # SKIP not a DaemonSet" in out
    assert "not ok 3 - bad.yaml DaemonSet agent" in out
    block = out.split("not ok 3")[1].split("  ---\n")[1].split("  ...\n")[0]
    assert yaml.safe_load(block)["findings"][0]["rule"] == "field-unknown"


OLD_VERSION = GOOD.replace("apps/v1", "extensions/v1beta1 # old").replace(
    "  selector: {matchLabels: {app: agent}}\n", ""
)


def test_fix_rewrites_files_and_then_judges_them(files: Path, dsctl: Run) -> None:
    """The file is valid afterwards, keeps its comment and its mode; stderr tells."""
    old = files / "old.yaml"
    old.write_text(OLD_VERSION)
    old.chmod(0o640)
    (files / "link.yaml").symlink_to("old.yaml")
    assert dsctl("validate", "-f", "old.yaml").code == 1
    result = dsctl("validate", "-f", "link.yaml", "--fix")
    assert result.code == 0, result.out
    assert "fixed: link.yaml:1: DaemonSet agent: extensions/v1beta1 is now apps/v1" in result.err
    assert old.read_text().startswith("apiVersion: apps/v1 # old\n")
    assert old.stat().st_mode & 0o777 == 0o640
    assert (files / "link.yaml").is_symlink()
    assert not list(files.glob("*.dsctl-fix"))
    assert dsctl("validate", "-f", "old.yaml", "--fix").err == ""


@pytest.mark.parametrize("path", ["-", "http://127.0.0.1:1/x.yaml"])
def test_fix_needs_files(dsctl: Run, path: str) -> None:
    """There is nothing to rewrite behind stdin and URLs."""
    result = dsctl("validate", "-f", path, "--fix", stdin=GOOD)
    assert (result.code, result.out) == (2, "")


def test_old_judges_an_update(files: Path, dsctl: Run) -> None:
    """The selector can't change; a changed template says that pods are replaced."""
    (files / "image.yaml").write_text(GOOD.replace("1.4", "1.5"))
    (files / "selector.yaml").write_text(GOOD.replace("app: agent", "app: other"))
    changed = dsctl("validate", "-f", "image.yaml", "--old", "good.yaml", "-o", "json")
    assert changed.code == 0
    rules = [f["rule"] for f in changed.json()["documents"][0]["findings"]]
    assert "update-replaces-pods" in rules
    refused = dsctl("validate", "-f", "selector.yaml", "--old", "good.yaml")
    assert refused.code == 1
    assert "[selector-immutable]" in refused.out
    assert "selector.yaml:5:" in refused.out


def test_old_without_that_daemonset(files: Path, dsctl: Run) -> None:
    """It is new then, and said to be; an old file that can't be used is exit 2."""
    (files / "new.yaml").write_text(GOOD.replace("name: agent}\n", "name: new}\n", 1))
    result = dsctl("validate", "-f", "new.yaml", "--old", "good.yaml")
    assert result.code == 0
    assert "new.yaml: new is new: not in --old" in result.err
    for old in ("broken.yaml", "other.yaml", "no.yaml"):
        assert dsctl("validate", "-f", "good.yaml", "--old", old).code == 2
    both = dsctl("validate", "-f", "good.yaml", "--old", "good.yaml", "--against-cluster")
    assert both.code == 2


def test_a_cluster_that_can_not_be_asked_is_exit_3(files: Path, dsctl: Run) -> None:
    """--against-cluster without a server."""
    result = dsctl("validate", "-f", "good.yaml", "--against-cluster", "-s", "http://127.0.0.1:1")
    assert result.code == 3
    assert "error:" in result.err


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ("memory-limit-missing", 0, ""),
        ("selector-mismatch", 0, "warning: selector-mismatch is an error of the server"),
        ("memory-limit-mising", 2, "hint: did you mean memory-limit-missing?"),
    ],
)
def test_disable_knows_the_rules(files: Path, dsctl: Run, rule: str, code: int, words: str) -> None:
    """A name that is no rule is refused, one that can't be turned off is said."""
    result = dsctl("validate", "-f", "good.yaml", "--disable", rule)
    assert result.code == code
    assert words in result.err
    assert f"[{rule}]" not in result.out


def test_a_directory_of_many_files(tmp_path: Path, dsctl: Run) -> None:
    """Two hundred files, one of them bad, in order of their names."""
    for number in range(200):
        (tmp_path / f"{number:03}.yaml").write_text(BAD if number == 150 else GOOD)
    result = dsctl("validate", "-f", str(tmp_path), "-o", "json")
    invalid = [d["source"] for d in result.json()["documents"] if not d["valid"]]
    assert invalid == [str(tmp_path / "150.yaml")]


def test_a_valid_manifest_needs_no_heavy_imports(tmp_path: Path) -> None:
    """jsonschema is imported only to explain a refusal; kubernetes, rich and pydantic never."""
    (tmp_path / "good.yaml").write_text(GOOD)
    script = (
        "import sys\nfrom dsctl.cli.env import Env\nfrom dsctl.main import main\n"
        "code = main(['validate', '-f', sys.argv[1]], Env.of_process())\n"
        "heavy = {'jsonschema', 'kubernetes', 'rich', 'pydantic', 'ssl', 'urllib.request'}\n"
        "sys.exit(code or ', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "good.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_network_is_needed(tmp_path: Path) -> None:
    """In a network namespace without any network, valid and invalid files are judged."""
    alone = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("no network namespaces here")
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    for name, code in (("good", 0), ("bad", 1)):
        command = [*alone, sys.executable, "-m", "dsctl", "validate", "-f", f"{name}.yaml"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (code, "")
