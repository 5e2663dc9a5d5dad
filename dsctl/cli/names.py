"""DaemonSet names on the command line: ``x``, ``ds/x``, ``ds x``, and what is none of these."""

from __future__ import annotations

from dsctl.errors import UsageError

#: How the kind may be written; ``.apps`` and ``.v1.apps`` may follow. Any case.
_TYPE_WORDS = frozenset({"ds", "daemonset", "daemonsets"})
#: Other kinds that scripts written for kubectl are likely to name.
_OTHER_WORDS = frozenset(
    """all cj cm configmap configmaps controllerrevision controllerrevisions crd crds cronjob
    cronjobs deploy deployment deployments endpoints ep ev event events hpa ing ingress ingresses
    job jobs limits namespace namespaces netpol no node nodes ns pdb persistentvolume
    persistentvolumeclaim persistentvolumeclaims persistentvolumes po pod pods pv pvc quota rc
    replicaset replicasets replicationcontroller rs sa sc secret secrets service serviceaccount
    serviceaccounts services statefulset statefulsets sts svc""".split()
)


def is_type_word(word: str) -> bool:
    """Whether ``word`` is the kind DaemonSet as kubectl would read it."""
    plural, _, group = word.lower().partition(".")
    return plural in _TYPE_WORDS and group in ("", "apps", "v1.apps")


def strip_type_word(words: list[str]) -> list[str]:
    """The positional arguments without a leading type word, and names without ``ds/``.

    From the first ``key=value`` or ``key-`` on, which no name can be, they stay as they are.
    Raises UsageError for other kinds, and where ``ds/a`` and a bare name are mixed.
    """
    end = next((i for i, word in enumerate(words) if "=" in word or word.endswith("-")), len(words))
    return [*_names(words[:end]), *words[end:]]


def _names(words: list[str]) -> list[str]:
    if not words:
        return words
    first = words[0]
    if is_type_word(first):
        _refuse_slashes(words[1:])
        return words[1:]
    if "/" not in first:
        _refuse_other_kind(first)
        _refuse_slashes(words[1:])
        return words
    names = []
    for word in words:
        kind, slash, name = word.partition("/")
        if not slash:
            raise UsageError(
                f"{word!r} beside {first!r}: name the DaemonSets in one way",
                hint=f"write ds/{word}",
            )
        names.append(_name_of(kind, name, word))
    return names


def _name_of(kind: str, name: str, word: str) -> str:
    if not is_type_word(kind):
        raise UsageError(
            f"{word!r} is not a DaemonSet: dsctl handles DaemonSets only",
            hint="use kubectl for other kinds",
        )
    if not name or "/" in name:
        raise UsageError(f"{word!r} names no DaemonSet", hint="write ds/NAME")
    return name


def _refuse_slashes(words: list[str]) -> None:
    for word in words:
        kind, slash, name = word.partition("/")
        if slash and is_type_word(kind) and name:
            raise UsageError(
                f"{word!r}: the type stands before the names or in each of them, not in both",
                hint=f"write {name}, or leave out the word before the names",
            )


def _refuse_other_kind(word: str) -> None:
    kinds = [part.partition(".")[0] for part in word.lower().split(",")]
    if any(kind in _OTHER_WORDS for kind in kinds) or len(kinds) > 1:
        raise UsageError(
            f"{word!r} is not a DaemonSet: dsctl handles DaemonSets only",
            hint=f"use kubectl for other kinds; a DaemonSet of that name is ds/{word}"
            if len(kinds) == 1
            else "use kubectl for several kinds at once",
        )
