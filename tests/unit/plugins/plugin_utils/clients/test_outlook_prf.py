# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outlook's profile file: the one choice of three, the code page, and what cannot stand on its lines."""

from __future__ import annotations

import base64
import codecs
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.outlook_prf import CODE_PAGES
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
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

from .readers.outlook_prf import properties, sections, text
from .test_hostile import LOGINS, TEXTS

CLIENTS = ("outlook_prf",)
BOB = "bob@example.org"


def rendered(*requests: Any, options: dict[str, Any] | None = None, **policy: Any) -> Plan:
    return plan(*requests, clients=CLIENTS, options={"outlook_prf": options or {}}, **policy)


def account(result: Plan, encoding: str = "ascii") -> dict[str, Any]:
    """Return the properties of the one account."""
    assert reasons(result) == ""
    (file,) = result.files
    _kind, found = properties(sections(text(file, encoding)))
    return found


WAYS = [
    # AuthRequired, SMTPLast, UsePOPAuth, LoginName of SMTP → use auth, method, login
    pytest.param("off", "off", None, None, {}, (0, 0, None), id="no login"),
    pytest.param("off", "on", None, None, {}, (1, 2, None), id="POP-before-SMTP instead of a login"),
    pytest.param("on", "on", None, None, {}, (1, 2, None), id="pure"),
    pytest.param(None, "on", "off", ADA, {}, (1, 2, None), id="pure, the same login named again"),
    pytest.param("on", "off", "on", None, {}, (1, 0, None), id="same login"),
    pytest.param("on", "off", None, "relay", {}, (1, 1, "relay"), id="own login"),
    pytest.param("on", "off", "off", "007412", {}, (1, 1, "007412"), id="own login of digits"),
    pytest.param("on", "off", None, None, {}, (1, 0, None), id="nothing said"),
    pytest.param("on", "on", "on", None, {}, (1, 0, None), id="both: the login is kept"),
    pytest.param("on", "on", None, "relay", {}, (1, 1, "relay"), id="both, own login: kept"),
    pytest.param("on", "on", "on", None, {"smtp_last": "enforce"}, (1, 2, None), id="both, enforced"),
    pytest.param("on", "on", None, "relay", {"smtp_last": "enforce"}, (1, 2, None), id="own login, enforced"),
    pytest.param("on", "on", None, None, {"smtp_last": "prefer_auth"}, (1, 0, None), id="pure, login preferred"),
    pytest.param("on", "on", None, None, {"smtp_last": "ignore"}, (1, 0, None), id="pure, ignored"),
]


@pytest.mark.parametrize("required, last, same, login, policy, expected", WAYS)
def test_the_one_way_out_of_three(
    required: str, last: str, same: str, login: str, policy: dict[str, str], expected: tuple[int, int, str | None]
) -> None:
    answered = smtp(AuthRequired=required, SMTPLast=last, UsePOPAuth=same, LoginName=login)
    found = account(rendered(request(pop3(), answered), **policy))
    assert (found["smtp use auth"], found["smtp auth method"], found.get("smtp login")) == expected


def test_a_host_of_another_domain_is_asked_for_its_own_password() -> None:
    found = account(rendered(request(pop3(), smtp(Server="smtp.example.net", AuthRequired="on"))))
    assert (found["smtp auth method"], found["smtp login"]) == (1, ADA)


def test_an_imap_account_never_gets_method_2() -> None:
    both = (imap(), pop3(), smtp(AuthRequired="on", SMTPLast="on"))
    refused = rendered(request(*both), incoming="imap")
    assert "SMTPLast" in reasons(refused) and not refused.files
    found = account(rendered(request(*both), incoming="imap", unsupported="warn"))
    assert (found["smtp use auth"], found["smtp auth method"]) == (1, 0)


@pytest.mark.parametrize("encryption, port", [("TLS", "110"), ("Auto", "110"), (None, "110")])
def test_starttls_for_fetching_is_refused_and_never_becomes_a_password_in_clear(encryption: str, port: str) -> None:
    answered = (pop3(Encryption=encryption, Port=port), smtp())
    refused = rendered(request(*answered))
    assert "Encryption" in reasons(refused) and not refused.files
    assert account(rendered(request(*answered), unsupported="warn"))["ssl"] == 1


def test_mail_stays_on_the_server() -> None:
    assert account(rendered(request(pop3(), smtp())))["leave on server"] == 1
    assert "leave on server" not in account(rendered(request(imap(), smtp())))


NAMES = [
    pytest.param("Ада Лавлейс", "cp1251", b"\xc0\xe4\xe0 \xcb\xe0\xe2\xeb\xe5\xe9\xf1", id="Cyrillic"),
    pytest.param("Zoë Müller", "cp1252", b"Zo\xeb M\xfcller", id="Western"),
    pytest.param("Łucja", "cp1250", b"\xa3ucja", id="Central European"),
    pytest.param("山田表", "cp932", b"\x8eR\x93c\x95\\", id="Japanese, with a backslash as second byte"),
    pytest.param("Ada Lovelace", "ascii", b"Ada Lovelace", id="ASCII"),
    pytest.param(" Ada ", "ascii", b"Ada", id="blanks around it"),
]


@pytest.mark.parametrize("name, encoding, line", NAMES)
def test_names_in_the_code_page(name: str, encoding: str, line: bytes) -> None:
    result = rendered(request(pop3(), smtp(), display_name=name), options={"encoding": encoding})
    assert account(result, encoding)["display name"] == name.strip()
    assert b"\r\nDisplayName=" + line + b"\r\n" in base64.b64decode(result.files[0]["content_base64"])


@pytest.mark.parametrize(
    "name, encoding, character",
    [
        pytest.param("Дина", "ascii", "Д", id="nothing but ASCII"),
        pytest.param("Дина", "cp1252", "Д", id="other script"),
        pytest.param("Łucja", "cp1252", "Ł", id="other Latin letters"),
        pytest.param("Ada 🦀", "cp1251", "🦀", id="no code page has it"),
        pytest.param("1\u00a2", "cp932", "¢", id="the code page has a wider one"),
    ],
)
def test_what_the_code_page_lacks_is_refused_by_name(name: str, encoding: str, character: str) -> None:
    result = rendered(request(pop3(), smtp(), display_name=name), options={"encoding": encoding})
    assert result.files == []
    assert (
        f'DisplayName would be "{name}", which cannot be written in {encoding}, as it holds "{character}"'
        in reasons(result)
    )
    assert "option encoding" in reasons(result) and "?" not in reasons(result)


def test_every_code_page_exists_and_holds_ascii() -> None:
    for name in CODE_PAGES:
        assert codecs.lookup(name)
        assert account(rendered(request(pop3(), smtp()), options={"encoding": name}), name)["address"] == ADA


LINES = [
    pytest.param("ada;x", "semicolon", id="semicolon"),
    pytest.param('"ada"', "quote", id="double quotes"),
    pytest.param("'ada'", "quote", id="single quotes"),
    pytest.param("'ada", "quote", id="one quote in front"),
    pytest.param(" ada", "blank", id="blank in front"),
    pytest.param("ada ", "blank", id="blank behind"),
    pytest.param("ada\u00a0", "blank", id="no-break space behind"),
    pytest.param("x%ProgramFiles(x86)%", "percent", id="variable"),
    pytest.param("a" * 256, "255", id="long"),
    pytest.param("дина", "ascii", id="other script"),
    pytest.param("o'brien", "", id="quote inside"),
    pytest.param("CORP\\ada", "", id="backslash"),
    pytest.param("007412", "", id="digits"),
    pytest.param("1e5", "", id="exponent"),
    pytest.param("0x10", "", id="hexadecimal"),
    pytest.param("a=b[c]#d", "", id="equals sign, brackets, hash"),
    pytest.param("100%ada", "", id="one percent sign"),
    pytest.param("a" * 255, "", id="just short enough"),
]


@pytest.mark.parametrize("login, reason", LINES)
def test_logins_on_a_line(login: str, reason: str) -> None:
    result = rendered(request(settings=settings(incoming={"username": login})))
    if reason:
        assert "POP3UserName would be" in reasons(result) and reason in reasons(result)
    else:
        assert account(result)["login"] == login


@limits(max_examples=150, deadline=None)
@given(LOGINS, TEXTS, st.sampled_from(("ascii", "cp1251", "cp932")))
def test_a_value_is_itself_or_refused(login: str, name: str, encoding: str) -> None:
    wanted = request(
        settings=settings(incoming={"username": login or None}, outgoing={"username": "relay"}, display_name=name)
    )
    result = rendered(wanted, options={"encoding": encoding})
    if not result.refused:
        found = account(result, encoding)
        assert found["display name"] in (name.strip() or "ada", name.replace("%EMAILADDRESS%", ADA).strip())
        assert found["login"] in (login or ADA, login.replace("%EMAILADDRESS%", ADA))
        assert found["smtp login"] == "relay"


def test_a_profile_is_added_to_or_replaced() -> None:
    def general(**options: str) -> dict[str, str]:
        (file,) = rendered(request(pop3(), smtp()), options=options).files
        return sections(text(file))["General"]

    assert general() == {
        "Custom": "1",
        "ProfileName": "Outlook",
        "DefaultProfile": "Yes",
        "OverwriteProfile": "Append",
        "ModifyDefaultProfileIfPresent": "TRUE",
    }
    assert general(existing_profile="replace", profile="Mail") == {
        "Custom": "1",
        "ProfileName": "Mail",
        "DefaultProfile": "Yes",
        "OverwriteProfile": "Yes",
        "ModifyDefaultProfileIfPresent": "FALSE",
    }


@pytest.mark.parametrize(
    "options, sentence",
    [
        pytest.param({"encoding": "utf-8"}, 'encoding is "utf-8"; it can be ascii', id="no code page"),
        pytest.param({"encoding": "cp1251\0"}, "encoding is", id="NUL"),
        pytest.param({"profile": ""}, 'profile is "", which is empty', id="no name"),
        pytest.param({"profile": "a\r\nDefaultStore=x"}, "profile is .* one line", id="line break"),
        pytest.param({"profile": 5}, "profile is .* no text", id="number"),
        pytest.param({"profile": "Почта"}, "profile is .* cannot be written in ascii", id="other script"),
        pytest.param({"dest": "x.prf"}, "dest is .* absolute path", id="relative path"),
        pytest.param({"dest": "/srv/prf/"}, "dest is .* absolute path of a file", id="directory"),
        pytest.param({"dest": None}, "dest is .* absolute path", id="null"),
        pytest.param({"dest": "/srv/a\nb"}, "dest is .* one line", id="line break in a path"),
        pytest.param({"dest": "/srv/{user}.prf"}, "only {email} and {domain}", id="other braces"),
        pytest.param({"dest": "/srv/{domain}.prf"}, "Put {email} into it", id="two accounts, one file"),
    ],
)
def test_wrong_options(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        rendered(request(pop3(), smtp()), request(pop3(LoginName=None), smtp(), email=BOB), options=options)


def test_a_file_for_each_account() -> None:
    people = [request(pop3(LoginName=None), smtp(), email=email, user=None) for email in (ADA, BOB, "a/b@example.net")]
    result = rendered(*people, options={"dest": "/srv/{domain}/{email}.prf"})
    assert [(file["path"], file["accounts"]) for file in result.files] == [
        (f"/srv/example.org/{ADA}.prf", [ADA]),
        (f"/srv/example.org/{BOB}.prf", [BOB]),
        ("/srv/example.net/a%2Fb@example.net.prf", ["a/b@example.net"]),
    ]
    one_for_each_domain = rendered(people[0], people[2], options={"dest": "/srv/{domain}.prf"})
    assert [file["path"] for file in one_for_each_domain.files] == ["/srv/example.org.prf", "/srv/example.net.prf"]


def test_one_address_for_two_users() -> None:
    agreeing = rendered(request(pop3(), smtp()), request(pop3(), smtp(), user="bob"))
    assert [file["accounts"] for file in agreeing.files] == [[ADA]]
    differing = rendered(request(pop3(), smtp()), request(pop3(LoginName="info"), smtp(), user="bob"))
    assert differing.files == [] and "two users of this address" in reasons(differing)
