# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that logs in before sending, run with stand-ins for mpop and msmtp, and the settings beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients import pop_first
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount, decide
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Settings
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)


def account(command: str | None = None, **changes: object) -> MailAccount:
    policy = Policy(allow_plaintext=("pop.example.org", "smtp.example.org"))
    document = Settings.from_dict(settings(**changes))
    return decide(document, email=ADA, policy=policy, user="ada", password_command=command)


def run(
    place: Path, *arguments: str, pop_fails: bool = False, words: bytes = b"no such user\n"
) -> tuple[int, str, str, list[str]]:
    """Run the script; return its exit code, both outputs, and what the stand-ins were called with."""
    programs = place / "bin"
    programs.mkdir()
    (place / "words").write_bytes(words)
    fails = f"cat {place}/words >&2; exit 77"
    for program, code in (("mpop", fails if pop_fails else "exit 0"), ("msmtp", "cat")):
        path = programs / program
        path.write_text(f'#!/bin/sh\necho {program} "$@" >> {place}/calls\n{code}\n', encoding="utf-8")
        path.chmod(0o755)
    script = place / "pop-first"
    script.write_text(str(pop_first.script([account()]).content), encoding="utf-8")
    script.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin"}
    done = subprocess.run(
        [script, *arguments], input="the mail", capture_output=True, text=True, check=False, env=environment
    )
    calls = (place / "calls").read_text(encoding="utf-8").splitlines()
    return done.returncode, done.stdout, done.stderr, [call.replace(str(place), "HERE") for call in calls]


def test_login_only(tmp_path: Path) -> None:
    code, out, _err, calls = run(tmp_path, ADA)
    assert (code, out) == (0, "")
    assert calls == [f"mpop --file=HERE/{ADA}.mpoprc --auth-only --quiet"]


def test_login_then_send(tmp_path: Path) -> None:
    code, out, _err, calls = run(tmp_path, ADA, "send", "-f", ADA, "--", "bob@example.net")
    assert (code, out) == (0, "the mail")
    assert calls[0].startswith("mpop ")
    assert calls[1:] == [f"msmtp --file=HERE/{ADA}.msmtprc -f {ADA} -- bob@example.net"]


@pytest.mark.parametrize("more", [(), ("send", "bob@example.net")])
def test_nothing_is_sent_without_the_login(tmp_path: Path, more: tuple[str, ...]) -> None:
    code, out, err, calls = run(tmp_path, ADA, *more, pop_fails=True)
    assert (code, out) == (75, "")
    assert "was not sent" in err and "no such user" in err
    assert [call.partition(" ")[0] for call in calls] == ["mpop"]


HOSTILE = [
    pytest.param(b"\x1b]0;title\x07\x1b[2J\x1b[31mred", "?]0;title??[2J?[31mred", id="escape sequences"),
    pytest.param(b"\xc2\x9b31m \x9b31m", "??31m ?31m", id="C1"),
    pytest.param(b"before\\cafter \\033[2J \\0101", "before\\cafter \\033[2J \\0101", id="escapes of echo"),
    pytest.param(b"-n %s %d", "-n %s %d", id="options and formats"),
    pytest.param(b"one\r\ntwo\n\nthree\tfour", "one? two  three four", id="lines"),
    pytest.param("\u202e\u200b\u2028\u00fc".encode(), "?" * 11, id="direction"),
    pytest.param(b"x" * 5000, "x" * 500, id="endless"),
    pytest.param(b"$(id) `id` ;'\"", "$(id) `id` ;'\"", id="shell"),
]


@pytest.mark.parametrize("words, shown", HOSTILE)
def test_what_the_server_says_is_only_shown(tmp_path: Path, words: bytes, shown: str) -> None:
    code, _out, err, _calls = run(tmp_path, ADA, pop_fails=True, words=words)
    assert code == 75
    assert err == f"The mail was not sent: this server wants a login to POP3 first, and that failed. {shown}\n"


def test_msmtp_takes_nothing_else_for_an_address() -> None:
    for local, letter in (("a%Ub", "%U"), ("%H", "%H"), ("a%Cb", "%C"), ("%%Mb", "%M"), ("a%F", "%F")):
        asked = request(pop3(), smtp(SMTPLast="on", AuthRequired="off"), email=f"{local}@example.org")
        for client in ("mutt", "evolution"):
            said = reasons(plan(asked, clients=(client,)))
            assert f"in the place of {letter}" in said and "claws_mail" in said and "kmail" in said
        # They send by themselves.
        for client in ("kmail", "claws_mail", "emacs_gnus", "thunderbird", "sylpheed"):
            assert plan(asked, clients=(client,)).files
    for local in ("a%b", "a%u", "100%", "a%25U", "%h%m%c%f"):
        asked = request(pop3(), smtp(SMTPLast="on", AuthRequired="off"), email=f"{local}@example.org")
        assert plan(asked, clients=("mutt", "evolution")).files
    # Evolution sends by itself where no login must come first.
    assert plan(request(pop3(), smtp(), email="a%Ub@example.org"), clients=("evolution",)).files


@pytest.mark.skipif(shutil.which("msmtp") is None, reason="msmtp is not installed")
def test_what_msmtp_itself_puts_something_else_in_for(tmp_path: Path) -> None:
    replaced = set()
    for character in map(chr, range(33, 127)):
        if character in '"@\\':
            continue
        email = f"a%{character}b@example.org"
        file = tmp_path / "msmtprc"
        file.write_text(f'account default\nhost localhost\nfrom "{email}"\nauth on\nuser "a%{character}b"\n')
        file.chmod(0o600)
        done = subprocess.run(
            ["msmtp", f"--file={file}", "--pretend", "x@example.org"],
            input="",
            capture_output=True,
            text=True,
            check=False,
        )
        if f"from = {email}\n" not in done.stdout:
            replaced.add(f"%{character}")
        else:
            assert f"user = a%{character}b\n" in done.stdout
    assert {"%U", "%H", "%C", "%M"} <= replaced <= {"%U", "%H", "%C", "%M", "%F"}


def lines(file: object) -> list[str]:
    return str(file.content).splitlines()[2:]  # type: ignore[attr-defined]


def test_settings_of_mpop() -> None:
    assert lines(pop_first.mpoprc(account("pass mail/ada", incoming={"username": "o'brien"}))) == [
        "host pop.example.org",
        "port 995",
        "timeout 30",
        "tls on",
        "tls_starttls off",
        "tls_trust_file system",
        "auth on",
        'user "o\'brien"',
        'passwordeval "pass mail/ada"',
        'delivery mbox "/dev/null"',
        "keep on",
    ]


@pytest.mark.parametrize(
    "outgoing, expected",
    [
        pytest.param({}, ["auth on", f'user "{ADA}"', 'passwordeval "p"'], id="same password"),
        pytest.param({"hostname": "smtp.example.net"}, ["auth on", f'user "{ADA}"'], id="other domain"),
        pytest.param({"auth_required": False, "authentication": "none"}, ["auth off"], id="no login"),
        pytest.param({"pop_before_smtp": True}, ["auth off"], id="pure"),
        pytest.param(
            {"pop_before_smtp": True, "same_credentials": True},
            ["auth on", f'user "{ADA}"', 'passwordeval "p"'],
            id="both",
        ),
        pytest.param({"socket_type": "plain"}, ["auth plain", f'user "{ADA}"', 'passwordeval "p"'], id="plain"),
        pytest.param(
            {"authentication": "NTLM", "username": "CORP\\ada"},
            ["auth ntlm", 'user "ada"', 'ntlmdomain "CORP"'],
            id="NTLM",
        ),
    ],
)
def test_login_of_msmtp(outgoing: dict[str, object], expected: list[str]) -> None:
    assert lines(pop_first.msmtprc(account("p", outgoing=outgoing)))[7:] == expected


def test_lines_that_mpop_would_not_read_are_refused() -> None:
    assert pop_first.refusal(account("p" * 400)) is None
    reason = pop_first.refusal(account("p" * 500))
    assert reason is not None and "passwordeval" in reason and "515 bytes" in reason
    assert pop_first.refusal(account(incoming={"username": "a" * 600})) is not None
