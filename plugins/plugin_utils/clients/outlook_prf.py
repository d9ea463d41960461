# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; one Outlook profile file (PRF) for each out.

Microsoft documents the sections ("Customize Outlook profiles by using an Outlook Profile (PRF) file", cc179062). What a
key of an account means is said by the file itself, which maps it to a property of Outlook's account manager; numbers
and values of the properties are those of the Account Management API ("Constants (Account management API)").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import AccountRefused, OptionError
from ..settings.account import MailAccount
from ..settings.names import is_plain_text
from ..wording import quoted
from . import cases
from ._outlook_prf_rows import ROWS, pop_instead
from .account_files import SERVED, account_files, dest_option
from .client import Client, Option, Rendering

KINDS = {"pop3": "POP3", "imap": "IMAP"}
"""What the names of keys for the incoming server begin with."""

SECTIONS = {"pop3": "I_Mail", "imap": "IMAP_I_Mail"}
"""The kinds of account, each with the section that maps its keys."""

TLS = {"plain": "0", "SSL": "1", "STARTTLS": "1"}
"""PROP_INET_SSL is yes or no, and yes is TLS from the first byte. STARTTLS must not become a password in clear."""

SMTP_SECURITY = {"plain": "0", "SSL": "1", "STARTTLS": "2"}
"""PROP_SMTP_SECURE_CONNECTION: ENCRYPT_CONN_NO_SECURITY, ENCRYPT_CONN_SSL, ENCRYPT_CONN_TLS."""

SAME_AS_POP, USER_PASS, RECEIVE_BEFORE_SEND = "0", "1", "2"
"""PROP_SMTP_AUTH_METHOD. Called a bitmask, but the first is 0 and Outlook's dialog has one choice of three."""

PROFILES = {
    "append": {"OverwriteProfile": "Append", "ModifyDefaultProfileIfPresent": "TRUE"},
    "replace": {"OverwriteProfile": "Yes", "ModifyDefaultProfileIfPresent": "FALSE"},
}

CODE_PAGES = (
    *("ascii", "cp874", "cp932", "cp936", "cp949", "cp950"),
    *(f"cp{number}" for number in range(1250, 1259)),
)
"""The ANSI code pages of Windows, by the names of Python's codecs."""

MAX_VALUE = 255
"""Nobody documents how much of a line Outlook reads, and a login that is cut off is another one."""

_VARIABLE = re.compile("%[^%]+%")


def _mapping(kind: str) -> dict[str, str]:
    """Return the section that gives each key of an account its property: the one that Outlook 2010 and later export."""
    of_incoming_server = {"LeaveOnServer": "PT_LONG,0x1000"}
    if kind == "IMAP":
        of_incoming_server = {"CheckNewImap": "PT_LONG,0x1100", "RootFolder": "PT_UNICODE,0x1101"}
    return {
        "AccountType": kind,
        "AccountName": "PT_UNICODE,0x0002",
        "DisplayName": "PT_UNICODE,0x000B",
        "EmailAddress": "PT_UNICODE,0x000C",
        f"{kind}Server": "PT_UNICODE,0x0100",
        f"{kind}UserName": "PT_UNICODE,0x0101",
        f"{kind}UseSPA": "PT_LONG,0x0108",
        "Organization": "PT_UNICODE,0x0107",
        "ReplyEmailAddress": "PT_UNICODE,0x0103",
        f"{kind}Port": "PT_LONG,0x0104",
        f"{kind}UseSSL": "PT_LONG,0x0105",
        "SMTPServer": "PT_UNICODE,0x0200",
        "SMTPUseAuth": "PT_LONG,0x0203",
        "SMTPAuthMethod": "PT_LONG,0x0208",
        "SMTPUserName": "PT_UNICODE,0x0204",
        "SMTPUseSPA": "PT_LONG,0x0207",
        "ConnectionType": "PT_LONG,0x000F",
        "ConnectionOID": "PT_UNICODE,0x0010",
        "SMTPPort": "PT_LONG,0x0201",
        "SMTPSecureConnection": "PT_LONG,0x020A",
        "ServerTimeOut": "PT_LONG,0x0209",
        **of_incoming_server,
    }


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one file for each account; an account that the file cannot say is refused."""
    profile, encoding = options["profile"], options["encoding"]
    fault = _fault(profile, encoding) if isinstance(profile, str) else "is no text"
    if fault is not None:
        raise OptionError(f"client_options.outlook_prf.profile is {quoted(profile)}, which {fault}. Give another name.")
    general = {"Custom": "1", "ProfileName": profile, "DefaultProfile": "Yes", **PROFILES[options["existing_profile"]]}
    return account_files(
        "outlook_prf", accounts, options["dest"], lambda account: _document(account, general, encoding).encode(encoding)
    )


def _document(account: MailAccount, general: Mapping[str, str], encoding: str) -> str:
    values = _account(account)
    for key, value in values.items():
        fault = _fault(value, encoding)
        if fault is not None:
            raise AccountRefused(
                f"{account.email}: {key} would be {quoted(value)}, which {fault}. "
                + ("Give display_name, or use" if key == "DisplayName" else "Use")
                + " another client for this account."
            )
    sections = {
        "General": general,
        "Service List": {"Service1": "Outlook Address Book"},
        "Internet Account List": {"Account1": SECTIONS[account.incoming.type]},
        "Service1": {"UniqueService": "Yes", "OverwriteExistingService": "No"},
        "Account1": {"UniqueService": "No", **values},
        "Outlook Address Book": {"ServiceName": "CONTAB"},
        **{SECTIONS[kind]: _mapping(KINDS[kind]) for kind in SECTIONS},
    }
    return "\r\n".join(
        f"[{name}]\r\n" + "".join(f"{key}={value}\r\n" for key, value in keys.items())
        for name, keys in sections.items()
    )


def _account(account: MailAccount) -> dict[str, str]:
    incoming, outgoing = account.incoming, account.outgoing
    kind, (use_auth, method) = KINDS[incoming.type], smtp_auth(account)
    values = {
        "AccountName": account.email,
        "DisplayName": _name(account),
        "EmailAddress": account.email,
        f"{kind}Server": incoming.hostname,
        f"{kind}Port": str(incoming.port),
        f"{kind}UseSSL": TLS[incoming.socket_type],
        f"{kind}UserName": incoming.username,
        f"{kind}UseSPA": "1" if incoming.authentication == "NTLM" else "0",
        "SMTPServer": outgoing.hostname,
        "SMTPPort": str(outgoing.port),
        "SMTPSecureConnection": SMTP_SECURITY[outgoing.socket_type],
        "SMTPUseAuth": use_auth,
        "SMTPAuthMethod": method,
        "SMTPUseSPA": "1" if outgoing.authentication == "NTLM" and not pop_instead(account) else "0",
        "ConnectionType": "0",
        "ServerTimeOut": "60",
    }
    if method == USER_PASS:
        values["SMTPUserName"] = outgoing.username
    if kind == "POP3":
        # Without it, Outlook takes mail from the server as it fetches it.
        values["LeaveOnServer"] = "0x1"
    return values


def smtp_auth(account: MailAccount) -> tuple[str, str]:
    """Return SMTPUseAuth and SMTPAuthMethod: Outlook does one of three things, or nothing."""
    if pop_instead(account):
        return "1", RECEIVE_BEFORE_SEND
    if cases.no_smtp_auth(account):
        return "0", SAME_AS_POP
    return "1", SAME_AS_POP if account.outgoing.same_secret else USER_PASS


def _name(account: MailAccount) -> str:
    return (account.display_name or "").strip() or account.local_part


def _fault(value: str, encoding: str) -> str | None:
    """Return why ``value`` cannot stand on a line of the file, or null.

    Windows takes blanks and a pair of quotes off the ends of a value (GetPrivateProfileString), and Outlook puts
    variables of the environment in (``%USERNAME%`` is in many profile files).
    """
    if not value or not is_plain_text(value) or value != value.strip():
        return "is empty, or begins or ends with a blank, or cannot stand on one line"
    if value[0] in "\"'":
        return "begins with a quote, which Windows takes off"
    if ";" in value:
        return "holds a semicolon, which begins a comment"
    if _VARIABLE.search(value):
        return "holds a name between percent signs, for which Outlook puts in a variable of the environment"
    if len(value) > MAX_VALUE:
        return f"is longer than {MAX_VALUE} characters"
    lost = next((character for character in value if not _can_write(character, encoding)), None)
    if lost is not None:
        return (
            f"cannot be written in {encoding}, as it holds {quoted(lost)}; option encoding of outlook_prf can be the "
            "ANSI code page of the Windows machines"
        )
    return None


def _can_write(character: str, encoding: str) -> bool:
    """Tell whether the code page has ``character`` itself: Python's cp932 writes the wide form for some."""
    try:
        return character.encode(encoding).decode(encoding) == character
    except UnicodeError:
        return False


CLIENT = Client(
    name="outlook_prf",
    title="Outlook (classic) by profile file",
    description="One profile file (PRF) for each account, which Outlook for Windows imports without asking.",
    rows=ROWS,
    territory=SERVED,
    render=render,
    options={
        "dest": dest_option("outlook_prf", "prf"),
        "encoding": Option(
            "ascii",
            "The ANSI code page of the Windows machines, by Python's name of the codec. What it cannot say is refused.",
            choices=CODE_PAGES,
        ),
        "existing_profile": Option(
            "append",
            "V(append) adds the account to the profile that is the default, and nothing in it is lost; without one, "
            "a profile is made. V(replace) makes the profile anew, and what a profile of that name holds is lost.",
            choices=tuple(PROFILES),
        ),
        "profile": Option("Outlook", "The name of the profile that is made."),
    },
    places={
        "kind": lambda account: KINDS[account.incoming.type],
        "method": lambda account: smtp_auth(account)[1],
        "name": _name,
        "use_auth": lambda account: smtp_auth(account)[0],
    },
    needs_user=lambda options: False,
    login_kept_by="address",
    notes=(
        "Nothing was tried with a real Outlook. That value 2 of SMTPAuthMethod means a login to POP3 before sending "
        "rests on two things: the file maps the key to property 0x0208, and Microsoft's Account Management API calls "
        "that value of the property SMTP_AUTH_RECEIVE_BEFORE_SEND.",
        "Apply it in the session of the person: ``outlook.exe /importprf C:\\path\\file.prf``, where "
        "``/promptimportprf`` asks first. Or silently at the next start of Outlook: in "
        "``HKCU\\Software\\Microsoft\\Office\\16.0\\Outlook\\Setup``, write the text value ``ImportPRF``, the path "
        "without blanks, and delete the values ``First-Run`` and ``FirstRun``. A double click does nothing since "
        "Outlook 2007.",
        "Outlook takes ``ImportPRF`` away as it imports, and a second import adds a second account. So a task with "
        "``ansible.windows.win_regedit`` must not run whenever the value is missing: let it depend on the account not "
        "being there, by looking for its address under ``HKCU\\Software\\Microsoft\\Office\\16.0\\Outlook\\Profiles`` "
        "first. Over WinRM, ``HKCU`` is the registry of the user that Ansible logs in as: use ``become``, or load the "
        "person's hive.",
        "The file names no data file (PST) and no default store, on purpose: with them, Outlook 2024 was seen to "
        "leave the account without a store. Outlook makes one itself, at the next start if the import is not its "
        "first one.",
        "There is no password in the file: Outlook asks for it. POP3 mail is left on the server. The new Outlook for "
        "Windows and Outlook for Mac read no profile files.",
    ),
)
