# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing in; documents of the client ``thunderbird_autoconfig``, each with what Thunderbird must read in it, out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

SOCKETS = {"plain": 0, "STARTTLS": 2, "SSL": 3}
METHODS = {"none": 1, "smtp-after-pop": 1, "password-cleartext": 3, "NTLM": 6}
"""``nsMsgSocketType`` and ``nsMsgAuthMethod``."""

POP, IMAP, SMTP = "pop.battery.example", "imap.battery.example", "smtp.battery.example"

LOGINS = ("{email}", "{local}", "CORP\\{local}", "{local}@elsewhere.example")
PORTS = (1, 25, 110, 143, 465, 587, 993, 995, 4711, 65535)
LOCALS = (
    *("ada", "007412", "1e5", "0x10", "true", "a.b", "a+b", "o'brien", "a&b", "x_y", "a%b", "a=b", "a?b", "{x}", "#1"),
    *("a~b", "a`b", "a|b", "a*b", "a/b", "a!b", "a^b", "-", "a$b", "a$$b", "a$&b", "%REALNAME%", "ADA", "e" * 64),
)
DOMAINS = (
    *("example.org", "xn--mnchen-3ya.example", "007.example", "1.2.3.example", "a-b.example", "EXAMPLE.net"),
    *("x" * 63 + ".example", "a.b.c.d.e.f.example", "0.example", "true.example"),
)
HOSTS = ("mail.example.org", "xn--mnchen-3ya.example", "1e5.example", "007.example", "192.0.2.7", "x" * 63 + ".example")


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a domain, for one of its people."""

    email: str
    text: str
    expected: dict[str, Any]


def documents() -> tuple[list[Document], int]:
    """Return the documents, and how many accounts are refused instead."""
    found, refused = [], 0
    for email, settings in _requests():
        request = AccountRequest(email=email, settings=settings, user="somebody")
        hosts = (settings["incoming"][0]["hostname"], settings["outgoing"][0]["hostname"])
        plan = provision([request], ("thunderbird_autoconfig",), Policy(allow_plaintext=hosts), None, "changes")
        if plan.refused:
            refused += 1
            continue
        (file,) = plan.files
        found.append(Document(email, file["content"], _expected(settings, email, file["content"])))
    return found, refused


def _requests() -> Iterator[tuple[str, dict[str, Any]]]:
    ways = itertools.product(
        ("pop3", "imap"),
        SOCKETS,
        ("password-cleartext", "NTLM"),
        SOCKETS,
        ("none", "password-cleartext", "NTLM"),
        (False, True),
        LOGINS,
    )
    for number, (kind, fetch, method, send, auth, first, login) in enumerate(ways):
        ports = PORTS[number % len(PORTS)], PORTS[number // 7 % len(PORTS)]
        yield _request("ada@example.org", kind, (fetch, method, send, auth), ports, login, first=first)
    usual = ("SSL", "password-cleartext", "STARTTLS", "password-cleartext")
    for local, domain, login in itertools.product(LOCALS, DOMAINS, LOGINS[:2]):
        yield _request(f"{local}@{domain}", "pop3", usual, (995, 587), login, first=True)
    for host in HOSTS:
        email, settings = _request("ada@example.org", "imap", usual, (993, 465), LOGINS[0], first=False)
        for server in (*settings["incoming"], *settings["outgoing"]):
            server["hostname"] = host
        yield email, settings


def _request(
    email: str, kind: str, ways: tuple[str, str, str, str], ports: tuple[int, int], login: str, *, first: bool
) -> tuple[str, dict[str, Any]]:
    fetch, method, send, auth = ways
    username = login.format(email=email, local=email.rpartition("@")[0])
    incoming = {
        "type": kind,
        "hostname": POP if kind == "pop3" else IMAP,
        "port": ports[0],
        "socket_type": fetch,
        "authentication": method,
        "username": username,
    }
    outgoing = {
        "type": "smtp",
        "hostname": SMTP,
        "port": ports[1],
        "socket_type": send,
        "authentication": auth,
        "pop_before_smtp": first,
        "same_credentials": True,
        **({} if auth == "none" else {"username": username}),
    }
    return email, {"version": 1, "incoming": [incoming], "outgoing": [outgoing]}


def _expected(settings: dict[str, Any], email: str, text: str) -> dict[str, Any]:
    """Return what was wanted; of the methods for SMTP the first one in the document, which is what shall be used."""
    (incoming,), (outgoing,) = settings["incoming"], settings["outgoing"]
    method = ElementTree.fromstring(text.encode()).findtext("emailProvider/outgoingServer/authentication") or ""
    expected = {
        "type": incoming["type"],
        "host": incoming["hostname"],
        "port": incoming["port"],
        "socket": SOCKETS[incoming["socket_type"]],
        "auth": METHODS[incoming["authentication"]],
        "user": _login(incoming["username"], email),
        "smtp_host": outgoing["hostname"],
        "smtp_port": outgoing["port"],
        "smtp_socket": SOCKETS[outgoing["socket_type"]],
        "smtp_auth": METHODS[method],
    }
    if METHODS[method] > 1:
        expected["smtp_user"] = _login(outgoing["username"], email)
    if incoming["type"] == "pop3":
        expected |= {"leave": True, "days": 0}
    return expected


def _login(login: str, email: str) -> str:
    # A person types the address as it is used: with the domain in small letters.
    return email if login.lower() == email.lower() else login
