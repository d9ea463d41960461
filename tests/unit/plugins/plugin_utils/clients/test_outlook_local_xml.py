# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outlook's local answer: what we write, our own reader understands as the account that was meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.cases import enforced
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import client, client_options
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount, decide
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.interpretation import (
    Interpretation,
    interpret,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import (
    IncomingServer,
    OutgoingServer,
    Settings,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.unfilled import (
    is_unfilled,
    is_wrapped_address,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    imap,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)

from .readers.outlook_local_xml import protocols
from .test_hostile import LOGINS, TEXTS
from .test_tables import ACCOUNTS, ADDRESSES

BOB = "bob@example.org"
OUTLOOK_KEY = "HKCU:\\Software\\Microsoft\\Office\\16.0\\Outlook"


def rendered(*requests: Any, options: dict[str, Any] | None = None, **policy: Any) -> Plan:
    return plan(*requests, clients=("outlook_local_xml",), options={"outlook_local_xml": options or {}}, **policy)


def read_again(account: MailAccount) -> Interpretation:
    """Return what our own reader and interpretation make of the file for ``account``."""
    options = client_options(["outlook_local_xml"], None)["outlook_local_xml"]
    rendering = client("outlook_local_xml").render([account], options)
    (file,) = rendering.files
    return interpret(read(file.as_dict("outlook_local_xml")["content"], "ours"))


def meant(account: MailAccount) -> Settings:
    """Return the Settings that say all of ``account``, whatever answers and options led to it."""
    incoming, outgoing = account.incoming, account.outgoing
    # Outlook's switch above all ways, POP-before-SMTP too, where nothing could go unencrypted.
    authenticated = outgoing.authentication != "none" or enforced(account)
    instead = account.pop_first and account.pop_wins
    login = incoming.username if instead else outgoing.username
    return Settings(
        incoming=(
            IncomingServer(
                incoming.type,
                incoming.hostname,
                incoming.port,
                incoming.socket_type,
                incoming.authentication,
                username=incoming.username,
            ),
        ),
        outgoing=(
            OutgoingServer(
                "smtp",
                outgoing.hostname,
                outgoing.port,
                outgoing.socket_type,
                "password-cleartext" if enforced(account) else outgoing.authentication,
                username=login if authenticated else None,
                auth_required=authenticated,
                same_credentials=authenticated and outgoing.same_secret and not instead,
                pop_before_smtp=account.pop_first,
            ),
        ),
        display_name=account.display_name,
        ttl_hours=account.ttl_hours,
        expires=account.expires,
    )


def _can_be_said(account: MailAccount) -> bool:
    """Leave out what no answer can say: the port for TLS without it, which is read as TLS all the same."""
    servers = (account.incoming, account.outgoing)
    return not any(server.port in (465, 993, 995) and server.socket_type != "SSL" for server in servers)


READABLE = [account for account in ACCOUNTS if _can_be_said(account)]


def test_our_own_output_gives_the_same_settings() -> None:
    assert len(READABLE) > 500
    for account in READABLE:
        result = read_again(account)
        assert result.settings == meant(account), account
        # A contradiction would be the file's own; that the account uses no encryption is the caller's will.
        assert {finding.code for finding in result.findings} <= {
            "plaintext-credentials",
            "encryption-port-contradiction",
        }


def test_our_own_output_gives_the_same_account() -> None:
    """With default options, the file leads to the same servers, logins and meaning of SMTPLast, whatever led to it."""
    compared = set()
    for account in READABLE:
        again = decide(read_again(account).settings, email=ADA, policy=Policy(allow_plaintext=ADDRESSES))
        assert again.incoming == account.incoming
        wanted = account.outgoing
        if account.outgoing.authentication == "none" or account.smtp_last == "both":
            # No login is made; or one of two is said, and which password serves for it is no longer asked.
            wanted = replace(wanted, username=again.outgoing.username, same_secret=again.outgoing.same_secret)
        if enforced(account):
            wanted = replace(wanted, authentication="password-cleartext")
        assert again.outgoing == wanted
        assert again.pop_first is account.pop_first
        if account.pop_first and (account.pop_wins or account.source_outgoing.same_credentials):
            assert (again.smtp_last == "pure") is account.pop_wins
        compared.add((account.smtp_last, account.pop_first))
    assert compared >= {("pure", True), ("both", True), ("both", False), ("off", False), ("ignored", False)}


WAYS = [
    # AuthRequired, SMTPLast, UsePOPAuth, LoginName of SMTP → the same four
    pytest.param("off", "on", None, None, {}, ("off", "on", "off", None), id="no login"),
    pytest.param("on", "on", None, None, {}, ("on", "on", "off", ADA), id="pure"),
    pytest.param("on", "on", "on", None, {}, ("on", "on", "on", ADA), id="both"),
    pytest.param("on", "on", None, "relay", {}, ("on", "on", "off", "relay"), id="both, own login"),
    pytest.param("on", "on", "on", None, {"smtp_last": "enforce"}, ("on", "on", "off", ADA), id="enforced"),
    pytest.param("on", "on", "on", None, {"smtp_last": "ignore"}, ("on", "off", "on", ADA), id="ignored"),
    pytest.param("on", "on", "on", None, {"incoming": "imap"}, ("on", "off", "on", ADA), id="IMAP"),
    pytest.param("on", "off", "off", "007412", {}, ("on", "off", "off", "007412"), id="own login"),
]


@pytest.mark.parametrize("required, last, same, login, policy, expected", WAYS)
def test_ways_to_be_let_in(
    required: str, last: str, same: str, login: str, policy: dict[str, str], expected: tuple[str, ...]
) -> None:
    answered = smtp(AuthRequired=required, SMTPLast=last, UsePOPAuth=same, LoginName=login)
    result = rendered(request(pop3(), imap(), answered), **policy)
    assert reasons(result) == ""
    _incoming, outgoing = protocols(result.files[0])
    found = (outgoing["AuthRequired"], outgoing["SMTPLast"], outgoing["UsePOPAuth"], outgoing.get("LoginName"))
    assert found == expected


def test_ntlm_and_the_domain_stay_in_the_login() -> None:
    domain = pop3(LoginName="ada", DomainRequired="on", DomainName="CORP", SPA="on")
    result = rendered(request(domain, smtp(SPA="on", UsePOPAuth="on")))
    incoming, outgoing = protocols(result.files[0])
    assert (incoming["LoginName"], incoming["SPA"], incoming["DomainRequired"]) == ("CORP\\ada", "on", "off")
    assert (outgoing["LoginName"], outgoing["SPA"]) == ("CORP\\ada", "on")


@limits(max_examples=150, deadline=None)
@given(LOGINS, LOGINS, TEXTS)
def test_texts_come_back_as_they_were(incoming: str, outgoing: str, name: str) -> None:
    document = settings(
        incoming={"username": incoming or None}, outgoing={"username": outgoing or None}, display_name=name
    )
    result = rendered(request(settings=document))
    if result.refused:
        assert result.registry == []
        return
    response = read(result.files[0]["content"], "ours")
    if any(is_unfilled(login) or is_wrapped_address(login) for login in (incoming, outgoing)):
        # What the caller may say, a response may not: it looks like a mistake there.
        return
    again = interpret(response).settings

    def filled(text: str) -> tuple[str, str]:
        return text, text.replace("%EMAILADDRESS%", ADA)

    assert again.incoming[0].username in filled(incoming or ADA)
    assert again.outgoing[0].username in filled(outgoing or again.incoming[0].username or "")
    if not is_unfilled(name.strip()):
        assert (again.display_name or "") in {text.strip() for text in filled(name)}


@pytest.mark.parametrize("login", [" ada", "ada ", "ada\u3000"])
def test_a_login_with_blanks_around_it_is_refused(login: str) -> None:
    result = rendered(request(settings=settings(incoming={"username": login})))
    assert "begins or ends with a blank" in reasons(result) and (result.files, result.registry) == ([], [])


def value(email: str, path: str, name: str, data: str | int) -> dict[str, Any]:
    kind = "string" if isinstance(data, str) else "dword"
    return {"client": "outlook_local_xml", "email": email, "path": path, "name": name, "data": data, "type": kind}


def test_registry_values_for_each_account() -> None:
    people = [request(pop3(LoginName=None), smtp(), email=email, user=None) for email in (ADA, "bob@Example.NET")]
    assert rendered(*people).registry == [
        item
        for email, domain in ((ADA, "example.org"), ("bob@example.net", "example.net"))
        for item in (
            value(email, f"{OUTLOOK_KEY}\\AutoDiscover", domain, f"C:\\ProgramData\\mailfleet\\{email}.xml"),
            value(email, f"{OUTLOOK_KEY}\\AutoDiscover", "PreferLocalXML", 1),
            value(email, f"{OUTLOOK_KEY}\\setup", "DisableOffice365SimplifiedAccountCreation", 1),
        )
    ]


@pytest.mark.parametrize("version", ["14.0", "15.0", 15.0])
def test_older_outlooks_have_no_short_dialog(version: Any) -> None:
    keys = [
        (row["path"], row["name"]) for row in rendered(request(pop3(), smtp()), options={"version": version}).registry
    ]
    key = f"HKCU:\\Software\\Microsoft\\Office\\{float(version)}\\Outlook\\AutoDiscover"
    assert keys == [(key, "example.org"), (key, "PreferLocalXML")]


def test_one_address_for_two_users_has_its_values_once() -> None:
    result = rendered(request(pop3(), smtp()), request(pop3(), smtp(), user="bob"))
    assert (len(result.files), len(result.registry)) == (1, 3)


PATHS = [
    pytest.param("C:\\mail\\{domain}\\{email}.xml", f"C:\\mail\\example.org\\{ADA}.xml", id="drive"),
    pytest.param("\\\\files.example.org\\mail\\{email}.xml", f"\\\\files.example.org\\mail\\{ADA}.xml", id="share"),
    pytest.param("D:\\Users\\Ada Lovelace\\a.xml", "D:\\Users\\Ada Lovelace\\a.xml", id="blank"),
]


@pytest.mark.parametrize("pattern, path", PATHS)
def test_windows_paths(pattern: str, path: str) -> None:
    assert rendered(request(pop3(), smtp()), options={"windows_path": pattern}).registry[0]["data"] == path


@pytest.mark.parametrize(
    "options, sentence",
    [
        pytest.param({"windows_path": "/srv/ada.xml"}, "windows_path is .* backslashes", id="POSIX path"),
        pytest.param({"windows_path": "C:/mail/{email}.xml"}, "windows_path is .* backslashes", id="slashes"),
        pytest.param({"windows_path": "ada.xml"}, "windows_path is .* whole path", id="relative"),
        pytest.param({"windows_path": "C:\\"}, "windows_path is .* whole path of a file", id="drive alone"),
        pytest.param({"windows_path": "C:\\mail\\"}, "windows_path is .* whole path of a file", id="directory"),
        pytest.param({"windows_path": "%LOCALAPPDATA%\\{email}.xml"}, "without variables", id="variable in front"),
        pytest.param({"windows_path": "C:\\%USERNAME%\\{email}.xml"}, "without variables", id="variable"),
        pytest.param({"windows_path": "C:\\a\nb\\{email}.xml"}, "windows_path is", id="line break"),
        pytest.param({"windows_path": "C:\\a\\{user}.xml"}, "only {email} and {domain}", id="other braces"),
        pytest.param({"windows_path": None}, "windows_path is", id="null"),
        pytest.param({"windows_path": "C:\\{domain}.xml"}, "Put {email} into it", id="two accounts, one path"),
        pytest.param({"dest": "/srv/{domain}.xml"}, "Put {email} into it", id="two accounts, one file"),
        pytest.param({"version": "17.0"}, 'version is "17.0"; it can be 14.0, 15.0 or 16.0', id="version"),
        pytest.param({"version": "16.0\\x"}, "version is", id="version that is a path"),
    ],
)
def test_wrong_options(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        rendered(request(pop3(), smtp()), request(pop3(LoginName=None), smtp(), email=BOB), options=options)


def test_windows_takes_capitals_for_small_letters() -> None:
    people = [request(pop3(LoginName=None), smtp(), email=email) for email in ("Ada@example.org", ADA, BOB)]
    result = rendered(*people)
    assert [row["email"] for row in result.refused] == ["Ada@example.org", ADA]
    assert "capitals do not count" in reasons(result)
    assert {row["email"] for row in result.registry} == {BOB}
