"""``dsctl edit``, and edits beside a second writer: nothing is overwritten, nothing is lost."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.api.resources import DAEMONSETS
from tests.cluster import daemonsets
from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox
from tests.cluster.daemonsets import text

Edit = Callable[..., Ran]


def daemonset(name: str, **changes: Any) -> dict[str, Any]:
    """One that no node runs: pods are not what these tests are about."""
    obj = daemonsets.daemonset(name, **changes)
    obj["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    return obj


@pytest.fixture
def edit(dsctl: Dsctl, tmp_path: Path) -> Edit:
    """Run ``dsctl edit`` with a shell script for an editor: ``$1`` is the file."""
    number = iter(range(100))

    def run(script: str, *args: str) -> Ran:
        editor = tmp_path / f"editor-{next(number)}"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        environ = {"KUBE_EDITOR": str(editor), "TMPDIR": str(tmp_path)}
        return dsctl("edit", *args, environ=environ)

    return run


def image(kubectl: Kubectl, name: str = "a") -> str:
    return kubectl("get", "ds", name, "-o", "jsonpath={.spec.template.spec.containers[0].image}")


def left_behind(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.glob("dsctl-edit-*"))


def kept_file(ran: Ran) -> Path:
    """The file that the command says it kept."""
    line = next(line for line in ran.err.splitlines() if line.startswith("A copy of your changes"))
    return Path(line.split('"')[1])


def test_what_was_changed_is_stored(edit: Edit, kubectl: Kubectl, tmp_path: Path) -> None:
    """The object is edited, its file goes, and the field belongs to dsctl-edit."""
    kubectl.apply(daemonset("a"))
    ran = edit("sed -i s/agent:1/agent:2/ $1", "ds/a")
    assert (ran.code, ran.out, ran.err) == (0, "daemonset.apps/a edited\n", "")
    assert image(kubectl) == "registry.example/agent:2"
    assert left_behind(tmp_path) == []
    live = kubectl.json("get", "ds", "a", "--show-managed-fields")
    assert "dsctl-edit" in [entry["manager"] for entry in live["metadata"]["managedFields"]]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true", "Edit cancelled, no changes made.\n"),
        ("echo '# a comment' >> $1", "Edit cancelled, no changes made.\n"),
        (": > $1", "Edit cancelled, saved file was empty.\n"),
        ("sed -i '/^[^#]/d' $1", "Edit cancelled, saved file was empty.\n"),
    ],
)
def test_no_change_sends_nothing(
    script: str, said: str, edit: Edit, kubectl: Kubectl, tmp_path: Path
) -> None:
    """In kubectl's words, with exit code 0, and without a file that stays."""
    kubectl.apply(daemonset("a"))
    before = kubectl("get", "ds", "a", "-o", "jsonpath={.metadata.generation}")
    ran = edit(script, "a")
    assert (ran.code, ran.out, ran.err) == (0, "", said)
    assert kubectl("get", "ds", "a", "-o", "jsonpath={.metadata.generation}") == before
    assert left_behind(tmp_path) == []


def test_an_editor_that_fails_loses_nothing(edit: Edit, kubectl: Kubectl, tmp_path: Path) -> None:
    """Exit code 1; what it had written is kept and named, and not sent."""
    kubectl.apply(daemonset("a"))
    ran = edit("sed -i s/agent:1/agent:2/ $1; exit 3", "a")
    assert (ran.code, ran.out) == (1, "")
    assert "there was a problem with the editor" in ran.err
    assert "agent:2" in kept_file(ran).read_text()
    assert image(kubectl) == "registry.example/agent:1"
    idle = edit("exit 3", "a")
    assert idle.code == 1
    assert left_behind(tmp_path) == [kept_file(ran)]


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("sed -i 's/^  name: a/  name: z/' $1", "name"),
        ("sed -i 's/^  namespace: .*/  namespace: default/' $1", "namespace"),
        ("sed -i 's/^kind: .*/kind: Deployment/' $1", "kind"),
        ("sed -i 's/^  uid: .*/  uid: other/' $1", "uid"),
    ],
)
def test_another_identity_is_refused(script: str, word: str, edit: Edit, kubectl: Kubectl) -> None:
    """Name, namespace, kind and uid are not to be edited; the file is kept."""
    kubectl.apply(daemonset("a"))
    ran = edit(f"{script}; sed -i s/agent:1/agent:2/ $1", "a")
    assert (ran.code, ran.out) == (1, "")
    assert word in ran.err
    assert "agent:2" in kept_file(ran).read_text()
    assert image(kubectl) == "registry.example/agent:1"


def test_what_the_server_refuses_is_opened_again(edit: Edit, kubectl: Kubectl) -> None:
    """The reasons stand at the top of the file, and the second try is what counts."""
    kubectl.apply(daemonset("a"))
    script = """
        if grep -q 'minReadySeconds: Invalid value' $1; then
            sed -i 's/minReadySeconds: -4/minReadySeconds: 4/' $1
        else
            sed -i 's/^spec:/spec:\\n  minReadySeconds: -4/' $1
        fi"""
    ran = edit(script, "a")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a edited\n")
    assert ran.err == 'error: daemonsets.apps "a" is invalid\n'
    assert kubectl("get", "ds", "a", "-o", "jsonpath={.spec.minReadySeconds}") == "4"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("sed -i 's/^spec:/spec: {/' $1", "syntax error"),
        ("grep -q minReady $1 || sed -i 's/^spec:/spec:\\n  minReady: 4/' $1", "unknown field"),
        ("sed -i 's/^      app: a/      app: z/' $1", "immutable"),
        ("sed -i 's/^spec:/spec:\\n  minReadySeconds: -4/' $1", "already set"),
    ],
)
def test_giving_up_on_what_is_invalid_loses_nothing(
    script: str, reason: str, edit: Edit, kubectl: Kubectl
) -> None:
    """Saved again without a change, the edit ends with exit code 1, its file kept and named."""
    kubectl.apply(daemonset("a"))
    once = f"grep -q '{reason}' $1 || {{ {script}; }}"
    ran = edit(once, "a")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith("error: Edit cancelled, no valid changes were saved.\n")
    assert reason in kept_file(ran).read_text()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (r"printf 'a: [\377\000\n' >> $1", "Edit cancelled, no valid changes were saved."),
        ("rm $1; mkdir $1", "cannot read {path}: Is a directory"),
    ],
    ids=["another encoding", "a directory"],
)
def test_a_file_that_is_no_text_any_more_ends_in_one_line(
    script: str, said: str, edit: Edit, kubectl: Kubectl, tmp_path: Path
) -> None:
    """An editor that saves bytes that are no UTF-8, or no file at all, is told of as an error."""
    kubectl.apply(daemonset("a"))
    ran = edit(f"test -e {tmp_path}/done && exit; touch {tmp_path}/done; {script}", "a")
    (left,) = left_behind(tmp_path)
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == f"error: {said.format(path=left)}"
    if left.is_file():
        assert b"a: [\xff\x00\n" in left.read_bytes(), "it is kept as it was"


def test_comments_in_a_script_survive_the_second_opening(edit: Edit, kubectl: Kubectl) -> None:
    """Only the header is taken off: a line with # may be part of a value."""
    obj = daemonset("a")
    obj["metadata"]["annotations"] = {"script": "#!/bin/sh\n# keep me\nexit\n"}
    kubectl.apply(obj)
    script = """
        if grep -q 'Invalid value' $1; then sed -i 's/minReadySeconds: -4/minReadySeconds: 4/' $1
        else sed -i 's/^spec:/spec:\\n  minReadySeconds: -4/' $1; fi"""
    assert edit(script, "a").code == 0
    found = kubectl.json("get", "ds", "a")["metadata"]["annotations"]["script"]
    assert found == obj["metadata"]["annotations"]["script"]


def test_several_objects_in_one_file(edit: Edit, kubectl: Kubectl) -> None:
    """As one List; what was not touched is skipped, as in kubectl."""
    kubectl.apply(daemonset("a"), daemonset("b", image="registry.example/other:1"))
    ran = edit("sed -i s/agent:1/agent:2/ $1", "a", "b")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a edited\ndaemonset.apps/b skipped\n")
    assert image(kubectl) == "registry.example/agent:2"
    ran = edit("sed -i s/other:1/other:2/ $1", "-l", "app in (a,b)", "-o", "json")
    assert [part["metadata"]["name"] for part in _documents(ran.out)] == ["a", "b"]
    assert image(kubectl, "b") == "registry.example/other:2"


def _documents(output: str) -> list[dict[str, dict[str, str]]]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while output[at:].strip():
        obj, end = decoder.raw_decode(output[at:].lstrip())
        at += len(output[at:]) - len(output[at:].lstrip()) + end
        found.append(obj)
    return found


def test_from_a_file_and_with_other_line_ends(edit: Edit, kubectl: Kubectl, tmp_path: Path) -> None:
    """-f names what is live; CR LF comes to the editor, and does no harm."""
    kubectl.apply(daemonset("a"))
    path = tmp_path / "a.yaml"
    path.write_text(text(daemonset("a", image="registry.example/elsewhere:1")))
    script = "grep -q \"$(printf '\\r')\" $1 && sed -i s/agent:1/agent:2/ $1"
    ran = edit(script, "-f", str(path), "--windows-line-endings", "--output-patch")
    assert ran.code == 0, ran.err
    assert ran.out.startswith('Patch: {"')
    assert image(kubectl) == "registry.example/agent:2"


def test_a_change_to_another_field_meanwhile_is_kept(
    edit: Edit, kubectl: Kubectl, sandbox: Sandbox
) -> None:
    """Only what the user changed is sent: another container's image stays as it was set."""
    obj = daemonset("a")
    obj["spec"]["template"]["spec"]["containers"].append(
        {"name": "side", "image": "registry.example/side:1"}
    )
    kubectl.apply(obj)
    other = f"{sandbox.kubectl_program} -n {kubectl.namespace} set image ds/a side=side:9"
    ran = edit(f"{other}; sed -i s/agent:1/agent:2/ $1", "a")
    assert ran.code == 0, ran.err
    containers = kubectl.json("get", "ds", "a")["spec"]["template"]["spec"]["containers"]
    assert [c["image"] for c in containers] == ["registry.example/agent:2", "side:9"]


def test_a_change_to_the_same_field_meanwhile_is_not_overwritten(
    edit: Edit, kubectl: Kubectl, sandbox: Sandbox
) -> None:
    """Exit code 3 with all three values; the file is kept."""
    kubectl.apply(daemonset("a"))
    other = f"{sandbox.kubectl_program} -n {kubectl.namespace} set image ds/a agent=theirs:1"
    ran = edit(f"{other} >&2; sed -i s/agent:1/agent:2/ $1", "a")
    assert (ran.code, ran.out) == (3, "")
    for part in ("containers[name=agent].image", "agent:1", "agent:2", "theirs:1"):
        assert part in ran.err
    assert "agent:2" in kept_file(ran).read_text()
    assert image(kubectl) == "theirs:1"


def test_one_that_was_deleted_or_made_anew_meanwhile(
    edit: Edit, kubectl: Kubectl, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Exit code 3; the file is kept, and the new object is left alone."""
    kubectl.apply(daemonset("a"))
    delete = f"{sandbox.kubectl_program} -n {kubectl.namespace} delete ds a"
    ran = edit(f"{delete}; sed -i s/agent:1/agent:2/ $1", "a")
    assert (ran.code, ran.out.count("edited")) == (3, 0)
    assert "not found" in ran.err
    assert kept_file(ran).exists()
    kubectl.apply(daemonset("a"))
    path = tmp_path / "again.json"
    path.write_text(text(daemonset("a", image="new:1")))
    create = f"{sandbox.kubectl_program} -n {kubectl.namespace} create -f {path}"
    ran = edit(f"{delete}; {create}; sed -i s/agent:1/agent:2/ $1", "a")
    assert ran.code == 3
    assert "created anew" in ran.err
    assert image(kubectl) == "new:1"


class Writer:
    """Someone who counts up an annotation of ``a`` every 20 ms, for as long as the block lasts."""

    def __init__(self, sandbox: Sandbox, namespace: str) -> None:
        config = load(ConnectionOptions(namespace=namespace), sandbox.environ)
        self._cluster = Cluster(config, on_warning=str)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.count = 0

    def _write(self) -> None:
        while not self._ending.wait(0.02):
            body = {"metadata": {"annotations": {"count": str(self.count + 1)}}}
            self._cluster.patch(DAEMONSETS, "a", body, field_manager="second")
            self.count += 1

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._cluster.close()


@pytest.mark.parametrize(
    ("argv", "field", "value"),
    [
        ("set image a agent=x:{}", "{.spec.template.spec.containers[0].image}", "x:{}"),
        ("set env a N={}", "{.spec.template.spec.containers[0].env[0].value}", "{}"),
        ("label a n={} --overwrite", "{.metadata.labels.n}", "{}"),
        ("annotate a n={} --overwrite", "{.metadata.annotations.n}", "{}"),
        ('patch a -p {{"spec":{{"minReadySeconds":{}}}}}', "{.spec.minReadySeconds}", "{}"),
    ],
)
def test_a_second_writer_in_a_loop_loses_nothing(
    argv: str, field: str, value: str, dsctl: Dsctl, kubectl: Kubectl, sandbox: Sandbox
) -> None:
    """Every change of both is there: each of dsctl's was made from the newest state."""
    kubectl.apply(daemonset("a"))
    with Writer(sandbox, kubectl.namespace) as writer:
        number = 0
        while number < 2 or writer.count < 10:
            number += 1
            ran = dsctl(*argv.format(number).split(" "))
            assert ran.code == 0, ran.err
            assert kubectl("get", "ds", "a", "-o", f"jsonpath={field}") == value.format(number)
    live = kubectl.json("get", "ds", "a")["metadata"]
    assert live["annotations"]["count"] == str(writer.count)


def test_an_edit_beside_a_second_writer(edit: Edit, kubectl: Kubectl, sandbox: Sandbox) -> None:
    """The user's change and all of the other's are there."""
    kubectl.apply(daemonset("a"))
    with Writer(sandbox, kubectl.namespace) as writer:
        ran = edit("sleep 0.3; sed -i s/agent:1/agent:2/ $1", "a")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a edited\n"), ran.err
    live = kubectl.json("get", "ds", "a")["metadata"]
    assert live["annotations"]["count"] == str(writer.count)
    assert image(kubectl) == "registry.example/agent:2"


def test_apply_names_the_owner_of_what_set_wrote(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """What ``set image`` wrote is a conflict for a manifest that says otherwise."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    assert dsctl("set", "image", "a", "agent=registry.example/agent:2").code == 0
    ran = dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:3")))
    assert ran.code == 3
    assert "dsctl-set" in ran.err
    assert image(kubectl) == "registry.example/agent:2"


def test_a_hold_is_kept_and_told_of(dsctl: Dsctl, edit: Edit, kubectl: Kubectl) -> None:
    """set, patch and edit leave a paused and suspended DaemonSet paused and suspended."""
    kubectl.apply(daemonsets.daemonset("a"))
    assert dsctl("rollout", "pause", "a").code == 0
    assert dsctl("suspend", "a").code == 0
    merge = '{"spec":{"template":{"spec":{"nodeSelector":null}},"updateStrategy":null}}'
    for ran in (
        dsctl("set", "image", "a", "agent=registry.example/agent:2"),
        dsctl("patch", "a", "--type=merge", "-p", merge),
        edit("sed -i -e '/nodeSelector/d' -e '/suspended:/d' -e s/agent:2/agent:3/ $1", "a"),
    ):
        assert ran.code == 0, ran.err
        assert "suspended" in ran.err
        spec = kubectl.json("get", "ds", "a")["spec"]
        assert spec["template"]["spec"]["nodeSelector"] == {"dsctl/suspended": "true"}
        assert spec["updateStrategy"] == {"type": "OnDelete"}
    assert image(kubectl) == "registry.example/agent:3"
    assert dsctl("unsuspend", "a").code == 0
    assert dsctl("rollout", "resume", "a").code == 0
    assert kubectl.json("get", "ds", "a")["spec"]["updateStrategy"]["type"] == "RollingUpdate"
