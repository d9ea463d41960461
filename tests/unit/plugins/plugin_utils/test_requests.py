# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts and options of any shape: a mistake in one account refuses that one by name, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import CONFIG_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan, provision, removal
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import (
    account_request,
    checked_options,
    policy_of,
    removal_request,
    unknown_variables,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    pop3,
    reasons,
    settings,
    smtp,
)

TOP = Path(__file__).resolve().parents[4]
BOB = "bob@example.org"
POX = answer(pop3(LoginName="%EMAILADDRESS%"), smtp())
BOBS = {"email": BOB, "user": "bob", "pox": POX}


def planned(*accounts: Any, **options: Any) -> Plan:
    """Return what ``client_config`` would plan."""
    checked = checked_options({"clients": ["claws_mail"], "accounts": list(accounts), **options}, CONFIG_SPEC)
    policy = policy_of(checked)
    return provision(
        [account_request(account, policy, lambda path: path.encode()) for account in checked["accounts"]],
        checked["clients"],
        policy,
        checked["client_options"],
    )


def account(**changes: Any) -> dict[str, Any]:
    return {"email": ADA, "user": "ada", "pox": POX, **changes}


MISSHAPEN: list[Any] = [
    pytest.param(ADA, ADA, f'the item is "{ADA}"; give a dictionary, with the address as email.', id="an address"),
    pytest.param("ada", "accounts[0]", 'the item is "ada"; give a dictionary', id="text"),
    pytest.param(None, "accounts[0]", "the item is empty; give a dictionary", id="nothing"),
    pytest.param(5, "accounts[0]", 'the item is "5"; give a dictionary', id="number"),
    pytest.param([account()], "accounts[0]", "the item is a list; give a dictionary", id="list"),
    pytest.param({}, "accounts[0]", "has no email", id="empty"),
    pytest.param({"emial": ADA}, "accounts[0]", 'there is no option "emial". Did you mean email?', id="emial"),
    pytest.param(account(emial=ADA), ADA, 'there is no option "emial". Did you mean email?', id="both"),
    pytest.param(account(email=[ADA]), "accounts[0]", "email is a list; give text.", id="list as address"),
    pytest.param({1: 2, "email": ADA}, ADA, 'there is no option "1"; there is', id="number as option"),
    pytest.param(account(user=["ada"]), ADA, "user is a list; give text.", id="list as user"),
    pytest.param(account(user=True), ADA, "user is true; give text in quotes.", id="on as user"),
    pytest.param(account(uid="abc"), ADA, 'uid is "abc"; give a whole number.', id="uid"),
    pytest.param(account(uid=-1), ADA, 'uid is "-1", and must be a number from 0 to 4294967294', id="negative uid"),
    pytest.param(account(uid=2**32), ADA, 'uid is "4294967296", and must be', id="large uid"),
    pytest.param(account(home="home/ada"), ADA, 'home is "home/ada", and must be an absolute path', id="home"),
    pytest.param(account(home="/home\n/ada"), ADA, "home is ", id="home on two lines"),
    pytest.param(account(clients={"mutt": {}}), ADA, "clients is a dictionary; give a list.", id="clients"),
    pytest.param(account(clients=[["mutt"]]), ADA, "clients[0] is a list; give text.", id="clients in clients"),
    pytest.param(account(clients=["clawsmail"]), ADA, "Did you mean claws_mail?", id="no client"),
    pytest.param(account(clients="mutt, clawsmail"), ADA, '"clawsmail" is no client', id="clients as words"),
    pytest.param(
        account(incoming="imap4"), ADA, 'incoming is "imap4"; it can be auto, pop3 or imap. Did you', id="choice"
    ),
    pytest.param(account(username="ada:secret"), ADA, 'username is "ada:********"; it can be email or', id="a login"),
    pytest.param(account(password_command=["pass"]), ADA, "password_command is a list; give text.", id="command"),
    pytest.param(account(pox={"a": 1}), ADA, "pox is a dictionary; give text.", id="pox"),
    pytest.param(account(pox=None, settings="text"), ADA, "settings is text; give a dictionary.", id="settings"),
    pytest.param(account(overrides=["x"]), ADA, "overrides is a list; give a dictionary.", id="overrides"),
    pytest.param(account(overrides={"smtp": 5}), ADA, 'overrides.smtp is "5"; give a dictionary.', id="of smtp"),
    pytest.param(
        account(overrides={"POP3": {}}), ADA, 'overrides: there is no option "POP3". Did you mean pop3?', id="POP3"
    ),
    pytest.param(
        account(overrides={"smtp": {"port": "x", "socket_type": "starttls", "prot": 1, "auth_required": "perhaps"}}),
        ADA,
        'overrides.smtp: there is no option "prot". Did you mean port? '
        'overrides.smtp.port is "x"; give a whole number. '
        'overrides.smtp.socket_type is "starttls"; it can be plain, STARTTLS or SSL. Did you mean STARTTLS? '
        'overrides.smtp.auth_required is "perhaps"; give true or false.',
        id="every mistake",
    ),
]


@pytest.mark.parametrize("item, name, reason", MISSHAPEN)
def test_a_misshapen_account_is_refused_by_name_and_the_others_go_on(item: Any, name: str, reason: str) -> None:
    result = planned(item, BOBS)
    assert [row["email"] for row in result.refused] == [name]
    assert reason in reasons(result) and reasons(result).startswith(name)
    assert [file["accounts"] for file in result.files] == [[BOB], [BOB]]
    assert result.emails == ([ADA, BOB] if name == ADA else [BOB])
    assert result.nameless is (name != ADA)
    assert ("Until then no account is purged." in reasons(result)) is result.nameless
    # Nor is anything removed for such an item: it may ask for less than all of the account.
    assert removal([removal_request(item), removal_request(BOBS)], []).emails == [BOB]


WELL: list[Any] = [
    pytest.param(account(clients="claws_mail,mutt"), id="clients as words"),
    pytest.param(account(user=1000), id="a number as user"),
    pytest.param(
        account(overrides={"pop3": {"port": "995"}, "imap": None, "smtp": {"auth_required": "yes"}}), id="words"
    ),
    pytest.param(account(pox=None, settings=settings()), id="settings"),
    pytest.param(account(pox=None, settings='{"a": 1}', clients=None, home=None, uid=None), id="JSON, of another kind"),
]


@pytest.mark.parametrize("item", WELL)
def test_what_ansible_takes_is_taken(item: Any) -> None:
    result = planned(item, BOBS)
    assert not result.refused or "does not fit the Settings schema" in reasons(result)


@given(item=some.recursive(some.none() | some.booleans() | some.text(), some.lists, max_leaves=5))
def test_an_account_of_whatever_shape_stops_nobody(item: Any) -> None:
    for option in (None, *CONFIG_SPEC["accounts"], *("email", "user", "clients", "overrides", "settings", "uid")):
        wanted = item if option is None else account(**{option: item})
        assert {email for file in planned(wanted, BOBS).files for email in file["accounts"]} >= {BOB}


USERS: list[Any] = [
    pytest.param({"home": "/a"}, {"uid": 5}, {"home": "/a", "uid": 5}, id="each something"),
    pytest.param({"home": "/a", "uid": 5}, {"home": "/a"}, {"home": "/a", "uid": 5}, id="the same"),
    pytest.param({"home": "/a"}, {"home": "/b"}, "have /a and /b as home", id="two homes"),
    pytest.param({"uid": 5}, {"uid": 6}, "have 5 and 6 as uid", id="two numbers"),
]


@pytest.mark.parametrize("one, other, known", USERS)
def test_what_accounts_say_of_one_user(one: dict[str, Any], other: dict[str, Any], known: Any) -> None:
    accounts = (account(**one), account(email="ada@example.net", **other), BOBS)
    for result in (planned(*accounts), removal([removal_request(item) for item in accounts], [])):
        if isinstance(known, dict):
            assert (result.users, result.refused) == ({"ada": known}, [])
        else:
            assert [row["email"] for row in result.refused] == [ADA, "ada@example.net"] and result.users == {}
            assert known in reasons(result)


WRONG_OPTIONS: list[Any] = [
    pytest.param({"accounts": "text"}, 'accounts is "text"; give a list of dictionaries.', id="accounts"),
    pytest.param(
        {"accounts": {"email": ADA}}, "accounts is a dictionary; give a list of dictionaries.", id="one account"
    ),
    pytest.param({"accounts": None}, "accounts is empty; give a list of dictionaries.", id="no accounts"),
    pytest.param({"clients": 5}, 'clients is "5"; give a list.', id="clients"),
    pytest.param({"client_options": []}, "client_options is a list; give a dictionary.", id="client_options"),
    pytest.param({"smtp_last": "enforced"}, "Did you mean enforce?", id="choice"),
    pytest.param({"purge": "perhaps"}, 'purge is "perhaps"; give true or false.', id="purge"),
    pytest.param({"smtplast": "ignore"}, 'there is no option "smtplast". Did you mean smtp_last?', id="option"),
]


@pytest.mark.parametrize("options, sentence", WRONG_OPTIONS)
def test_a_mistake_of_the_task_is_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_options({"accounts": [], **options}, CONFIG_SPEC)
    assert str(caught.value).endswith(sentence)
    if next(iter(options)) in CONFIG_SPEC:
        with pytest.raises(OptionError, match=f"^mail_client_{next(iter(options))} is "):
            checked_options({"accounts": [], **options}, CONFIG_SPEC, prefix="mail_client_")


@pytest.mark.parametrize("clients", [["clawsmail"], [""]])
def test_a_removal_of_no_client_removes_nothing(clients: list[str]) -> None:
    with pytest.raises(OptionError, match="is no client of this collection"):
        removal([removal_request(BOBS)], clients)


VARIABLES: list[Any] = [
    pytest.param("mail_client_acounts", {}, "mail_client_accounts", id="a letter less"),
    pytest.param("mail_client_smtplast", {}, "mail_client_smtp_last", id="no underscore"),
    pytest.param("mail_client_failed_on_drift", {}, "mail_client_fail_on_drift", id="of a playbook"),
    pytest.param("mail_client_acounts", {"mail_client_accounts"}, None, id="given besides"),
    pytest.param("mail_client_accounts", {}, None, id="right"),
    pytest.param("mail_client_user", {}, None, id="one's own"),
    pytest.param("mail_client_domain", {}, None, id="another one's own"),
    pytest.param("mail_clients", {}, None, id="of somebody else"),
    pytest.param("acounts", {}, None, id="without the prefix"),
]


@pytest.mark.parametrize("name, given_ones, meant", VARIABLES)
def test_a_misspelt_variable_of_the_role(name: str, given_ones: set[str], meant: str | None) -> None:
    found = unknown_variables(["inventory_hostname", name], lambda other: other in given_ones)
    expected = [f'The role mail_client has no variable "{name}". Did you mean {meant}?'] if meant else []
    assert [row["message"] for row in found] == expected


def test_no_variable_of_our_own_is_taken_for_a_misspelt_one() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (TOP / "playbooks").glob("*.yml")]
    texts += [path.read_text(encoding="utf-8") for path in (TOP / "roles" / "mail_client").rglob("*.yml")]
    names = {name for text in texts for name in re.findall(r"mail_client_\w+", text)}
    assert len(names) > 20 and unknown_variables(names, lambda name: False) == []


def test_every_option_of_the_spec_is_looked_at() -> None:
    """An option that the module takes, but that is dropped on the way, would be ignored in silence."""
    text = (TOP / "roles" / "mail_client" / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    assert {f"mail_client_{name}" for name in checked_options({"accounts": []}, CONFIG_SPEC)} == set(options)
