from dataclasses import replace
from io import StringIO

from dsctl.domain.blockers import Blocker, Cause
from dsctl.domain.rollout import rollout_status
from dsctl.domain.rollout_look import View, look_at
from dsctl.domain.rollout_rate import Rate
from dsctl.render import rollout as words
from dsctl.render.style import Style
from tests.unit.domain.fleet import NOW, ago, daemonset, pod


def blocked(*blockers, **changes):
    """A status with these blockers."""
    return replace(rollout_status(daemonset(updated=1), NOW), blockers=blockers, **changes)


def crash(node, **more):
    """A pod that crashes on a node."""
    message = "container agent: CrashLoopBackOff, exit code 3"
    return Blocker(node, f"a-{node}", Cause.CRASH_LOOP, message, ago(minutes=3), True, **more)


def left(status):
    """The table of what is not done."""
    stream = StringIO()
    words.print_left(status, NOW, stream, Style(False))
    return stream.getvalue()


def test_the_table_of_what_is_left():
    """A row a pod, the whole DaemonSet's waits first, then details and the log, escaped."""
    budget = Blocker(None, None, Cause.BUDGET, "7 pods wait")
    fails = crash("n1", details=("last exit code 3",), log=("starting", "bad\x1b[31m"))
    assert left(blocked(budget, fails)) == (
        "NODE   POD    CAUSE       SINCE   WHY\n"
        "-      -      Budget      -       7 pods wait\n"
        "n1     a-n1   CrashLoop   3m      container agent: CrashLoopBackOff, exit code 3\n"
        "pod a-n1:\n"
        "  last exit code 3\n"
        "  | starting\n"
        "  | bad^[[31m\n"
    )


def test_a_fleet_is_capped():
    """Beyond twenty rows the rest is counted by cause."""
    lines = left(blocked(*(crash(f"n{i:04}") for i in range(500)))).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "… and 480 more: 480 CrashLoop"


def test_blockers_are_grouped_by_cause():
    """Proofs of failure first; one line with how many nodes, some of their names and one reason."""
    waits = Blocker("n9", "p", Cause.MIN_READY_SECONDS, "ready, but not yet")
    found = words.groups([waits, *(crash(f"n{i}") for i in range(5))])
    assert [words.group_line(group) for group in found] == [
        "CrashLoop on 5 nodes (n0, n1, n2, …): container agent: CrashLoopBackOff, exit code 3",
        "MinReadySeconds on n9: ready, but not yet",
    ]


def test_a_group_speaks_by_its_proof_of_failure():
    """Where an old pod crashes too, the new one is told of; of several, the one looked into."""
    old = replace(crash("n1"), sure=False, details=("old",))
    [group] = words.groups([old, crash("n2"), crash("n3", details=("new",))])
    assert (group.first.node, group.nodes) == ("n3", ("n1", "n2", "n3"))


def test_ignored_nodes_are_counted_and_named():
    """At most ten names, and never silence."""
    assert words.ignored_line(blocked()) is None
    one = words.ignored_line(blocked(ignored=("n1",)))
    assert one == "ignored 1 node that is not ready: n1"
    many = words.ignored_line(blocked(ignored=tuple(f"n{i}" for i in range(12))))
    assert many.startswith("ignored 12 nodes that are not ready: n0, ")
    assert many.endswith("n9, …")


def test_the_screen():
    """Head, progress by node, budget in use, rate and estimate, then what blocks."""
    obj = daemonset(desired=4, updated=2, available=3)
    pods = [pod("a"), pod("b", node="n2", ready=False, waiting="CrashLoopBackOff")]
    pods.append(pod("c", node="n3", generation="1"))
    view = View(pods=pods, nodes=[], revision=(7, "x"))
    look = look_at(obj, pods, view, NOW)
    rate = Rate()
    rate.add(0.0, 0)
    rate.add(10.0, 1)
    shown = words.screen(rollout_status(obj, NOW, view, look=look), look, rate, 83, 60)
    assert ["".join(line) for line in shown] == [
        "daemonset/agent  RollingUpdate  revision 7  Progressing  83s",
        "[#####=====..........] 1 of 4 nodes done, 1 starting, 1 old, 1 between pods",
        "maxUnavailable 1: 1 in use, 0.1 nodes/s, about 30s left",
        "  CrashLoop on n2: container agent: CrashLoopBackOff",
        "  Budget: 1 pod of older revisions wait: maxUnavailable is 1, used by n2",
    ]
