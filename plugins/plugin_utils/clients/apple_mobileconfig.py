# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; one configuration profile for each out, which Mail on iPhone, iPad, Mac and Vision Pro takes.

The keys are those that Apple publishes in apple/device-management, mdm/profiles: TopLevel.yaml,
CommonPayloadKeys.yaml and com.apple.mail.managed.yaml.
"""

from __future__ import annotations

import plistlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..errors import OptionError
from ..settings.account import Incoming, MailAccount, Outgoing
from ..settings.names import is_plain_text
from ..settings.transport import port_kind
from ..wording import quoted
from . import cases, rows, signing
from .account_files import SERVED, account_files, dest_option
from .client import Client, Option, Rendering, Row, Side

NAMESPACE = uuid.UUID("2c5d8a54-7b0c-5f0e-9a43-5d0f6f6f2f0b")
"""Of the identifiers of profiles and accounts: the same address has the same ones in every run."""

TYPES = {"pop3": "EmailTypePOP", "imap": "EmailTypeIMAP"}

AUTHENTICATION = {"password-cleartext": "EmailAuthPassword", "NTLM": "EmailAuthNTLM", "none": "EmailAuthNone"}


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one profile for each account, signed if the options say with what."""
    organization = _organization(options["organization"])
    signer = signing.signer("apple_mobileconfig", options)

    def profile(account: MailAccount) -> bytes:
        return plistlib.dumps(_profile(account, organization), sort_keys=True)

    return account_files(
        "apple_mobileconfig",
        accounts,
        options["dest"],
        lambda account: profile(account).decode() if signer is None else signer.signed(profile(account)),
        lambda account: None if signer is None else signer.basis(profile(account)),
    )


def _organization(given: Any) -> str | None:
    if given is None:
        return None
    text = str(given)
    if not text.strip() or not is_plain_text(text):
        raise OptionError(
            f"client_options.apple_mobileconfig.organization is {quoted(given)}; give a name on one line, of "
            "characters that can be seen."
        )
    return text


def _profile(account: MailAccount, organization: str | None) -> dict[str, Any]:
    identifier = profile_identifier(account)
    return {
        **_payload("Configuration", identifier, account.email, organization),
        "PayloadDescription": f"Sets up mail for {account.email}.",
        "PayloadContent": [_mail(account, identifier, organization)],
    }


def _mail(account: MailAccount, profile: str, organization: str | None) -> dict[str, Any]:
    """Return the payload of the account.

    A device keeps an account whose identifiers are the same in a newer profile, so a type of its own has its own.
    """
    incoming, outgoing = account.incoming, account.outgoing
    payload = {
        **_payload("com.apple.mail.managed", f"{profile}.{incoming.type}", account.email, organization),
        "EmailAccountDescription": account.email,
        "EmailAccountType": TYPES[incoming.type],
        "EmailAddress": account.email,
        **_server("Incoming", incoming),
        **_server("Outgoing", outgoing),
    }
    if account.display_name is not None:
        payload["EmailAccountName"] = account.display_name
    if outgoing.authentication != "none":
        payload["OutgoingPasswordSameAsIncomingPassword"] = outgoing.same_secret
    return payload


def _server(side: str, server: Incoming | Outgoing) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "HostName": server.hostname,
        "PortNumber": server.port,
        "UseSSL": server.socket_type != "plain",
        "Authentication": AUTHENTICATION[server.authentication],
    }
    if server.authentication != "none":
        keys["Username"] = server.username
    return {f"{side}MailServer{name}": value for name, value in keys.items()}


def _payload(kind: str, identifier: str, title: str, organization: str | None) -> dict[str, Any]:
    """Return the keys that a profile and each payload in it have in common."""
    common: dict[str, Any] = {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid.uuid5(NAMESPACE, f"{kind} {identifier}")).upper(),
        "PayloadDisplayName": title,
    }
    if organization is not None:
        common["PayloadOrganization"] = organization
    return common


def profile_identifier(account: MailAccount) -> str:
    """Return the identifier by which a device knows the profile again: a newer one takes the place of an older.

    No host name has an underscore, so domain and local part cannot run into each other.
    """
    domain = ".".join(reversed(account.domain.split(".")))
    return f"{domain}.mail_account.{quote(account.local_part, safe='')}"


ONE_SWITCH = "A profile has one switch for both ways of TLS"


def _encryption_rows(side: Side) -> tuple[Row, ...]:
    flag = f"{side.capitalize()}MailServerUseSSL"

    def has(account: MailAccount, socket_types: Sequence[str], *ports: str) -> bool:
        server = account.incoming if side == "incoming" else account.outgoing
        return server.socket_type in socket_types and port_kind(server.port) in ports

    return (
        Row(
            side,
            "Encryption",
            "plain",
            "native",
            f"{flag}: false",
            cases.incoming_is("plain") if side == "incoming" else cases.outgoing_is("plain"),
        ),
        Row(
            side,
            "Encryption",
            "SSL, at port 465, 993 or 995",
            "native",
            f"{flag}: true",
            lambda account: has(account, ("SSL",), "implicit"),
        ),
        Row(
            side,
            "Encryption",
            "STARTTLS, at port 25, 110, 143 or 587",
            "approximated",
            f"{flag}: true",
            lambda account: has(account, ("STARTTLS",), "starttls"),
            note=f"{ONE_SWITCH}; at this port devices take STARTTLS.",
        ),
        Row(
            side,
            "Encryption",
            "SSL or STARTTLS, at another port",
            "approximated",
            f"{flag}: true",
            lambda account: has(account, ("SSL", "STARTTLS"), "other"),
            note=f"{ONE_SWITCH}, and this port does not tell which is meant. Try it on a device.",
        ),
        Row(
            side,
            "Encryption",
            "SSL or STARTTLS, at a port of the other",
            "impossible",
            f"{flag}: true",
            note=f"{ONE_SWITCH}, and this port stands for the other one. Correct the port or the encryption with "
            "overrides, or give the server its usual port.",
            refuses=True,
        ),
    )


PASSWORD_IN = "IncomingMailServerAuthentication: EmailAuthPassword"  # noqa: S105
PASSWORD_OUT = "OutgoingMailServerAuthentication: EmailAuthPassword"  # noqa: S105
NTLM_IN = "IncomingMailServerAuthentication: EmailAuthNTLM"
NTLM_OUT = "OutgoingMailServerAuthentication: EmailAuthNTLM"
NONE = "OutgoingMailServerAuthentication: EmailAuthNone"
LOGIN_IN = "IncomingMailServerUsername: {incoming_login}"
LOGIN_OUT = "OutgoingMailServerUsername: {outgoing_login}"
SAME_PASSWORD = "OutgoingPasswordSameAsIncomingPassword"  # noqa: S105

ROWS = (
    Row("incoming", "Type", "POP3", "native", "EmailAccountType: EmailTypePOP", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", "EmailAccountType: EmailTypeIMAP"),
    Row("incoming", "Server", "any", "native", "IncomingMailServerHostName: {incoming_host}"),
    Row("incoming", "Port", "any", "native", "IncomingMailServerPortNumber: {incoming_port}"),
    *_encryption_rows("incoming"),
    Row("incoming", "LoginName", "any", "native", LOGIN_IN),
    Row("incoming", "DomainName", "any", "native", LOGIN_IN, note=rows.PART_OF_THE_LOGIN),
    Row("incoming", "SPA", "on", "native", NTLM_IN, cases.incoming_ntlm),
    rows.spa_ignored("incoming", PASSWORD_IN),
    Row("incoming", "SPA", "off", "native", PASSWORD_IN),
    Row("outgoing", "Type", "SMTP", "native", "OutgoingMailServerHostName: {outgoing_host}"),
    Row("outgoing", "Server", "any", "native", "OutgoingMailServerHostName: {outgoing_host}"),
    Row("outgoing", "Port", "any", "native", "OutgoingMailServerPortNumber: {outgoing_port}"),
    *_encryption_rows("outgoing"),
    *rows.outgoing_login(NONE, LOGIN_OUT),
    Row("outgoing", "SPA", "on", "native", NTLM_OUT, cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", PASSWORD_OUT),
    Row("outgoing", "SPA", "no login to SMTP", "native", NONE, cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", PASSWORD_OUT),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        NONE,
        cases.auth_left_out,
        note="No password is sent to SMTP; mail must be fetched by hand before sending.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", NONE, cases.no_smtp_auth),
    Row("outgoing", "AuthRequired", "on or unsaid, SPA on", "native", NTLM_OUT, cases.outgoing_ntlm),
    Row("outgoing", "AuthRequired", "on or unsaid", "native", PASSWORD_OUT),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", NONE, cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "approximated",
        f"{SAME_PASSWORD}: true",
        cases.same_secret,
        note="The person who installs the profile is asked for one password; where an MDM server installs it, Apple "
        "says that the setting is not supported.",
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", f"{SAME_PASSWORD}: false"),
    *rows.smtp_last_impossible("Apple Mail", ""),
    Row(
        "account",
        "DisplayName",
        "none",
        "native",
        "",
        lambda account: account.display_name is None,
        note="No name is set; the person gives one on the device.",
    ),
    Row("account", "DisplayName", "any", "native", "EmailAccountName: {display_name}"),
    Row("account", "TTL", "any", "impossible", "", note="Apple Mail never asks again; install the new profile."),
    Row(
        "account",
        "ExpirationDate",
        "any",
        "impossible",
        "",
        note="A profile could be removed on a date, but the account and its mail would go with it.",
    ),
)

CLIENT = Client(
    name="apple_mobileconfig",
    title="Apple Mail",
    description="One configuration profile (.mobileconfig) for each account, for iPhone, iPad, Mac and Vision Pro.",
    rows=ROWS,
    territory=SERVED,
    render=render,
    options={
        "dest": dest_option("apple_mobileconfig", "mobileconfig"),
        "organization": Option(None, "The name of the organization that the device shows beside the profile."),
        **signing.OPTIONS,
    },
    needs_user=lambda options: False,
    notes=(
        "The person opens the file on the device, confirms it in the settings, and is asked for the passwords; none is "
        "in it. An MDM server can install it too, on a Mac in the user channel.",
        "A profile of the same address takes the place of the older one, also when its servers have other names. One "
        "that changes from POP3 to IMAP or back is a new account for the device, and the old one goes with its mail.",
        "A profile cannot say whether fetched POP3 mail stays on the server. The person chooses that in Mail; see "
        "there first, or take IMAP.",
        "With ``sign_certificate`` and ``sign_key`` the file is signed, and devices show it as verified when they "
        "trust the certificate. The signature has no signed attributes, so with an RSA key the same profile has the "
        "same bytes in each run. With an EC key it has others each time: then a file counts as unchanged while it has "
        "the bytes that were last written, made of the same profile and the same certificates.",
        "The key never leaves the controller. Its files are sought like ``pox_src``, and may be vaulted. Signing needs "
        "the Python library cryptography there, which comes with ansible-core.",
        "Everything here follows what Apple publishes; no device was at hand to try it on.",
    ),
)
