"""What a user may type to name a cluster."""

from __future__ import annotations

import contextlib
from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, UsageError
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.resolve import resolve
from raymon_tui.backends.targets import (
    FileTarget,
    KubernetesTarget,
    LocalTarget,
    NamespaceTarget,
    RecordingTarget,
    SshTarget,
    Target,
    UrlTarget,
)

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("typed", "shown", "base_url"),
    [
        ("http://head:8265", "http://head:8265", "http://head:8265"),
        ("http://head", "http://head", "http://head:80"),
        ("https://head", "https://head", "https://head:443"),
        ("https://head:443/", "https://head", "https://head:443"),
        ("HTTP://Head:8265", "http://head:8265", "http://head:8265"),
        ("http://head:8265/ray/one/", "http://head:8265/ray/one", "http://head:8265/ray/one"),
        ("http://[::1]:8265", "http://[::1]:8265", "http://[::1]:8265"),
        ("https://[fd00::2]/ray", "https://[fd00::2]/ray", "https://[fd00::2]:443/ray"),
        (f"https://me:{SECRET}@head/ray", "https://head/ray", "https://head:443/ray"),
        (f"https://:{SECRET}@head", "https://head", "https://head:443"),
        ("http://head:8265/?tab=jobs#top", "http://head:8265", "http://head:8265"),
    ],
)
def test_an_address_is_shown_as_a_person_would_write_it_and_asked_as_it_stands(
    typed: str, shown: str, base_url: str
) -> None:
    target = parse(typed)
    assert isinstance(target, UrlTarget)
    assert str(target) == shown
    assert target.base_url == base_url
    assert SECRET not in repr(target)


def test_user_and_password_are_taken_out_of_their_escapes() -> None:
    target = parse("https://me%40home:p%2Fw%3A%25@head")
    assert isinstance(target, UrlTarget)
    assert (target.user, target.password) == ("me@home", "p/w:%")


def test_a_password_may_hold_an_at_sign_as_browsers_let_it() -> None:
    target = parse("https://me:p@ss@head")
    assert isinstance(target, UrlTarget)
    assert (target.host, target.password) == ("head", "p@ss")


def test_nothing_typed_means_this_machine() -> None:
    assert parse(None) == LocalTarget()


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("http://", "names no host"),
        ("http://:8265", "names no host"),
        ("http://head:port", "ort"),
        ("ssh://head:0", "no number from 1 to 65535"),
        ("ssh://head:65536", "no number from 1 to 65535"),
        ("http://head:99999", "ort"),
        ("http://[::1", "IPv6"),
        ("head", "none of the forms"),
        ("head:8265", "none of the forms"),
        ("", "none of the forms"),
        ("ftp://head", "ftp://"),
        ("raycluster/", "none of the other forms"),
        ("raycluster/Upper_case", "none of the other forms"),
        ("pod/one", "no such file"),
        ("raycluster.example.com/one", "none of the other forms"),
        ("rayclusterss/one", "none of the other forms"),
        ("ns/", "none of the other forms"),
        ("nul\0byte.yaml", "none of the forms"),
        ("ssh://", "names no host"),
        ("ssh://head/path", "behind the host"),
        ("ssh://-oProxyCommand=x@head", "no user"),
        ("ssh://-oProxyCommand", "no host"),
        (f"ssh://me:{SECRET}@head", "password"),
        (f"me:{SECRET}@head://x", "none of the forms"),
        ("http://head/a\0b", "non-printable"),
        ("http://head with blanks", "host"),
        ("http://" + "a" * 64 + ".example", "host"),
    ],
)
def test_what_names_no_cluster_is_refused_with_what_is_wrong_and_what_could_be_typed(typed: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)
    assert named in caught.value.said
    assert "://" in caught.value.advice
    assert caught.value.exit_code == 2
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ssh://head", SshTarget("head")),
        ("ssh://ubuntu@Head.example:2222/", SshTarget("Head.example", 2222, "ubuntu")),
        ("ssh://HEAD@head", SshTarget("head", None, "HEAD")),
        ("ssh://me@[fd00::2]:22", SshTarget("fd00::2", 22, "me")),
    ],
)
def test_an_address_for_ssh_is_opened_and_told_as_it_was_typed(typed: str, meant: SshTarget) -> None:
    assert parse(typed) == meant
    (candidate,) = resolve(typed, ConnectOptions(), {})
    backend = candidate.open()
    assert backend.dashboard == Endpoint("127.0.0.1", 8265)
    assert meant.host in backend.describe()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cluster.yaml", FileTarget(Path("cluster.yaml"))),
        ("/etc/ray/my cluster.yml", FileTarget(Path("/etc/ray/my cluster.yml"))),
        ("-", FileTarget(None)),
        ("cluster.YAML", FileTarget(Path("cluster.YAML"))),
        ("/dev/fd/63", FileTarget(Path("/dev/fd/63"))),
        ("rayjob/train.yaml", FileTarget(Path("rayjob/train.yaml"))),
    ],
)
def test_files_are_known_by_their_ending_and_by_where_they_are(typed: str, meant: Target) -> None:
    assert parse(typed) == meant


def test_what_is_there_is_a_file_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "lab").touch()
    assert parse("prod") == FileTarget(Path("prod"))
    assert parse("folder/lab") == FileTarget(Path("folder/lab"))
    for text in ("folder", "lab", "a" * 300):
        with pytest.raises(UsageError, match="none of the forms"):
            parse(text)
    with pytest.raises(UsageError, match="no such file"):
        parse("folder/none")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("raycluster/one", KubernetesTarget("raycluster", "one")),
        ("RayJob/two.three", KubernetesTarget("rayjob", "two.three")),
        ("rayservice/a-b", KubernetesTarget("rayservice", "a-b")),
        ("raycronjob/x", KubernetesTarget("raycronjob", "x")),
        ("rayclusters/x", KubernetesTarget("raycluster", "x")),
        ("RayServices/x", KubernetesTarget("rayservice", "x")),
        ("raycluster.ray.io/x", KubernetesTarget("raycluster", "x")),
        ("rayjobs.v1.ray.io/x", KubernetesTarget("rayjob", "x")),
        ("rayclusters.v1alpha1.ray.io/x", KubernetesTarget("raycluster", "x")),
    ],
)
def test_objects_of_kuberay_are_known_by_their_kind(typed: str, meant: Target) -> None:
    assert parse(typed) == meant
    (candidate,) = resolve(typed, ConnectOptions(), {})
    assert candidate.title == str(meant)


@pytest.mark.parametrize("typed", ["namespace/team", "ns/team", "Namespaces/team"])
def test_a_namespace_may_be_named_as_kubectl_names_it(typed: str) -> None:
    assert parse(typed) == NamespaceTarget("team")


@pytest.mark.parametrize(("typed", "meant"), [("friday.raymon", RecordingTarget(Path("friday.raymon")))])
def test_forms_that_cannot_be_opened_yet_are_known_and_the_error_says_what_can_be(typed: str, meant: Target) -> None:
    assert parse(typed) == meant
    with pytest.raises(UsageError) as caught:
        resolve(typed, ConnectOptions(), {})
    assert caught.value.tried == f"open {meant}"
    assert "yet" in caught.value.said
    assert "http(s)://" in caught.value.advice


@given(st.text(), st.sampled_from(["ssh://", "raycluster/", ""]), st.sampled_from([".yaml", ".raymon", ""]))
def test_what_is_meant_can_be_written_down_and_read_again(text: str, start: str, end: str) -> None:
    try:
        meant = parse(start + text + end)
    except UsageError:
        return
    assert parse(str(meant)) == meant


@given(st.text() | st.text(alphabet=":/@[]?#%.-_~\0\n\\ üé0aZ", max_size=40).map("http://".__add__))
@example("http://[")
@example("http://a:b:c@d:e")
@example("http://％00")
@example("http://\u2100")
@example("ray_client://a")
def test_no_text_at_all_raises_anything_but_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse(text)


@settings(deadline=None)
@given(st.text(alphabet=":/@[]?#%.-_~ 0aZ", max_size=40).map("http://".__add__))
def test_an_address_that_is_taken_can_be_opened(text: str) -> None:
    try:
        (candidate,) = resolve(text, ConnectOptions(), {})
    except UsageError:
        return
    backend = candidate.open()
    backend.http(backend.dashboard)


def test_a_password_with_a_slash_in_it_is_not_told_as_a_port_that_is_wrong() -> None:
    with pytest.raises(UsageError) as caught:
        parse(f"http://me:{SECRET}/word@head")
    assert SECRET not in repr(caught.value)


@settings(deadline=None)
@given(
    user=st.text(alphabet=ascii_letters + digits, max_size=8),
    rest=st.text(alphabet=":/@[]?# .-%a0", max_size=20),
    scheme=st.sampled_from(["http", "https", "HTTP", "ftp", "ssh", "slurm", "htp", "http:"]),
)
@example(user="me", rest="[", scheme="http")
@example(user="me", rest="head:port", scheme="http")
@example(user="", rest="", scheme="http")
@example(user="me", rest="/@head", scheme="https")
@example(user="me", rest="head", scheme="ssh")
@example(user="me", rest="head", scheme="http:")
@example(user="me", rest="head", scheme="me:x@http")
def test_no_message_and_no_title_holds_a_password(user: str, rest: str, scheme: str) -> None:
    text = f"{scheme}://{user}:{SECRET}@{rest}"
    try:
        (candidate,) = resolve(text, ConnectOptions(), {})
        told = (candidate.title, repr(candidate), candidate.open().describe(), repr(parse(text)))
    except RaymonError as error:
        told = (error.tried, error.said, error.advice, repr(error))
    assert all(SECRET not in one for one in told)
