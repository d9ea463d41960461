# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Thunderbird understands of config-v1.1.xml (readFromXML.sys.mjs), for the person of the file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ..reading import Files, Read


def read(files: Files) -> list[Read]:
    """Return what the file of a domain says for its first account."""
    return [_account(file["content"], file["accounts"][0]) for file in files]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each element of ``setting`` stands on its side of the file."""
    (file,) = files
    content = re.sub(r">\s+<", "><", file["content"])
    incoming, outgoing = content[: content.index("<outgoing")], content[content.index("<outgoing") :]
    part = incoming if side == "incoming" else outgoing
    if setting.startswith("no "):
        return setting.removeprefix("no ").strip("<>") not in part
    return all(piece in part for piece in re.findall(r"<.*>", setting))


def _account(content: str, email: str) -> Read:
    provider = ElementTree.fromstring(content.encode()).find("emailProvider")
    assert provider is not None
    tags = [child.tag for child in provider]
    assert tags == ["domain", "displayName", "displayShortName", "incomingServer", "outgoingServer"]
    incoming, outgoing = provider[3], provider[4]
    assert [child.tag for child in incoming][:5] == ["hostname", "port", "socketType", "authentication", "username"]
    methods = [child.text for child in outgoing.iter("authentication")]
    assert {"smtp-after-pop", "password-cleartext", "NTLM", "none"} >= set(methods) and methods
    login = outgoing.findtext("username")
    return Read(
        email=None,
        incoming_type=incoming.attrib["type"],
        incoming_host=incoming.findtext("hostname") or "",
        incoming_port=int(incoming.findtext("port") or 0),
        incoming_security=incoming.findtext("socketType"),
        incoming_login=_filled(incoming.findtext("username"), email),
        outgoing_host=outgoing.findtext("hostname") or "",
        outgoing_port=int(outgoing.findtext("port") or 0),
        outgoing_security=outgoing.findtext("socketType"),
        outgoing_login=None if methods[0] in ("smtp-after-pop", "none") else _filled(login, email),
        pop_first=False,
    )


def _filled(login: str | None, email: str) -> str:
    # A login without a placeholder would be mangled where it looks like a number.
    assert login is not None and ("%EMAILADDRESS%" in login or "%EMAILLOCALPART%" in login)
    return login.replace("%EMAILADDRESS%", email).replace("%EMAILLOCALPART%", email.rpartition("@")[0])
