# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    autoconfig,
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

BOB = "bob@example.org"
BOTH = ("claws_mail", "thunderbird_autoconfig")


def test_one_file_for_each_user_and_one_for_each_domain() -> None:
    everybody = answer(pop3(LoginName="%EMAILADDRESS%"), smtp())
    result = plan(
        request(document=everybody),
        request(document=everybody, email=BOB, user="bob"),
        request(document=everybody, email="info@example.net"),
        clients=BOTH,
    )
    assert reasons(result) == ""
    claws = [(file["path"], file["accounts"]) for file in result.files if file["client"] == "claws_mail"]
    assert claws == [
        ("{home:ada}/.claws-mail/accountrc", [ADA, "info@example.net"]),
        ("{home:ada}/.claws-mail/folderlist.xml", [ADA, "info@example.net"]),
        ("{home:bob}/.claws-mail/accountrc", [BOB]),
        ("{home:bob}/.claws-mail/folderlist.xml", [BOB]),
    ]
    assert [file["accounts"] for file in result.files if file["client"] != "claws_mail"] == [
        [ADA, BOB],
        ["info@example.net"],
    ]
    assert result.emails == [ADA, BOB, "info@example.net"]


LITERAL = [
    pytest.param("ada", False, True, id="local part of one"),
    pytest.param("boss@example.org", True, True, id="somebody else"),
    pytest.param("boss%EMAIL", True, True, id="looks like a placeholder"),
    pytest.param("ada@%EMAILDOMAIN%", False, True, id="the domain only"),
    pytest.param("%EmailAddress%", False, False, id="address in other capitals"),
    pytest.param("%EMAILADDRESS%", False, False, id="address"),
    pytest.param("%EMAILLOCALPART%", False, False, id="local part"),
    pytest.param("CORP\\%EMAILLOCALPART%", False, False, id="Windows domain"),
    pytest.param(None, False, False, id="none"),
]


@pytest.mark.parametrize("login, ada_refused, bob_refused", LITERAL)
@pytest.mark.parametrize("form", ["answer", "settings"])
def test_one_document_for_several_people(form: str, login: str | None, ada_refused: bool, bob_refused: bool) -> None:
    more: dict[str, Any] = {"document": answer(pop3(LoginName=login), smtp())}
    if form == "settings":
        more = {"settings": settings(incoming={"username": login})}
    result = plan(request(**more), request(email=BOB, user="bob", **more))
    refused = [email for email, is_refused in ((ADA, ada_refused), (BOB, bob_refused)) if is_refused]
    assert [row["email"] for row in result.refused] == refused
    assert all("given for several addresses" in row["reason"] for row in result.refused)
    assert [email for file in result.files[::2] for email in file["accounts"]] == [
        email for email in (ADA, BOB) if email not in refused
    ]


def test_a_literal_login_is_no_error_for_one_person_or_where_the_account_overrides_it() -> None:
    document = answer(pop3(LoginName="u123"), smtp())
    assert reasons(plan(request(document=document), request(document=document, user="other"))) == ""
    own = [
        request(document=document, email=email, user=user, overrides={"pop3": {"username": login}})
        for email, user, login in ((ADA, "ada", "u123"), (BOB, "bob", "u456"))
    ]
    result = plan(*own)
    assert reasons(result) == ""
    assert [file["sections"][0]["enforced"]["user_id"] for file in result.files[::2]] == ["u123", "u456"]


ADDRESSES = [
    pytest.param("", "accounts[1] has no email", id="none"),
    pytest.param("ada", 'accounts[1] has the address "ada", which is none', id="no address"),
    pytest.param("a\nb@example.org", 'accounts[1] has the address "a\\nb@example.org"', id="line break"),
]


@pytest.mark.parametrize("email, reason", ADDRESSES)
def test_account_without_address(email: str, reason: str) -> None:
    result = plan(request(pop3(LoginName=None), smtp()), request(pop3(), smtp(), email=email))
    assert reasons(result).startswith(reason)
    assert result.emails == [ADA]
    assert len(result.files) == 2


@pytest.mark.parametrize(
    "more, reason",
    [
        pytest.param({"user": None}, "claws_mail writes to the home of a user, and the account has none", id="no user"),
        pytest.param({"user": ""}, 'user is "", which is no name', id="empty user"),
        pytest.param({"user": "ada}/x"}, "which is no name of a system user", id="brace"),
        pytest.param({"user": "../ada"}, "which is no name of a system user", id="path"),
        pytest.param({"user": "a\nda"}, "which is no name of a system user", id="line break"),
        pytest.param({"clients": ()}, "", id="clients of the task"),
        pytest.param(
            {"failure": "The answer was not found."}, "ada@example.org: The answer was not found.", id="failure"
        ),
    ],
)
def test_account_that_cannot_be(more: dict[str, Any], reason: str) -> None:
    result = plan(request(pop3(), smtp(), **more))
    assert reason in reasons(result)
    assert bool(result.files) is not bool(reason)


def test_account_without_client_or_answer() -> None:
    assert "no client is named" in reasons(plan(request(pop3(), smtp()), clients=()))
    assert "there is no answer to read. Give the account pox_src" in reasons(plan(request()))
    assert plan().files == []


def test_account_listed_twice_is_written_not_at_all() -> None:
    result = plan(request(pop3(), smtp()), request(pop3(), smtp(), email="ada@EXAMPLE.org"), clients=BOTH)
    assert [row["email"] for row in result.refused] == [ADA, ADA]
    assert "listed more than once" in reasons(result)
    assert (result.files, result.translation, result.emails) == ([], [], [ADA])


def test_one_address_for_two_users() -> None:
    result = plan(request(pop3(), smtp()), request(pop3(), smtp(), user="bob"), clients=BOTH, report="full")
    assert reasons(result) == ""
    assert [file["accounts"] for file in result.files] == [[ADA]] * 5
    assert result.emails == [ADA]


def test_of_one_address_for_two_users_only_the_refused_one_is_left_out() -> None:
    wrong = request(pop3(LoginName="%USER%"), smtp(), user="bob")
    result = plan(request(pop3(), smtp()), wrong, report="full")
    assert [file["path"] for file in result.files][:1] == ["{home:ada}/.claws-mail/accountrc"]
    assert {row["email"] for row in result.translation} == {ADA}


DIFFERENT = [
    pytest.param((pop3(LoginName="bob"), smtp(LoginName="%EMAILADDRESS%")), id="login"),
    pytest.param((pop3(LoginName="%EMAILADDRESS%", Server="mail.example.org"), smtp()), id="server"),
    pytest.param((pop3(LoginName="%EMAILADDRESS%"), smtp(SMTPLast="on")), id="SMTPLast"),
]


@pytest.mark.parametrize("protocols", DIFFERENT)
def test_accounts_of_a_domain_that_are_no_one_file(protocols: tuple[str, ...]) -> None:
    result = plan(
        request(pop3(), smtp()),
        request(*protocols, email=BOB, user="bob"),
        request(pop3(LoginName="%EMAILADDRESS%"), smtp(), email="eve@example.net", user="eve"),
        clients=BOTH,
    )
    assert [row["email"] for row in result.refused] == [ADA, BOB]
    assert all(
        "the accounts of example.org need different servers or logins" in row["reason"] for row in result.refused
    )
    assert {email for file in result.files for email in file["accounts"]} == {"eve@example.net"}
    assert {row["email"] for row in result.translation} == {"eve@example.net"}


def test_login_that_no_placeholder_says() -> None:
    result = plan(request(pop3(LoginName="lovelace"), smtp(AuthRequired="off")), clients=("thunderbird_autoconfig",))
    assert 'the login "lovelace" is neither the address nor its local part' in reasons(result)
    unused = plan(request(pop3(), smtp(LoginName="lovelace", AuthRequired="off")), clients=("thunderbird_autoconfig",))
    assert "lovelace" not in autoconfig(unused)


def test_what_one_client_refuses_is_written_for_none() -> None:
    result = plan(
        request(pop3(LoginName="lovelace"), smtp()),
        request(pop3(LoginName="bob"), smtp(), email=BOB, user="bob"),
        clients=BOTH,
    )
    assert [row["email"] for row in result.refused] == [ADA]
    assert {email for file in result.files for email in file["accounts"]} == {BOB}
    assert {row["email"] for row in result.translation} == {BOB}


def test_clients_and_policy_of_an_account() -> None:
    result = plan(
        request(pop3(LoginName=None), smtp(), clients=("thunderbird_autoconfig",), policy=Policy(username="localpart")),
        request(pop3(LoginName=None), smtp(), email="bob@example.net", user="bob"),
    )
    assert [file["client"] for file in result.files] == ["claws_mail", "claws_mail", "thunderbird_autoconfig"]
    assert "<username>%EMAILLOCALPART%</username>" in autoconfig(result)
    assert section(result)["user_id"] == "bob@example.net"


def test_unsupported_warn_goes_on_and_says_so() -> None:
    protocols = (imap(), pop3(), smtp(SMTPLast="on"))
    refused = plan(request(*protocols), incoming="imap")
    assert reasons(refused).endswith(
        "Leave the client out for this account, say smtp_last: prefer_auth if the server takes a login to SMTP as well "
        "or accept it with unsupported: warn."
    )
    assert (refused.files, refused.translation) == ([], [])
    warned = plan(request(*protocols), incoming="imap", unsupported="warn")
    assert (reasons(warned), len(warned.files)) == ("", 2)
    assert {"unsupported", "smtp-last-with-imap"} <= codes(warned)
    assert [row["verdict"] for row in warned.translation if row["element"] == "SMTPLast"] == ["impossible"]


def test_password_for_another_domain_in_autoconfig() -> None:
    protocols = (pop3(), smtp(Server="smtp.example.net"))
    assert "sends the one password it asks for to both servers" in reasons(
        plan(request(*protocols), clients=("thunderbird_autoconfig",))
    )
    assert reasons(plan(request(pop3(), smtp(Server="smtp.example.net", UsePOPAuth="on")), clients=BOTH)) == ""


def test_report() -> None:
    protocols = (pop3(), smtp(SMTPLast="on"))
    changes = plan(request(*protocols), clients=BOTH).translation
    full = plan(request(*protocols), clients=BOTH, report="full").translation
    assert {row["verdict"] for row in changes} == {"approximated", "impossible"}
    assert [row for row in full if row["verdict"] != "native"] == changes
    elements = [row["element"] for row in full if row["client"] == "claws_mail"]
    assert len(elements) == 16
    assert {key for row in full for key in row} == {
        *("email", "client", "protocol", "element", "value", "setting", "verdict", "proof", "needs", "note")
    }
    with pytest.raises(OptionError, match='report is "all"; it can be changes or full'):
        plan(request(*protocols), report="all")


DESTINATIONS = [
    pytest.param("/srv/{domain}/config-v1.1.xml", ["/srv/example.org/config-v1.1.xml"], id="domain in it"),
    pytest.param("/srv/config-v1.1.xml", ["/srv/config-v1.1.xml"], id="one domain"),
]


@pytest.mark.parametrize("dest, paths", DESTINATIONS)
def test_destination(dest: str, paths: list[str]) -> None:
    result = plan(request(pop3(), smtp()), clients=BOTH[1:], options={"thunderbird_autoconfig": {"dest": dest}})
    assert [file["path"] for file in result.files] == paths


def test_one_destination_for_two_domains() -> None:
    everybody = answer(pop3(LoginName="%EMAILADDRESS%"), smtp())
    with pytest.raises(OptionError, match=r"there are 2 domains \(example.net and example.org\)"):
        plan(
            request(document=everybody),
            request(document=everybody, email="ada@example.net"),
            clients=BOTH[1:],
            options={"thunderbird_autoconfig": {"dest": "/srv/config.xml"}},
        )


def test_findings_name_the_account() -> None:
    result = plan(request(pop3(SPA=None), smtp(SMTPLast="on", UsePOPAuth="on")))
    assert {finding["email"] for finding in result.findings} == {ADA}
    by_code = {finding["code"]: finding for finding in result.findings}
    assert by_code["spa-default"]["severity"] == "info"
    assert by_code["smtp-last-with-auth"]["severity"] == "info"


def test_the_node_looks_for_clients_that_do_not_see_their_files() -> None:
    result = plan(request(pop3(), smtp()), clients=("claws_mail", "k9_settings"))
    noticed = {file["client"]: file.get("notices") for file in reversed(result.files)}
    assert noticed["k9_settings"] is None
    ((notice,),) = [noticed["claws_mail"]]
    assert notice["code"] == "client-sandboxed" and "Claws Mail" in notice["sentence"]
    assert notice["exists"] == [
        "/var/lib/flatpak/app/org.claws_mail.Claws-Mail",
        "{home:ada}/.local/share/flatpak/app/org.claws_mail.Claws-Mail",
    ]
