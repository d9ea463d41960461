# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Thunderbird understands of our AutoConfig, policy and add-on: the preferences that a login user gets."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from typing import Any

from ..reading import Files, Read

_SECURITY = {0: "plain", 2: "STARTTLS", 3: "SSL"}
_BLOCK = re.compile(r"var mailfleet = mailfleet \|\| \[\];\nmailfleet\.push\((\{\n.*\n\})\);\n", re.DOTALL)
_STARTS = {"server": "mail.server", "identity": "mail.identity", "smtpserver": "mail.smtpserver"}

Preferences = dict[str, Any]


def read(files: Files) -> list[Read]:
    """Return what the blocks say of each account."""
    assert all("/etc/" in _path(file) or "/usr/" in _path(file) for file in files)
    return [_account(data, files) for data in accounts(files)]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each ``name=value`` of ``setting`` is set, and nothing where it says ``no name``."""
    (data,) = accounts(files)
    found = {name: _shown(value) for name, value in preferences(data).items()}
    for part in filter(None, setting.split(", ")):
        name, equals, value = part.partition("=")
        if not equals:
            assert name.startswith("no ")
            if name.removeprefix("no ") in found:
                return False
        elif found.get(name) != value:
            return False
    return True


def accounts(files: Files) -> list[dict[str, Any]]:
    """Return the data in the block of each account; one line of it is never the end of a block or of the script."""
    (config,) = [file for file in files if "blocks" in file]
    assert config["comment"] == "//"
    functions, *blocks = config["blocks"]
    assert functions["account"] == "" and "push: push" in functions["text"]
    found = []
    for block in blocks:
        text = block["text"]
        assert text.isascii() and "\r" not in text and not re.search(r"^\s*//", text, re.MULTILINE)
        match = _BLOCK.fullmatch(text)
        assert match, text
        found.append(json.loads(match[1], object_pairs_hook=_once))
        assert found[-1]["email"] == block["account"]
    return found


def preferences(data: dict[str, Any]) -> Preferences:
    """Return all preferences of an account that nobody has changed."""
    assert set(data) == {"key", "user", "email", "lock", "enforced", "seeded"}
    found: Preferences = {}
    for role in ("seeded", "enforced"):
        assert set(data[role]) == set(_STARTS)
        for kind, start in _STARTS.items():
            for name, value in data[role][kind].items():
                full = f"{start}.{data['key']}.{name}"
                assert full not in found and type(value) in (str, int, bool, type(None))
                found[full] = value
    return {name: value for name, value in found.items() if value is not None}


def addon(files: Files) -> dict[str, bytes] | None:
    """Return the files of the add-on that the policy installs, or None."""
    policies = [file for file in files if "values" in file]
    archives = [file for file in files if "content_base64" in file]
    if not policies and not archives:
        return None
    (policy,), (archive,) = policies, archives
    (value,) = policy["values"]
    members = zipfile.ZipFile(io.BytesIO(base64.b64decode(archive["content_base64"])))
    manifest = json.loads(members.read("manifest.json"))
    identity = manifest["browser_specific_settings"]["gecko"]["id"]
    assert value["path"] == ["policies", "ExtensionSettings", identity]
    assert value["value"] == {"installation_mode": "force_installed", "install_url": f"file://{_path(archive)}"}
    return {name: members.read(name) for name in members.namelist()}


def _account(data: dict[str, Any], files: Files) -> Read:
    found, key = preferences(data), data["key"]
    server = {name: found.get(f"mail.server.{key}.{name}") for name in ("type", "hostname", "port", "userName")}
    sender = {name: found.get(f"mail.smtpserver.{key}.{name}") for name in ("hostname", "port", "username")}
    assert found[f"mail.identity.{key}.smtpServer"] == key and found[f"mail.smtpserver.{key}.type"] == "smtp"
    assert found[f"mail.server.{key}.authMethod"] in (3, 6)
    authenticated = {1: False, 3: True, 6: True}[found[f"mail.smtpserver.{key}.authMethod"]]
    assert authenticated is (sender["username"] is not None)
    opted_in = found.get(f"mail.smtpserver.{key}.popBeforeSmtp")
    assert opted_in in (None, key)
    if server["type"] == "pop3":
        assert found[f"mail.server.{key}.leave_on_server"] is True
        assert found[f"mail.server.{key}.delete_by_age_from_server"] is False
    return Read(
        email=found[f"mail.identity.{key}.useremail"],
        incoming_type=str(server["type"]),
        incoming_host=str(server["hostname"]),
        incoming_port=int(server["port"] or 0),
        incoming_security=_SECURITY[found[f"mail.server.{key}.socketType"]],
        incoming_login=str(server["userName"]),
        outgoing_host=str(sender["hostname"]),
        outgoing_port=int(sender["port"] or 0),
        outgoing_security=_SECURITY[found[f"mail.smtpserver.{key}.try_ssl"]],
        outgoing_login=sender["username"],
        pop_first=opted_in is not None and server["type"] == "pop3" and addon(files) is not None,
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _value in pairs}) == len(pairs)
    return dict(pairs)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _path(file: dict[str, Any]) -> str:
    return str(file.get("path") or file["candidates"][0]["path"])
