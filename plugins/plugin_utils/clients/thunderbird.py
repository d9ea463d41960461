# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; an AutoConfig with which Thunderbird makes them by itself, and an add-on for SMTPLast, out.

Names and numbers of preferences are those of Thunderbird's ``MsgIncomingServer.sys.mjs``, ``SmtpServer.sys.mjs`` and
``nsMsgIdentity.cpp``. What merges them with a person's own accounts is ``thunderbird_cfg.js``, beside this file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import OptionError
from ..settings.account import MailAccount
from ..wording import quoted
from ._thunderbird_rows import ROWS
from .client import Client, Option, Rendering
from .files import THUNDERBIRD_SANDBOX, BlockFile, File, JsonFile, Place, WholeFile
from .thunderbird_xpi import ADDON_ID, xpi

SOCKET_TYPES = {"plain": 0, "STARTTLS": 2, "SSL": 3}
"""``nsMsgSocketType``. 1 (STARTTLS if offered) is never written: it falls back to plain text."""

AUTH_METHODS = {"none": 1, "password-cleartext": 3, "NTLM": 6}
"""``nsMsgAuthMethod``."""

LOADERS = Place(
    tuple(
        (directory, f"{directory}/mailfleet.js")
        for directory in (
            "/etc/thunderbird/pref",
            "/usr/lib/thunderbird/defaults/pref",
            "/usr/lib64/thunderbird/defaults/pref",
            "/opt/thunderbird/defaults/pref",
        )
    )
)
"""Where Debian, other distributions (Fedora: lib64) and Mozilla's own builds read default preferences."""

PROGRAMS = ("/usr/lib/thunderbird", "/usr/lib64/thunderbird", "/opt/thunderbird")

POLICIES = Place(
    tuple(
        (path, path)
        for path in (
            "/etc/thunderbird/policies/policies.json",
            *(f"{program}/distribution/policies.json" for program in PROGRAMS),
        )
    )
)
"""One that is there is added to: a new one in /etc would hide an admin's own in the program's directory."""

ADDON = Place.at(f"/usr/share/mailfleet/{ADDON_ID}.xpi")

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)

_CFG = Path(__file__).with_name("thunderbird_cfg.js")


@cache
def functions() -> str:
    """Return the lines that all accounts need."""
    return _CFG.read_text(encoding="utf-8")


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return the AutoConfig with a block for each account, and policy and add-on where a fetch must come first."""
    config = _checked(options)
    refused = {account.email: reason for account in accounts if (reason := _reason(account))}
    refused |= {
        email: f"{email}: thunderbird has one account for an address, and this one is given for several users. Give it "
        "to one of them."
        for email, count in Counter(account.email for account in accounts).items()
        if count > 1
    }
    taken = [account for account in accounts if account.email not in refused]
    if not taken:
        return Rendering((), refused)
    emails = tuple(account.email for account in taken)
    files: list[File] = [
        BlockFile(
            _config_place(config),
            (("", functions()), *((account.email, _block(account, options)) for account in taken)),
            comment="//",
        ),
        WholeFile(LOADERS, emails, _loader(config), mode="0644"),
    ]
    fetching = tuple(account.email for account in taken if _has_addon(account, options))
    if fetching:
        policy = {"installation_mode": "force_installed", "install_url": f"file://{ADDON.candidates[0][1]}"}
        files += [
            WholeFile(ADDON, fetching, xpi(), mode="0644"),
            JsonFile(POLICIES, fetching, ((("policies", "ExtensionSettings", ADDON_ID), policy),)),
        ]
    return Rendering(tuple(files), refused)


def _checked(options: Mapping[str, Any]) -> str:
    config, lock = options["config"], options["lock"]
    if not isinstance(config, str) or not FILE_NAME.fullmatch(config):
        raise OptionError(
            f"client_options.thunderbird.config is {quoted(config)}; give the name of a file, without a directory."
        )
    if not isinstance(lock, bool):
        raise OptionError(f"client_options.thunderbird.lock is {quoted(lock)}; it can be true or false.")
    return config


def _reason(account: MailAccount) -> str | None:
    """Return why Thunderbird cannot have the account, or None."""
    email, incoming, outgoing = account.email, account.incoming, account.outgoing
    if account.user is None:
        return (
            f"{email}: thunderbird gives an account to the login user it belongs to, and this one has none. Give user: "
            "the name of the system user who reads this mail."
        )
    if ":" in incoming.hostname:
        return (
            f"{email}: the incoming server is {quoted(incoming.hostname)}; Thunderbird takes what follows the first "
            "colon for a port. Name the server by a host name."
        )
    for login in (incoming.username, *((outgoing.username,) if outgoing.authentication != "none" else ())):
        if not login.isascii():
            return (
                f"{email}: the login is {quoted(login)}; Thunderbird sends characters outside ASCII in a form that no "
                "server expects. Ask for a login in ASCII, or use another client."
            )
    return None


def key_of(account: MailAccount) -> str:
    """Return the key of the account, its servers and its identity in the preferences.

    The type is a part of it: an account is never turned into one of another type.
    """
    return f"mailfleet_{account.incoming.type}_{hashlib.sha256(account.email.encode()).hexdigest()[:16]}"


def _config_place(name: str) -> Place:
    return Place(
        (
            ("/etc/thunderbird/" + name, "/etc/thunderbird/" + name),
            *((f"{program}/{name}", f"{program}/{name}") for program in PROGRAMS),
        )
    )


def _loader(config: str) -> str:
    return (
        "// Makes Thunderbird read its AutoConfig; written by mailfleet.autodiscover.\n"
        f'pref("general.config.filename", "{config}");\n'
        'pref("general.config.obscure_value", 0);\n'
    )


def _block(account: MailAccount, options: Mapping[str, Any]) -> str:
    data = json.dumps(_data(account, options), indent=2, ensure_ascii=True)
    return f"var mailfleet = mailfleet || [];\nmailfleet.push({data});\n"


def _has_addon(account: MailAccount, options: Mapping[str, Any]) -> bool:
    return account.pop_first and options["enforcement"] == "addon"


def interval(account: MailAccount) -> int:
    """Return how often to fetch so that the server accepts mail most of the time, in minutes."""
    return max(1, account.window // 2 // 60)


def _data(account: MailAccount, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the preferences of one account, by the place that they belong to."""
    key, incoming, outgoing = key_of(account), account.incoming, account.outgoing
    polling = account.pop_first and options["enforcement"] == "polling"
    authenticated = outgoing.authentication != "none"
    check: dict[str, Any] = {"login_at_startup": True, "check_new_mail": True, "check_time": 10}
    if polling:
        check["check_time"] = interval(account)
    server: dict[str, Any] = {
        "type": incoming.type,
        "hostname": incoming.hostname,
        "port": incoming.port,
        "userName": incoming.username,
        "socketType": SOCKET_TYPES[incoming.socket_type],
        "authMethod": AUTH_METHODS[incoming.authentication],
    }
    seeded: dict[str, Any] = {"name": account.email}
    if incoming.type == "pop3":
        check["download_on_biff"] = True
        # Thunderbird's own defaults delete mail from the server once it is fetched.
        seeded |= {
            "leave_on_server": True,
            "delete_by_age_from_server": False,
            "delete_mail_left_on_server": False,
        }
    if polling:
        server |= check
    else:
        seeded |= check
    return {
        "key": key,
        "user": account.user,
        "email": account.email,
        "lock": options["lock"],
        "enforced": {
            "server": server,
            "identity": {"useremail": account.email, "smtpServer": key},
            "smtpserver": {
                "type": "smtp",
                "hostname": outgoing.hostname,
                "port": outgoing.port,
                "try_ssl": SOCKET_TYPES[outgoing.socket_type],
                "authMethod": AUTH_METHODS[outgoing.authentication],
                "username": outgoing.username if authenticated else None,
                # Whose password serves here too, and whose mail is fetched before each sending.
                "incomingAccount": key if authenticated and outgoing.same_secret else None,
                "popBeforeSmtp": key if _has_addon(account, options) else None,
            },
        },
        "seeded": {
            "server": seeded,
            "identity": {"fullName": account.display_name or account.local_part},
            "smtpserver": {"description": account.email},
        },
    }


CLIENT = Client(
    name="thunderbird",
    title="Thunderbird",
    description="Accounts that Thunderbird makes by itself when their user starts it, by AutoConfig; for SMTPLast an "
    "add-on that fetches mail before each sending, installed by policy.",
    rows=ROWS,
    territory=("/etc/thunderbird/", *(f"{program}/" for program in PROGRAMS), "/usr/share/mailfleet/"),
    render=render,
    options={
        "enforcement": Option(
            "addon",
            "How SMTPLast=on is followed. V(addon) installs our add-on, V(polling) fetches at start-up and at short "
            "intervals.",
            choices=("addon", "polling"),
        ),
        "lock": Option(
            False,
            "V(true) keeps the person from changing the enforced settings. Otherwise they are set again at each start.",
        ),
        "config": Option(
            "thunderbird.cfg",
            "Name of the AutoConfig file. Where an admin has an AutoConfig of another name already, give that name: "
            "Thunderbird reads one.",
        ),
    },
    places={
        "key": key_of,
        "interval": interval,
        "auth_method": lambda account: AUTH_METHODS[account.outgoing.authentication],
        "name": lambda account: account.display_name or account.local_part,
    },
    sandbox=THUNDERBIRD_SANDBOX,
    needs_user=lambda options: False,
    shares_login=True,
    notes=(
        "Thunderbird reads the AutoConfig at every start, as whoever starts it: an account goes to the login user "
        "whose name (``USER``) is the account's ``user``, and to nobody else. The file is readable for all users of "
        "the host; it holds addresses, servers and logins, no password. Thunderbird asks for that once, and can store "
        "it.",
        "Accounts that the person has stay; ours come after them. An account that the person made with the same "
        "server, type and login is taken over instead of being made twice: it gets the enforced settings and our SMTP "
        "server, keeps everything else, is never locked, and stays the person's when it leaves the fleet.",
        "Enforced at each start: servers, ports, security, logins, authentication, POP-first, the address. Written "
        "once and the person's own from then on: names, leaving mail on the server (for ever), when to fetch. With "
        "``enforcement: polling`` and SMTPLast, when to fetch is enforced too.",
        "An account that leaves the fleet is gone at Thunderbird's next start; its mail stays in the profile, under "
        "``Mail/``. When the last one leaves, our files go too: Thunderbird then drops the account by itself, because "
        "its servers stand nowhere any more; what remains is an entry in the list of SMTP servers, which the person "
        "may delete, and the add-on, which does nothing without our settings. When another server takes the place of "
        "the old one, the mail stays where it is, and Thunderbird asks for the password again. An account that changes "
        "between POP3 and IMAP is a new account.",
        "The files go where Thunderbird's packages read them: Debian's ``/etc/thunderbird``, "
        "``/usr/lib64/thunderbird`` of Fedora, ``/opt/thunderbird`` for Mozilla's own builds. A Thunderbird from "
        "Flatpak or Snap does not see the host's files, so this client does nothing there. Thunderbird reads one "
        "AutoConfig: where an admin has one of another name, give it as ``config``, or ours would take its place.",
        "The add-on fetches the account's mail before every sending, Send Later included; when that fails the mail is "
        "kept and a dialog says why. It needs Thunderbird 149 or later, and was seen with 153 ESR. It "
        "rests on Thunderbird's internals (``SmtpServer.sendMailMessage``, ``nsIPop3Service.GetNewMail``): a "
        "Thunderbird that has changed them says so in its error console, and mail is sent without fetching first. "
        "Thunderbird installs it at its start without asking, and the person cannot remove it.",
        "Where one password serves both servers, Thunderbird takes it for SMTP from what it knows since its start "
        "(``incomingAccount``): whoever sends before the first fetch of a session is asked for it, although it is "
        "stored. With the add-on a fetch always comes first.",
        "Certificates are checked as Thunderbird checks them, and STARTTLS is never given up where it is asked for.",
    ),
)
