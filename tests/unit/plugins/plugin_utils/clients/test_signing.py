# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed profiles: what is in them, who can check them, when a file counts as unchanged, and what goes wrong."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.module_utils.conftest import Node
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    plan,
    pop3,
    request,
    smtp,
)

from .certificates import PASSWORD, certificate, files, key, pem
from .readers.apple_mobileconfig import profile

KEYS = {kind: key(kind) for kind in ("rsa", "ec", "ed25519")}
OTHER_KEY = key("ec")
CERTIFICATES = {kind: certificate(f"Fleet {kind}", its_key) for kind, its_key in KEYS.items()}
AUTHORITY = certificate("Authority", OTHER_KEY)


def item(options: dict[str, Any] | None, *protocols: str) -> dict[str, Any]:
    """Return the file for Ada."""
    given = {"apple_mobileconfig": options} if options else None
    (file,) = plan(request(*(protocols or (pop3(), smtp()))), clients=("apple_mobileconfig",), options=given).files
    return file


def content(file: dict[str, Any]) -> bytes:
    """Return the bytes of a file."""
    return base64.b64decode(file["content_base64"]) if "content_base64" in file else file["content"].encode()


@pytest.fixture
def signing(tmp_path: Path) -> Any:
    """Return what makes the options to sign with a kind of key; a content of None leaves the option out."""

    def options(kind: str, **contents: bytes | None) -> dict[str, str]:
        given: dict[str, bytes | None] = {
            "sign_certificate": CERTIFICATES[kind],
            "sign_key": pem(KEYS[kind]),
            **contents,
        }
        return files(tmp_path, **{name: data for name, data in given.items() if data is not None})

    return options


def verify(signed: bytes, inner: bytes, public: Any) -> None:
    """Check the signature, which is over the content itself as there are no signed attributes; it comes last."""
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signed[-256:], inner, padding.PKCS1v15(), hashes.SHA256())
    else:
        (signature,) = [signed[-n:] for n in range(60, 80) if signed[-n - 2 : -n] == bytes((4, n))]
        public.verify(signature, inner, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signed_profile_is_the_profile_and_its_signature(kind: str, signing: Any) -> None:
    inner = content(item(None))
    signed = content(item(signing(kind)))
    assert signed.count(inner) == 1
    verify(signed, inner, KEYS[kind].public_key())
    with pytest.raises(InvalidSignature):
        verify(signed, inner.replace(b"pop.example.org", b"pop.example.net"), KEYS[kind].public_key())
    assert pkcs7.load_der_pkcs7_certificates(signed) == [x509.load_pem_x509_certificate(CERTIFICATES[kind])]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_verifies_it(kind: str, signing: Any, tmp_path: Path) -> None:
    options = signing(kind)
    signed = tmp_path / "ada.mobileconfig"
    signed.write_bytes(content(item(options)))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signed), "-purpose", "any"]
    trusted = ["-CAfile", options["sign_certificate"]]
    done = subprocess.run([*command, *trusted], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == content(item(None))
    assert profile(done.stdout)["PayloadContent"][0]["EmailAccountType"] == "EmailTypePOP"
    signed.write_bytes(signed.read_bytes().replace(b"pop.example.org", b"pop.example.net"))
    assert subprocess.run([*command, *trusted], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("way", ["sign_chain", "sign_certificate"])
def test_certificates_of_authorities_go_with_it(way: str, signing: Any) -> None:
    own = CERTIFICATES["rsa"]
    contents = {"sign_chain": AUTHORITY + own + AUTHORITY} if way == "sign_chain" else {way: own + AUTHORITY}
    found = pkcs7.load_der_pkcs7_certificates(content(item(signing("rsa", **contents))))
    expected = [x509.load_pem_x509_certificate(data) for data in (own, AUTHORITY)]
    assert sorted(found, key=hash) == sorted(expected, key=hash)


def test_rsa_gives_the_same_bytes_and_ec_the_same_basis(signing: Any) -> None:
    rsa_options = signing("rsa")
    first, second = item(rsa_options), item(rsa_options)
    assert first == second and "basis" not in first
    ec_options = signing("ec")
    first, second = item(ec_options), item(ec_options)
    assert first["content_base64"] != second["content_base64"]
    assert first["basis"] == second["basis"]
    ec_basis = [
        first["basis"],
        item(ec_options, pop3(Port=110, Encryption="TLS"), smtp())["basis"],
        item(signing("ec", sign_chain=AUTHORITY))["basis"],
        item(signing("ec", sign_certificate=certificate("Fleet ec", KEYS["ec"]), sign_chain=None))["basis"],
    ]
    assert len(set(ec_basis)) == len(ec_basis)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_second_run_changes_nothing(kind: str, signing: Any, tmp_path: Path) -> None:
    node = Node(tmp_path / "root")
    options = signing(kind)
    assert [row["action"] for row in node.install([item(options)])["files"]] == ["created"]
    before = node.snapshot()
    again = node.install([item(options)], diff=True)
    assert not again["changed"] and again["drift"] == again["diff"] == []
    assert node.snapshot() == before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda signed, inner: signed[:-1] + bytes((signed[-1] ^ 1,)), id="signature"),
        pytest.param(lambda signed, inner: signed.replace(b"pop.example.org", b"pop.example.net"), id="profile"),
        pytest.param(lambda signed, inner: signed + b"\0", id="more bytes"),
        pytest.param(lambda signed, inner: inner, id="not signed any more"),
    ],
)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_tampering_is_drift(kind: str, change: Any, signing: Any, tmp_path: Path) -> None:
    node = Node(tmp_path / "root")
    options = signing(kind)
    file = item(options)
    node.install([file])
    node.write(file["path"], change(content(file), content(item(None))))
    result = node.install([item(options)])
    assert [row["reason"] for row in result["drift"]] == ["content"]
    verify(node.read(file["path"]), content(item(None)), KEYS[kind].public_key())


def test_an_encrypted_key(signing: Any) -> None:
    locked = pem(KEYS["rsa"], PASSWORD)
    for line in (PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\nnot this\n"):
        options = signing("rsa", sign_key=locked, sign_key_password_file=line.encode())
        assert content(item(options)) == content(item(signing("rsa", sign_key_password_file=None)))


def test_certificate_and_key_in_one_file(signing: Any) -> None:
    both = pem(KEYS["ec"]) + CERTIFICATES["ec"]
    verify(
        content(item(signing("ec", sign_certificate=both, sign_key=both))), content(item(None)), KEYS["ec"].public_key()
    )


WRONG = [
    ("no key", "rsa", {"sign_key": None}, "sign_certificate is given without sign_key. Signing needs"),
    ("no certificate", "rsa", {"sign_certificate": None}, "sign_key is given without sign_certificate."),
    (
        "a chain alone",
        "rsa",
        {"sign_certificate": None, "sign_key": None, "sign_chain": AUTHORITY},
        "sign_chain is given without sign_certificate.",
    ),
    ("no PEM", "rsa", {"sign_certificate": b"\x30\x82"}, 'sign_certificate: "PATH" holds no certificate in PEM form.'),
    ("empty chain", "rsa", {"sign_chain": b""}, 'sign_chain: "PATH" holds no certificate in PEM form.'),
    ("broken PEM", "rsa", {"sign_certificate": CERTIFICATES["rsa"][:99]}, "holds no certificate in PEM form."),
    ("key for certificate", "rsa", {"sign_certificate": pem(KEYS["rsa"])}, "holds no certificate in PEM form."),
    ("certificate for key", "rsa", {"sign_key": CERTIFICATES["rsa"]}, 'sign_key: "PATH" holds no private key in PEM'),
    ("vault", "rsa", {"sign_key": b"$ANSIBLE_VAULT;1.1;AES256\n31"}, 'sign_key: "PATH" holds no private key in PEM'),
    (
        "another key",
        "rsa",
        {"sign_key": pem(OTHER_KEY)},
        'is not that of the certificate "CN=Fleet rsa" in "PATH". Give the two',
    ),
    ("authority first", "rsa", {"sign_certificate": AUTHORITY + CERTIFICATES["rsa"]}, '"CN=Authority"'),
    (
        "expired",
        "rsa",
        {"sign_certificate": certificate("Old", KEYS["rsa"], begin=-9, end=-2)},
        'the certificate "CN=Old" in "PATH" expired on 2',
    ),
    (
        "not yet valid",
        "rsa",
        {"sign_certificate": certificate("New", KEYS["rsa"], begin=2)},
        'the certificate "CN=New" in "PATH" is valid from 2',
    ),
    ("Ed25519", "ed25519", {}, "is neither an RSA nor an EC key"),
    (
        "no password",
        "rsa",
        {"sign_key": pem(KEYS["rsa"], PASSWORD)},
        'the key in "PATH" is encrypted; give sign_key_password_file',
    ),
    (
        "wrong password",
        "rsa",
        {"sign_key": pem(KEYS["rsa"], PASSWORD), "sign_key_password_file": b"wrong"},
        'the key in "PATH" does not open with the password in "PATH". Correct one',
    ),
    (
        "empty password",
        "rsa",
        {"sign_key": pem(KEYS["rsa"], PASSWORD), "sign_key_password_file": b"\nx"},
        'sign_key_password_file: the first line of "PATH" is empty.',
    ),
    (
        "password for a key without one",
        "rsa",
        {"sign_key_password_file": b"x"},
        'the key in "PATH" is not encrypted; leave sign_key_password_file out.',
    ),
]


@pytest.mark.parametrize("kind, contents, sentence", [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_sign(kind: str, contents: dict[str, bytes], sentence: str, signing: Any, tmp_path: Path) -> None:
    options = signing(kind, **contents)
    with pytest.raises(OptionError) as caught:
        item(options)
    said = str(caught.value)
    for path in options.values():
        said = said.replace(path, "PATH")
    assert said.startswith("client_options.apple_mobileconfig") and sentence in said
    assert said.isprintable() and said.endswith(".") and str(tmp_path) not in said
    assert PASSWORD not in said and "wrong" not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "value, sentence",
    [
        pytest.param(
            "/nowhere/key.pem", '"/nowhere/key.pem" cannot be read on the controller: No such file', id="none"
        ),
        pytest.param("/tmp", '"/tmp" cannot be read on the controller: Is a directory', id="directory"),
        pytest.param("key.pem", 'is "key.pem", and there is no such file beside the playbook', id="relative"),
        pytest.param("", 'is "", and there is no such file', id="empty"),
        pytest.param(5, 'is "5", and there is no such file', id="number"),
        pytest.param("/a\0b", r'"/a\x00b" cannot be read on the controller', id="NUL"),
    ],
)
@pytest.mark.parametrize("option", ["sign_certificate", "sign_key", "sign_chain", "sign_key_password_file"])
def test_files_that_cannot_be_read(option: str, value: Any, sentence: str, signing: Any) -> None:
    with pytest.raises(OptionError) as caught:
        item({**signing("rsa"), option: value})
    assert str(caught.value).startswith(f"client_options.apple_mobileconfig.{option}")
    if option == "sign_key_password_file" and "beside the playbook" in str(caught.value):
        # What is given may be the password itself.
        assert "key.pem" not in str(caught.value)
        return
    assert sentence in str(caught.value) and str(caught.value).isprintable()
