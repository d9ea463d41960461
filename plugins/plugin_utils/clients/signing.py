# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Paths of a certificate and its key in; what signs a file with them (CMS, RFC 5652) out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..errors import OptionError
from ..libraries import crypto_exceptions, ec, hashes, pkcs7, rsa, serialization, x509
from ..wording import quoted
from .client import Option

OPTIONS = {
    "sign_certificate": Option(
        None,
        "A file on the controller with the certificate that the files are signed with, in PEM form. Certificates that "
        "follow it in the file go into the signature too. Without it, files are not signed.",
        on_controller=True,
    ),
    "sign_key": Option(
        None,
        "A file on the controller with the RSA or EC key of the certificate, in PEM form; it may be vaulted.",
        on_controller=True,
    ),
    "sign_chain": Option(
        None,
        "A file on the controller with more certificates for the signature, those of the authorities between the "
        "certificate and a root that devices trust, in PEM form.",
        on_controller=True,
    ),
    "sign_key_password_file": Option(
        None,
        "A file on the controller whose first line is the password of the key; it may be vaulted. The password itself "
        "is no option, because options are shown by C(-vvv) and kept in logs.",
        on_controller=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate with its key, and the certificates that go with it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    others: tuple[x509.Certificate, ...]

    def signed(self, content: bytes) -> bytes:
        """Return ``content`` within its signature.

        There are no signed attributes, as they hold the time: an RSA key gives the same bytes each time.
        """
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for other in self.others:
            builder = builder.add_certificate(other)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoAttributes])

    def basis(self, content: bytes) -> str | None:
        """Return the digest of what ``signed`` is made of; null where the same things give the same bytes."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return None
        total = hashlib.sha256()
        for part in (content, *(_der(certificate) for certificate in (self.certificate, *self.others))):
            total.update(b"%d:%b" % (len(part), part))
        return f"sha256:{total.hexdigest()}"


def signer(client: str, options: Mapping[str, Any]) -> Signer | None:
    """Return what the options of ``client`` ask to sign with, or null.

    Raises:
        OptionError: when a file cannot be used, or they do not belong together.
        LibraryMissing: when the controller lacks cryptography.
    """
    given = {name: options[name] for name in OPTIONS if options[name] is not None}
    if not given:
        return None
    prefix = f"client_options.{client}"
    for name in ("sign_certificate", "sign_key"):
        if name not in given:
            raise OptionError(
                f"{prefix}: {next(iter(given))} is given without {name}. Signing needs the certificate and its key; "
                "leave all of them out for files that are not signed."
            )
    certificate, *others = _certificates(f"{prefix}.sign_certificate", given["sign_certificate"])
    if "sign_chain" in given:
        others += _certificates(f"{prefix}.sign_chain", given["sign_chain"])
    _refuse_out_of_date(f"{prefix}.sign_certificate", given["sign_certificate"], certificate)
    key = _key(prefix, given["sign_key"], given.get("sign_key_password_file"))
    if _public(key.public_key()) != _public(certificate.public_key()):
        raise OptionError(
            f"{prefix}: the key in {quoted(given['sign_key'], 200)} is not that of the certificate "
            f"{quoted(certificate.subject.rfc4514_string())} in {quoted(given['sign_certificate'], 200)}. Give the "
            "two that belong together; the signer's own certificate comes first in its file."
        )
    once = dict.fromkeys(other for other in others if other != certificate)
    return Signer(certificate, key, tuple(once))


def _read(option: str, path: Any) -> bytes:
    if not isinstance(path, str) or not path.startswith("/"):
        raise OptionError(
            f"{option} is {quoted(path, 200)}, and there is no such file beside the playbook. Put it there, or give an "
            "absolute path on the controller."
        )
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OptionError(
            f"{option}: {quoted(path, 200)} cannot be read on the controller: {reason}. Correct the path, or the mode "
            "of the file."
        ) from error


def _certificates(option: str, path: Any) -> list[x509.Certificate]:
    data = _read(option, path)
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise OptionError(f"{option}: {quoted(path, 200)} holds no certificate in PEM form.") from None


def _refuse_out_of_date(option: str, path: str, certificate: x509.Certificate) -> None:
    begin, end = _validity(certificate)
    now = datetime.now(UTC)
    if begin <= now <= end:
        return
    what = f"expired on {end:%Y-%m-%d}" if now > end else f"is valid from {begin:%Y-%m-%d} only"
    raise OptionError(
        f"{option}: the certificate {quoted(certificate.subject.rfc4514_string())} in {quoted(path, 200)} {what}. "
        "Devices would show what it signs as not verified; give one that is valid."
    )


def _validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    try:
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except AttributeError:
        # cryptography < 42, that of Ubuntu 24.04
        return (
            certificate.not_valid_before.replace(tzinfo=UTC),
            certificate.not_valid_after.replace(tzinfo=UTC),
        )


def _key(prefix: str, path: Any, password_path: Any) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    data = _read(f"{prefix}.sign_key", path)
    password = None
    if password_path is not None:
        if not isinstance(password_path, str) or not password_path.startswith("/"):
            # Not quoted: it may be the password itself.
            raise OptionError(
                f"{prefix}.sign_key_password_file is given, and there is no such file beside the playbook. Put the "
                "password of the key on the first line of a file there, or give an absolute path on the controller."
            )
        password = (_read(f"{prefix}.sign_key_password_file", password_path).splitlines() or [b""])[0]
        if not password:
            raise OptionError(
                f"{prefix}.sign_key_password_file: the first line of {quoted(password_path, 200)} is empty. Put the "
                "password of the key there."
            )
    try:
        key = serialization.load_pem_private_key(data, password)
    except TypeError:
        # Nothing else raises it: a password for a key without one, or none for a key with one.
        what = (
            "is encrypted; give sign_key_password_file, or a key without a password"
            if password is None
            else "is not encrypted; leave sign_key_password_file out"
        )
        raise OptionError(f"{prefix}.sign_key: the key in {quoted(path, 200)} {what}.") from None
    except (ValueError, crypto_exceptions.UnsupportedAlgorithm):
        if password is not None and b"ENCRYPTED" in data:
            raise OptionError(
                f"{prefix}.sign_key: the key in {quoted(path, 200)} does not open with the password in "
                f"{quoted(password_path, 200)}. Correct one of the two."
            ) from None
        raise OptionError(f"{prefix}.sign_key: {quoted(path, 200)} holds no private key in PEM form.") from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise OptionError(
            f"{prefix}.sign_key: the key in {quoted(path, 200)} is neither an RSA nor an EC key, and others cannot "
            "sign here. Give another certificate and key."
        )
    return key


def _public(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
