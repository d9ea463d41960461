# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the attacked runs install: what the collection itself renders for ada and bob, so each kind of file is there."""

from __future__ import annotations

from functools import cache
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import territories
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

ADA = "ada@example.org"
BOB = "bob@example.net"

CLIENTS = (
    "claws_mail",
    "evolution",
    "kmail",
    "mutt",
    "emacs_gnus",
    "sylpheed",
    "thunderbird",
    "thunderbird_autoconfig",
)
FEW = ("claws_mail", "mutt", "evolution", "thunderbird", "thunderbird_autoconfig")
"""Sections, blocks, values, whole files, first-start files with directories; in homes and outside."""

_ANSWER = """\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
<Account><AccountType>email</AccountType><Action>settings</Action>
<Protocol><Type>POP3</Type><Server>{host}</Server><Port>995</Port><LoginName>%EMAILADDRESS%</LoginName>
<SPA>off</SPA><SSL>on</SSL></Protocol>
<Protocol><Type>SMTP</Type><Server>{host}</Server><Port>587</Port><SPA>off</SPA><Encryption>TLS</Encryption>
<AuthRequired>on</AuthRequired><SMTPLast>{last}</SMTPLast></Protocol>
</Account></Response></Autodiscover>
"""

FOREIGN = b"# mine\n[Account: 1]\naddress=eve@example.net\nprotocol=0\nsignature=J\xfcrgen = ok\n weird =  x  \n\n"
"""An account that ada made by hand, with all that a careless writer would lose."""


_USERS = {ADA: "ada", BOB: "bob"}


@cache
def _files(clients: tuple[str, ...], host: str, last: str, emails: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    requests = [
        AccountRequest(
            email=email,
            user=_USERS[email],
            document=_ANSWER.format(host=f"{host}.{email.partition('@')[2]}", last=last),
            password_command="pass mail",
        )
        for email in emails
    ]
    plan = provision(requests, clients, Policy())
    if plan.refused:
        raise RuntimeError(str(plan.refused))
    return tuple(plan.files)


def present(
    clients: tuple[str, ...] = FEW, later: bool = False, emails: tuple[str, ...] = (ADA, BOB), **more: Any
) -> dict[str, Any]:
    """Return parameters that provision accounts; ``later``: the server's response is another one by now."""
    files = _files(clients, *(("mail2", "off") if later else ("mail", "on")), emails)
    return {
        "files": list(files),
        "accounts": list(emails),
        "clients": list(clients),
        "territory": territories({}),
        **more,
    }


def absent(*emails: str, **more: Any) -> dict[str, Any]:
    """Return parameters that remove accounts; none named: both."""
    return {"state": "absent", "accounts": list(emails or (ADA, BOB)), "territory": territories({}), **more}


def purged(clients: tuple[str, ...] = FEW, **more: Any) -> dict[str, Any]:
    """Return parameters that provision bob alone, and remove ada, who is not listed any more."""
    return present(clients, emails=(BOB,), purge=True, **more)
