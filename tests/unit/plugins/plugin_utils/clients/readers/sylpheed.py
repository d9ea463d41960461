# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Sylpheed understands of its accountrc: line by line, in a buffer of 8,192 bytes (libsylph/prefs.c)."""

from __future__ import annotations

from ..prefs_file import sections_of
from ..reading import Files, Read

_SECURITY = {"0": "plain", "1": "SSL", "2": "STARTTLS"}
_KNOWN = {
    "account_name",
    "address",
    "imap_auth_method",
    "imap_port",
    "name",
    "pop_auth_method",
    "pop_before_smtp",
    "pop_port",
    "protocol",
    "receive_server",
    "remove_mail",
    "set_imapport",
    "set_popport",
    "set_smtpport",
    "smtp_auth_method",
    "smtp_port",
    "smtp_server",
    "smtp_user_id",
    "ssl_imap",
    "ssl_pop",
    "ssl_smtp",
    "use_apop_auth",
    "use_smtp_auth",
    "user_id",
}
"""Keys that Sylpheed knows, as far as we may write them; it drops every other one when it exits."""


def read(files: Files) -> list[Read]:
    """Return what accountrc says of each account."""
    return [_account(keys) for _name, keys in sections_of(files, "accountrc", 8192)]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each ``key=value`` of ``setting`` is there."""
    ((_name, keys),) = sections_of(files, "accountrc", 8192)
    pairs = [part.partition("=") for part in setting.split(", ") if part]
    return all(keys.get(key) == value.replace(" (empty)", "") for key, _equals, value in pairs)


def _account(keys: dict[str, str]) -> Read:
    assert keys.keys() <= _KNOWN, keys.keys() - _KNOWN
    kind = {"0": "pop", "3": "imap"}[keys["protocol"]]
    assert keys[f"set_{kind}port"] == keys["set_smtpport"] == "1"
    if kind == "pop":
        assert keys["use_apop_auth"] == keys["pop_auth_method"] == "0"
        # Without it, 1 is the default: mail would be deleted from the server.
        assert keys["remove_mail"] == "0"
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
        # send_message.c: only on accounts of POP3.
        pop_first=kind == "pop" and keys["pop_before_smtp"] == "1",
    )
