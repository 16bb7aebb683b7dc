"""Servers, channels and a certificate for the channel tests; each is stopped or closed at the end."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from faulty_smtp import HOST, Certificate, Faults, FaultySink

from dondoc.channels.email import EmailChannel
from dondoc.channels.settings import EmailSettings


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def make_server(tmp_path: Path, faults: Faults) -> Iterator[Callable[..., FaultySink]]:
    """Starts servers; every one is stopped at the end."""
    started: list[FaultySink] = []

    def start(**options: Any) -> FaultySink:
        server = FaultySink(tmp_path / "mails", faults, **options)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(make_server: Callable[..., FaultySink]) -> FaultySink:
    return make_server()


@pytest.fixture
def make_channel() -> Iterator[Callable[..., EmailChannel]]:
    """Builds channels for a port; every one is closed at the end."""
    made: list[EmailChannel] = []

    def make(port: int, **changes: Any) -> EmailChannel:
        settings = EmailSettings(
            HOST, port, "plain", "dondoc@sonoivu.hungyen.example", "Sở Nội vụ tỉnh Hưng Yên", timeout=5
        )
        made.append(EmailChannel(replace(settings, **changes)))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


@pytest.fixture
def channel(server: FaultySink, make_channel: Callable[..., EmailChannel]) -> EmailChannel:
    return make_channel(server.port)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.hungyen.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "mail.pem", folder / "mail.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return Certificate(pem, context)
