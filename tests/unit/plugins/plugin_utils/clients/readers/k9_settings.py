# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What K-9 Mail understands of a settings file (SettingsImporter.kt, SettingsFileParser.kt)."""

from __future__ import annotations

import re
import uuid
from xml.etree import ElementTree

from ..reading import Files, Read

_SECURITY = {"NONE": "plain", "STARTTLS_REQUIRED": "STARTTLS", "SSL_TLS_REQUIRED": "SSL"}
_SERVER = ["host", "port", "connection-security", "authentication-type", "username"]


def read(files: Files) -> list[Read]:
    """Return the account of each file."""
    return [_account(file["content"]) for file in files]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each element of ``setting`` stands on its side of the file."""
    (file,) = files
    text = re.sub(r">\s+<", "><", file["content"]).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    if side != "account":
        text = text[text.index(f"<{side}-server") : text.index(f"</{side}-server>")]
    return setting in text


def _account(content: str) -> Read:
    root = ElementTree.fromstring(content.encode())
    assert root.tag == "k9settings" and root.attrib["format"] == "1" and int(root.attrib["version"]) >= 95
    ((account,),) = root
    assert account.attrib["uuid"] == str(uuid.UUID(account.attrib["uuid"]))
    assert [child.tag for child in account] == ["name", "incoming-server", "outgoing-server", "settings", "identities"]
    incoming, outgoing = account[1], account[2]
    assert [child.tag for child in incoming] == [child.tag for child in outgoing] == _SERVER
    (value,) = account[3]
    assert (value.attrib, value.text) == ({"key": "deletePolicy"}, "NEVER")
    assert incoming.findtext("authentication-type") == "PLAIN"
    logs_in = {"PLAIN": True, "NONE": False}[outgoing.findtext("authentication-type") or ""]
    assert logs_in or not outgoing.findtext("username")
    return Read(
        email=account.findtext("identities/identity/email"),
        incoming_type={"POP3": "pop3", "IMAP": "imap"}[incoming.attrib["type"]],
        incoming_host=incoming.findtext("host") or "",
        incoming_port=int(incoming.findtext("port") or 0),
        incoming_security=_SECURITY[incoming.findtext("connection-security") or ""],
        incoming_login=incoming.findtext("username") or "",
        outgoing_host=outgoing.findtext("host") or "",
        outgoing_port=int(outgoing.findtext("port") or 0),
        outgoing_security=_SECURITY[outgoing.findtext("connection-security") or ""],
        outgoing_login=outgoing.findtext("username") if logs_in else None,
        pop_first=False,
    )
