# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Emacs: which init file, strings that stay strings, and files that say what the library knows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.emacs_gnus import quoted_string
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    imap,
    plan,
    pop3,
    request,
    smtp,
)

from .readers.emacs_gnus import Symbol, accounts, forms

CLIENT = ("emacs_gnus",)
SYSTEM = {"emacs_gnus": {"scope": "system"}}


def _account(result: Plan) -> dict[str, Any]:
    (account,) = accounts(result.files)
    return account


def _library(result: Plan) -> str:
    (content,) = {
        file["content"] for file in result.files if "(provide 'mailfleet-accounts)" in file.get("content", "")
    }
    assert isinstance(content, str)
    return content


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\\"();#?'`,")))
def test_a_string_is_read_as_it_was(text: str) -> None:
    assert forms(f"(a {quoted_string(text)} b)\n") == [[Symbol("a"), text, Symbol("b")]]


def test_the_init_file_is_the_one_that_emacs_loads() -> None:
    result = plan(request(pop3(), smtp()), clients=CLIENT)
    (file,) = [file for file in result.files if "blocks" in file]
    assert [(place["exists"], place["path"]) for place in file["candidates"]] == [
        ("{home:ada}/.emacs.el", "{home:ada}/.emacs.el"),
        ("{home:ada}/.emacs", "{home:ada}/.emacs"),
        ("{home:ada}/.emacs.d", "{home:ada}/.emacs.d/init.el"),
        ("{home:ada}/.config/emacs", "{home:ada}/.config/emacs/init.el"),
        ("{home:ada}/.", "{home:ada}/.emacs.d/init.el"),
    ]
    assert file["comment"] == ";;"


def test_files_of_several_accounts_and_users() -> None:
    result = plan(
        request(pop3(), smtp()),
        request(pop3(LoginName="bob"), smtp(), email="b/o$b@example.net"),
        request(pop3(LoginName="eve"), smtp(), email="eve@example.net", user="eve"),
        clients=CLIENT,
    )
    assert [(file.get("path", "init"), file["accounts"]) for file in result.files] == [
        ("{home:ada}/.config/mailfleet/emacs/mailfleet-accounts.el", ["ada@example.org", "b/o$b@example.net"]),
        ("{home:ada}/.config/mailfleet/emacs/ada@example.org.el", ["ada@example.org"]),
        ("{home:ada}/.config/mailfleet/emacs/b%2Fo%24b@example.net.el", ["b/o$b@example.net"]),
        ("init", ["ada@example.org", "b/o$b@example.net"]),
        ("{home:eve}/.config/mailfleet/emacs/mailfleet-accounts.el", ["eve@example.net"]),
        ("{home:eve}/.config/mailfleet/emacs/eve@example.net.el", ["eve@example.net"]),
        ("init", ["eve@example.net"]),
    ]
    assert [account[":email"] for account in accounts(result.files)] == [
        "ada@example.org",
        "b/o$b@example.net",
        "eve@example.net",
    ]


def test_a_file_of_the_system_acts_for_one_user_and_can_be_read_by_all() -> None:
    result = plan(request(pop3(), smtp(SMTPLast="on")), clients=CLIENT, options=SYSTEM)
    library, file = result.files
    assert (library["path"], library["mode"]) == ("/etc/mailfleet/emacs/mailfleet-accounts.el", "0644")
    assert [place["path"] for place in file["candidates"]] == [
        "/etc/emacs/site-start.d/50mailfleet-ada-ada@example.org.el",
        "/usr/share/emacs/site-lisp/site-start.d/50mailfleet-ada-ada@example.org.el",
    ]
    assert file["mode"] == "0644"
    ((_when, condition, *_rest),) = forms(file["content"])
    assert condition == [Symbol("equal"), [Symbol("user-real-login-name")], "ada"]
    assert _account(result)[":pop-first"] == Symbol("t")


@pytest.mark.parametrize(
    "protocols, side, expected",
    [
        pytest.param((pop3(LoginName="007412"), smtp()), ":incoming", {":user": "007412"}, id="login of digits"),
        pytest.param((pop3(LoginName="CORP\\ada"), smtp()), ":incoming", {":user": "CORP\\ada"}, id="backslash"),
        pytest.param((pop3(Port=2995), smtp()), ":incoming", {":port": 2995}, id="port"),
        pytest.param((pop3(), smtp()), ":outgoing", {":security": Symbol("starttls")}, id="STARTTLS"),
        pytest.param((imap(), smtp()), ":incoming", {":type": Symbol("imap")}, id="IMAP"),
        pytest.param((pop3(), smtp(UsePOPAuth="on")), ":outgoing", {":same-secret": Symbol("t")}, id="same secret"),
        pytest.param((pop3(), smtp(AuthRequired="off")), ":outgoing", {":user": None}, id="no login"),
    ],
)
def test_properties(protocols: tuple[str, ...], side: str, expected: dict[str, Any]) -> None:
    found = _account(plan(request(*protocols), clients=CLIENT))[side]
    assert {key: found.get(key) for key in expected} == expected


def test_the_command_for_the_password_is_data() -> None:
    command = 'pass show "mail/ada" | head -n 1'
    account = _account(plan(request(pop3(), smtp(), password_command=command), clients=CLIENT))
    assert account[":password-command"] == command


def test_the_library_knows_every_property() -> None:
    everything = request(
        pop3(), smtp(UsePOPAuth="on", SMTPLast="on"), display_name="Ada Lovelace", password_command="pass ada"
    )
    result = plan(everything, clients=CLIENT)
    account = _account(result)
    written = {*account, *account[":incoming"], *account[":outgoing"]}
    read = set(re.findall(r"\(plist-get [a-z]+ (:[a-z-]+)\)", _library(result)))
    # Which side a server is on is asked for by name.
    assert written - {":incoming", ":outgoing"} <= read


# The words of a server that refuses a login, as Lisp reads them, and what is shown of them.
WORDS = [
    (r'"-ERR \e[2J\a\0 no \r\n\t such \x7f user"', "-ERR ?[2J?? no ??? such ? user"),
    (r'"-ERR \u009b31m \u202e\u2066\u200b\u2028 \u00fc\u4e2d"', "-ERR ?31m ???? \u00fc\u4e2d"),
    (r'(string-to-unibyte "-ERR \23331m \303\274")', "-ERR ?31m ??"),
    (r"(make-string 5000 ?x)", "x" * 500),
]


@pytest.mark.skipif(shutil.which("emacs") is None, reason="Emacs is not installed")
@pytest.mark.parametrize("words, shown", WORDS)
def test_what_a_server_says_is_only_shown(tmp_path: Path, words: str, shown: str) -> None:
    (tmp_path / "library.el").write_text(_library(plan(request(pop3(), smtp()), clients=CLIENT)), encoding="utf-8")
    (tmp_path / "test.el").write_text(
        f"""(load "{tmp_path}/library.el" nil t)
(require 'pop3)
(require 'auth-source)
(defun mailfleet--known-secret (_account) "x")
(defun pop3-get-message-count () (error "%s" {words}))
(condition-case problem
    (mailfleet--pop-first '(:email "ada@example.org" :incoming (:type pop3 :host "pop" :port 995 :user "ada")))
  (error (set-buffer-file-coding-system 'utf-8)
         (let ((coding-system-for-write 'utf-8)) (write-region (error-message-string problem) nil "{tmp_path}/said"))))
""",
        encoding="utf-8",
    )
    subprocess.run(["emacs", "--batch", "-Q", "-l", tmp_path / "test.el"], capture_output=True, check=True)
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert said == f"Not sent: ada@example.org has to log in to pop first, and that failed: {shown}"
