# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; one Autodiscover answer for each, and the registry values that lead Outlook to it, out.

The answer is POX again, for one decided account: what the server's answer left to defaults, ports and readers is said
in it. So this is the one format in which no element is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import AccountRefused, OptionError
from ..libraries import etree
from ..pox.elements import BASE_NAMESPACE, OUTLOOK_NAMESPACE
from ..settings.account import Incoming, MailAccount, Outgoing
from ..settings.names import is_plain_text
from ..wording import listed, quoted
from . import cases, rows
from .account_files import SERVED, account_files, dest_option, path_for
from .client import Client, Option, Rendering, Row
from .registry_values import RegistryValue

ENCRYPTION = {"plain": ("off", "None"), "STARTTLS": ("on", "TLS"), "SSL": ("on", "SSL")}
"""SSL and Encryption. The second overrides the first and its TLS is STARTTLS ([MS-OXDSCLI]).

A reader that knows SSL alone must not read "off" where a password travels.
"""

VERSIONS = ("14.0", "15.0", "16.0")
"""Outlook 2010, Outlook 2013, and all later ones."""

_WINDOWS_PATH = re.compile(r"(?:[A-Za-z]:|\\\\[^\\]+\\[^\\]+)(?:\\[^\\/:*?\"<>|%]+)+")


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one answer for each account, and the values that name it to Outlook."""
    version = _checked(options)
    rendering = account_files("outlook_local_xml", accounts, options["dest"], _document)
    refused = dict(rendering.refused)
    registry: dict[RegistryValue, None] = {}
    owners: dict[str, str] = {}
    for account in accounts:
        path = path_for(account, options["windows_path"], "client_options.outlook_local_xml.windows_path")
        owner = owners.setdefault(path.casefold(), account.email)
        if owner != account.email:
            refused |= _one_path(options["windows_path"], owner, account.email)
        registry.update(dict.fromkeys(_registry_values(account, path, version)))
    return Rendering(rendering.files, refused, tuple(registry))


def _one_path(pattern: str, one: str, other: str) -> dict[str, str]:
    """Return why two accounts are refused: Windows takes capitals and small letters in a path for the same.

    Raises:
        OptionError: when the pattern is at fault.
    """
    if "{email}" not in pattern:
        raise OptionError(
            f"client_options.outlook_local_xml.windows_path is {quoted(pattern)}, which gives {one} and {other} "
            "the same file. Put {email} into it."
        )
    return {
        email: f"{email}: {one} and {other} would be one file on Windows, where capitals do not count. Provision "
        "them in calls of their own, with windows_path in different directories."
        for email in (one, other)
    }


def _checked(options: Mapping[str, Any]) -> str:
    """Return the version of Outlook; a version that YAML took for a number counts too."""
    windows_path, version = options["windows_path"], str(options["version"])
    if version not in VERSIONS:
        raise OptionError(
            f"client_options.outlook_local_xml.version is {quoted(version)}; it can be {listed(VERSIONS, 'or')}."
        )
    if not (isinstance(windows_path, str) and is_plain_text(windows_path) and _WINDOWS_PATH.fullmatch(windows_path)):
        raise OptionError(
            f"client_options.outlook_local_xml.windows_path is {quoted(windows_path)}; give a whole path of a "
            "file on the Windows machine, with backslashes and without variables, such as "
            "C:\\ProgramData\\mailfleet\\{email}.xml."
        )
    return version


def _registry_values(account: MailAccount, path: str, version: str) -> list[RegistryValue]:
    key = f"HKCU:\\Software\\Microsoft\\Office\\{version}\\Outlook"
    autodiscover = f"{key}\\AutoDiscover"
    values = [
        RegistryValue(account.email, autodiscover, account.domain, path, "string"),
        RegistryValue(account.email, autodiscover, "PreferLocalXML", 1, "dword"),
    ]
    if version == "16.0":
        # The short account dialog of Outlook 2016 and later asks Microsoft and never looks at POX for POP3 and IMAP.
        values.append(
            RegistryValue(account.email, f"{key}\\setup", "DisableOffice365SimplifiedAccountCreation", 1, "dword")
        )
    return values


def _document(account: MailAccount) -> str:
    root = etree.Element(f"{{{BASE_NAMESPACE}}}Autodiscover", nsmap=_as_default(BASE_NAMESPACE))
    response = etree.SubElement(root, f"{{{OUTLOOK_NAMESPACE}}}Response", nsmap=_as_default(OUTLOOK_NAMESPACE))
    name = _name(account)
    if name:
        _fill(_child(response, "User"), {"DisplayName": name})
    answer = _child(response, "Account")
    _fill(answer, {"AccountType": "email", "Action": "settings"})
    lifetime = {"TTL": str(account.ttl_hours)}
    if account.expires is not None:
        lifetime["ExpirationDate"] = _date(account)
    for protocol in (_incoming(account), _outgoing(account)):
        _fill(_child(answer, "Protocol"), {**protocol, **lifetime})
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode", pretty_print=True)


def _as_default(namespace: str) -> dict[Any, str]:
    """Return a map in which ``namespace`` needs no prefix."""
    return {None: namespace}


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{OUTLOOK_NAMESPACE}}}{name}")


def _fill(parent: etree._Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        _child(parent, name).text = value


def _incoming(account: MailAccount) -> dict[str, str]:
    incoming = account.incoming
    return {
        "Type": incoming.type.upper(),
        **_server(incoming),
        "LoginName": _login(account, incoming.username),
        **_ways(incoming),
        "AuthRequired": "on",
    }


def _outgoing(account: MailAccount) -> dict[str, str]:
    outgoing = account.outgoing
    # Outlook's switch above all ways to be let in, POP-before-SMTP too. Without TLS it is not trusted with it.
    required = not cases.no_smtp_auth(account) or _enforced(account)
    login = {"LoginName": _login(account, smtp_login(account))} if required else {}
    return {
        "Type": "SMTP",
        **_server(outgoing),
        **login,
        **_ways(outgoing),
        "AuthRequired": "on" if required else "off",
        "UsePOPAuth": "on" if _pop_auth(account) else "off",
        "SMTPLast": "on" if account.pop_first else "off",
    }


def _server(server: Incoming | Outgoing) -> dict[str, str]:
    return {"Server": server.hostname, "Port": str(server.port)}


def _ways(server: Incoming | Outgoing) -> dict[str, str]:
    ssl, encryption = ENCRYPTION[server.socket_type]
    # The login is whole: its domain is part of it.
    spa = "on" if server.authentication == "NTLM" else "off"
    return {"DomainRequired": "off", "SPA": spa, "SSL": ssl, "Encryption": encryption}


def smtp_login(account: MailAccount) -> str:
    """Return the LoginName of SMTP. Beside it, SMTPLast alone stands for the incoming login first."""
    return account.incoming.username if _pop_instead(account) else account.outgoing.username


def _pop_auth(account: MailAccount) -> bool:
    return account.outgoing.same_secret and not cases.no_smtp_auth(account) and not _pop_instead(account)


def _pop_instead(account: MailAccount) -> bool:
    """POP-before-SMTP takes the place of a login to SMTP, so nothing beside SMTPLast may ask for one."""
    return account.pop_first and account.pop_wins


def _login(account: MailAccount, login: str) -> str:
    if login != login.strip():
        raise AccountRefused(
            f"{account.email}: the login {quoted(login)} begins or ends with a blank, which readers of XML take off. "
            "Use another client for this account."
        )
    return login


def _name(account: MailAccount) -> str:
    return (account.display_name or "").strip()


def _date(account: MailAccount) -> str:
    return (account.expires or "").replace("-", "")


def _enforced(account: MailAccount) -> bool:
    return _pop_instead(account) and cases.enforced(account)


def _without_login(account: MailAccount) -> bool:
    return cases.no_smtp_auth(account) and not _enforced(account)


_ENFORCED = "Outlook logs in to POP3 before sending instead, as option smtp_last says."

ROWS = (
    Row("incoming", "Type", "POP3", "native", "<Type>POP3</Type>", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", "<Type>IMAP</Type>"),
    Row("incoming", "Server", "any", "native", "<Server>{incoming_host}</Server>"),
    Row("incoming", "Port", "any", "native", "<Port>{incoming_port}</Port>"),
    Row("incoming", "Encryption", "any", "native", "{incoming_encryption}", note="SSL and Encryption say the same."),
    Row("incoming", "LoginName", "any", "native", "<LoginName>{incoming_login}</LoginName>"),
    Row(
        "incoming",
        "DomainName",
        "any",
        "native",
        "<LoginName>{incoming_login}</LoginName><DomainRequired>off</DomainRequired>",
        note=rows.PART_OF_THE_LOGIN,
    ),
    Row("incoming", "SPA", "on", "native", "<SPA>on</SPA>", cases.incoming_ntlm),
    rows.spa_ignored("incoming", "<SPA>off</SPA>"),
    Row("incoming", "SPA", "off", "native", "<SPA>off</SPA>"),
    Row("outgoing", "Type", "SMTP", "native", "<Type>SMTP</Type>"),
    Row("outgoing", "Server", "any", "native", "<Server>{outgoing_host}</Server>"),
    Row("outgoing", "Port", "any", "native", "<Port>{outgoing_port}</Port>"),
    Row("outgoing", "Encryption", "any", "native", "{outgoing_encryption}", note="SSL and Encryption say the same."),
    *(
        row
        for element in ("LoginName", "DomainName")
        for row in (
            Row("outgoing", element, "no login to SMTP", "native", "no <LoginName>", _without_login),
            Row(
                "outgoing",
                element,
                "beside SMTPLast, option smtp_last: enforce",
                "approximated",
                "<LoginName>{incoming_login}</LoginName>",
                _enforced,
                note=_ENFORCED,
            ),
            Row(
                "outgoing",
                element,
                "any",
                "native",
                "<LoginName>{smtp_login}</LoginName>",
                note=rows.PART_OF_THE_LOGIN if element == "DomainName" else "",
            ),
        )
    ),
    Row("outgoing", "SPA", "on", "native", "<SPA>on</SPA>", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "<SPA>off</SPA>"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "<SPA>off</SPA>", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "<SPA>off</SPA>"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, option smtp_last: enforce",
        "native",
        "<AuthRequired>on</AuthRequired>",
        _enforced,
        note=_ENFORCED,
    ),
    Row(
        "outgoing",
        "AuthRequired",
        "on, but without TLS and with SMTPLast on",
        "approximated",
        "<AuthRequired>off</AuthRequired>",
        cases.auth_left_out,
        note="No password is sent to SMTP; the POP3 login before each sending stands in for it.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", "<AuthRequired>off</AuthRequired>", cases.no_smtp_auth),
    Row("outgoing", "AuthRequired", "on or unsaid", "native", "<AuthRequired>on</AuthRequired>"),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", "<UsePOPAuth>off</UsePOPAuth>", _without_login),
    Row(
        "outgoing",
        "UsePOPAuth",
        "beside SMTPLast, option smtp_last: enforce",
        "approximated",
        "<UsePOPAuth>off</UsePOPAuth>",
        _enforced,
        note=_ENFORCED,
    ),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        "<UsePOPAuth>on</UsePOPAuth>",
        _pop_auth,
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "<UsePOPAuth>off</UsePOPAuth>"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account, the only way in or option smtp_last: enforce",
        "native",
        "<UsePOPAuth>off</UsePOPAuth><SMTPLast>on</SMTPLast>",
        _pop_instead,
        note="What Outlook has for it is SMTP_AUTH_RECEIVE_BEFORE_SEND, a login to POP3 before each sending.",
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account, beside a login for SMTP",
        "native",
        "<SMTPLast>on</SMTPLast>",
        cases.pop_first,
        note="Both are said, as the answer says them; an account of Outlook holds one, and Outlook chooses. "
        "Option smtp_last: enforce leaves POP-before-SMTP only, smtp_last: ignore the login only.",
    ),
    *rows.smtp_last_without_effect(
        "<SMTPLast>off</SMTPLast>",
        "Outlook is known to log in before sending on POP3 accounts only",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "none",
        "native",
        "no <DisplayName>",
        lambda account: not _name(account),
        note="Outlook asks for the name.",
    ),
    Row("account", "DisplayName", "any", "native", "<DisplayName>{name}</DisplayName>"),
    Row("account", "TTL", "any", "native", "<TTL>{ttl}</TTL>"),
    Row("account", "ExpirationDate", "any", "native", "<ExpirationDate>{date}</ExpirationDate>"),
)


def _encryption(server: Incoming | Outgoing) -> str:
    ssl, encryption = ENCRYPTION[server.socket_type]
    return f"<SSL>{ssl}</SSL><Encryption>{encryption}</Encryption>"


CLIENT = Client(
    name="outlook_local_xml",
    title="Outlook (classic) by a local answer",
    description="One Autodiscover answer for each account as a file that Outlook for Windows takes for the server's "
    "own, and the registry values that name it.",
    rows=ROWS,
    territory=SERVED,
    render=render,
    options={
        "dest": dest_option("outlook_local_xml", "xml"),
        "version": Option(
            "16.0", "The version in the registry's keys: C(14.0) is Outlook 2010, C(15.0) 2013, C(16.0) all later."
        ),
        "windows_path": Option(
            "C:\\ProgramData\\mailfleet\\{email}.xml",
            "Where the file will lie on the Windows machine, as the registry shall name it; C({email}) and C({domain}) "
            "are filled in. A text in the registry expands no variables, so none may stand here.",
        ),
    },
    places={
        "date": _date,
        "incoming_encryption": lambda account: _encryption(account.incoming),
        "name": _name,
        "outgoing_encryption": lambda account: _encryption(account.outgoing),
        "smtp_login": smtp_login,
        "ttl": lambda account: account.ttl_hours,
    },
    needs_user=lambda options: False,
    login_kept_by="address",
    notes=(
        "Nothing was tried with a real Outlook: that it reads such files is documented, that it makes a login to POP3 "
        "before sending of SMTPLast is what Microsoft's description of the element says.",
        "``client_config`` returns in ``registry`` what the registry of the person needs: loop "
        "``ansible.windows.win_regedit`` over it on the Windows machine, with ``path``, ``name``, ``data`` and "
        "``type`` of each item. A text value named as the mail domain holds the path of the file; ``PreferLocalXML`` "
        "puts it before the server's answer; ``DisableOffice365SimplifiedAccountCreation`` brings back the account "
        "dialog that looks for it at all, and was reported not to work in Outlook 2024. The same values count under "
        "``HKCU:\\Software\\Policies\\Microsoft\\Office``.",
        "``HKCU`` is the registry of one person; over WinRM it is the one of the user that Ansible logs in as. Use "
        "``become``, or load the person's hive. It has one file for each domain, and the file holds one login: two "
        "accounts of one domain for one person are made one after the other, each with its own items of ``registry``.",
        "Copy the file with ``ansible.windows.win_copy`` to where ``windows_path`` says, for example below "
        "``C:\\Users\\ada\\AppData\\Local``. With ``state: absent`` the registry values are not taken away.",
        "Outlook reads it when an account is added, and asks for the password; it adds none by itself. For that, see "
        "``outlook_prf``. Ctrl and a right click on Outlook's icon beside the clock, then *Test E-mail "
        "AutoConfiguration*, shows what it makes of the file.",
    ),
)
