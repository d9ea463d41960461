# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What SMTPLast comes to, for every combination of what an answer can say about it and what the caller can want.

AuthRequired=off leaves POP-before-SMTP as the only way in. Otherwise it stands beside SMTP AUTH where the answer gives
SMTP a login of its own or says that the POP3 login serves, and alone where it does neither.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    autoconfig,
    codes,
    imap,
    plan,
    pop3,
    reasons,
    request,
    section,
    smtp,
)

# A column for each UsePOPAuth and login of SMTP, a row for each AuthRequired: P is pure, B is both.
KINDS = """
UsePOPAuth  on   on   on    off  off  off   unsaid unsaid unsaid
login       none same own   none same own   none   same   own
on          B    B    B     P    P    B     P      P      B
off         P    P    P     P    P    P     P      P      P
unsaid      B    B    B     P    P    B     P      P      B
"""
# The same where smtp_last is enforce: a POP3 login, and none to SMTP.
KINDS_ENFORCE = """
UsePOPAuth  on   on   on    off  off  off   unsaid unsaid unsaid
login       none same own   none same own   none   same   own
on          P    P    P     P    P    P     P      P      P
off         P    P    P     P    P    P     P      P      P
unsaid      P    P    P     P    P    P     P      P      P
"""
# The same where smtp_last is prefer_auth.
KINDS_PREFER_AUTH = """
UsePOPAuth  on   on   on    off  off  off   unsaid unsaid unsaid
login       none same own   none same own   none   same   own
on          B    B    B     B    B    B     B      B      B
off         P    P    P     P    P    P     P      P      P
unsaid      B    B    B     B    B    B     B      B      B
"""
OFFERED = {"POP3": (pop3(),), "IMAP, POP3": (imap(), pop3()), "IMAP": (imap(),)}
LOGINS = {"none": None, "same": "ada@example.org", "own": "ada-smtp"}

# What SMTPLast=on comes to: incoming server with POP3 alone, with IMAP before POP3; POP3 login before sending with POP3
# alone, with IMAP before POP3; the methods of autoconfig with POP3 alone.
OUTCOMES = {
    ("P", "auto"): ("pop3", "pop3", "1", "1", "smtp-after-pop password-cleartext"),
    ("P", "enforce"): ("pop3", "pop3", "1", "1", "smtp-after-pop"),
    ("P", "prefer_auth"): ("pop3", "pop3", "1", "1", "smtp-after-pop password-cleartext"),
    ("B", "auto"): ("pop3", "imap", "1", "0", "password-cleartext smtp-after-pop"),
    ("B", "prefer_auth"): ("pop3", "imap", "1", "0", "password-cleartext smtp-after-pop"),
}


def _cells(table: str) -> Iterator[tuple[str, str, str, str]]:
    (_corner, *use_pop_auth), (_blank, *logins), *rows = map(str.split, table.strip().splitlines())
    for auth, *letters in rows:
        for use, login, letter in zip(use_pop_auth, logins, letters, strict=True):
            yield auth, use, login, letter


def _said(word: str) -> str | None:
    return None if word == "unsaid" else word


CASES = [
    pytest.param(
        auth, use, login, policy, offered, letter, id=f"auth {auth}, use {use}, login {login}, {policy}, {offered}"
    )
    for policy in ("auto", "enforce", "prefer_auth", "ignore")
    for auth, use, login, letter in _cells(
        {"prefer_auth": KINDS_PREFER_AUTH, "enforce": KINDS_ENFORCE}.get(policy, KINDS)
    )
    for offered in OFFERED
]


def test_the_tables_are_complete() -> None:
    assert len({case.id for case in CASES}) == 3 * 3 * 3 * 4 * 3


@pytest.mark.parametrize("auth, use, login, policy, offered, letter", CASES)
def test_smtp_last_on(auth: str, use: str, login: str, policy: str, offered: str, letter: str) -> None:
    server = smtp(AuthRequired=_said(auth), UsePOPAuth=_said(use), LoginName=LOGINS[login], SMTPLast="on")
    result = plan(request(*OFFERED[offered], server), smtp_last=policy)
    authenticated = "0" if auth == "off" or (policy == "enforce" and offered != "IMAP") else "1"
    expected = {"smtp-login-unused"} if (use, login) == ("on", "own") and auth != "off" else set()
    if policy == "ignore":
        expected.add("smtp-last-ignored")
        kind, pop_first = ("pop3" if offered == "POP3" else "imap"), "0"
    elif offered == "IMAP":
        if policy == "enforce":
            assert "smtp_last: enforce has nothing to enforce" in reasons(result)
            assert result.files == result.translation == []
            return
        if auth == "off":
            assert "AuthRequired is off as well. Nothing could be sent. Add a POP3 Protocol" in reasons(result)
            assert result.files == result.translation == []
            return
        expected.add("smtp-last-without-pop3")
        kind, pop_first = "imap", "0"
    else:
        outcome = OUTCOMES[letter, policy]
        kind, pop_first = (outcome[0], outcome[2]) if offered == "POP3" else (outcome[1], outcome[3])
        expected |= {"smtp-last-with-auth"} if letter == "B" else set()
        expected |= {"smtp-last-with-imap"} if kind == "imap" else set()
    keys = section(result)
    assert reasons(result) == ""
    assert {code for code in codes(result) if code.startswith("smtp-l")} == expected
    assert (keys["protocol"], keys["pop_before_smtp"]) == ({"pop3": "0", "imap": "1"}[kind], pop_first)
    assert keys["use_smtp_auth"] == authenticated
    assert keys.get("pop_before_smtp_timeout") == ("0" if pop_first == "1" else None)


@pytest.mark.parametrize(
    "auth, use, login, policy, offered", [pytest.param(*case.values[:5], id=case.id) for case in CASES]
)
def test_smtp_last_off(auth: str, use: str, login: str, policy: str, offered: str) -> None:
    for said in ("off", None):
        server = smtp(AuthRequired=_said(auth), UsePOPAuth=_said(use), LoginName=LOGINS[login], SMTPLast=said)
        result = plan(request(*OFFERED[offered], server), smtp_last=policy)
        keys = section(result)
        assert not {code for code in codes(result) if code.startswith("smtp-last")}
        assert keys["protocol"] == ("0" if offered == "POP3" else "1")
        assert (keys["pop_before_smtp"], keys["use_smtp_auth"]) == ("0", "0" if auth == "off" else "1")


@pytest.mark.parametrize(
    "auth, use, login, policy, letter",
    [pytest.param(*case.values[:4], case.values[5], id=case.id) for case in CASES if case.values[4] == "POP3"],
)
def test_words_of_autoconfig(auth: str, use: str, login: str, policy: str, letter: str) -> None:
    login_name = {"own": "ada"}.get(login, LOGINS[login])
    server = smtp(AuthRequired=_said(auth), UsePOPAuth=_said(use), LoginName=login_name, SMTPLast="on")
    content = autoconfig(plan(request(pop3(), server), clients=("thunderbird_autoconfig",), smtp_last=policy))
    outgoing = content[content.index("<outgoingServer") :]
    words = " ".join(part.partition("<")[0] for part in outgoing.split("<authentication>")[1:])
    if policy == "ignore":
        assert words == ("none" if auth == "off" else "password-cleartext")
    elif auth == "off":
        assert words == "smtp-after-pop"
    else:
        assert words == OUTCOMES[letter, policy][4]
    assert ("<username>" in outgoing) is (auth != "off" and policy != "enforce")


FORCED = [
    pytest.param("imap", {}, "cannot do SMTPLast=on: Claws Mail ignores pop_before_smtp on IMAP", None, id="pure"),
    pytest.param("imap", {"UsePOPAuth": "on"}, "", "1", id="both"),
    pytest.param("imap", {"AuthRequired": "off"}, "cannot do SMTPLast=on", None, id="no authentication"),
    pytest.param("pop3", {"UsePOPAuth": "on"}, "", "0", id="both, POP3 asked for"),
]


@pytest.mark.parametrize("incoming, elements, reason, protocol", FORCED)
def test_forced_type(incoming: str, elements: dict[str, str], reason: str, protocol: str | None) -> None:
    result = plan(request(imap(), pop3(), smtp(SMTPLast="on", **elements)), incoming=incoming)
    assert reason in reasons(result)
    assert bool(reason) is bool(reasons(result))
    if protocol is not None:
        assert section(result)["protocol"] == protocol


def test_warn_goes_on_without_pop3() -> None:
    result = plan(request(imap(), smtp(SMTPLast="on", AuthRequired="off")), unsupported="warn")
    assert "smtp-last-without-pop3" in codes(result)
    assert section(result)["use_smtp_auth"] == "0"


def test_only_the_chosen_server_counts() -> None:
    result = plan(request(imap(), pop3(), smtp(), smtp(Server="two.example.org", SMTPLast="on")))
    assert section(result)["protocol"] == "1"
    assert codes(result) == {"server-not-used"}


def test_login_is_compared_with_the_pop3_server_that_can_be_used() -> None:
    plaintext = pop3(LoginName="ada", Port=110, SSL="off")
    result = plan(request(imap(), plaintext, pop3(), smtp(LoginName="ada@example.org", SMTPLast="on")))
    assert section(result)["pop_before_smtp"] == "1"
    assert "smtp-last-with-auth" not in codes(result)
