# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; one ``config-v1.1.xml`` for each mail domain out, with placeholders for the logins.

What Thunderbird reads is in its ``readFromXML.sys.mjs``. It compares words exactly: ``smtp-after-pop``
in any other spelling makes it reject the whole file, and texts that look like numbers are mangled
(``007412`` becomes ``7412``), which is why logins stand there as placeholders only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import OptionError
from ..libraries import etree
from ..settings.account import MailAccount
from ..settings.names import normalised_address
from ..wording import listed, quoted
from . import cases, rows
from .account_files import SERVED
from .client import Client, Option, Rendering, Row
from .files import THUNDERBIRD_SANDBOX, Place, WholeFile, is_path_of_file

ISP_DIRECTORIES = (
    ("/usr/share/thunderbird", "/usr/share/thunderbird/isp"),
    ("/usr/lib/thunderbird", "/usr/lib/thunderbird/isp"),
    ("/usr/lib64/thunderbird", "/usr/lib64/thunderbird/isp"),
    ("/opt/thunderbird", "/opt/thunderbird/isp"),
)
"""Where Debian, other distributions and Mozilla's own builds read ``isp/DOMAIN.xml``: the first that exists counts."""

POLL_SECONDS = 600
"""Thunderbird logs in at start-up and then every 10 minutes: readFromXML never reads checkInterval."""


class _Shape(NamedTuple):
    """What the file says; accounts of a domain that differ in this cannot share it."""

    incoming: tuple[tuple[str, str], ...]
    outgoing: tuple[tuple[str, str], ...]
    keep_on_server: bool


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one file for each domain; accounts that do not reduce to one file are refused."""
    refused: dict[str, str] = {}
    by_domain: dict[str, dict[_Shape, list[MailAccount]]] = {}
    for account in accounts:
        shape = _shape(account)
        if isinstance(shape, str):
            refused[account.email] = shape
        else:
            by_domain.setdefault(account.domain, {}).setdefault(shape, []).append(account)
    _check_destination(options["dest"], by_domain)
    files = []
    for domain, shapes in by_domain.items():
        everybody = [account for owners in shapes.values() for account in owners]
        if len(shapes) > 1:
            groups = listed(owners[0].email for owners in shapes.values())
            for account in everybody:
                refused[account.email] = (
                    f"{account.email}: the accounts of {domain} need different servers or logins (compare {groups}), "
                    "and thunderbird_autoconfig has one file for a domain. Make their answers agree, or use another "
                    "client."
                )
            continue
        files.append(
            WholeFile(
                _place(options["dest"], domain),
                tuple(dict.fromkeys(account.email for account in everybody)),
                _document(domain, next(iter(shapes))),
                mode="0644",
            )
        )
    return Rendering(tuple(files), refused)


def _check_destination(dest: Any, domains: Mapping[str, object]) -> None:
    if dest and not is_path_of_file(dest):
        raise OptionError(
            f"client_options.thunderbird_autoconfig.dest is {quoted(dest)}; give an absolute path of a file on one "
            "line, without '..'."
        )
    if dest and len(domains) > 1 and "{domain}" not in dest:
        raise OptionError(
            f"client_options.thunderbird_autoconfig.dest is {quoted(dest)}, but there are {len(domains)} domains "
            f"({listed(sorted(domains))}) and each needs a file of its own. Put {{domain}} into it."
        )


def _place(dest: str | None, domain: str) -> Place:
    if dest:
        return Place.at(dest.replace("{domain}", domain))
    return Place(tuple((exists, f"{directory}/{domain}.xml") for exists, directory in ISP_DIRECTORIES))


_REPLACED = re.compile(r"\$[$&`']")
"""What JavaScript's replaceAll() reads in the text that it puts in the place of a placeholder."""


_VARIABLES = ("EMAILADDRESS", "EMAILLOCALPART", "EMAILDOMAIN", "REALNAME")
"""In this order, one after the other, Thunderbird fills them in, in what it has filled in before too (replaceVariables
in AccountConfig.sys.mjs)."""


def placeholder(login: str, email: str) -> str | None:
    """Return ``login`` with Thunderbird's placeholders, or None when it cannot be said for everybody of the domain."""
    local = email.rpartition("@")[0]
    if (normalised_address(login) or login) == email:
        return "%EMAILADDRESS%"
    if login == local:
        return "%EMAILLOCALPART%"
    if login.startswith(f"{local}@"):
        return f"%EMAILLOCALPART%{login.removeprefix(local)}"
    if login.endswith(f"\\{local}"):
        return f"{login.removesuffix(local)}%EMAILLOCALPART%"
    return None


def _shape(account: MailAccount) -> _Shape | str:
    """Return what the file says for ``account``, or the reason why it cannot be said."""
    incoming, outgoing = account.incoming, account.outgoing
    authenticated = outgoing.authentication != "none"
    local = account.email.rpartition("@")[0]
    if _REPLACED.search(local):
        return (
            f"{account.email}: Thunderbird's account assistant makes another login of {quoted(local)}, because of the "
            "dollar sign and what follows it. Use another client for this account."
        )
    logins = {}
    for name in dict.fromkeys((incoming.username, *((outgoing.username,) if authenticated else ()))):
        logins[name] = placeholder(name, account.email)
        if logins[name] is None:
            return (
                f"{account.email}: the login {quoted(name)} is neither the address nor its local part, so it cannot "
                "stand in a file for the whole domain. Use another client for this account."
            )
        if _filled_in_again(logins[name] or "", account.email):
            return (
                f"{account.email}: Thunderbird's account assistant makes another login of {quoted(name)}, because it "
                "fills in what stands between the percent signs once more. Use another client for this account."
            )
    fetch = [
        ("hostname", incoming.hostname),
        ("port", str(incoming.port)),
        ("socketType", incoming.socket_type),
        ("authentication", incoming.authentication),
        ("username", logins[incoming.username] or ""),
    ]
    methods = authentications(account)
    send = [
        ("hostname", outgoing.hostname),
        ("port", str(outgoing.port)),
        ("socketType", outgoing.socket_type),
        *(("authentication", method) for method in methods),
    ]
    if authenticated:
        send.append(("username", logins[outgoing.username] or ""))
    pop3 = incoming.type == "pop3"
    return _Shape((("type", incoming.type), *fetch), tuple(send), pop3)


def _filled_in_again(text: str, email: str) -> bool:
    """Tell whether Thunderbird would find a placeholder in what it has put in the place of one."""
    local, _at, domain = email.rpartition("@")
    values = dict(zip(_VARIABLES, (email, local, domain, ""), strict=True))
    once = re.sub("%(EMAILADDRESS|EMAILLOCALPART)%", lambda match: values[match[1]], text, count=1)
    for name, value in values.items():
        text = text.replace(f"%{name}%", value)
    return text != once


def authentications(account: MailAccount) -> list[str]:
    """Return the words for ``<authentication>`` of the outgoing server; Thunderbird takes the first that it can do."""
    method = account.outgoing.authentication
    if not account.pop_first:
        return [method]
    if method == "none":
        return ["smtp-after-pop"]
    return ["smtp-after-pop", method] if account.pop_wins else [method, "smtp-after-pop"]


def _document(domain: str, shape: _Shape) -> str:
    root = etree.Element("clientConfig", version="1.1")
    provider = etree.SubElement(root, "emailProvider", id=domain)
    etree.SubElement(provider, "domain").text = domain
    etree.SubElement(provider, "displayName").text = domain
    etree.SubElement(provider, "displayShortName").text = domain
    (_label, kind), *fetch = shape.incoming
    incoming = etree.SubElement(provider, "incomingServer", type=kind)
    for name, text in fetch:
        etree.SubElement(incoming, name).text = text
    if shape.keep_on_server:
        pop3 = etree.SubElement(incoming, "pop3")
        etree.SubElement(pop3, "leaveMessagesOnServer").text = "true"
        # 0 means for ever; without it Thunderbird deletes from the server after 14 days.
        etree.SubElement(pop3, "daysToLeaveMessagesOnServer").text = "0"
        etree.SubElement(pop3, "downloadOnBiff").text = "true"
    outgoing = etree.SubElement(provider, "outgoingServer", type="smtp")
    for name, text in shape.outgoing:
        etree.SubElement(outgoing, name).text = text
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode", pretty_print=True)


def _polled(account: MailAccount) -> bool:
    return cases.pop_first(account) and account.window > POLL_SECONDS


def _no_auth_pop_first(account: MailAccount) -> bool:
    return cases.pop_first(account) and cases.no_smtp_auth(account)


def _pop_before_auth(account: MailAccount) -> bool:
    return cases.pop_first(account) and account.pop_wins


_POLLING = "Thunderbird runs no POP3 login before sending; it logs in at start-up and every 10 minutes."

ROWS = (
    Row("incoming", "Type", "POP3", "native", '<incomingServer type="pop3">', cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", '<incomingServer type="imap">'),
    Row("incoming", "Server", "any", "native", "<hostname>{incoming_host}</hostname>"),
    Row("incoming", "Port", "any", "native", "<port>{incoming_port}</port>"),
    Row("incoming", "Encryption", "plain", "native", "<socketType>plain</socketType>", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL", "native", "<socketType>SSL</socketType>", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS", "native", "<socketType>STARTTLS</socketType>"),
    Row(
        "incoming",
        "LoginName",
        "the address or its local part; any other login is refused",
        "native",
        "<username>{incoming_placeholder}</username>",
    ),
    Row(
        "incoming",
        "DomainName",
        "any",
        "native",
        "<username>{incoming_placeholder}</username>",
        note=rows.PART_OF_THE_LOGIN,
    ),
    Row("incoming", "SPA", "on", "native", "<authentication>NTLM</authentication>", cases.incoming_ntlm),
    rows.spa_ignored("incoming", "<authentication>password-cleartext</authentication>"),
    Row("incoming", "SPA", "off", "native", "<authentication>password-cleartext</authentication>"),
    Row("outgoing", "Type", "SMTP", "native", '<outgoingServer type="smtp">'),
    Row("outgoing", "Server", "any", "native", "<hostname>{outgoing_host}</hostname>"),
    Row("outgoing", "Port", "any", "native", "<port>{outgoing_port}</port>"),
    Row("outgoing", "Encryption", "plain", "native", "<socketType>plain</socketType>", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", "<socketType>SSL</socketType>", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "<socketType>STARTTLS</socketType>"),
    Row("outgoing", "LoginName", "no login to SMTP", "native", "no <username>", cases.no_smtp_auth),
    Row(
        "outgoing",
        "LoginName",
        "a host of another domain, not said to share the password",
        "impossible",
        "",
        cases.other_domain,
        note="Thunderbird's account assistant sends the one password it asks for to both servers.",
        refuses=True,
    ),
    Row(
        "outgoing",
        "LoginName",
        "the address or its local part; any other login is refused",
        "native",
        "<username>{outgoing_placeholder}</username>",
    ),
    Row("outgoing", "DomainName", "no login to SMTP", "native", "no <username>", cases.no_smtp_auth),
    Row(
        "outgoing",
        "DomainName",
        "any",
        "native",
        "<username>{outgoing_placeholder}</username>",
        note=rows.PART_OF_THE_LOGIN,
    ),
    Row("outgoing", "SPA", "on", "native", "<authentication>NTLM</authentication>", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "<authentication>password-cleartext</authentication>"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "no <username>", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "<authentication>password-cleartext</authentication>"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        "<authentication>smtp-after-pop</authentication>",
        cases.auth_left_out,
        note="No password is sent to SMTP; fetching mail first stands in for it.",
    ),
    Row(
        "outgoing",
        "AuthRequired",
        "off, SMTPLast on",
        "native",
        "<authentication>smtp-after-pop</authentication>",
        _no_auth_pop_first,
    ),
    Row("outgoing", "AuthRequired", "off", "native", "<authentication>none</authentication>", cases.no_smtp_auth),
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid, SMTPLast on and nothing else",
        "approximated",
        "{methods}",
        _pop_before_auth,
        note="Thunderbird takes the first method that it knows, which is smtp-after-pop here.",
    ),
    Row("outgoing", "AuthRequired", "on or unsaid", "native", "{methods}"),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", "no <username>", cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        "<username>{outgoing_placeholder}</username>, as for the incoming server",
        cases.same_secret,
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "<username>{outgoing_placeholder}</username>"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, beside a login for SMTP",
        "approximated",
        "{methods}",
        lambda account: cases.pop_first(account) and not cases.no_smtp_auth(account) and not account.pop_wins,
        note=f"{_POLLING} SMTP AUTH is used.",
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on, and the server's window is longer than 10 minutes",
        "approximated",
        "{methods}",
        _polled,
        note=f"{_POLLING} That is shorter than pop_before_smtp_window.",
        warns=False,
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on",
        "approximated",
        "{methods}",
        cases.pop_first,
        note=f"{_POLLING} That is not shorter than pop_before_smtp_window: some mails may be refused until the next "
        "fetch.",
    ),
    *rows.smtp_last_without_effect(
        "no smtp-after-pop", "No mail is fetched by POP3 on an IMAP account", "Set incoming: pop3.", "{methods}"
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "impossible",
        "",
        note="The file is for a domain; Thunderbird asks for the name.",
    ),
    Row("account", "TTL", "any", "impossible", "", note="Thunderbird reads the file once; run the playbook again."),
    Row("account", "ExpirationDate", "any", "impossible", "", note="The format knows no end of an account."),
)

CLIENT = Client(
    name="thunderbird_autoconfig",
    title="Thunderbird autoconfig",
    description="One file for each mail domain, which prefills Thunderbird's account assistant.",
    rows=ROWS,
    territory=(*(f"{directory}/*.xml" for _exists, directory in ISP_DIRECTORIES), *SERVED),
    render=render,
    options={
        "dest": Option(
            None,
            "Where the file goes; C({domain}) stands for the mail domain, for example "
            "V(/srv/www/autoconfig.{domain}/mail/config-v1.1.xml). Without it, the C(isp) directory of the "
            "installed Thunderbird.",
        ),
    },
    places={
        "incoming_placeholder": lambda account: placeholder(account.incoming.username, account.email) or "",
        "methods": lambda account: "".join(
            f"<authentication>{method}</authentication>" for method in authentications(account)
        ),
        "outgoing_placeholder": lambda account: placeholder(account.outgoing.username, account.email) or "",
    },
    sandbox=THUNDERBIRD_SANDBOX,
    needs_user=lambda options: False,
    notes=(
        "The person still creates the account: Thunderbird asks for name, address and password and takes the rest from "
        "the file.",
        "One file serves a whole domain, so its logins are placeholders; accounts of a domain that need different "
        "servers or logins are refused. A Thunderbird from Flatpak or Snap does not see the host's files.",
        "An address with a dollar sign before a dollar sign, an ampersand or a quotation mark is refused: Thunderbird "
        "puts it in the place of the placeholder with JavaScript's replaceAll, which takes the two for something else. "
        "So is an address in which Thunderbird would find a placeholder of its own, such as ``%REALNAME%``.",
        "Leave-on-server is written as for ever: without it, Thunderbird deletes mail from the server after 14 days.",
    ),
)
