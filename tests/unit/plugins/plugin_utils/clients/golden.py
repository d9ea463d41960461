# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole answers in; what each client gets for them, as text for a person, out.

``make golden`` writes the texts of all clients to ``golden/`` anew; look at the difference before you commit it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    answer,
    imap,
    plan,
    pop3,
    request,
    smtp,
)

GOLDEN = Path(__file__).with_name("golden")

ANSWERS = {
    "pure": (imap(), pop3(), smtp(AuthRequired="on", SMTPLast="on")),
    "both": (pop3(), smtp(AuthRequired="on", UsePOPAuth="on", SMTPLast="on")),
    "no-auth": (pop3(), smtp(AuthRequired="off", SMTPLast="on")),
    "imap": (
        imap(Port=143, Encryption="TLS", LoginName="%EMAILLOCALPART%"),
        smtp(Server="submit.example.org", Encryption="SSL", Port=None, LoginName="%EMAILADDRESS%"),
    ),
}


def texts(client: str) -> dict[str, str]:
    """Return the text for each answer, by its name."""
    return {
        name: shown(
            plan(
                request(document=answer(*protocols, name="Ada Lovelace"), password_command="pass mail/ada"),
                clients=(client,),
                unsupported="warn",
            ).files
        )
        for name, protocols in ANSWERS.items()
    }


def shown(files: list[dict[str, Any]]) -> str:
    """Return items of ``client_files`` as text: what is ours in each file, and how."""
    return "\n".join(_shown_file(file) for file in files)


def _shown_file(file: dict[str, Any]) -> str:
    places = [file["path"]] if "path" in file else [f"{c['path']} if {c['exists']}" for c in file["candidates"]]
    lines = [f"=== {place}" for place in places]
    for name in ("mode", "once", "directories", "running", "needs", "syntax", "remove_whole"):
        if file.get(name):
            lines.append(f"{name}: {file[name] if isinstance(file[name], (str, bool)) else ' '.join(file[name])}")
    if "content" in file:
        lines += ["", file["content"].removesuffix("\n")]
    elif "content_base64" in file:
        lines += ["", _shown_bytes(base64.b64decode(file["content_base64"]))]
    for section in file.get("sections", ()):
        name = section["name"] if section.get("name") is not None else f"{section['numbered']}N"
        lines += ["", f"[{name}] of {section['account']}"]
        for role in ("match", "fixed", "enforced", "seeded"):
            lines += [f"# {role}", *(f"{key}={value}" for key, value in section[role].items())] if section[role] else []
    for block in file.get("blocks", ()):
        lines += ["", f"{file['comment']} block of {block['account'] or 'all'}", block["text"].removesuffix("\n")]
    for value in file.get("values", ()):
        lines += ["", f"{'.'.join(value['path'])}: {json.dumps(value['value'], indent=2)}"]
    return "\n".join(lines) + "\n"


def _shown_bytes(data: bytes) -> str:
    try:
        return data.decode("ascii").replace("\r\n", "\\r\n")
    except UnicodeDecodeError:
        return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def main() -> None:
    """Write all texts."""
    GOLDEN.mkdir(exist_ok=True)
    for client in CLIENTS:
        for name, text in texts(client).items():
            (GOLDEN / f"{client}-{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
