# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What KMail and Akonadi understand of their files: those of KConfig (kconfigini.cpp) and QSettings (qsettings.cpp)."""

from __future__ import annotations

import re

from ..prefs_file import written
from ..reading import Files, Read

_ENCRYPTION = {"None": "plain", "SSL": "SSL", "TLS": "STARTTLS"}
_SAFETY = {"NONE": "plain", "SSL": "SSL", "STARTTLS": "STARTTLS"}
_TLS = {("false", "false"): "plain", ("true", "false"): "SSL", ("false", "true"): "STARTTLS"}
_PASSWORD, _NTLM = "7", "5"

Groups = dict[str, dict[str, str]]


def kconfig(data: bytes) -> Groups:
    """Return the groups of a file as KConfig reads it; it never warns."""
    groups: Groups = {}
    current = ""
    for line in (part.strip(b" \t\r\n") for part in data.split(b"\n")):
        if not line or line.startswith(b"#"):
            continue
        if line.startswith(b"["):
            assert line.endswith(b"]") and line.count(b"[") == line.count(b"]") == 1, line
            current = _printable(line[1:-1])
            assert current not in groups, current
            groups[current] = {}
            continue
        raw_key, equals, value = line.partition(b"=")
        assert equals and not set(raw_key) & set(b"[]\\"), line
        key = _printable(raw_key.strip(b" \t"))
        assert key and key not in groups[current], key
        groups[current][key] = _printable(value.strip(b" \t"))
    return groups


def _printable(text: bytes) -> str:
    """Undo KConfig's escapes; ``\\x`` and an escape that it would warn of are not expected."""
    table = {b"s": b" ", b"t": b"\t", b"n": b"\n", b"r": b"\r", b"\\": b"\\"}
    return re.sub(rb"\\(.?)", lambda match: table[match[1]], text).decode("utf-8")


def qsettings(data: bytes) -> Groups:
    """Return the groups of a file as Qt 5 and 6 read it with IniFormat: ASCII, values plain or in quotes."""
    groups: Groups = {}
    current = ""
    for line in data.decode("ascii").split("\n"):
        if not line:
            continue
        if line.startswith("["):
            current = line[1 : line.index("]")]
            assert line == f"[{current}]" and re.fullmatch(r"\w+", current) and current not in groups
            groups[current] = {}
            continue
        key, equals, value = line.partition("=")
        assert equals and re.fullmatch(r"\w+(\\\w+)?", key) and key not in groups[current], line
        groups[current][key] = _setting(value)
    return groups


def _setting(value: str) -> str:
    if not value.startswith('"'):
        assert re.fullmatch(r"\w+", value), value
        return value
    units = b""
    text = value[1:-1]
    assert value.endswith('"') and not re.search(r'(?<!\\)"', text)
    while text:
        escape = re.match(r"\\x([0-9a-fA-F]+)", text)
        if escape is not None:
            units += int(escape[1], 16).to_bytes(2, "big")
            text = text[escape.end() :]
        else:
            assert text[0] != "\\"
            units += ord(text[0]).to_bytes(2, "big")
            text = text[1:]
    return units.decode("utf-16-be")


class _Home:
    """The files of one user, by their path below ``.config``."""

    def __init__(self, files: Files) -> None:
        self.groups: dict[str, Groups] = {}
        self.scripts: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        for file in files:
            path = str(file["path"]).partition("/.config/")[2]
            if "sections" in file:
                parse = {"kconfig": kconfig, "keyfile": qsettings}[file["syntax"]]
                assert (parse is qsettings) is path.startswith("akonadi/"), path
                assert path not in self.groups
                self.groups[path] = parse(_whole(file).encode())
            elif path == "kmail2rc":
                assert file["once"] and kconfig(file["content"].encode()) == {
                    "General": {"AskEnableUnifiedMailboxes": "false", "first-start": "false"}
                }
            elif file["mode"] == "0755":
                self.scripts[str(file["path"])] = file["content"]
            else:
                self.settings[path.removeprefix("mailfleet/")] = file["content"]

    def pop_first(self, transport: dict[str, str]) -> bool:
        """Tell whether the command before sending logs in: a script without arguments that names an account we know."""
        if "precommand" not in transport:
            assert not self.scripts and not self.settings
            return False
        script = self.scripts[transport["precommand"]]
        assert script.startswith("#!/bin/sh\n")
        (account,) = re.findall(r"/pop-first\" '([^']*)' ", script)
        assert re.fullmatch(r"[A-Za-z0-9@+=,_.%-]+", account) and f"{account}.mpoprc" in self.settings
        assert f"{transport['precommand'].rpartition('/')[0]}/pop-first" in self.scripts
        return True


def _whole(file: dict[str, object]) -> str:
    """Return the file as it is when nothing was there: a section that several accounts share stands once."""
    text = written(file)
    for section in dict.fromkeys(re.findall(r"(?m)^\[.*\]\n", text)):
        first, _section, rest = text.partition(section)
        text = first + section + rest.replace(section, "")
    return text


def _users(files: Files) -> list[_Home]:
    homes = dict.fromkeys(str(file["path"]).partition("}")[0] for file in files)
    return [_Home([file for file in files if str(file["path"]).startswith(f"{home}}}")]) for home in homes]


def read(files: Files) -> list[Read]:
    """Return each account: its identity, the transport that this names, and the resource of the same address."""
    return [_account(home, identity) for home in _users(files) for identity in home.groups["emailidentities"].values()]


def _account(home: _Home, identity: dict[str, str]) -> Read:
    email = identity["Email Address"]
    assert 0 < int(identity["uoid"]) < 2**31
    transport = home.groups["mailtransports"][f"Transport {identity['Transport']}"]
    assert transport["id"] == identity["Transport"] and 0 < int(transport["id"]) < 2**31
    assert transport["identifier"] == "SMTP"
    (name,) = [
        path.partition("agent_config_")[2]
        for path, groups in home.groups.items()
        if path.startswith("akonadi/agent_config_") and groups == {"Agent": {"Name": email}}
    ]
    kind = home.groups["akonadi/agentsrc"]["Instances"][f"{name}\\AgentType"]
    assert (
        re.fullmatch(rf"{kind}_[A-Za-z][A-Za-z0-9_]+", name) and len(f"org.freedesktop.Akonadi.Resource.{name}") < 256
    )
    resource = home.groups[f"{name}rc"]
    if kind == "akonadi_pop3_resource":
        (keys,) = resource.values()
        assert keys is resource["General"] and keys["leaveOnServer"] == "true"
        incoming = ("pop3", keys["host"], keys["port"], _TLS[keys["useSSL"], keys["useTLS"]], keys["login"])
        assert keys["authenticationMethod"] in (_PASSWORD, _NTLM)
    else:
        assert kind == "akonadi_imap_resource"
        (keys,) = resource.values()
        assert keys is resource["network"] and keys["OverrideEncryption"] == ""
        incoming = ("imap", keys["ImapServer"], keys["ImapPort"], _SAFETY[keys["Safety"]], keys["UserName"])
        assert keys["Authentication"] in (_PASSWORD, _NTLM)
    assert (transport["auth"] == "true") is ("user" in transport) is ("authtype" in transport)
    return Read(
        email=email,
        incoming_type=incoming[0],
        incoming_host=incoming[1],
        incoming_port=int(incoming[2]),
        incoming_security=incoming[3],
        incoming_login=incoming[4],
        outgoing_host=transport["host"],
        outgoing_port=int(transport["port"]),
        outgoing_security=_ENCRYPTION[transport["encryption"]],
        outgoing_login=transport["user"] if transport["auth"] == "true" else None,
        pop_first=home.pop_first(transport),
    )


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each ``key=value`` of ``setting`` is there, in the file for this side of the one account."""
    (home,) = _users(files)
    (identity,) = home.groups["emailidentities"].values()
    keys = dict(identity)
    if side == "outgoing":
        (keys,) = home.groups["mailtransports"].values()
        keys = {**keys, "precommand": re.sub(r"^\{home:\w+\}", "~", keys.get("precommand", ""))}
    elif side == "incoming":
        ((_name, groups),) = [item for item in home.groups.items() if re.match(r"akonadi_\w+rc$", item[0])]
        (keys,) = groups.values()
        keys = {**keys, **home.groups["akonadi/agentsrc"]["Instances"]}
    pairs = [part.partition("=") for part in setting.split(", ") if part]
    return all(keys.get(key) == value for key, _equals, value in pairs)
