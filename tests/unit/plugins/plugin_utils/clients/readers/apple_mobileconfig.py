# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Apple device understands of a configuration profile, by the keys that Apple publishes.

apple/device-management, mdm/profiles: TopLevel.yaml, CommonPayloadKeys.yaml, com.apple.mail.managed.yaml of iOS 18.1.
A key that is not published, or has another type, is an error here; a device passes over it in silence.
"""

from __future__ import annotations

import plistlib
import re
import uuid
from typing import Any
from xml.etree import ElementTree

from ..reading import Files, Read

COMMON: dict[str, type] = {
    "PayloadType": str,
    "PayloadVersion": int,
    "PayloadIdentifier": str,
    "PayloadUUID": str,
    "PayloadDisplayName": str,
    "PayloadDescription": str,
    "PayloadOrganization": str,
}
"""Keys of a profile and of each payload in it; the first four are required."""

TOP_LEVEL: dict[str, type] = {**COMMON, "PayloadContent": list}

MAIL: dict[str, type] = {
    **COMMON,
    "EmailAccountType": str,
    "IncomingMailServerAuthentication": str,
    "IncomingMailServerHostName": str,
    "OutgoingMailServerAuthentication": str,
    "OutgoingMailServerHostName": str,
    "EmailAccountDescription": str,
    "EmailAccountName": str,
    "EmailAddress": str,
    "IncomingMailServerPortNumber": int,
    "IncomingMailServerUseSSL": bool,
    "IncomingMailServerUsername": str,
    "OutgoingMailServerPortNumber": int,
    "OutgoingMailServerUseSSL": bool,
    "OutgoingMailServerUsername": str,
    "OutgoingPasswordSameAsIncomingPassword": bool,
}
"""The published keys of the payload without passwords, S/MIME and restrictions, which are no business of ours."""

REQUIRED = {
    "Configuration": [*list(COMMON)[:4], "PayloadContent"],
    "com.apple.mail.managed": [*list(COMMON)[:4], *list(MAIL)[len(COMMON) :][:5]],
}

_AUTHENTICATION = ("EmailAuthNone", "EmailAuthPassword", "EmailAuthNTLM")


def read(files: Files) -> list[Read]:
    """Return the account of each file."""
    return [_account(profile(file["content"].encode())) for file in files]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether the payload has the key with the value of ``Key: value``, and the key is one of this side."""
    (file,) = files
    if not setting:
        return True
    key, _colon, value = setting.partition(": ")
    own = {"incoming": "Incoming|EmailAccountType", "outgoing": "Outgoing", "account": "EmailAccountName"}[side]
    assert re.match(own, key)
    found = profile(file["content"].encode())["PayloadContent"][0][key]
    return (str(found).lower() if isinstance(found, bool) else str(found)) == value


def profile(data: bytes) -> dict[str, Any]:
    """Return the checked content of a profile that is not signed."""
    _no_key_twice(ElementTree.fromstring(data))
    found: dict[str, Any] = plistlib.loads(data, fmt=plistlib.FMT_XML)
    _check(found, TOP_LEVEL, "Configuration")
    (payload,) = found["PayloadContent"]
    _check(payload, MAIL, "com.apple.mail.managed")
    assert payload["PayloadIdentifier"].startswith(f"{found['PayloadIdentifier']}.")
    assert payload["PayloadUUID"] != found["PayloadUUID"]
    return found


def _no_key_twice(root: ElementTree.Element) -> None:
    # plistlib takes the last one of two.
    for element in root.iter("dict"):
        keys = [key.text for key in element.iter("key")] if element.find("array") is None else []
        assert len(keys) == len(set(keys))


def _check(found: dict[str, Any], known: dict[str, type], kind: str) -> None:
    assert {key: type(value) for key, value in found.items()} == {key: known[key] for key in found}
    assert set(REQUIRED[kind]) <= set(found)
    assert (found["PayloadType"], found["PayloadVersion"]) == (kind, 1)
    assert found["PayloadUUID"] == str(uuid.UUID(found["PayloadUUID"])).upper()
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", found["PayloadIdentifier"])
    # A newer profile is recognised by its identifier, which must not change with the identifier of the file.
    assert found["PayloadUUID"].lower() not in found["PayloadIdentifier"].lower()


def _account(found: dict[str, Any]) -> Read:
    (payload,) = found["PayloadContent"]
    logs_in = {}
    for side in ("Incoming", "Outgoing"):
        authentication = payload[f"{side}MailServerAuthentication"]
        assert authentication in _AUTHENTICATION
        logs_in[side] = authentication != "EmailAuthNone"
        assert (f"{side}MailServerUsername" in payload) is logs_in[side]
    assert logs_in["Incoming"]
    assert ("OutgoingPasswordSameAsIncomingPassword" in payload) is logs_in["Outgoing"]
    return Read(
        email=payload["EmailAddress"],
        incoming_type={"EmailTypePOP": "pop3", "EmailTypeIMAP": "imap"}[payload["EmailAccountType"]],
        incoming_host=payload["IncomingMailServerHostName"],
        incoming_port=payload["IncomingMailServerPortNumber"],
        incoming_security=None if payload["IncomingMailServerUseSSL"] else "plain",
        incoming_login=payload["IncomingMailServerUsername"],
        outgoing_host=payload["OutgoingMailServerHostName"],
        outgoing_port=payload["OutgoingMailServerPortNumber"],
        outgoing_security=None if payload["OutgoingMailServerUseSSL"] else "plain",
        outgoing_login=payload.get("OutgoingMailServerUsername"),
        pop_first=False,
    )
