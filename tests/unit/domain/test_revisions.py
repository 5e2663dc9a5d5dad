import copy

from dsctl.domain import revisions

UID = "ds-uid"


def template(image, **extra):
    """A pod template with one container."""
    containers = [{"name": "agent", "image": image}]
    return {"metadata": {"labels": {"app": "a"}, **extra}, "spec": {"containers": containers}}


def revision(number, image, owner=UID, cause=None, own_hash=None, **extra):
    """A ControllerRevision that records ``template(image)``."""
    return {
        "metadata": {
            "name": f"agent-h{number}",
            "labels": {"controller-revision-hash": own_hash or f"h{number}"},
            "annotations": {"kubernetes.io/change-cause": cause} if cause else {},
            "creationTimestamp": f"2026-05-0{number}T00:00:00Z",
            "ownerReferences": [{"uid": owner, "controller": True}],
        },
        "revision": number,
        "data": {"spec": {"template": {"$patch": "replace", **template(image, **extra)}}},
    }


DAEMONSET = {
    "metadata": {"namespace": "logs", "name": "agent", "uid": UID},
    "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": template("img:2")},
}


def test_only_the_daemonsets_own_revisions_count_in_order_of_their_number():
    """Revisions of other owners are left out; 10 comes after 9."""
    listed = [revision(10, "b"), revision(9, "a"), revision(3, "x", owner="other")]
    assert [revisions.number(r) for r in revisions.owned(listed, UID)] == [9, 10]


def test_the_current_revision_records_the_template_and_the_newest_has_the_highest_number():
    """After an undo that the controller has not seen yet, the two differ."""
    listed = [revision(1, "img:1"), revision(2, "img:2"), revision(3, "img:3")]
    assert revisions.current(DAEMONSET, listed) is listed[1]
    assert revisions.newest(listed) is listed[2]
    assert revisions.current(DAEMONSET, listed[:1]) is None
    assert revisions.newest([]) is None


def test_a_null_creation_timestamp_does_not_make_a_template_differ():
    """Older servers record creationTimestamp: null in the template, newer ones leave it out."""
    assert revisions.matches(DAEMONSET, revision(1, "img:2", creationTimestamp=None))
    assert not revisions.matches(DAEMONSET, revision(1, "img:2", name="x"))


def test_applying_a_revision_replaces_the_whole_template_and_nothing_else():
    """Keys that only the live template has are gone; the inputs are not touched."""
    live = copy.deepcopy(DAEMONSET)
    live["spec"]["template"]["spec"]["hostNetwork"] = True
    before, recorded = copy.deepcopy(live), revision(1, "img:1")
    kept = copy.deepcopy(recorded)
    applied = revisions.apply(live, recorded)
    assert applied == {**live, "spec": {**live["spec"], "template": template("img:1")}}
    applied["spec"]["template"]["spec"]["containers"].clear()
    applied["spec"]["selector"].clear()
    assert (live, recorded) == (before, kept)


def test_a_pod_is_updated_by_its_hash_or_by_its_template_generation():
    """Either suffices; an absent hash or annotation matches nothing."""
    by_hash = {"metadata": {"labels": {"controller-revision-hash": "h2"}}}
    by_generation = {"metadata": {"labels": {"pod-template-generation": "2"}}}
    updated = revisions.is_pod_updated
    assert [updated(p, "h2", 2) for p in (by_hash, by_generation, {})] == [True, True, False]
    assert [updated(p, "h1", 1) for p in (by_hash, by_generation, {})] == [False, False, False]
    assert [updated(p, None, None) for p in (by_hash, by_generation, {})] == [False] * 3
    assert not updated({"metadata": {"labels": {"controller-revision-hash": ""}}}, "", None)


def test_the_template_generation_is_an_annotation_and_may_be_unreadable():
    """The controller ignores one that is no integer, and so do we."""
    key = "deprecated.daemonset.template.generation"

    def of(value):
        return revisions.template_generation({"metadata": {"annotations": {key: value}}})

    assert (of("4"), of("four"), revisions.template_generation({})) == (4, None, None)


def test_a_history_has_a_row_for_each_revision():
    """Number, hash, cause, images, pods on it and which one is current, oldest first."""
    listed = [revision(2, "img:2", cause="faster"), revision(1, "img:1")]
    pods = [{"metadata": {"labels": {"controller-revision-hash": h}}} for h in ("h1", "h2", "h2")]
    report = revisions.history(DAEMONSET, listed, pods).to_dict()
    assert report == {
        "apiVersion": "dsctl/v1",
        "kind": "RevisionHistory",
        "daemonSet": {"namespace": "logs", "name": "agent"},
        "revisions": [
            {
                "number": 1,
                "hash": "h1",
                "created": "2026-05-01T00:00:00Z",
                "changeCause": None,
                "images": ["img:1"],
                "pods": 1,
                "current": False,
            },
            {
                "number": 2,
                "hash": "h2",
                "created": "2026-05-02T00:00:00Z",
                "changeCause": "faster",
                "images": ["img:2"],
                "pods": 2,
                "current": True,
            },
        ],
    }
    assert [r.pods for r in revisions.history(DAEMONSET, listed).revisions] == [None, None]


def test_images_list_each_once_and_init_containers_last():
    """A container without an image is passed over."""
    spec = {
        "initContainers": [{"image": "init"}, {"image": "b"}],
        "containers": [{"image": "b"}, {"image": "a"}, {"name": "none"}],
    }
    assert revisions.images({"spec": spec}) == ("b", "a", "init")


def test_a_revision_without_the_hash_label_is_known_by_its_name():
    """The controller sets the label to the name later."""
    assert revisions.revision_hash({"metadata": {"name": "agent-x"}}) == "agent-x"
