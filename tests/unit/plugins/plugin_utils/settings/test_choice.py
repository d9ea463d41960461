# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which servers an account uses, towards which hosts a password goes, and with which login."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.names import same_organisation
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    codes,
    imap,
    plan,
    pop3,
    reasons,
    request,
    section,
    settings,
    smtp,
)

PLAIN: dict[str, Any] = {"Port": None, "SSL": "off", "Encryption": None}


def plain(build: Any, **elements: Any) -> str:
    return str(build(**{**PLAIN, **elements}))


CHOICES = [
    pytest.param((imap(), pop3(), smtp()), {}, ("imap.example.org", "smtp.example.org"), id="the first"),
    pytest.param((pop3(), imap(), smtp()), {}, ("pop.example.org", "smtp.example.org"), id="POP3 first"),
    pytest.param((imap(), pop3(), smtp()), {"incoming": "pop3"}, ("pop.example.org", "smtp.example.org"), id="forced"),
    pytest.param(
        (plain(pop3, Server="plain.example.org"), pop3(), smtp()),
        {},
        ("pop.example.org", "smtp.example.org"),
        id="encrypted POP3 before the server's preference",
    ),
    pytest.param(
        (pop3(), plain(smtp, Server="plain.example.org"), smtp()),
        {},
        ("pop.example.org", "smtp.example.org"),
        id="encrypted SMTP before the server's preference",
    ),
    pytest.param(
        (pop3(), plain(smtp, Server="plain.example.org", SMTPLast="on"), smtp()),
        {},
        ("pop.example.org", "smtp.example.org"),
        id="encrypted SMTP before POP-before-SMTP without encryption",
    ),
    pytest.param(
        (pop3(), plain(smtp, AuthRequired="off", Server="open.example.org"), smtp()),
        {},
        ("pop.example.org", "open.example.org"),
        id="no password, so nothing to refuse",
    ),
    pytest.param(
        (plain(pop3, Server="plain.example.org"), pop3(), smtp()),
        {"allow_plaintext": ("Plain.example.org.",)},
        ("plain.example.org", "smtp.example.org"),
        id="allowed, so the server's preference holds",
    ),
    pytest.param(
        (plain(imap), pop3(), smtp()), {}, ("pop.example.org", "smtp.example.org"), id="the other type rather than none"
    ),
]


@pytest.mark.parametrize("protocols, policy, hosts", CHOICES)
def test_servers(protocols: tuple[str, ...], policy: dict[str, Any], hosts: tuple[str, str]) -> None:
    keys = section(plan(request(*protocols), **policy))
    assert (keys["receive_server"], keys["smtp_server"]) == hosts


REFUSED = [
    pytest.param((plain(pop3), smtp()), {}, "unencrypted to pop3 pop.example.org:110.*allow_plaintext", id="POP3"),
    pytest.param((plain(imap), smtp()), {}, "unencrypted to imap imap.example.org:143", id="IMAP"),
    pytest.param((pop3(), plain(smtp)), {}, "unencrypted to smtp smtp.example.org:25", id="SMTP"),
    pytest.param((plain(pop3), smtp()), {"allow_plaintext": ("example.org",)}, "unencrypted", id="not that host"),
    pytest.param((imap(), plain(pop3), smtp(SMTPLast="on")), {}, "unencrypted to pop3", id="POP3 login before sending"),
    pytest.param(
        (imap(), pop3(), plain(smtp, SMTPLast="on")),
        {"incoming": "imap", "unsupported": "warn"},
        "unencrypted to smtp",
        id="no POP3 login that could stand in",
    ),
    pytest.param((pop3(), plain(smtp, UsePOPAuth="on", SMTPLast="on")), {}, "unencrypted to smtp", id="both"),
    pytest.param((smtp(),), {}, "offers neither POP3 nor IMAP", id="nothing to fetch from"),
    pytest.param((pop3(),), {}, "offers no SMTP server", id="nothing to send through"),
    pytest.param(
        (pop3(), smtp()), {"incoming": "imap"}, "the imap server that option incoming asks for.*pop3", id="type"
    ),
]


@pytest.mark.parametrize("protocols, policy, reason", REFUSED)
def test_refusal(protocols: tuple[str, ...], policy: dict[str, Any], reason: str) -> None:
    result = plan(request(*protocols), **policy)
    (row,) = result.refused
    assert row["email"] == ADA
    assert row["reason"].startswith(f"{ADA}: ")
    assert re.search(reason, row["reason"])
    assert (result.files, result.translation) == ([], [])


@pytest.mark.parametrize(
    "protocols, code",
    [
        pytest.param((plain(pop3, Server="plain.example.org"), pop3(), smtp()), "plaintext-skipped", id="same type"),
        pytest.param((plain(imap), pop3(), smtp()), "plaintext-skipped", id="preferred, other type"),
        pytest.param((imap(), plain(pop3), smtp()), "server-not-used", id="other type, not preferred"),
        pytest.param((imap(), pop3(), smtp()), "server-not-used", id="encrypted"),
    ],
)
def test_server_that_is_not_used_is_told(protocols: tuple[str, ...], code: str) -> None:
    assert codes(plan(request(*protocols))) - {"plaintext-credentials", "port-missing"} == {code}


def test_pop_before_smtp_without_encryption_sends_no_password() -> None:
    result = plan(request(pop3(), plain(smtp, SMTPLast="on")))
    keys = section(result)
    assert (keys["use_smtp_auth"], keys["pop_before_smtp"], keys["ssl_smtp"]) == ("0", "1", "0")
    assert [row["verdict"] for row in result.translation if row["element"] == "AuthRequired"] == ["approximated"]


def test_allowed_plaintext_sends_the_password() -> None:
    allowed = ("pop.example.org", "smtp.example.org")
    keys = section(plan(request(plain(pop3), plain(smtp)), allow_plaintext=allowed))
    assert (keys["ssl_pop"], keys["ssl_smtp"], keys["use_smtp_auth"]) == ("0", "0", "1")


OWN = "ada-smtp"
SECRETS = [
    pytest.param({}, "", set(), id="one domain, nothing said"),
    pytest.param({"LoginName": ADA}, "", set(), id="one domain, same login"),
    pytest.param({"LoginName": OWN}, OWN, {"login-not-address"}, id="one domain, own login"),
    pytest.param({"UsePOPAuth": "on"}, "", set(), id="same by word"),
    pytest.param({"UsePOPAuth": "on", "LoginName": OWN}, "", {"smtp-login-unused"}, id="same by word, own login"),
    pytest.param({"Server": "smtp.example.net"}, ADA, {"password-other-domain"}, id="other domain"),
    pytest.param({"Server": "smtp.example.net", "LoginName": ADA}, ADA, set(), id="other domain, same login"),
    pytest.param({"Server": "smtp.example.net", "UsePOPAuth": "on"}, "", set(), id="other domain, by word"),
    pytest.param(
        {"Server": "smtp.example.net", "UsePOPAuth": "off"}, ADA, {"password-other-domain"}, id="other domain, not same"
    ),
]


@pytest.mark.parametrize("elements, login, noticed", SECRETS)
def test_password_goes_nowhere_by_inference(elements: dict[str, str], login: str, noticed: set[str]) -> None:
    result = plan(request(pop3(), smtp(**elements)))
    assert section(result)["smtp_user_id"] == login
    assert codes(result) == noticed


@pytest.mark.parametrize(
    "left, right, expected",
    [
        pytest.param("pop.example.org", "smtp.example.org", True, id="one domain"),
        pytest.param("example.org", "smtp.example.org", True, id="the domain itself"),
        pytest.param("pop.example.org", "smtp.example.net", False, id="two domains"),
        pytest.param("pop.one.co.uk", "smtp.two.co.uk", False, id="second level"),
        pytest.param("pop.one.co.uk", "smtp.one.co.uk", True, id="one third-level domain"),
        pytest.param("co.uk", "one.co.uk", False, id="suffix alone"),
        pytest.param("192.0.2.1", "192.0.2.1", True, id="one address"),
        pytest.param("192.0.2.1", "192.1.2.1", False, id="two addresses"),
        pytest.param("2001:db8::1", "2001:db8::2", False, id="two IPv6 addresses"),
        pytest.param("mail", "mail", True, id="one name"),
        pytest.param("mail", "smtp", False, id="two names"),
    ],
)
def test_same_organisation(left: str, right: str, expected: bool) -> None:
    assert same_organisation(left, right) is expected
    assert same_organisation(right, left) is expected


def test_spa_can_be_ignored() -> None:
    result = plan(request(pop3(SPA="on"), smtp(SPA="on")), spa="ignore", report="full")
    assert "spa-ignored" in codes(result)
    rows = [(row["value"], row["verdict"]) for row in result.translation if row["element"] == "SPA"]
    assert rows == [("on", "approximated")] * 2


def test_ntlm_over_tls_becomes_a_password_and_without_tls_nothing() -> None:
    over_tls = plan(request(pop3(SPA="on"), smtp(SPA="on")))
    assert [row["verdict"] for row in over_tls.translation if row["element"] == "SPA"] == ["approximated"] * 2
    without = plan(request(plain(pop3, SPA="on"), smtp()), allow_plaintext=("pop.example.org",), unsupported="warn")
    assert "Claws Mail has no NTLM" in reasons(without)
    assert "unsupported: warn" not in reasons(without)
    assert without.files == []


@pytest.mark.parametrize(
    "said, given, expected",
    [
        pytest.param("Ada Lovelace", None, "Ada Lovelace", id="of the answer"),
        pytest.param("Ada Lovelace", "Countess", "Countess", id="of the caller"),
        pytest.param(None, None, "ada", id="none"),
        pytest.param("%EMAILLOCALPART%", None, "ada", id="placeholder"),
        pytest.param("%NAME%", "Ada", "Ada", id="unknown placeholder, not used"),
    ],
)
def test_name(said: str | None, given: str | None, expected: str) -> None:
    document = settings(display_name=said, incoming={"username": ADA})
    assert section(plan(request(settings=document, display_name=given)))["name"] == expected


def test_unknown_placeholder_in_name() -> None:
    result = plan(request(settings=settings(display_name="%NAME%")))
    assert reasons(result) == "" and section(result)["name"] == "ada"
    (finding,) = [finding for finding in result.findings if finding["code"] == "display-name-invalid"]
    assert 'DisplayName "%NAME%" holds the placeholder' in finding["message"]


@pytest.mark.parametrize("text", ["a\nb", "a\u202eb", "x" * 1001], ids=ascii)
def test_given_name_that_fits_on_no_line(text: str) -> None:
    assert "display_name is" in reasons(plan(request(pop3(), smtp(), display_name=text)))
