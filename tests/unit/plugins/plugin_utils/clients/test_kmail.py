# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is special to KMail: two grammars, numbers and names of its own, a script without arguments, shared sections."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients._kmail_text import (
    in_kconfig,
    in_qsettings,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.names import is_plain_text
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    imap,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)

from .readers.kmail import kconfig, qsettings, read

BOB = "bob@example.net"

ODD = (
    "ada",
    "007412",
    "1e5",
    " leading",
    "trailing ",
    " ",
    "  two  ",
    "CORP\\ada",
    "a\\nb\\s\\x41\\;\\,",
    "\\",
    "o'brien",
    'a "quoted" b',
    "ada[$e]",
    "$HOME",
    "${HOME}$(id)`id`",
    "a=b#c;d,e",
    "[Transport 1]",
    "# no comment",
    "Zoë à",
    "Ørsted…",
    "アダ",
    "😀",
    "%EMAIL",
)


def files_of(result: Plan, ending: str) -> dict[str, Any]:
    (file,) = [file for file in result.files if file["path"].endswith(ending)]
    return file


@pytest.mark.parametrize("text", ODD)
def test_a_value_in_kconfig(text: str) -> None:
    assert kconfig(f"[a]\nb={in_kconfig(text)}\n".encode()) == {"a": {"b": text}}


@pytest.mark.parametrize("text", ODD)
def test_kde_reads_the_value(text: str, tmp_path: Path) -> None:
    program = shutil.which("kreadconfig6") or shutil.which("kreadconfig5")
    if program is None:
        pytest.skip("kreadconfig is not installed")
    (tmp_path / "rc").write_text(f"[a]\nb={in_kconfig(text)}\n", encoding="utf-8")
    done = subprocess.run(
        [program, "--file", tmp_path / "rc", "--group", "a", "--key", "b"],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(tmp_path), "QT_LOGGING_RULES": ""},
    )
    assert done.stdout.decode().removesuffix("\n") == text


@pytest.mark.parametrize("text", ODD)
def test_a_value_in_qsettings(text: str) -> None:
    if '"' not in text and "\\" not in text:
        assert qsettings(f"[a]\nb={in_qsettings(text)}\n".encode("ascii")) == {"a": {"b": text}}


@limits(max_examples=300, deadline=None)
@given(st.text(max_size=12).filter(is_plain_text))
def test_no_text_leaves_its_line(text: str) -> None:
    assert kconfig(f"[a]\nb={in_kconfig(text)}\nc=d\n".encode()) == {"a": {"b": text, "c": "d"}}
    lines = f"[a]\nb={in_qsettings(text)}\n".encode("ascii").split(b"\n")
    assert len(lines) == 3


def test_a_hexadecimal_digit_after_an_escape_is_not_taken_for_a_part_of_it() -> None:
    assert in_qsettings("Zoëa1g1") == '"Zo\\xeb\\x61\\x31g1"'


@pytest.mark.parametrize("login", ODD)
def test_a_login_survives(login: str) -> None:
    document = settings(incoming={"username": login}, outgoing={"username": login, "pop_before_smtp": True})
    result = plan(request(settings=document), clients=("kmail",))
    if not reasons(result):
        (account,) = read(result.files)
        assert account.incoming_login == login.strip() or account.incoming_login == login


def test_names_and_numbers_stay_and_are_those_of_the_address() -> None:
    first, again, other = (
        plan(request(pop3(), smtp(), email=email), clients=("kmail",), incoming="pop3") for email in (ADA, ADA, BOB)
    )
    assert first.files == again.files
    section = files_of(first, "/mailtransports")["sections"][0]
    assert section["name"] == "Transport 1277071240" and section["fixed"] == {"id": "1277071240"}
    assert [file["path"] for file in first.files] != [file["path"] for file in other.files]


def test_a_resource_never_has_a_name_that_akonadi_makes() -> None:
    """Akonadi counts: akonadi_pop3_resource_0 and so on."""
    result = plan(request(pop3(), smtp()), clients=("kmail",))
    ((key, kind),) = files_of(result, "/agentsrc")["sections"][0]["enforced"].items()
    name, _slash, _key = key.partition("\\")
    assert name.startswith(f"{kind}_") and not name.removeprefix(f"{kind}_").isdigit()


def test_agentsrc_comes_last() -> None:
    """A resource that starts before its settings are there would delete what it fetches."""
    result = plan(request(pop3(), smtp()), request(imap(), smtp(), email=BOB), clients=("kmail",))
    assert result.files[-1]["path"].endswith("/agentsrc")


@pytest.mark.parametrize(
    "elements, auth, command",
    [
        pytest.param({"SMTPLast": "on"}, "false", True, id="pure"),
        pytest.param({"SMTPLast": "on", "UsePOPAuth": "on"}, "true", True, id="both"),
        pytest.param({"SMTPLast": "on", "AuthRequired": "off"}, "false", True, id="no login"),
        pytest.param({}, "true", False, id="off"),
    ],
)
def test_sending(elements: dict[str, str], auth: str, command: bool) -> None:
    result = plan(request(pop3(), smtp(**elements), password_command="pass"), clients=("kmail",))
    (section,) = files_of(result, "/mailtransports")["sections"]
    assert section["enforced"]["auth"] == auth
    assert ("precommand" in section["enforced"]) is command
    assert section.get("paths", []) == (["precommand"] if command else [])


def test_spa_without_tls_is_refused_because_kmail_would_send_the_password() -> None:
    open_way = smtp(SPA="on", Encryption="None", Port=25)
    for unsupported in ("fail", "warn"):
        result = plan(
            request(pop3(), open_way),
            clients=("kmail",),
            unsupported=unsupported,
            allow_plaintext=("smtp.example.org",),
        )
        assert "would go unencrypted" in reasons(result)
    instead = plan(request(pop3(), smtp(SPA="on", Encryption="None", Port=25, SMTPLast="on")), clients=("kmail",))
    assert not reasons(instead)


def test_what_mpop_cannot_read_is_refused() -> None:
    result = plan(request(pop3(), smtp(SMTPLast="on"), password_command="p" * 600), clients=("kmail",))
    assert "passwordeval" in reasons(result) and not result.files


@pytest.mark.parametrize("code, words", [(0, ""), (75, "no such user")])
def test_the_script(tmp_path: Path, code: int, words: str) -> None:
    result = plan(request(pop3(), smtp(SMTPLast="on"), email="a'b+c@example.org"), clients=("kmail",))
    for file in result.files:
        if "mode" in file:
            path = tmp_path / file["path"].rpartition("/")[2]
            path.write_text(file["content"], encoding="utf-8")
            path.chmod(int(file["mode"], 8))
    (tmp_path / "pop-first").write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/called\necho "{words}" >&2\nexit {code and 70}\n', encoding="utf-8"
    )
    done = subprocess.run(
        [tmp_path / "kmail-a%27b+c@example.org"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stderr.strip()) == (code, words)
    assert (tmp_path / "called").read_text(encoding="utf-8") == "a%27b+c@example.org\n"


def test_what_the_script_passes_on_is_only_shown(tmp_path: Path) -> None:
    (file,) = (
        file
        for file in plan(request(pop3(), smtp(SMTPLast="on")), clients=("kmail",)).files
        if file.get("content", "").startswith("#!/bin/sh") and "kmail-" in file["path"]
    )
    words = b"\x1b[2J \xc2\x9b31m \\c \\033[31m <b>&amp;</b>\nnext \xe2\x80\xae" + b"x" * 5000
    for name, content in (
        ("script", file["content"].encode()),
        ("pop-first", f"#!/bin/sh\ncat {tmp_path}/words >&2\nexit 75\n".encode()),
        ("words", words),
        # What it does with escapes: g_strcompress() in notify-send.c of libnotify.
        ("notify-send", f'#!/bin/sh\nfor last in "$@"; do :; done\nprintf \'%b\' "$last" > {tmp_path}/seen\n'.encode()),
    ):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [tmp_path / "script"], capture_output=True, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}
    )
    shown = b"?[2J ??31m \\c \\033[31m <b>&amp;</b> next ???x"
    assert done.returncode == 75 and done.stderr.startswith(shown) and len(done.stderr) == 701
    seen = (tmp_path / "seen").read_bytes()
    assert seen.startswith(b"?[2J ??31m  c  033[31m  b  amp; /b  next ???x") and seen.isascii() and len(seen) == 700


class Home:
    """A node with one user, and the files that KMail and a person had there before."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "home/ada/.config"
        (self.config / "akonadi").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc/passwd").write_text(f"ada:x:{os.getuid()}:{os.getgid()}::/home/ada:/bin/sh\n", encoding="utf-8")

    def run(self, *requests: Any, **params: Any) -> dict[str, Any]:
        result = plan(*requests, clients=("kmail",))
        assert not result.refused
        wanted = {"files": result.files, "accounts": result.emails, "root": str(self.root), **params}
        done: dict[str, Any] = install(wanted, check_mode=False, diff_mode=False)
        assert "failed" not in done, done
        return done

    def write(self, name: str, text: str) -> None:
        (self.config / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.config / name).read_text(encoding="utf-8")

    def snapshot(self) -> dict[str, str]:
        return {str(path): path.read_text(encoding="utf-8") for path in self.config.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "root")


PEOPLE = {
    "mailtransports": "[$Version]\nupdate_info=x\n\n[General]\ndefault-transport=5\n\n"
    "[Transport 5]\nhost=smtp.example.com\nid=5\nname=Own\n",
    "emailidentities": "[General]\nDefault Identity=9\n\n"
    "[Identity #0]\nEmail Address=eve@example.com\nIdentity=Own\nTransport=5\nuoid=9\n",
    "akonadi/agentsrc": "[InstanceCounters]\nakonadi_pop3_resource\\InstanceCounter=1\n\n"
    "[Instances]\nakonadi_pop3_resource_0\\AgentType=akonadi_pop3_resource\n",
    "kmail2rc": "[General]\nfirst-start=true\n",
}

POP_FIRST = answer(pop3(LoginName="%EMAILADDRESS%"), smtp(SMTPLast="on"))
LATER = answer(pop3(LoginName="%EMAILADDRESS%", Server="mail.example.org"), smtp())


def both(document: str = POP_FIRST) -> list[Any]:
    return [request(document=document, email=email) for email in (ADA, "ada.b@example.org")]


def test_what_people_have_survives_and_comes_back(home: Home) -> None:
    for name, text in PEOPLE.items():
        home.write(name, text)
    before = home.snapshot()
    home.run(*both())
    assert "default-transport=5\n" in home.read("mailtransports")
    assert home.read("emailidentities").startswith(PEOPLE["emailidentities"])
    assert "Default Identity=9" in home.read("emailidentities")
    assert home.read("kmail2rc") == PEOPLE["kmail2rc"]
    assert home.read("akonadi/agentsrc").count("AgentType=") == 3
    assert not home.run(*both())["changed"]
    home.run(state="absent", accounts=[ADA, "ada.b@example.org"])
    assert home.snapshot() == before


def test_one_of_two_accounts_goes(home: Home) -> None:
    one, other = both()
    home.run(other)
    alone = home.snapshot()
    home.run(one, other)
    home.run(state="absent", accounts=[ADA])
    assert home.snapshot() == alone
    home.run(state="absent", accounts=["ada.b@example.org"])
    assert home.snapshot() == {}


def test_the_first_of_two_accounts_goes(home: Home) -> None:
    home.run(*both())
    home.run(state="absent", accounts=[ADA])
    assert home.read("kmail2rc") == "[General]\nAskEnableUnifiedMailboxes=false\nfirst-start=false\n"
    assert home.read("akonadi/agentsrc").count("AgentType=") == 1
    assert not home.run(both()[1])["changed"]


def test_smtp_last_goes_off_and_the_server_is_renamed(home: Home) -> None:
    home.run(*both())
    assert f"precommand=/home/ada/.config/mailfleet/kmail-{ADA}\n" in home.read("mailtransports")
    home.run(*both(LATER))
    assert "precommand" not in home.read("mailtransports")
    assert "auth=true" in home.read("mailtransports")
    assert not (home.config / "mailfleet").exists()
    assert sum("host=mail.example.org" in text for text in home.snapshot().values()) == 2
    assert not home.run(*both(LATER))["changed"]


def test_an_account_that_comes_back_leaves_mail_on_the_server(home: Home) -> None:
    """Akonadi writes into the file of the account; what stayed there must not be taken for it."""
    one = both()[0]
    home.run(one)
    ((name, text),) = [(name, text) for name, text in home.snapshot().items() if "leaveOnServer" in text]
    Path(name).write_text(f"{text}targetCollection=7\n\n[LeaveOnServer]\nseenUidList=a,b\n", encoding="utf-8")
    assert not home.run(one)["changed"]
    home.run(state="absent", accounts=[ADA])
    assert Path(name).read_text(encoding="utf-8") == "\n[LeaveOnServer]\nseenUidList=a,b\n"
    home.run(one)
    assert "leaveOnServer=true" in Path(name).read_text(encoding="utf-8")


def test_what_kmail_rewrites_is_no_drift(home: Home) -> None:
    """KMail puts the default identity first and numbers from 0; QSettings and KConfig sort."""
    home.run(*both())
    blocks = home.read("emailidentities").strip().split("\n\n")
    turned = [block.partition("\n")[2] + "\nSignature Enabled=false" for block in reversed(blocks)]
    text = "".join(f"[Identity #{number}]\n{keys}\n\n" for number, keys in enumerate(turned))
    home.write("emailidentities", f"[General]\nDefault Identity=1\n\n{text}")
    home.write("akonadi/agentsrc", "[%General]\nx=1\n\n" + home.read("akonadi/agentsrc") + "zz\\AgentType=zz\n")
    assert not home.run(*both())["changed"]


def test_a_person_may_say_not_to_leave_mail_on_the_server(home: Home) -> None:
    home.run(*both())
    for name, text in home.snapshot().items():
        Path(name).write_text(text.replace("leaveOnServer=true\n", ""), encoding="utf-8")
    assert not home.run(*both())["changed"]


def test_an_identity_of_the_address_is_taken_over(home: Home) -> None:
    home.write("emailidentities", f"[Identity #0]\nEmail Address={ADA}\nIdentity=Mine\nTransport=5\nuoid=9\n")
    home.run(both()[0])
    assert home.read("emailidentities") == (
        f"[Identity #0]\nEmail Address={ADA}\nIdentity=Mine\nTransport=1277071240\nuoid=9\n"
    )
    home.run(state="absent", accounts=[ADA])
    assert "Transport=5\n" in home.read("emailidentities")


def test_two_users_have_files_of_their_own() -> None:
    document = answer(pop3(LoginName="%EMAILADDRESS%"), smtp(SMTPLast="on"))
    people = [request(document=document), request(document=document, email=BOB, user="bob")]
    result = plan(*people, clients=("kmail",))
    assert [account.email for account in read(result.files)] == [ADA, BOB]
    assert {file["path"].partition("/")[0] for file in result.files} == {"{home:ada}", "{home:bob}"}


def test_many_accounts_have_numbers_of_their_own_that_fit() -> None:
    """The reader sees that each lies between 1 and the greatest int."""
    addresses = [f"ada{index}@example.org" for index in range(300)]
    document = answer(pop3(LoginName="%EMAILADDRESS%"), smtp())
    result = plan(*(request(document=document, email=email) for email in addresses), clients=("kmail",))
    assert [account.email for account in read(result.files)] == addresses
    names = [section["name"] for section in files_of(result, "/mailtransports")["sections"]]
    assert len(set(names)) == len(names)


def test_the_flatpak_is_noticed() -> None:
    """Flathub has KMail as a part of Kontact."""
    notices = [
        notice for file in plan(request(pop3(), smtp()), clients=("kmail",)).files for notice in file.get("notices", ())
    ]
    assert "/var/lib/flatpak/app/org.kde.kontact" in notices[0]["exists"]
