# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources for Evolution: what they are called, who gets none, and what becomes of them on a node."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients import evolution
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, Plan
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

from .readers.evolution import groups_of, read, unescaped

BOB = "bob@example.org"
KINDS = ("account", "identity", "transport")
PLAIN = ("pop.example.org", "smtp.example.org")


def rendered(*requests: AccountRequest, scope: str = "user", **more: Any) -> Plan:
    options = {"evolution": {"scope": scope, **more.pop("options", {})}}
    return plan(*requests, clients=("evolution",), options=options, **more)


def names(result: Plan) -> list[str]:
    return [file["path"].rpartition("/")[2] for file in result.files if file["path"].endswith(".source")]


def section(result: Plan, kind: str, name: str) -> dict[str, dict[str, str]]:
    """Return the roles of a section with their keys."""
    (file,) = [file for file in result.files if file["path"].endswith(f"-{kind}.source")]
    (found,) = [section for section in file["sections"] if section["name"] == name]
    return {role: found[role] for role in ("fixed", "enforced", "seeded")}


def test_names_depend_on_nothing_but_the_address() -> None:
    alone = names(rendered(request(pop3(), smtp())))
    assert alone == [f"2ffec8e8-d850-56ad-a77e-c2765c84956b-{kind}.source" for kind in KINDS]
    other = rendered(
        request(pop3(LoginName=BOB), smtp(), email=BOB, user="bob"),
        request(imap(), smtp(Server="other.example.net", LoginName="x")),
    )
    assert names(other)[3:] == alone
    assert len(set(names(other))) == 6


def test_names_for_everybody_are_others_and_those_of_a_kind_of_account() -> None:
    found = [
        names(rendered(request(*protocols), scope=scope))
        for scope, protocols in (("user", (pop3(), smtp())), ("system", (pop3(), smtp())), ("system", (imap(), smtp())))
    ]
    assert len({name for group in found for name in group}) == 9


@pytest.mark.parametrize("smtp_last", ["auto", "enforce", "prefer_auth", "ignore"])
@pytest.mark.parametrize("more", [{}, {"UsePOPAuth": "on"}, {"AuthRequired": "off"}, {"SPA": "on"}])
def test_evolution_s_own_pop_before_smtp_is_never_written(smtp_last: str, more: dict[str, str]) -> None:
    result = rendered(request(pop3(), smtp(SMTPLast="on", **more)), smtp_last=smtp_last)
    assert result.files and "POPB4SMTP" not in json.dumps(result.files)


def test_mail_stays_on_the_server_until_the_person_says_otherwise() -> None:
    assert section(rendered(request(pop3(), smtp())), "account", "Pop Backend") == {
        "fixed": {},
        "enforced": {},
        "seeded": {"KeepOnServer": "true", "DeleteAfterDays": "0"},
    }


@pytest.mark.parametrize(
    "protocols, method",
    [
        pytest.param((pop3(), smtp()), "LOGIN", id="password"),
        pytest.param((pop3(), smtp(SPA="on")), "NTLM", id="SPA"),
        pytest.param((pop3(), smtp(AuthRequired="off")), "none", id="no login"),
    ],
)
def test_option_smtp_method_is_for_passwords(protocols: tuple[str, ...], method: str) -> None:
    result = rendered(request(*protocols), options={"smtp_method": "LOGIN"})
    keys = section(result, "transport", "Authentication")["enforced"]
    assert keys["Method"] == method
    assert ("User" in keys) is (method != "none")


TEXTS = st.text(alphabet=st.sampled_from(" \\;#=[]$s\u00e9nra\u00a0'\"{}"), max_size=12)


@limits(max_examples=300, deadline=None)
@given(TEXTS)
def test_values_are_escaped_as_gkeyfile_does(value: str) -> None:
    assert groups_of(f"[G]\nKey = {evolution.escaped(value)}\n") == {"G": {"Key": value}}


@pytest.mark.parametrize(
    "value, raw",
    [
        pytest.param("  ada", "\\s\\sada", id="leading blanks"),
        pytest.param("ada  l ", "ada  l ", id="other blanks"),
        pytest.param("CORP\\ada", "CORP\\\\ada", id="backslash"),
        pytest.param("a;b#c=[d]", "a;b#c=[d]", id="what is nothing special in a string"),
    ],
)
def test_escaped(value: str, raw: str) -> None:
    """As g_key_file_set_string() writes them."""
    assert evolution.escaped(value) == raw and unescaped(raw) == value


@limits(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["user", "system"]), st.sampled_from(["password-cleartext", "NTLM"]))
def test_a_login_arrives_or_is_refused(login: str, name: str, scope: str, authentication: str) -> None:
    document = settings(incoming={"username": login or None, "authentication": authentication}, display_name=name)
    result = rendered(request(settings=document), scope=scope)
    ends = login != login.strip(" ")
    shell = authentication == "NTLM" and "'" in login
    variable = scope == "system" and "${" in login + "|" + name
    assert bool(result.refused) is (ends or shell or variable)
    if result.refused:
        return
    (found,) = read(result.files)
    assert found.incoming_login == (login or ADA)


@pytest.mark.parametrize(
    "changes, scope, reason",
    [
        pytest.param({"incoming": {"username": " ada"}}, "user", '" ada" begins or ends with a blank', id="blank"),
        pytest.param(
            {"outgoing": {"username": "ada "}}, "user", '"ada " begins or ends with a blank', id="blank, SMTP"
        ),
        pytest.param(
            {"incoming": {"username": "o'brien", "authentication": "NTLM"}},
            "user",
            "apostrophe",
            id="shell of ntlm_auth",
        ),
        pytest.param(
            {"outgoing": {"username": "o'brien", "authentication": "NTLM"}}, "user", "apostrophe", id="the same, SMTP"
        ),
        pytest.param({"display_name": "${USER}"}, "system", '"${USER}" holds a dollar sign', id="variable in a name"),
        pytest.param({"incoming": {"username": "a${HOME}"}}, "system", "dollar sign", id="variable in a login"),
        pytest.param({"outgoing": {"pop_before_smtp": True}}, "system", "script in the home of one user", id="hook"),
        pytest.param(
            {"incoming": {"username": "a" * 600}, "outgoing": {"pop_before_smtp": True}}, "user", "mpop", id="long line"
        ),
    ],
)
def test_who_is_refused(changes: dict[str, Any], scope: str, reason: str) -> None:
    result = rendered(request(settings=settings(**changes)), scope=scope)
    assert result.files == [] and reason in reasons(result)


@pytest.mark.parametrize(
    "changes, scope",
    [
        pytest.param({"incoming": {"username": "o'brien"}}, "user", id="apostrophe without SPA"),
        pytest.param({"display_name": "${USER}", "incoming": {"username": "${HOME}"}}, "user", id="variables"),
        pytest.param({"display_name": "$USER {x} $ {y}"}, "system", id="no variables"),
        pytest.param(
            {
                "incoming": {"username": "ada"},
                "outgoing": {
                    "username": "o'brien",
                    "authentication": "NTLM",
                    "pop_before_smtp": True,
                    "auth_required": True,
                },
            },
            "user",
            id="SPA through msmtp",
        ),
    ],
)
def test_who_is_not_refused(changes: dict[str, Any], scope: str) -> None:
    result = rendered(request(settings=settings(**changes)), scope=scope)
    assert reasons(result) == "" and len(read(result.files)) == 1


def test_accounts_of_several_users_are_not_given_to_everybody() -> None:
    ada = request(pop3(), smtp())
    bob = request(pop3(LoginName=BOB), smtp(), email=BOB, user="bob")
    result = rendered(ada, bob, scope="system")
    assert result.files == [] and reasons(result).count("these are of ada and bob") == 2
    shared = rendered(
        request(pop3(), smtp(), user=None), request(pop3(LoginName=BOB), smtp(), email=BOB, user=None), scope="system"
    )
    assert shared.refused == [] and len(read(shared.files)) == 2


def test_revision_is_another_one_exactly_when_the_content_is() -> None:
    def revisions(*protocols: str) -> list[str]:
        files = rendered(request(*protocols), scope="system").files
        assert all(file["path"].startswith("/etc/xdg/evolution-data-server/autoconfig/") for file in files)
        assert all(file["mode"] == "0644" for file in files)
        return [groups_of(file["content"])["Autoconfig"]["Revision"] for file in files]

    first = revisions(pop3(), smtp())
    assert revisions(pop3(), smtp()) == first
    renamed = revisions(pop3(Server="new.example.org"), smtp())
    assert (renamed[0] != first[0], renamed[1:]) == (True, first[1:])


# On a node.


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("ada", "bob"):
        (tmp_path / "home" / name).mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    lines = [f"{name}:x:{os.getuid()}:{os.getgid()}::/home/{name}:/bin/sh\n" for name in ("ada", "bob")]
    (tmp_path / "etc" / "passwd").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def put(root: Path, *requests: AccountRequest, **params: Any) -> dict[str, Any]:
    made = rendered(*requests)
    assert reasons(made) == ""
    given = {"files": made.files, "accounts": made.emails, "root": str(root), **params}
    result: dict[str, Any] = install(given, check_mode=False, diff_mode=False)
    assert "failed" not in result, result
    return result


def sources(root: Path, user: str = "ada") -> dict[str, Path]:
    """Return the files in the directory of sources, ours by their kind."""
    directory = root / "home" / user / ".config/evolution/sources"
    return {path.stem.rpartition("-")[2]: path for path in directory.iterdir()} if directory.exists() else {}


def mine(**outgoing: str) -> AccountRequest:
    return request(pop3(), smtp(**outgoing))


REWRITTEN = """[Data Source]
Parent=
Enabled=false
DisplayName=Work

[Authentication]
IsExternal=false
CredentialName=
RememberPassword=false
ProxyUid=system-proxy
Method=none
User=ada@example.org
Port=995
Host=pop.example.org

[Mail Account]
Builtin=false
NeedsInitialSetup=false
IdentityUid={identity}
BackendName=pop

[Refresh]
Enabled=true
IntervalMinutes=60

[Security]
Method=ssl-on-alternate-port

[Pop Backend]
AutoFetch=true
DeleteAfterDays=7
KeepOnServer=true

[Ubuntu Unity]
Badge=1
"""
"""As evolution-data-server writes a file of ours after the person changed this and that."""


def test_what_the_client_and_the_person_write_is_no_drift_and_goes_with_the_account(root: Path) -> None:
    put(root, mine())
    account, identity = sources(root)["account"], sources(root)["identity"].stem
    by_hand = account.with_name("hand.source")
    by_hand.write_text("[Data Source]\nDisplayName=Mine\n", encoding="utf-8")
    account.write_text(REWRITTEN.format(identity=identity), encoding="utf-8")
    assert not put(root, mine())["changed"]
    account.write_text(REWRITTEN.format(identity=identity).replace("=995", "=110"), encoding="utf-8")
    assert [(row["key"], row["found"]) for row in put(root, mine())["drift"]] == [("[Authentication] Port", "110")]
    assert account.read_text(encoding="utf-8") == REWRITTEN.format(identity=identity)
    assert put(root, state="absent", accounts=[ADA])["changed"]
    assert list(sources(root).values()) == [by_hand]


def test_a_server_that_is_renamed_and_smtp_last_switched_on_and_off(root: Path) -> None:
    put(root, mine())
    without = {kind: path.read_bytes() for kind, path in sources(root).items()}
    put(root, mine(SMTPLast="on"))
    transport = groups_of(sources(root)["transport"].read_text(encoding="utf-8"))
    assert transport["Sendmail Backend"]["CustomBinary"] == "/home/ada/.config/mailfleet/pop-first"
    assert "Authentication" not in transport and (root / "home/ada/.config/mailfleet/pop-first").exists()
    put(root, mine())
    assert {kind: path.read_bytes() for kind, path in sources(root).items()} == without
    assert not (root / "home/ada/.config/mailfleet").exists()
    put(root, mine(Server="new.example.org"))
    after = groups_of(sources(root)["transport"].read_text(encoding="utf-8"))
    assert after["Authentication"]["Host"] == "new.example.org"


def test_an_account_never_becomes_another_kind(root: Path) -> None:
    put(root, mine())
    made = rendered(request(imap(), smtp()))
    result = install({"files": made.files, "accounts": made.emails, "root": str(root)}, False, False)
    assert result["failed"] and 'not "imapx": this key is never changed' in json.dumps(result).replace('\\"', '"')


def test_two_accounts_of_two_users_come_and_go(root: Path) -> None:
    bob = request(pop3(LoginName=BOB), smtp(SMTPLast="on"), email=BOB, user="bob")
    second = request(pop3(LoginName="eve@example.net"), smtp(SMTPLast="on"), email="eve@example.net", user="bob")
    put(root, mine(), bob, second)
    assert not put(root, second, mine(), bob)["changed"]
    assert len(list((root / "home/bob/.config/evolution/sources").iterdir())) == 6
    put(root, mine(), second, purge=True)
    assert len(list((root / "home/bob/.config/evolution/sources").iterdir())) == 3
    assert sorted(path.name for path in (root / "home/bob/.config/mailfleet").iterdir()) == [
        "eve@example.net.mpoprc",
        "eve@example.net.msmtprc",
        "pop-first",
    ]
    put(root, state="absent", accounts=[ADA, "eve@example.net"])
    assert not sources(root) and not sources(root, "bob") and not (root / "home/bob/.config").exists()
