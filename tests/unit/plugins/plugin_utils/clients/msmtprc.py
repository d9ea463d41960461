# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of msmtp in; what it understands of them out.

A line is a word and a value; one quote at each end of the value is taken away, and nothing else (conf.c).
"""

from __future__ import annotations

from typing import NamedTuple

_WORDS = ("host", "port", "timeout", "tls", "tls_starttls", "tls_trust_file", "from", "auth", "user", "ntlmdomain")
_WORDS += ("passwordeval",)


class Sending(NamedTuple):
    """Where mail goes, and with which login, if any."""

    host: str
    port: int
    security: str
    login: str | None


def msmtprc(text: str) -> Sending:
    """Return what msmtp does with these settings."""
    comment, account, *lines = text.splitlines()
    assert comment.startswith("#") and account == "account default"
    keys = {}
    for line in lines:
        word, _blank, value = line.partition(" ")
        assert word in _WORDS and word not in keys
        quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
        keys[word] = value[1:-1] if quoted else value
    login = f"{keys['ntlmdomain']}\\{keys['user']}" if "ntlmdomain" in keys else keys.get("user")
    security = {"offoff": "plain", "onoff": "SSL", "onon": "STARTTLS"}[keys["tls"] + keys["tls_starttls"]]
    assert (keys["auth"] == "off") is (login is None)
    return Sending(keys["host"], int(keys["port"]), security, login)
