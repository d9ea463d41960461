# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutt: words that stay words, hooks that take the account's own mail and no other, and the files on a node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.mutt import quoting
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, Plan
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    imap,
    plan,
    pop3,
    reasons,
    request,
    smtp,
)

from .readers.mutt import HOME, Mutt, read

BOB = "bob@example.org"
EVE = "eve@else.example"
OWN = "~/.config/mailfleet/pop-first ada@example.org send"
SECOND = f"msmtp --file={HOME}/.config/mailfleet/bob@example.org.msmtprc"


def rendered(*requests: AccountRequest, **options: Any) -> Plan:
    return plan(*requests, clients=("mutt",), options={"mutt": options}, unsupported="warn")


def mine(**outgoing: str) -> AccountRequest:
    return request(pop3(), smtp(**{"SMTPLast": "on", **outgoing}))


def second() -> AccountRequest:
    return request(pop3(LoginName=BOB), smtp(), email=BOB)


def mutt(**variables: str) -> Mutt:
    """Return a Mutt of a person with both accounts."""
    return Mutt(rendered(mine(), second()).files, **variables)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\\\"'$`;# ~|")))
def test_a_word_is_read_as_it_was(text: str) -> None:
    word = quoting(text)
    assert mutt().word(f"{word} x", 0) == (text, len(word))


@pytest.mark.parametrize(
    "email, others",
    [
        pytest.param(ADA, ["adaXexample.org", "ada@exampleXorg", "xada@example.org", "ada@example.org.eu"], id="dot"),
        pytest.param("a+b*c?d@example.org", ["aab@example.org", "a+bbcd@example.org", "abc@example.org"], id="repeats"),
        pytest.param("o'b^r`i$x@example.org", ["o'br`i$x@example.org", "ob^ri$x@example.org"], id="quotes"),
        pytest.param("a|b#c=d@example.org", ["a", "b#c=d@example.org", "a|b"], id="operators"),
        pytest.param("${HOME}@example.org", [f"{HOME}@example.org", "$HOME@example.org"], id="variable"),
        pytest.param("~f!%{x}@example.org", ["x@example.org"], id="pattern"),
    ],
)
def test_the_hook_is_for_this_address_alone(email: str, others: list[str]) -> None:
    files = rendered(request(pop3(LoginName="ada"), smtp(), email=email)).files
    for sender in (email, email.title()):
        one = Mutt(files)
        one.compose(sender)
        assert one.variables["sendmail"].startswith("msmtp "), sender
    for sender in others:
        one = Mutt(files)
        before = dict(one.variables)
        one.compose(sender)
        assert one.variables == before, sender


@pytest.mark.parametrize(
    "steps, sendmail, smtp_url",
    [
        pytest.param([ADA], OWN, "", id="ours"),
        pytest.param([EVE], "mine -x", "smtp://mine", id="another"),
        pytest.param([ADA, EVE], "mine -x", "smtp://mine", id="ours, another"),
        pytest.param([ADA, ADA, BOB, EVE], "mine -x", "smtp://mine", id="both of ours, another"),
        pytest.param([ADA, BOB], SECOND, "", id="both of ours"),
        pytest.param([ADA, "set sendmail=new", EVE], "new", "smtp://mine", id="another command meanwhile"),
        pytest.param([ADA, "set smtp_url=smtp://new", EVE], "mine -x", "smtp://new", id="another server meanwhile"),
        pytest.param([ADA, "again", EVE], "/usr/sbin/sendmail -oem -oi", "smtp://mine", id="muttrc read again, silent"),
        pytest.param([ADA, "again", "set sendmail=new", EVE], "new", "smtp://mine", id="muttrc read again"),
        pytest.param([ADA, "set smtp_url=smtp://new", ADA], OWN, "", id="ours, whatever the person set"),
    ],
)
def test_what_the_person_has_is_put_back(steps: list[str], sendmail: str, smtp_url: str) -> None:
    one = mutt(sendmail="mine -x", smtp_url="smtp://mine")
    for step in steps:
        if "@" in step:
            one.compose(step)
        elif step == "again":
            # A muttrc that sets smtp_url alone.
            one.run("set smtp_url=smtp://mine my_mailfleet_restore=/dev/null")
            one.compose(ADA)
        else:
            one.run(step)
    assert (one.variables["sendmail"], one.variables["smtp_url"]) == (sendmail, smtp_url)


@pytest.mark.parametrize("sendmail", ["/opt/a b/x 'y z'", 'x "y" \\z', "x $HOME `id` ${y}", "x *"])
def test_what_is_put_back_is_what_it_was(sendmail: str) -> None:
    one = mutt(sendmail=sendmail, smtp_url="smtps://a:p%40'w\"$@h")
    one.compose(ADA)
    one.compose(EVE)
    assert (one.variables["sendmail"], one.variables["smtp_url"]) == (sendmail, "smtps://a:p%40'w\"$@h")
    assert not [name for name in one.environment if name.startswith("MAILFLEET")]


def test_from_is_the_first_account_unless_the_person_said_another() -> None:
    named = request(pop3(), smtp(), display_name='Ada "Q" \\ o\'Lovelace')
    assert Mutt(rendered(named, second()).files).variables["from"] == '"Ada \\"Q\\" \\\\ o\'Lovelace" <ada@example.org>'
    assert mutt(**{"from": EVE}).variables["from"] == EVE


def test_no_password_comes_into_mutt() -> None:
    result = rendered(request(pop3(), smtp(SMTPLast="on"), password_command="pass mail/ada"))
    with_command = [file["path"] for file in result.files if "pass mail/ada" in file.get("content", "")]
    assert with_command == ["{home:ada}/.config/mailfleet/ada@example.org.mpoprc"]


@pytest.mark.parametrize(
    "protocols, program, reason",
    [
        pytest.param((pop3(LoginName="a" * 128), smtp()), "auto", "cuts it off after 127", id="long login"),
        pytest.param((pop3(LoginName="ä" * 64), smtp()), "auto", "has 128 bytes", id="long in bytes"),
        pytest.param((pop3(LoginName="a" * 127), smtp()), "auto", "", id="just not too long"),
        pytest.param((imap(LoginName="CORP\\ada"), smtp()), "auto", "program: mutt", id="NeoMutt and a backslash"),
        pytest.param((imap(LoginName="CORP\\ada"), smtp()), "mutt", "", id="Mutt and a backslash"),
        pytest.param((pop3(LoginName="CORP\\ada"), smtp()), "neomutt", "", id="POP3 and a backslash"),
    ],
)
def test_who_is_refused(protocols: tuple[str, ...], program: str, reason: str) -> None:
    result = rendered(request(*protocols), program=program)
    assert (reason in reasons(result)) if reason else reasons(result) == ""


@pytest.mark.parametrize(
    "program, there, expected",
    [
        pytest.param("auto", [], ".muttrc", id="nothing there"),
        pytest.param("neomutt", [], ".neomuttrc", id="nothing there, NeoMutt"),
        pytest.param("mutt", [], ".muttrc", id="nothing there, Mutt"),
        pytest.param("auto", [".muttrc", ".neomuttrc"], ".neomuttrc", id="both"),
        pytest.param("mutt", [".config/mutt/muttrc", ".neomuttrc"], ".config/mutt/muttrc", id="both, Mutt"),
        pytest.param("mutt", [".muttrc", ".mutt/muttrc"], ".muttrc", id="two of Mutt"),
        pytest.param("auto", [".mutt/muttrc", ".muttrc"], ".mutt/muttrc", id="two, as NeoMutt reads them"),
    ],
)
def test_which_file(root: Path, program: str, there: list[str], expected: str) -> None:
    home = root / "home/ada"
    for name in there:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("set beep\n", encoding="utf-8")
    put(root, mine(), program=program)
    changed = [str(path.relative_to(home)) for path in home.rglob("*rc") if b"BEGIN" in path.read_bytes()]
    assert changed == [expected]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "home/ada").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    line = f"ada:x:{os.getuid()}:{os.getgid()}::/home/ada:/bin/sh\n"
    (tmp_path / "etc/passwd").write_text(line, encoding="utf-8")
    return tmp_path


def put(root: Path, *requests: AccountRequest, program: str = "auto", **params: Any) -> dict[str, Any]:
    made = rendered(*requests, program=program)
    assert reasons(made) == ""
    given = {"files": made.files, "accounts": made.emails, "root": str(root), **params}
    result: dict[str, Any] = install(given, check_mode=False, diff_mode=False)
    assert "failed" not in result, result
    return result


def test_accounts_come_and_go(root: Path) -> None:
    muttrc = root / "home/ada/.muttrc"
    muttrc.write_text("set beep\n", encoding="utf-8")
    put(root, mine())
    put(root, second())
    assert not put(root, second(), mine())["changed"]
    lines = [line for line in muttrc.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == [
        "set beep",
        'set my_mailfleet_restore="/dev/null"',
        "send2-hook . 'source $my_mailfleet_restore'",
        'source "~/.config/mailfleet/ada@example.org.muttrc"',
        'source "~/.config/mailfleet/bob@example.org.muttrc"',
    ]
    directory = root / "home/ada/.config/mailfleet"
    put(root, mine(SMTPLast="off"))
    assert sorted(path.name for path in directory.iterdir()) == [
        "ada@example.org.msmtprc",
        "ada@example.org.muttrc",
        "bob@example.org.msmtprc",
        "bob@example.org.muttrc",
        "mutt-restore.muttrc",
    ]
    put(root, second(), purge=True)
    assert "send2-hook ." in muttrc.read_text(encoding="utf-8") and not (directory / f"{ADA}.muttrc").exists()
    put(root, state="absent", accounts=[BOB])
    assert muttrc.read_text(encoding="utf-8") == "set beep\n" and not directory.exists()


def test_two_users() -> None:
    result = rendered(mine(), request(pop3(LoginName=BOB), smtp(), email=BOB, user="bob"))
    assert [found.email for found in read(result.files)] == [ADA, BOB]
    assert sum("blocks" in file for file in result.files) == 2
