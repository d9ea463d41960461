# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both clients get for whole answers, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    answer,
    autoconfig,
    imap,
    plan,
    pop3,
    request,
    smtp,
)

GOLDEN = Path(__file__).with_name("golden")

ANSWERS = [
    pytest.param("pure", (imap(), pop3(), smtp(AuthRequired="on", SMTPLast="on")), id="pure"),
    pytest.param("both", (pop3(), smtp(AuthRequired="on", UsePOPAuth="on", SMTPLast="on")), id="both"),
    pytest.param("no-auth", (pop3(), smtp(AuthRequired="off", SMTPLast="on")), id="no-auth"),
    pytest.param(
        "imap",
        (
            imap(Port=143, Encryption="TLS", LoginName="%EMAILLOCALPART%"),
            smtp(Server="submit.example.org", Encryption="SSL", Port=None, LoginName="%EMAILADDRESS%"),
        ),
        id="imap",
    ),
]


def _accountrc(file: dict[str, object]) -> str:
    """Write out one file of sections, with the role of each key."""
    lines = [f"{file['path']} (not while {file['running']} runs)"]
    for section in file["sections"]:  # type: ignore[attr-defined]
        lines += ["", f"[{section['numbered']}N] of {section['account']}"]
        for role in ("match", "fixed", "enforced", "seeded"):
            lines += [f"# {role}", *(f"{key}={value}" for key, value in section[role].items())]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name, protocols", ANSWERS)
def test_claws_mail(name: str, protocols: tuple[str, ...]) -> None:
    result = plan(request(document=answer(*protocols, name="Ada Lovelace")))
    accountrc, folders = result.files
    assert _accountrc(accountrc) == (GOLDEN / f"claws_mail-{name}.txt").read_text(encoding="utf-8")
    assert folders["content"] == (GOLDEN / "claws_mail-folderlist.xml").read_text(encoding="utf-8")
    assert folders["once"] is True


@pytest.mark.parametrize("name, protocols", ANSWERS)
def test_thunderbird_autoconfig(name: str, protocols: tuple[str, ...]) -> None:
    result = plan(request(*protocols), clients=("thunderbird_autoconfig",))
    assert autoconfig(result) == (GOLDEN / f"thunderbird_autoconfig-{name}.xml").read_text(encoding="utf-8")
    (file,) = result.files
    assert file["mode"] == "0644"
    assert file["accounts"] == ["ada@example.org"]
    assert [candidate["path"] for candidate in file["candidates"]] == [
        "/usr/share/thunderbird/isp/example.org.xml",
        "/usr/lib/thunderbird/isp/example.org.xml",
        "/usr/lib64/thunderbird/isp/example.org.xml",
        "/opt/thunderbird/isp/example.org.xml",
    ]
