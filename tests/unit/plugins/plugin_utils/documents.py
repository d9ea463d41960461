# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts in; answers, Settings and plans out: what the tests of the controller half start from. All of it is made up."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, Plan, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.interpretation import (
    Interpretation,
    interpret,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

ADA = "ada@example.org"

_POP3 = {"Server": "pop.example.org", "Port": "995", "LoginName": ADA, "SPA": "off", "SSL": "on"}
_IMAP = {"Server": "imap.example.org", "Port": "993", "LoginName": ADA, "SPA": "off", "SSL": "on"}
_SMTP = {"Server": "smtp.example.org", "Port": "587", "SPA": "off", "Encryption": "TLS"}


def protocol(kind: str, elements: dict[str, str | int | None]) -> str:
    """Return one Protocol; an element of None is left away."""
    said = {name: value for name, value in elements.items() if value is not None}
    inner = "".join(f"\n    <{name}>{escape(str(value))}</{name}>" for name, value in said.items())
    return f"  <Protocol>\n    <Type>{kind}</Type>{inner}\n  </Protocol>\n"


def pop3(**elements: str | int | None) -> str:
    return protocol("POP3", {**_POP3, **elements})


def imap(**elements: str | int | None) -> str:
    return protocol("IMAP", {**_IMAP, **elements})


def smtp(**elements: str | int | None) -> str:
    return protocol("SMTP", {**_SMTP, **elements})


def answer(*protocols: str, name: str | None = None, address: str | None = None) -> str:
    """Return an answer with these Protocols, and a User when a name or an address is given."""
    user = f"<DisplayName>{escape(name)}</DisplayName>" if name is not None else ""
    user += f"<AutoDiscoverSMTPAddress>{escape(address)}</AutoDiscoverSMTPAddress>" if address is not None else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">\n'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">\n'
        f"<User>{user}</User>\n<Account><AccountType>email</AccountType><Action>settings</Action>\n"
        f"{''.join(protocols)}</Account></Response></Autodiscover>\n"
    )


def meaning(*protocols: str, overrides: dict[str, Any] | None = None, **user: str | None) -> Interpretation:
    """Return what an answer with these Protocols means."""
    return interpret(read(answer(*protocols, **user), "ada.xml"), overrides=overrides)


def codes(result: Interpretation | Plan) -> set[str]:
    """Return the codes of what was noticed."""
    return {finding["code"] if isinstance(finding, dict) else finding.code for finding in result.findings}


def settings(**changes: Any) -> dict[str, Any]:
    """Return a valid Settings document with POP3 and SMTP; ``incoming`` and ``outgoing`` replace keys of servers."""
    incoming = {
        "type": "pop3",
        "hostname": "pop.example.org",
        "port": 995,
        "socket_type": "SSL",
        "authentication": "password-cleartext",
        **changes.pop("incoming", {}),
    }
    outgoing = {
        "type": "smtp",
        "hostname": "smtp.example.org",
        "port": 587,
        "socket_type": "STARTTLS",
        "authentication": "password-cleartext",
        **changes.pop("outgoing", {}),
    }
    return {"version": 1, "incoming": [incoming], "outgoing": [outgoing], **changes}


def request(*protocols: str, email: str = ADA, user: str | None = "ada", **more: Any) -> AccountRequest:
    """Return the request for an account; without Protocols, ``settings`` or ``document`` must be given."""
    if protocols:
        more["document"] = answer(*protocols)
    return AccountRequest(email=email, user=user, **more)


def plan(
    *requests: AccountRequest,
    clients: tuple[str, ...] = ("claws_mail",),
    options: dict[str, Any] | None = None,
    report: str = "changes",
    **policy: Any,
) -> Plan:
    """Return what ``provision`` makes of the requests."""
    return provision(requests, clients, Policy(**policy), options, report)


def reasons(result: Plan) -> str:
    """Return why accounts were refused; empty when none was."""
    return "\n".join(row["reason"] for row in result.refused)


def section(result: Plan, index: int = 0) -> dict[str, str]:
    """Return all keys of one account in Claws Mail's file."""
    (file,) = [file for file in result.files if "sections" in file]
    wanted = file["sections"][index]
    return {**wanted["fixed"], **wanted["enforced"], **wanted["seeded"]}


def autoconfig(result: Plan) -> str:
    """Return the one autoconfig file."""
    (file,) = [file for file in result.files if file["client"] == "thunderbird_autoconfig"]
    content = file["content"]
    assert isinstance(content, str)
    return content
