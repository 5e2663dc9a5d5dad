"""Kubeconfig rules: files, flags, in-cluster, and what is said when they don't add up."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dsctl.api import incluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.errors import ConfigError, UsageError

Config = dict[str, Any]


def _config(**over: Any) -> Config:
    """A kubeconfig with two contexts; ``over`` replaces top-level fields."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "contexts": [
            {"name": "dev", "context": {"cluster": "one", "user": "jane", "namespace": "apps"}},
            {"name": "prod", "context": {"cluster": "two", "user": "ci"}},
        ],
        "clusters": [
            {"name": "one", "cluster": {"server": "https://one:6443"}},
            {"name": "two", "cluster": {"server": "https://two:6443", "tls-server-name": "api"}},
        ],
        "users": [
            {"name": "jane", "user": {"token": "jane-token"}},
            {"name": "ci", "user": {"username": "ci", "password": "pw"}},
        ],
    } | over


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write a kubeconfig into a file, and return its path."""

    def write(config: Config | str, name: str = "config") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
        return str(path)

    return write


def _load(*paths: str, environ: dict[str, str] | None = None, **options: Any) -> Any:
    environ = {"KUBECONFIG": os.pathsep.join(paths), "HOME": "/nonexistent"} | (environ or {})
    return load(ConnectionOptions(**options), environ)


# -- where it comes from ---------------------------------------------------------------------


def test_current_context_is_used(write: Callable[..., str]) -> None:
    """Server, token and namespace are those of the current context."""
    found = _load(write(_config()))
    assert (found.server, found.auth.token, found.namespace) == (
        "https://one:6443",
        "jane-token",
        "apps",
    )
    assert (found.context, found.cluster, found.user) == ("dev", "one", "jane")
    assert not found.namespace_given


def test_home_is_looked_at_without_kubeconfig(write: Callable[..., str], tmp_path: Path) -> None:
    """~/.kube/config is the place when KUBECONFIG is unset or empty."""
    write(_config(), ".kube/config")
    for environ in ({"HOME": str(tmp_path)}, {"HOME": str(tmp_path), "KUBECONFIG": ""}):
        assert load(ConnectionOptions(), environ).server == "https://one:6443"


def test_first_file_wins_an_entry_whole(write: Callable[..., str]) -> None:
    """Of two entries with one name the first is taken whole; nothing of the second shows."""
    first = write({"clusters": [{"name": "one", "cluster": {"server": "https://first"}}]}, "first")
    second = _config()
    second["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
    found = _load(first, write(second, "second"))
    assert found.server == "https://first"
    assert not found.tls.insecure


def test_first_current_context_wins(write: Callable[..., str]) -> None:
    """The first file that sets current-context decides, whatever it defines itself."""
    first = write({"current-context": "prod"}, "first")
    assert _load(first, write(_config(), "second")).server == "https://two:6443"


def test_missing_and_empty_files_are_skipped(write: Callable[..., str], tmp_path: Path) -> None:
    """Files of KUBECONFIG that are not there, or empty, or named twice, do no harm."""
    path = write(_config())
    found = _load(str(tmp_path / "none"), "", write("", "empty"), path, path)
    assert found.server == "https://one:6443"


def test_explicit_file_stands_alone(write: Callable[..., str]) -> None:
    """--kubeconfig is not merged with KUBECONFIG."""
    alone = write({"contexts": [], "current-context": ""}, "alone")
    with pytest.raises(ConfigError, match="no current context"):
        _load(write(_config()), kubeconfig=alone)


def test_paths_count_from_their_own_file(write: Callable[..., str], tmp_path: Path) -> None:
    """Relative paths are resolved beside the file that names them, whatever the cwd."""
    for name in ("sub/ca.crt", "sub/a.crt", "sub/a.key"):
        write("x", name)
    config = _config()
    config["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    config["users"][0]["user"] = {
        "client-certificate": "a.crt",
        "client-key": "./a.key",
        "tokenFile": "../token",
        "exec": {
            "command": "bin/login",
            "apiVersion": "client.authentication.k8s.io/v1",
            "interactiveMode": "Never",
        },
    }
    found = _load(write(config, "sub/config"))
    sub = tmp_path / "sub"
    assert found.tls.ca_file == str(sub / "ca.crt")
    assert found.tls.cert_file == str(sub / "a.crt")
    assert os.path.samefile(found.tls.key_file, sub / "a.key")
    assert os.path.normpath(found.auth.token_file) == str(tmp_path / "token")
    assert found.auth.exec_plugin["command"] == str(sub / "bin/login")


def test_exec_command_without_slash_is_left_to_the_path(write: Callable[..., str]) -> None:
    """Only a command with a slash is a path; v1beta1 may leave interactiveMode out."""
    config = _config()
    config["users"][0]["user"] = {
        "exec": {"command": "aws", "apiVersion": "client.authentication.k8s.io/v1beta1"}
    }
    plugin = _load(write(config)).auth.exec_plugin
    assert plugin["command"] == "aws"
    assert plugin["interactiveMode"] == "IfAvailable"


def test_json_and_unusual_yaml_are_read_too(write: Callable[..., str]) -> None:
    """JSON, flow style, comments and anchors mean the same as plain blocks."""
    text = yaml.safe_dump(_config(), default_flow_style=True)
    for form in (json.dumps(_config()), text, "# mine\n" + yaml.safe_dump(_config()) + "\n# end"):
        assert _load(write(form)).server == "https://one:6443"


# -- flags ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"context": "prod"}, {"server": "https://two:6443", "namespace": "default"}),
        ({"cluster": "two"}, {"server": "https://two:6443", "namespace": "apps"}),
        ({"user": "ci"}, {"server": "https://one:6443", "user": "ci"}),
        ({"namespace": "kube-system"}, {"namespace": "kube-system", "namespace_given": True}),
        ({"server": "https://else"}, {"server": "https://else", "cluster": "one"}),
        ({"request_timeout": "30"}, {"timeout": 30.0}),
        ({"request_timeout": "1m30s"}, {"timeout": 90.0}),
        ({"request_timeout": "0"}, {"timeout": None}),
        ({"disable_compression": True}, {"disable_compression": True}),
    ],
)
def test_flags_override(
    write: Callable[..., str], options: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Each flag changes what it names, and leaves the rest."""
    found = _load(write(_config()), **options)
    assert {key: getattr(found, key) for key in expected} == expected


def test_impersonation_comes_from_flags_or_file(write: Callable[..., str]) -> None:
    """--as, --as-group and --as-uid stand over as, as-groups, as-uid and as-user-extra."""
    config = _config()
    config["users"][0]["user"] |= {
        "as": "root",
        "as-groups": ["g"],
        "as-user-extra": {"scope": ["a", "b"]},
    }
    path = write(config)
    assert _load(path).impersonate == ("root", "", ("g",), (("scope", ("a", "b")),))
    found = _load(
        path, as_user="eve", as_groups=("x", "y"), as_uid="7", as_user_extra=("k=1", "k=2=3")
    ).impersonate
    assert found == ("eve", "7", ("x", "y"), (("k", ("1", "2=3")),))


def test_token_flag_beats_the_token_file(write: Callable[..., str]) -> None:
    """--token is not overruled by a tokenFile of the kubeconfig."""
    config = _config()
    config["users"][0]["user"] = {"tokenFile": "/some/token"}
    found = _load(write(config), token="given")
    assert (found.auth.token, found.auth.token_file) == ("given", "")


def test_insecure_flag_drops_the_ca(write: Callable[..., str]) -> None:
    """--insecure-skip-tls-verify clears a CA that the kubeconfig has."""
    config = _config()
    config["clusters"][0]["cluster"]["certificate-authority-data"] = _b64("CA")
    found = _load(write(config), insecure_skip_tls_verify=True)
    assert found.tls.insecure
    assert not found.tls.ca_data


def test_ca_flag_beats_insecure_and_data(write: Callable[..., str]) -> None:
    """--certificate-authority puts both the data and insecure of the kubeconfig aside."""
    config = _config()
    config["clusters"][0]["cluster"] |= {"insecure-skip-tls-verify": True}
    ca = write("pem", "flag.crt")
    found = _load(write(config), certificate_authority=ca)
    assert (found.tls.insecure, found.tls.ca_file) == (False, ca)


def test_server_flag_clears_the_server_name(write: Callable[..., str]) -> None:
    """--server makes the kubeconfig's tls-server-name moot; --tls-server-name sets it."""
    path = write(_config())
    assert _load(path, context="prod").tls.server_name == "api"
    assert _load(path, context="prod", server="https://x").tls.server_name == ""
    found = _load(path, context="prod", server="https://x", tls_server_name="y")
    assert found.tls.server_name == "y"


def test_certificate_flags_put_the_data_aside(write: Callable[..., str]) -> None:
    """--client-certificate and --client-key win over inline data."""
    config = _config()
    config["users"][0]["user"] = {
        "client-certificate-data": _b64("C"),
        "client-key-data": _b64("K"),
    }
    cert, key = write("c", "f.crt"), write("k", "f.key")
    tls = _load(write(config), client_certificate=cert, client_key=key).tls
    assert (tls.cert_data, tls.cert_file, tls.key_data, tls.key_file) == (b"", cert, b"", key)


def test_credentials_never_go_over_plain_http(write: Callable[..., str]) -> None:
    """As in client-go, a token is not read for an http server."""
    found = _load(write(_config()), server="http://localhost:8001")
    assert found.auth.token == ""


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("https://h", "https://h"),
        ("http://h", "http://h"),
        ("h:6443", "http://h:6443"),
        ("https://h:1/k8s/c-1/", "https://h:1/k8s/c-1"),
        ("https://[::1]:6443", "https://[::1]:6443"),
    ],
)
def test_server_addresses(write: Callable[..., str], server: str, url: str) -> None:
    """Default ports and schemes are those of client-go."""
    assert _load(write(_config()), server=server).address.url == url


def test_server_without_scheme_is_https_where_tls_is_configured(write: Callable[..., str]) -> None:
    """A CA, a client certificate or insecure makes host:port mean https."""
    found = _load(write(_config()), server="h:6443", insecure_skip_tls_verify=True)
    assert found.address.url == "https://h:6443"


def test_kubernetes_master_is_the_last_resort() -> None:
    """KUBERNETES_MASTER names a server where nothing else does."""
    found = _load("/nonexistent/config", environ={"KUBERNETES_MASTER": "http://m:8080"})
    assert found.server == "http://m:8080"


# -- in a pod ---------------------------------------------------------------------------------


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a pod with a service account."""
    account = tmp_path / "serviceaccount"
    account.mkdir()
    (account / "token").write_text("sa-token\n")
    (account / "ca.crt").write_text("pem")
    (account / "namespace").write_text("tools\n")
    monkeypatch.setattr(incluster, "SERVICE_ACCOUNT", str(account))
    return {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_pod_uses_its_service_account(pod: dict[str, str]) -> None:
    """Without a kubeconfig, a pod's own account and namespace are used."""
    found = _load(environ=pod)
    assert found.server == "https://10.0.0.1:443"
    assert found.namespace == "tools"
    assert found.auth.token_file.endswith("/token")
    assert found.tls.ca_file.endswith("/ca.crt")


def test_pod_flags_override(pod: dict[str, str]) -> None:
    """-n, --token and POD_NAMESPACE hold in a pod too; IPv6 addresses get brackets."""
    pod |= {"POD_NAMESPACE": "p", "KUBERNETES_SERVICE_HOST": "fd00::1"}
    assert _load(environ=pod).namespace == "p"
    found = _load(environ=pod, namespace="n", token="t")
    assert (found.namespace, found.auth.token, found.auth.token_file) == ("n", "t", "")
    assert found.address.url == "https://[fd00::1]"


def test_pod_with_a_kubeconfig_uses_it(write: Callable[..., str], pod: dict[str, str]) -> None:
    """A kubeconfig wins over the service account, but an unset namespace is the pod's."""
    path = write(_config())
    assert _load(path, environ=pod).server == "https://one:6443"
    assert _load(path, environ=pod).namespace == "apps"
    assert _load(path, environ=pod, context="prod").namespace == "tools"


# -- what goes wrong --------------------------------------------------------------------------


def test_no_kubeconfig_says_where_it_looked(tmp_path: Path) -> None:
    """Both the default place and the files of KUBECONFIG are named."""
    with pytest.raises(ConfigError) as caught:
        load(ConnectionOptions(), {"HOME": str(tmp_path)})
    assert caught.value.message == (
        f"no kubeconfig: looked for {tmp_path}/.kube/config, and this is not a pod"
    )
    with pytest.raises(ConfigError, match=r"looked for /no/a, /no/b \(from KUBECONFIG\)"):
        _load("/no/a", "/no/b")


@pytest.mark.parametrize("flag", ["context", "cluster", "user"])
def test_unknown_names_list_those_that_exist(write: Callable[..., str], flag: str) -> None:
    """A wrong --context, --cluster or --user is a usage error that shows the right ones."""
    there = {"context": "dev, prod", "cluster": "one, two", "user": "ci, jane"}[flag]
    path = write(_config())
    with pytest.raises(UsageError) as caught:
        _load(path, **{flag: "nope"})
    assert caught.value.message == f'--{flag} "nope" does not exist in {path} (there are: {there})'


def test_unknown_context_without_any_file_is_no_kubeconfig() -> None:
    """--context is not what is wrong where there is no file at all."""
    with pytest.raises(ConfigError, match="no kubeconfig"):
        _load("/no/a", context="dev")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"current-context": "gone"}, 'the current context "gone" does not exist'),
        ({"current-context": ""}, r"no current context is set in .* \(there are: dev, prod\)"),
        ({"clusters": []}, 'context "dev" names the cluster "one", which is not in'),
        ({"clusters": [{"name": "one"}]}, 'cluster "one" has no server'),
        ({"contexts": [{"name": "dev", "context": {}}]}, 'context "dev" names no cluster'),
        ({"clusters": {}}, None),
        ({"clusters": {"one": {}}}, "clusters must be a list"),
        ({"users": ["jane"]}, r"users\[0\] must be a mapping"),
        ({"kind": "Pod"}, "is not a kubeconfig: its kind is Pod"),
        ({"current-context": 3}, "current-context must be a string, not 3"),
        (
            {"clusters": [{"name": "one", "cluster": {"server": "https://x:port"}}]},
            '"https://x:port" is not the address of a server',
        ),
        (
            {"clusters": [{"name": "one"}, {"name": "one"}]},
            'two clusters are named "one"',
        ),
        (
            {"clusters": [{"name": "one", "cluster": {"server": "https://x", "proxy-url": "ftp://p"}}]},
            'proxy-url "ftp://p" must begin with',
        ),
    ],
)  # fmt: skip
def test_faults_of_the_file(write: Callable[..., str], change: Config, words: str | None) -> None:
    """Each fault is a ConfigError that names the file and the entry."""
    path = write(_config(**change))
    with pytest.raises(ConfigError, match=words or "names the cluster") as caught:
        _load(path)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"token": 12345}, "token must be a string, not 12345"),
        ({"token": "t", "username": "u"}, "a token and a username exclude each other"),
        ({"client-certificate-data": "!"}, "client-certificate-data is not base64"),
        ({"client-certificate-data": "Qw=="}, "the client certificate has no client-key"),
        ({"client-certificate": "/no.crt", "client-key": "/no.key"}, 'cannot read "/no.crt"'),
        ({"as-groups": ["g"]}, "need as"),
        ({"exec": {}}, "exec: command is missing"),
        ({"exec": {"command": "x", "apiVersion": "v0"}}, 'apiVersion "v0" is not supported'),
        (
            {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}},
            "interactiveMode must be",
        ),
        ({"exec": "aws"}, "exec must be a mapping"),
    ],
)
def test_faults_of_the_user(write: Callable[..., str], user: Config, words: str) -> None:
    """What can't be used of a user's entry is named, with the user."""
    path = write(_config(users=[{"name": "jane", "user": user}]))
    with pytest.raises(ConfigError, match=words) as caught:
        _load(path)
    assert 'user "jane"' in caught.value.message


def test_ca_with_insecure_is_refused(write: Callable[..., str]) -> None:
    """As in client-go: a CA that would be ignored is a mistake."""
    config = _config()
    config["clusters"][0]["cluster"] |= {
        "insecure-skip-tls-verify": True,
        "certificate-authority-data": _b64("CA"),
    }
    with pytest.raises(ConfigError, match="exclude each other"):
        _load(write(config))


def test_user_that_is_missing_is_no_error_yet(write: Callable[..., str]) -> None:
    """kubectl goes on without credentials; so do we, and remember why there are none."""
    found = _load(write(_config(users=[])))
    assert found.user_missing
    assert found.auth == ("", "", "", "", None, None)


def test_unreadable_explicit_file_is_a_usage_error(tmp_path: Path) -> None:
    """--kubeconfig that isn't there, or is a directory, is the caller's mistake."""
    with pytest.raises(UsageError, match="no such file"):
        _load(kubeconfig=str(tmp_path / "none"))
    with pytest.raises(UsageError, match="Is a directory"):
        _load(kubeconfig=str(tmp_path))


def test_broken_yaml_names_line_and_column(write: Callable[..., str]) -> None:
    """The file, the place and the parser's words, in one line."""
    path = write("apiVersion: v1\nclusters: [\nusers: }\n")
    with pytest.raises(ConfigError) as caught:
        _load(path)
    assert caught.value.message.startswith(f'the kubeconfig "{path}" is not valid YAML: line 3,')
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "3\n"])
def test_what_is_no_mapping_is_no_kubeconfig(write: Callable[..., str], text: str) -> None:
    """A list or a word is not a kubeconfig."""
    with pytest.raises(ConfigError, match="is not a mapping"):
        _load(write(text))


@pytest.mark.parametrize("text", ["abc", "-1", "1x", "1 s", "", "-5s"])
def test_bad_request_timeouts_are_usage_errors(write: Callable[..., str], text: str) -> None:
    """Only kubectl's grammar is taken; an empty flag counts as not given."""
    path = write(_config())
    if not text:
        assert _load(path, request_timeout=text).timeout is None
        return
    with pytest.raises(UsageError, match="is not a time"):
        _load(path, request_timeout=text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"certificate_authority": "/no/ca"}, '--certificate-authority "/no/ca": No such file'),
        ({"client_certificate": "/no/c", "client_key": "/no/k"}, '--client-certificate "/no/c"'),
        ({"client_certificate": "/no/c"}, "needs --client-key"),
        ({"as_groups": ("g",)}, "need --as"),
        ({"as_user": "u", "as_user_extra": ("x",)}, "is not KEY=VALUE"),
        ({"user": "ci", "token": "t"}, "--token: .* has a username"),
    ],
)
def test_faults_of_flags(write: Callable[..., str], options: dict[str, Any], words: str) -> None:
    """What a flag breaks is a usage error."""
    with pytest.raises(UsageError, match=words):
        _load(write(_config()), **options)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
