"""TAB in real shells, on a real cluster."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.conftest import Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset, text

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
# What is typed is shown as the arguments that it became; asking for candidates goes through.
SHOWN = """dsctl() { case "$1" in
  __complete*) command dsctl "$@";;
  *) printf 'GOT'; printf '<%s>' "$@"; echo;; esac; }
"""
RC = {
    "bash": f"""PS1='$ '
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
{SHOWN}
source <(command dsctl completion bash)
""",
    "zsh": f"""PS1='$ '
autoload -Uz compinit
compinit -u -D
{SHOWN}
source <(command dsctl completion zsh)
""",
}


@pytest.fixture(scope="module")
def place(sandbox: Sandbox) -> Iterator[str]:
    """A namespace with two DaemonSets, one of them with two containers and two revisions."""
    agent = daemonset("node-agent")
    agent["metadata"]["annotations"] = {"example.com/owner": "infra"}
    containers = agent["spec"]["template"]["spec"]["containers"]
    env = [{"name": "LEVEL", "value": "debug"}]
    containers.append({"name": "sidecar", "image": "registry.example/side:1", "env": env})
    both = text(agent, daemonset("other"))
    with fresh_namespace(sandbox) as name:
        assert sandbox.dsctl("apply", "-f", "-", namespace=name, input=both).code == 0
        ran = sandbox.dsctl("set", "image", "node-agent", "agent=app:2", namespace=name)
        assert ran.code == 0, ran.err
        yield name


def environ(sandbox: Sandbox) -> dict[str, str]:
    """dsctl and kubectl in PATH, and time for the candidates on a busy machine."""
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    return {**sandbox.environ, "PATH": path, "DSCTL_COMPLETION_SECONDS": "30", "TERM": "xterm"}


@pytest.mark.parametrize(
    ("line", "words", "directive"),
    [
        ("get ", ["node-agent", "other"], ":4"),
        ("get node-agent ", ["other"], ":4"),
        ("get ds ", ["node-agent", "other"], ":4"),
        ("get ds/no", ["ds/node-agent"], ":4"),
        ("delete daemonset.apps/ot", ["daemonset.apps/other"], ":4"),
        ("get -o json no", ["node-agent"], ":4"),
        ("rollout status no", ["node-agent"], ":4"),
        ("set image node-agent ", ["agent=", "sidecar="], ":6"),
        ("set image node-agent agent=", [], ":4"),
        ("set env node-agent -c si", ["sidecar"], ":4"),
        ("set resources ds/node-agent --containers agent,si", ["agent,sidecar"], ":4"),
        ("set serviceaccount node-agent ", ["default"], ":4"),
        ("set env node-agent --from configmap/", ["configmap/kube-root-ca.crt"], ":4"),
        ("rollout undo node-agent --to-revision ", ["2", "1"], ":4"),
        ("rollout undo node-agent --to-revision=", ["2", "1"], ":4"),
        ("rollout diff node-agent 1 ", ["2", "1"], ":4"),
        ("label node-agent ", ["app=", "app-"], ":4"),
        ("annotate node-agent ", ["example.com/owner=", "example.com/owner-"], ":4"),
        ("set env node-agent ", ["LEVEL=", "LEVEL-"], ":4"),
        ("get -- no", ["node-agent"], ":4"),
        ("get ds -- node-agent ", ["other"], ":4"),
        ("set image -- node-agent si", ["sidecar="], ":6"),
        ("exec node-agent -- no", [], ":4"),
        ("why node-agent --node small-0005", ["small-0005"], ":4"),
        ("why node-agent --cordon small-0005", ["small-0005"], ":4"),
        ("why node-agent --label-node small-0005", ["small-0005="], ":6"),
        ("rollout step node-agent --nodes x,small-0005", ["x,small-0005"], ":4"),
        (
            "why node-agent --group-by topology.kubernetes.io/z",
            ["topology.kubernetes.io/zone"],
            ":4",
        ),
        ("get --namespace kube-sys", ["kube-system"], ":4"),
        ("-n kube-sys", ["kube-system"], ":4"),
        ("-n=kube-sys", ["kube-system"], ":4"),
    ],
)
def test_candidates_come_from_the_cluster(
    sandbox: Sandbox, place: str, line: str, words: list[str], directive: str
) -> None:
    """Names of the namespace that -n says, nodes, containers, revisions, in Cobra's form."""
    ran = subprocess.run(
        [PROGRAMS / "kubectl_complete-ds", "-n", place, *line.split(" ")],
        env=environ(sandbox),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout.splitlines(), ran.stderr) == ([*words, directive], "")


def test_kubectl_asks_its_plugin(sandbox: Sandbox, place: str) -> None:
    """``kubectl ds <TAB>``: kubectl finds ``kubectl_complete-ds`` and passes its answer on."""
    ran = subprocess.run(
        [PROGRAMS / "kubectl", "__complete", "ds", "-n", place, "rollout", "status", ""],
        env=environ(sandbox),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.splitlines() == ["node-agent", "other", ":4"]


def test_what_may_not_be_listed_is_not_offered(sandbox: Sandbox, place: str) -> None:
    """Forbidden: no candidates, no error."""
    ran = subprocess.run(
        [PROGRAMS / "kubectl_complete-ds", "-n", place, "--as=nobody", "get", ""],
        env=environ(sandbox),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == (":4\n", "")


#: What is typed, with TAB, and the arguments that it becomes.
TYPED = [
    ("get node\t", "<get><node-agent>"),
    ("roll\tund\tnode\t--to-r\t1", "<rollout><undo><node-agent><--to-revision><1>"),
    ("get --output=kya\t", "<get><--output=kyaml>"),
    ("get -o jsonpath-a\t{.x}", "<get><-o><jsonpath-as-json={.x}>"),
    ("set image node-agent si\tapp:3", "<set><image><node-agent><sidecar=app:3>"),
    (
        "why node-agent --label-node=small-0005\ta=b",
        "<why><node-agent><--label-node=small-0005=a=b>",
    ),
    ("validate -f READ\t", "<validate><-f><README.md>"),
    ("validate --filename=READ\t", "<validate><--filename=README.md>"),
    ("--context=sandbox-\tget", "<--context={context}><get>"),
    ("explain spec.updateS\t", "<explain><spec.updateStrategy>"),
    ("get 'node\t", "<get><node-agent>"),
]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_at_the_prompt(
    sandbox: Sandbox, place: str, shell: str, tmp_path: Path
) -> None:
    """In an interactive shell on a terminal: the words that TAB makes of what is typed."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    typed = "".join(f"dsctl -n {place} {keys}\n" for keys, _made in TYPED)
    shown = at_prompt(shell, typed + "exit\n", environ(sandbox), tmp_path)
    made = re.findall(r"GOT<-n><[^>]*>(\S*)", shown)
    context = f"sandbox-{sandbox.name}"
    assert made == [words.replace("{context}", context) for _keys, words in TYPED], shown


def at_prompt(shell: str, typed: str, variables: dict[str, str], home: Path) -> str:
    """What a terminal shows when ``typed`` is typed to an interactive shell."""
    rc = home / (".zshrc" if shell == "zsh" else "rc")
    rc.write_text(RC[shell])
    start = ["zsh", "-i"] if shell == "zsh" else ["bash", "--noprofile", "--rcfile", str(rc), "-i"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        start,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**variables, "ZDOTDIR": str(home), "COLUMNS": "200"},
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        os.write(ours, typed.encode())
        return read_all(ours, process, 120)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_all(ours: int, process: subprocess.Popen[bytes], seconds: float) -> str:
    """Everything until the shell has ended."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other end is closed
                break
        elif process.poll() is not None:
            break
    return shown.decode(errors="replace")


def test_fish_completes(sandbox: Sandbox, place: str, tmp_path: Path) -> None:
    """fish says itself what TAB would offer, descriptions included."""
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")

    def offered(line: str) -> list[str]:
        ran = subprocess.run(
            ["fish", "-N", "-c", f"source completions/dsctl.fish; complete -C '{line}'"],
            env={**environ(sandbox), "HOME": str(tmp_path)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ran.stderr == ""
        return ran.stdout.splitlines()

    assert offered(f"dsctl -n {place} get ") == ["node-agent", "other"]
    assert offered("dsctl rollout und") == ["undo\tGo back to an earlier revision"]
    revisions = offered(f"dsctl -n {place} rollout undo node-agent --to-revision ")
    assert [line.split("\t")[0] for line in revisions] == ["2", "1"]
    assert offered("dsctl get --output=ky") == ["--output=kyaml"]
    assert offered("dsctl validate -f READ") == ["README.md"]
    assert offered("dsctl validate --filename=READ") == ["--filename=README.md"]
    assert [line.split("\t")[0] for line in offered("dsctl get -k completi")] == ["completions/"]
    assert offered(f'dsctl -n {place} get "no') == ["node-agent"]
    assert offered('dsctl validate --filename="READ') == ["--filename=README.md"]
    (tmp_path / "agent.yaml").touch()
    assert offered("dsctl validate -f ~/ag") == ["~/agent.yaml"]
