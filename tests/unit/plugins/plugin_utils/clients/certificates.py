# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in; keys and certificates as PEM files, made on the spot, out: what the tests of signing start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = datetime.now(UTC)
PASSWORD = "correct horse battery staple"


def key(kind: str) -> Any:
    """Return a new key: ``rsa``, ``ec`` or ``ed25519``."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else ed25519.Ed25519PrivateKey.generate()


def certificate(name: str, its_key: Any, *, begin: int = -1, end: int = 30) -> bytes:
    """Return a certificate for a key, signed with it, valid between these days from now; PEM."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(
        subject,
        subject,
        its_key.public_key(),
        x509.random_serial_number(),
        NOW + timedelta(days=begin),
        NOW + timedelta(days=end),
    ).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    algorithm = None if isinstance(its_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return made.sign(its_key, algorithm).public_bytes(serialization.Encoding.PEM)


def pem(its_key: Any, password: str | None = None) -> bytes:
    """Return a private key, encrypted when there is a password; PEM."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        encryption = serialization.BestAvailableEncryption(password.encode())
    data: bytes = its_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return data


def files(directory: Path, **contents: bytes) -> dict[str, str]:
    """Write ``NAME.pem`` for each content and return the paths by name."""
    paths = {}
    for name, data in contents.items():
        path = directory / f"{name}.pem"
        path.write_bytes(data)
        paths[name] = str(path)
    return paths
