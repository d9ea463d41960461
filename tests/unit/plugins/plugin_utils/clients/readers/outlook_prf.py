# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Outlook makes of a profile file: keys become properties by the file's own map, and properties an account.

Windows reads such files line by line (GetPrivateProfileString): no line goes on, no comment stands behind a value,
blanks and quotes around a value fall off. Numbers of properties and their values are those of Microsoft's Account
Management API.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from ..reading import Files, Read

Sections = dict[str, dict[str, str]]

PROPERTIES = {
    0x0002: "account name",
    0x000B: "display name",
    0x000C: "address",
    0x000F: "connection",
    0x0010: "connection name",
    0x0100: "server",
    0x0101: "login",
    0x0103: "reply address",
    0x0104: "port",
    0x0105: "ssl",
    0x0107: "organization",
    0x0108: "spa",
    0x0200: "smtp server",
    0x0201: "smtp port",
    0x0203: "smtp use auth",
    0x0204: "smtp login",
    0x0207: "smtp spa",
    0x0208: "smtp auth method",
    0x0209: "timeout",
    0x020A: "smtp security",
    0x1000: "leave on server",
    0x1100: "imap check new",
    0x1101: "imap root",
}
NUMBERS = {0x000F, 0x0104, 0x0105, 0x0108, 0x0201, 0x0203, 0x0207, 0x0208, 0x0209, 0x020A, 0x1000, 0x1100}
PROCESSOR_KEYS = {"UniqueService"}


def read(files: Files) -> list[Read]:
    """Return the account of each file."""
    return [_account(text(file)) for file in files]


def has(files: Files, setting: str, _side: str) -> bool:
    """Tell whether each ``key=value`` of ``setting`` is there, and each ``no key`` is not; the side is in the names."""
    (file,) = files
    parts = sections(text(file))
    keys = {**parts["Internet Account List"], **parts["Account1"]}
    for piece in filter(None, setting.split(", ")):
        key, _equals, value = piece.partition("=")
        if keys.get(key) != value if not piece.startswith("no ") else piece.removeprefix("no ") in keys:
            return False
    return True


def text(file: dict[str, Any], encoding: str = "ascii") -> str:
    """Return the text of a file in the code page of the machine."""
    return base64.b64decode(file["content_base64"]).decode(encoding)


def sections(content: str) -> Sections:
    """Return the sections of a file, each with its keys."""
    assert (
        content.endswith("\r\n") and "\n" not in content.replace("\r\n", "") and "\r" not in content.replace("\r\n", "")
    )
    found: Sections = {}
    for line in content.removesuffix("\r\n").split("\r\n"):
        heading = re.fullmatch(r"\[([A-Za-z0-9_ ]+)\]", line)
        if heading:
            assert heading[1] not in found
            found[heading[1]] = keys = {}
        elif line:
            key, equals, value = line.partition("=")
            assert equals and re.fullmatch(r"[A-Za-z0-9]+", key) and key not in keys
            assert value and value == value.strip() and value[0] not in "\"'" and ";" not in value
            assert not re.search("%[^%]+%", value), "Outlook would put in a variable of the environment"
            keys[key] = value
    return found


def properties(parts: Sections) -> tuple[str, dict[str, Any]]:
    """Return the type of the one account and its properties."""
    general = parts["General"]
    assert general["Custom"] == "1" and "DefaultStore" not in general
    for service, kind in parts["Service List"].items():
        assert parts[service] == {"UniqueService": "Yes", "OverwriteExistingService": "No"}
        assert parts[kind] == {"ServiceName": "CONTAB"}, "a PST would leave the account without a store"
    assert list(parts["Internet Account List"]) == ["Account1"]
    mapping = parts[parts["Internet Account List"]["Account1"]]
    found: dict[str, Any] = {}
    for key, value in parts["Account1"].items():
        if key in PROCESSOR_KEYS:
            continue
        # A key without a property is written nowhere, in silence.
        kind, tag = mapping[key].split(",")
        number = int(tag, 16)
        assert kind == ("PT_LONG" if number in NUMBERS else "PT_UNICODE")
        found[PROPERTIES[number]] = int(value, 0) if number in NUMBERS else value
    return mapping["AccountType"], found


def _account(content: str) -> Read:
    kind, values = properties(sections(content))
    assert values["account name"] == values["address"] and values["display name"]
    assert values["ssl"] in (0, 1) and values["spa"] in (0, 1) and values["smtp spa"] in (0, 1)
    if kind == "POP3":
        assert values["leave on server"] == 1, "mail would go from the server"
    method = values["smtp auth method"]
    logins = {(0, 0): None, (1, 0): values["login"], (1, 1): values.get("smtp login"), (1, 2): None}
    assert ("smtp login" in values) is (method == 1)
    return Read(
        email=values["address"],
        incoming_type={"POP3": "pop3", "IMAP": "imap"}[kind],
        incoming_host=values["server"],
        incoming_port=values["port"],
        incoming_security=None if values["ssl"] else "plain",
        incoming_login=values["login"],
        outgoing_host=values["smtp server"],
        outgoing_port=values["smtp port"],
        outgoing_security={0: "plain", 1: "SSL", 2: "STARTTLS"}[values["smtp security"]],
        outgoing_login=logins[values["smtp use auth"], method],
        pop_first=(values["smtp use auth"], method, kind) == (1, 2, "POP3"),
    )
