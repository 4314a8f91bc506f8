"""Proxies and TLS."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import httpcore
import pytest

from procspec.errors import ServiceError, UnknownOutcome, UsageError
from procspec.http import Http, Resend
from procspec.http.network import Network
from tests.http.clients import OK, QUICK, TOKEN, client, everything, get, post
from tests.http.wire import (
    Server,
    hangs_up,
    resets,
    says,
    says_nothing,
    serving,
    tunnels,
)


@contextmanager
def variables(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name, value in values.items():
            patch.setenv(name, value)
        yield


def test_loopback_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(says(500)) as proxy,
        serving(OK) as server,
        variables(monkeypatch, HTTP_PROXY=proxy.origin, ALL_PROXY=proxy.origin),
        client(server) as http,
    ):
        get(http)
    assert proxy.taken == []


@pytest.mark.parametrize("resend", list(Resend))
def test_a_proxy_that_refuses_leaves_nothing_unknown(monkeypatch: pytest.MonkeyPatch, resend: Resend) -> None:
    with serving(says(407), hangs_up, says_nothing) as proxy:
        url = proxy.origin.replace("//", "//ana:canary-pass@")
        with (
            variables(monkeypatch, HTTPS_PROXY=url),
            closing(Http("https://api.example.com", credentials=TOKEN, limits=QUICK)) as http,
            pytest.raises(ServiceError, match="could not be sent") as caught,
        ):
            post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert [(taken.method, taken.path) for taken in proxy.taken] == [("CONNECT", "api.example.com:443")] * 3
    assert proxy.taken[0].headers["proxy-authorization"].startswith("Basic ")
    assert "authorization" not in proxy.taken[0].headers
    assert "canary" not in everything(caught.value)


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "http://", "gopher://ana:canary@x"])
def test_a_proxy_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with (
        variables(monkeypatch, HTTPS_PROXY=url),
        closing(Http("https://x.example", credentials=TOKEN)) as http,
        pytest.raises(UsageError, match="proxy") as caught,
    ):
        get(http)
    assert "canary" not in everything(caught.value)


def test_who_speaks_no_tls_was_sent_nothing() -> None:
    with serving(OK) as server:
        origin = server.origin.replace("http:", "https:")
        with (
            closing(Http(origin, credentials=TOKEN, limits=replace(QUICK, attempts=1))) as http,
            pytest.raises(ServiceError, match="could not be sent"),
        ):
            post(http)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's TLS identity for `localhost`, signed by nobody, and the file that one would trust it by."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    subprocess.run(
        [*command.split(), "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


Identity = tuple[ssl.SSLContext, str]


def over_tls(server: Server) -> Http:
    return Http(f"https://localhost:{server.port}", credentials=TOKEN, limits=replace(QUICK, attempts=2))


def test_a_certificate_that_the_machine_does_not_trust_ends_it(identity: Identity) -> None:
    with (
        serving(OK, tls=identity[0]) as server,
        closing(over_tls(server)) as http,
        pytest.raises(ServiceError, match=r"could not be sent.*certificate") as caught,
    ):
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert server.taken == []


def test_a_certificate_that_the_machine_trusts(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(OK, resets, tls=identity[0]) as server,
        variables(monkeypatch, SSL_CERT_FILE=identity[1]),
        closing(over_tls(server)) as http,
    ):
        assert get(http).body == {"id": "p-1"}
        with pytest.raises(UnknownOutcome):
            post(http)
    assert (len(server.taken), server.connections) == (2, 1)


def test_through_a_proxy_only_the_request_itself_counts_as_sent(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serving(OK, resets, tls=identity[0]) as server,
        serving(hangs_up, tunnels(server.port)) as proxy,
        variables(monkeypatch, SSL_CERT_FILE=identity[1], HTTPS_PROXY=proxy.origin),
        closing(Http(f"https://localhost:{server.port}", credentials=TOKEN, limits=QUICK)) as http,
    ):
        assert post(http, accept=(200,)).body == {"id": "p-1"}
        with pytest.raises(UnknownOutcome):
            post(http)
    assert [taken.method for taken in proxy.taken] == ["CONNECT", "CONNECT"]
    assert len(server.taken) == 2


def test_a_host_that_needs_no_proxy(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(OK, tls=identity[0]) as server,
        variables(
            monkeypatch, SSL_CERT_FILE=identity[1], HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="localhost"
        ),
        closing(over_tls(server)) as http,
    ):
        assert get(http).status == 200


def test_a_deadline_between_connecting_and_tls_leaves_no_socket() -> None:
    with serving(OK) as server:
        network = Network(secure=True)
        network.begin(time.monotonic() + 5)
        host, _, port = server.origin.removeprefix("http://").partition(":")
        stream = network.connect_tcp(host, int(port))
        network.begin(time.monotonic() - 1)
        with pytest.raises(httpcore.ReadTimeout):
            stream.start_tls(ssl.create_default_context())
        assert stream.get_extra_info("socket").fileno() == -1
