"""What the client does with connections: kept, cut, led through a proxy, and trusted or not."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.notifier.conftest import PHONE_ID, TOKEN
from wa_webhook.http_session import find_proxy
from wa_webhook.notifier import GraphClient
from wa_webhook.notifier.notification import Notification

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

ACCEPTED = b'{"messages": [{"id": "wamid.1"}]}'
GRAPH = "https://graph.facebook.com/v26.0"


class Server:
    """Answers requests with `answer`, one connection after the other; notes what it was sent."""

    def __init__(self, answer: Callable[[], bytes]) -> None:
        self._answer = answer
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.closes_after_answer = False
        self.is_left = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                self.bodies.append(await reader.readexactly(length))
                writer.write(self._answer())
                if self.closes_after_answer:
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.is_left.set()


def answer(body: bytes = ACCEPTED, *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


@contextlib.asynccontextmanager
async def serving(
    what: Callable[[], bytes] = answer, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Server, str]]:
    server = Server(what)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield server, f"{'https' if tls else 'http'}://127.0.0.1:{port}/v26.0"


def client(base_url: str, **settings: Any) -> GraphClient:
    given: dict[str, Any] = {"phone_number_id": PHONE_ID, "timeout_seconds": 5, "max_threads": 1}
    return GraphClient(base_url=base_url, token=TOKEN, **(given | settings))


def notification(upload: dict[str, Any] | None = None) -> Notification:
    request = json.dumps({"type": "document", "document": {}})
    return Notification(1, uuid4(), None, request, upload, 0)


async def test_a_connection_carries_one_message_after_the_other() -> None:
    async with serving() as (server, url), client(url) as sender:
        outcomes = [(await sender.send(notification())).outcome for _ in range(3)]
    assert (outcomes, server.connections) == (["accepted"] * 3, 1)


async def test_a_connection_that_the_server_has_closed_is_replaced() -> None:
    async with serving() as (server, url), client(url) as sender:
        server.closes_after_answer = True
        for _ in range(3):
            assert (await sender.send(notification())).outcome == "accepted"
            await server.is_left.wait()
            server.is_left.clear()
    assert server.connections == 3


async def test_a_message_that_was_written_is_never_written_again_by_the_client() -> None:
    async with serving(lambda: b"") as (server, url), client(url) as sender:
        server.closes_after_answer = True
        assert (await sender.send(notification())).outcome == "unknown"
    assert len(server.bodies) == 1


async def test_a_send_that_is_given_up_leaves_no_connection() -> None:
    async with serving(lambda: b"") as (server, url), client(url, timeout_seconds=0.2) as sender:
        assert (await sender.send(notification())).outcome == "unknown"
        await asyncio.wait_for(server.is_left.wait(), 30)


async def test_an_answer_that_comes_drop_by_drop_ends_with_the_time_of_the_message() -> None:
    head = answer(b" " * 1000).partition(b"\r\n\r\n")[0] + b"\r\n\r\n "
    async with serving(lambda: head) as (server, url), client(url, timeout_seconds=0.2) as sender:
        assert (await sender.send(notification())).outcome == "unknown"
        await asyncio.wait_for(server.is_left.wait(), 30)


@pytest.mark.parametrize(
    "endless",
    [
        answer(ACCEPTED + b" " * 2**21),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"400\r\n%b\r\n" % (b" " * 1024) * 2**12,
    ],
    ids=["announced", "in chunks"],
)
async def test_an_answer_without_an_end_is_not_read_to_its_end(endless: bytes) -> None:
    async with serving(lambda: endless) as (server, url), client(url) as sender:
        result = await sender.send(notification())
        await asyncio.wait_for(server.is_left.wait(), 30)
    assert (result.outcome, result.http_status) == ("unknown", 200)


async def test_a_cookie_is_not_sent_back() -> None:
    setting = answer(ACCEPTED, "Set-Cookie: a=b")
    async with serving(lambda: setting) as (server, url), client(url) as sender:
        for _ in range(2):
            await sender.send(notification())
    assert [head for head in server.heads if b"cookie" in head.lower()] == []


async def test_the_name_of_a_file_adds_no_header_to_its_upload(tmp_path: Path) -> None:
    name = 'a"b\r\nX-Injected: é.pdf'
    (tmp_path / name).write_bytes(b"%PDF-1.7")
    upload = {"kind": "file", "path": name, "mime_type": "application/pdf", "cache_key": "key"}
    async with (
        serving(lambda: answer(b'{"id": "1"}')) as (server, url),
        client(url, media_folder=tmp_path) as sender,
    ):
        result = await sender.send(notification(upload))
    assert result.media is not None
    assert 'filename="a\\"b__X-Injected: é.pdf"'.encode() in server.bodies[0]
    assert json.loads(server.bodies[1]) == {"type": "document", "document": {"id": "1"}}


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://user:pass@proxy:3128"}, "http://user:pass@proxy:3128"),
        ({"ALL_PROXY": "proxy:3128"}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".facebook.com"}, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, None),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], proxy: str | None
) -> None:
    set_proxies(monkeypatch, **environment)
    found = find_proxy(GRAPH)
    assert (None if found is None else str(found)) == proxy


def test_a_proxy_of_an_unknown_kind_is_not_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    set_proxies(monkeypatch, ALL_PROXY="socks5://proxy:1080")
    with pytest.raises(ValueError, match="socks5"):
        find_proxy(GRAPH)


async def test_a_message_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as (proxy, url):
        set_proxies(monkeypatch, HTTP_PROXY=url.replace("http://", "http://user:pass@"))
        async with client("http://graph.invalid/v26.0") as sender:
            assert (await sender.send(notification())).outcome == "accepted"
    assert proxy.heads[0].startswith(
        f"POST http://graph.invalid/v26.0/{PHONE_ID}/messages HTTP/1.1\r\n".encode()
    )
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in proxy.heads[0]


async def test_a_proxy_that_refuses_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(refusing)
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        set_proxies(monkeypatch, HTTPS_PROXY=f"http://127.0.0.1:{port}")
        async with client(GRAPH) as sender:
            result = await sender.send(notification())
    assert result.outcome == "not_sent"


async def test_only_a_server_that_the_named_authorities_vouch_for_is_told_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = own_certificate(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with serving(tls=context) as (server, url):
        async with client(url) as sender:
            assert (await sender.send(notification())).outcome == "not_sent"
        assert server.heads == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        async with client(url) as sender:
            assert (await sender.send(notification())).outcome == "accepted"


def set_proxies(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    """Let nothing of the machine's own environment lead anywhere."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def own_certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    """Write a certificate for 127.0.0.1 that vouches for itself, and return the server's side."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "graph")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
