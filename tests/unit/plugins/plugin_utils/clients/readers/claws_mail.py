# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Claws Mail understands of its accountrc: line by line, in a buffer of 1,024 bytes (prefs.c)."""

from __future__ import annotations

from ..prefs_file import sections_of
from ..reading import Files, Read

_SECURITY = {"0": "plain", "1": "SSL", "2": "STARTTLS"}


def read(files: Files) -> list[Read]:
    """Return what accountrc says of each account."""
    return [_account(keys) for _name, keys in sections_of(files, "accountrc")]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each ``key=value`` of ``setting`` is there."""
    ((_name, keys),) = sections_of(files, "accountrc")
    pairs = [part.partition("=") for part in setting.split(", ") if part]
    return all(keys.get(key) == value.replace(" (empty)", "") for key, _equals, value in pairs)


def _account(keys: dict[str, str]) -> Read:
    kind = {"0": "pop", "1": "imap"}[keys["protocol"]]
    assert keys[f"set_{kind}port"] == keys["set_smtpport"] == "1"
    login = keys["user_id"]
    return Read(
        email=keys["address"],
        incoming_type={"pop": "pop3", "imap": "imap"}[kind],
        incoming_host=keys["receive_server"],
        incoming_port=int(keys[f"{kind}_port"]),
        incoming_security=_SECURITY[keys[f"ssl_{kind}"]],
        incoming_login=login,
        outgoing_host=keys["smtp_server"],
        outgoing_port=int(keys["smtp_port"]),
        outgoing_security=_SECURITY[keys["ssl_smtp"]],
        outgoing_login=(keys["smtp_user_id"] or login) if keys["use_smtp_auth"] == "1" else None,
        pop_first=kind == "pop" and keys["pop_before_smtp"] == "1" and keys["pop_before_smtp_timeout"] == "0",
    )
