# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed profiles from a playbook: the key lies vaulted beside it, and nothing of its password is ever shown."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .conftest import IMAP_ONLY, Ansible, Machine, client_config

PASSWORD = "a-password-that-nobody-guesses"
OPTIONS = {"sign_certificate": "fleet.pem", "sign_key": "key.pem", "sign_key_password_file": "password.txt"}


@pytest.fixture
def vaulted(ansible: Ansible, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put certificate, key and password beside the playbook, the last two vaulted; return their directory."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Fleet")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
    ).sign(key, hashes.SHA256())
    directory = ansible.directory / "files"
    directory.mkdir()
    (directory / "fleet.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    (directory / "password.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (directory / "vault").write_text("of the vault\n", encoding="utf-8")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(directory / "vault"))
    for file in ("key.pem", "password.txt"):
        done = ansible.command("ansible-vault", "encrypt", str(directory / file))
        assert done.returncode == 0, done.stdout
        assert (directory / file).read_bytes().startswith(b"$ANSIBLE_VAULT")
    return directory


@pytest.mark.usefixtures("vaulted")
def test_signed_once_and_then_left_alone(ansible: Ansible, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_VERBOSITY", "4")
    task = client_config(
        machine,
        accounts=[{"email": "ada@example.org", "pox": IMAP_ONLY}],
        clients=["apple_mobileconfig"],
        client_options={"apple_mobileconfig": OPTIONS},
    )
    first, second = ansible.tasks(task, task)
    assert (first["changed"], second["changed"]) == (True, False), (first.get("msg"), second["drift"])
    file = machine.root / "srv" / "mailfleet" / "apple_mobileconfig" / "ada@example.org.mobileconfig"
    signed = file.read_bytes()
    assert signed.startswith(b"\x30") and b"<string>imap.example.net</string>" in signed
    assert PASSWORD not in ansible.printed and "PRIVATE KEY" not in ansible.printed
    left = [path for path in Path(os.environ["ANSIBLE_LOCAL_TEMP"]).rglob("*") if path.is_file()]
    assert not [path for path in left if PASSWORD.encode() in path.read_bytes()]


def test_a_key_that_is_not_there(ansible: Ansible, machine: Machine, vaulted: Path) -> None:
    (vaulted / "key.pem").unlink()
    (result,) = ansible.tasks(
        client_config(
            machine,
            accounts=[{"email": "ada@example.org", "pox": IMAP_ONLY}],
            clients=["apple_mobileconfig"],
            client_options={"apple_mobileconfig": OPTIONS},
        )
    )
    assert result["failed"] and result["msg"].endswith(
        'client_options.apple_mobileconfig.sign_key is "key.pem", and there is no such file beside the playbook. Put '
        "it there, or give an absolute path on the controller."
    )
    assert not (machine.root / "srv").exists()
