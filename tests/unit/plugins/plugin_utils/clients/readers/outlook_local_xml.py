# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Outlook reads in a local Autodiscover answer: elements by full names, each once, nothing left to defaults."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from ..reading import Files, Read

BASE = "{http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006}"
OUTLOOK = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"
COMMON = {"Type", "Server", "Port", "LoginName", "DomainRequired", "SPA", "SSL", "Encryption", "AuthRequired", "TTL"}
SECURITY = {("off", "None"): "plain", ("on", "TLS"): "STARTTLS", ("on", "SSL"): "SSL"}


def read(files: Files) -> list[Read]:
    """Return the account of each file."""
    return [_account(*protocols(file)) for file in files]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each element of ``setting`` stands on its side of the file."""
    (file,) = files
    incoming, outgoing = protocols(file)
    everywhere = {**person(file), **incoming}
    said = {"incoming": incoming, "outgoing": outgoing, "account": everywhere}[side]
    if setting.startswith("no "):
        return setting.removeprefix("no ").strip("<>") not in said
    elements = re.findall(r"<(\w+)>(.*?)</\1>", setting)
    assert elements and "".join(f"<{name}>{text}</{name}>" for name, text in elements) == setting
    if side == "account":
        assert incoming["TTL"] == outgoing["TTL"] and incoming.get("ExpirationDate") == outgoing.get("ExpirationDate")
    return all(said.get(name) == text for name, text in elements)


def person(file: dict[str, Any]) -> dict[str, str]:
    """Return what the answer says of the person."""
    response = _response(file)
    return _texts(response[0]) if response[0].tag == f"{OUTLOOK}User" else {}


def protocols(file: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the elements of the incoming and of the outgoing server."""
    response = _response(file)
    assert [child.tag.removeprefix(OUTLOOK) for child in response] in (["User", "Account"], ["Account"])
    kind, action, *servers = response[-1]
    assert (kind.tag, kind.text, action.tag, action.text) == (
        f"{OUTLOOK}AccountType",
        "email",
        f"{OUTLOOK}Action",
        "settings",
    )
    assert [server.tag for server in servers] == [f"{OUTLOOK}Protocol"] * 2
    incoming, outgoing = (_texts(server) for server in servers)
    assert outgoing["Type"] == "SMTP" and incoming["AuthRequired"] == "on"
    assert set(incoming) - {"ExpirationDate"} == COMMON
    assert set(outgoing) - {"ExpirationDate", "LoginName", "UsePOPAuth", "SMTPLast"} == COMMON - {"LoginName"}
    assert ("LoginName" in outgoing) is (outgoing["AuthRequired"] == "on")
    for server in (incoming, outgoing):
        switches = ("DomainRequired", "SPA", "SSL", "AuthRequired", "UsePOPAuth", "SMTPLast")
        assert {server[name] for name in switches if name in server} <= {"on", "off"}
        assert re.fullmatch("[0-9]{8}", server.get("ExpirationDate", "20300101"))
    return incoming, outgoing


def _response(file: dict[str, Any]) -> ElementTree.Element:
    content = file["content"].encode()
    assert content.startswith(b"<?xml") and b"<!DOCTYPE" not in content and b"<!--" not in content
    root = ElementTree.fromstring(content)
    assert root.tag == f"{BASE}Autodiscover" and [child.tag for child in root] == [f"{OUTLOOK}Response"]
    assert not any(element.attrib for element in root.iter())
    return root[0]


def _texts(parent: ElementTree.Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for child in parent:
        name = child.tag.removeprefix(OUTLOOK)
        # A reader may trim.
        assert name not in texts and not len(child) and child.text and child.text == child.text.strip()
        texts[name] = child.text
    return texts


def _account(incoming: dict[str, str], outgoing: dict[str, str]) -> Read:
    own = outgoing.get("LoginName")
    pop_first = (incoming["Type"], outgoing["SMTPLast"]) == ("POP3", "on")
    # SMTPLast stands for itself where nothing else asks for a login to SMTP.
    alone = pop_first and outgoing["UsePOPAuth"] == "off" and own == incoming["LoginName"]
    return Read(
        email=None,
        incoming_type=incoming["Type"].lower(),
        incoming_host=incoming["Server"],
        incoming_port=int(incoming["Port"]),
        incoming_security=SECURITY[incoming["SSL"], incoming["Encryption"]],
        incoming_login=incoming["LoginName"],
        outgoing_host=outgoing["Server"],
        outgoing_port=int(outgoing["Port"]),
        outgoing_security=SECURITY[outgoing["SSL"], outgoing["Encryption"]],
        outgoing_login=None if alone else own,
        pop_first=pop_first,
    )
