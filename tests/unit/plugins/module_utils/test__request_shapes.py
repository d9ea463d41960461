# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the files of one account is that account's problem; what names no account stops the run."""

from __future__ import annotations

import copy
import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _survey
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import make_writable, or_as_root

from .conftest import ADA, BOB, account, whole

RC = "/home/ada/.claws-mail/accountrc"
EVE = "eve@example.org"


def section(**changes):
    """A file with sections of ada and bob, of which ada's is changed."""
    both = account(path="{home:ada}/.claws-mail/accountrc")
    other = account(BOB)["sections"][0]
    both["sections"] = [{**both["sections"][0], **changes}, other]
    both["accounts"] = [ADA, BOB]
    return both


def block(*blocks):
    return {"path": "{home:ada}/.muttrc", "client": "mutt", "blocks": [*blocks, {"account": BOB, "text": "set b"}]}


OF_ADA = [
    ("content of a list", whole(content=["a"]), "files[0].content is a list; give text."),
    ("content of a dictionary", whole(content={"a": 1}), "files[0].content is a dictionary; give text."),
    ("no content", {"path": "/etc/f", "accounts": [ADA]}, "files[0]: give exactly one of content, "),
    ("an unknown option", whole(contents="hunter2"), 'files[0]: there is no option "contents". Did you mean content?'),
    ("path of a list", dict(whole(), path=["/a"]), "files[0].path is a list; give text."),
    ("a relative path", whole("etc/f"), 'files[0].path: "etc/f" must be an absolute path'),
    ("no text", whole(content="\ud800"), "files[0].content: "),
    ("once of text", whole(once="perhaps"), 'files[0].once is "perhaps"; give true or false.'),
    ("a mode in words", whole(mode="u+x"), 'files[0]: the mode "u+x"'),
    ("no base64", {"path": "/etc/f", "accounts": [ADA], "content_base64": "!"}, "is no base64"),
    ("candidates of text", {"candidates": "/a", "accounts": [ADA], "content": ""}, 'files[0].candidates is "/a"; give'),
    ("needs of a dictionary", whole(needs={"mpop": 1}), "files[0].needs is a dictionary; give a list."),
    ("a notice without a sentence", whole(notices=[{"exists": ["/x"], "code": "c"}]), "notices[0].sentence is missing"),
    (
        "sections of text",
        dict(section(), sections="hunter2", accounts=ADA),
        "files[0].sections is text; give a list of",
    ),
    ("accounts as words", dict(whole(content=[]), accounts=ADA), "files[0].content is a list"),
    ("a section of a list", section(match=["a"]), "files[0].sections[0].match is a list; give a dictionary."),
    ("a section of text", section(enforced="hunter2"), "files[0].sections[0].enforced is text; give a dictionary."),
    ("a section with a word", section(nmubered="x"), "there is no option"),
    ("paths of a dictionary", section(paths={"a": 1}), "files[0].sections[0].paths is a dictionary; give a list."),
    ("a key twice", section(enforced={"Protocol": "1"}), "protocol is given more than once"),
    ("a value of nothing", section(enforced={"a": None}), "the value of a is NoneType, not text"),
    (
        "a path that is none",
        section(paths=["mailbox"], enforced={"mailbox": "Mail"}),
        'sections[0]: "mailbox" of paths: "Mail" must be an absolute path',
    ),
    (
        "a path of nobody",
        section(paths=["mailbox"], enforced={"mailbox": "{home:nobody-here}/Mail"}),
        'The user "nobody-here" is not on this host',
    ),
    ("a block of a list", block({"account": ADA, "text": ["a"]}), "files[0].blocks[0].text is a list; give text."),
    ("a block without text", block({"account": ADA}), "files[0].blocks[0].text is missing; give text."),
    ("values of text", {"path": "/etc/v", "accounts": [ADA], "values": "x"}, "files[0].values is text; give a list of"),
    (
        "a value without path",
        {"path": "/etc/v", "accounts": [ADA], "values": [{"value": 1}]},
        "values[0].path is missing",
    ),
]


@pytest.mark.parametrize("item, reason", [case[1:] for case in OF_ADA], ids=[case[0] for case in OF_ADA])
def test_a_mistake_in_what_is_ada_s_refuses_ada_and_nobody_else(node, item, reason):
    given = copy.deepcopy(item)
    files = [item, whole("/etc/ada", accounts=[ADA]), whole("/etc/eve", accounts=[EVE])]
    dry = node.install(files, accounts=[EVE], check=True)
    result = node.install(files, accounts=[EVE])
    assert item == given and result == dry
    assert {row["email"] for row in result["refused"]} == {ADA} and result["failed"]
    assert reason in result["msg"] and "hunter2" not in str(result)
    assert node.read("/etc/eve") == b"new\n" and not node.path("/etc/ada").exists()
    if "bob" in str(item):
        assert b"bob" in node.read(RC if "sections" in item else "/home/ada/.muttrc")


@pytest.mark.parametrize("purge", [True, False])
def test_what_is_there_of_an_account_that_is_refused_stays(node, purge):
    node.install([section(), whole(accounts=[ADA])])
    before = node.read(RC)
    result = node.install([section(match=[])], accounts=[BOB], purge=purge)
    assert [row["email"] for row in result["refused"]] == [ADA] and not result["changed"]
    assert node.read(RC) == before and node.path("/etc/fleet.conf").exists()


OF_NOBODY = [
    ("a file of text", ["text"], {}, 'files[0] is "text"; give a dictionary.'),
    ("a file of nothing", [None], {}, "files[0] is empty; give a dictionary."),
    ("a file of nobody", [{"path": "/etc/f", "content": []}], {}, "files[0].content is a list; give text."),
    ("a block of nobody", [{"path": "/etc/f", "blocks": [{"text": []}]}], {}, "files[0].blocks[0].text is a list"),
    ("accounts of dictionaries", [], {"accounts": [{"email": ADA}]}, "accounts[0] is a dictionary; give text."),
    ("an account on two lines", [], {"accounts": ["a\nb"]}, "accounts: "),
    ("users of a list", [], {"users": ["ada"]}, "users is a list; give a dictionary."),
    ("a connection of nobody", [], {"connections": [{"clients": []}]}, "connections[0].account is missing; give text."),
    ("an unknown option", [], {"stat": "absent"}, 'client_files: there is no option "stat". Did you mean state?'),
    (
        "an unknown choice",
        [],
        {"existing": "adpot"},
        'existing is "adpot"; it can be adopt, leave or fail. Did you mean',
    ),
    ("purge in words", [], {"purge": "perhaps"}, 'purge is "perhaps"; give true or false.'),
    ("territory of text", [], {"territory": "x"}, 'territory is "x"; give a dictionary.'),
]


@pytest.mark.parametrize("files, params, reason", [case[1:] for case in OF_NOBODY], ids=[case[0] for case in OF_NOBODY])
def test_a_mistake_that_is_nobody_s_stops_the_run_in_one_sentence(node, files, params, reason):
    before = node.snapshot()
    result = node.install([*files, whole(accounts=[EVE])], **params)
    assert result["failed"] and result["msg"].startswith(reason) and not result["refused"]
    assert node.snapshot() == before and "files" not in result


def connection(**changes):
    server = {"type": "pop3", "hostname": "h", "port": 1, "socket_type": "SSL"}
    return {"account": ADA, "clients": ["claws_mail"], "incoming": server, "outgoing": server, **changes}


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"incoming": "pop"}, 'connections[0].incoming is "pop"; give a dictionary.'),
        ({"outgoing": {"port": "x"}}, 'connections[0].outgoing.port is "x"; give a whole number.'),
        ({"cleints": []}, "Did you mean clients?"),
        ({"clients": {}}, "connections[0].clients is a dictionary; give a list."),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_connection_that_cannot_be_refuses_its_account(node, changes, reason):
    files = [whole(accounts=[ADA]), whole("/etc/bob", accounts=[BOB])]
    result = node.install(files, connections=[connection(**changes), connection(account=BOB)])
    assert {row["email"] for row in result["refused"]} == {ADA} and reason in result["msg"]
    assert node.path("/etc/bob").exists() and [row["account"] for row in node.accounts()] == [BOB]


@pytest.mark.parametrize(
    "override, reason",
    [("text", "mapping"), ({"uid": "x"}, "number"), ({"home": "x"}, "absolute"), ({"uid": -1}, "uid")],
)
def test_what_cannot_be_said_of_a_user_refuses_who_has_files_of_that_user(node, override, reason):
    files = [whole("{home:ada}/f", accounts=[ADA]), whole("/etc/bob", accounts=[BOB])]
    result = node.install(files, users={"ada": override})
    assert [row["email"] for row in result["refused"]] == [ADA] and reason in result["msg"]
    assert node.path("/etc/bob").exists() and not node.path("/home/ada/f").exists()
    assert node.install([whole("/etc/bob", accounts=[BOB])], users={"ada": override})["msg"].startswith("users: ")


UNKNOWN = [
    ("no underscore", "clawsmail", ["Did you mean claws_mail?"]),
    ("as it is on record", "my_client", []),
    ("one of ours, not on record", "sylpheed", []),
    ("a client of one's own", "my-cleint", ["Did you mean my_client?"]),
    ("nothing near", "pine", []),
]


@pytest.mark.parametrize("name, hints", [case[1:] for case in UNKNOWN], ids=[case[0] for case in UNKNOWN])
def test_a_client_that_shall_go_and_is_not_on_record(node, name, hints):
    node.install([account(), whole(client="my_client")])
    result = node.absent(ADA, clients=[name])
    found = [row["message"] for row in result["findings"] if row["code"] == "client-not-on-record"]
    assert [hint for hint in hints if not found[0].endswith(hint)] == [] and len(found) == len(hints)
    assert "failed" not in result and result["changed"] is (name == "my_client")


# Who is root is never told to run as root; and it would not help where a child does the work as the user.


@pytest.mark.parametrize(
    "euid, in_home, as_root", [(0, False, False), (0, True, False), (1000, False, True), (1000, True, False)]
)
def test_only_who_is_not_root_is_told_to_be(monkeypatch, euid, in_home, as_root):
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    for said in (or_as_root(in_home), make_writable(in_home)):
        assert ("as root (become: true)" in said) is as_root
    assert make_writable(in_home)


ROOTS = [("/etc/fleet.conf", 0, False), ("/etc/fleet.conf", 4321, True), ("{home:ada}/fleet.conf", 4321, False)]


@pytest.mark.parametrize("path, euid, as_root", ROOTS)
def test_what_to_do_about_a_file_that_cannot_be_written(node, monkeypatch, path, euid, as_root):
    node.set_users({"ada": euid})
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    monkeypatch.setattr(_survey.os, "access", lambda *_args, **_more: False)
    message = node.install([whole(path)], check=True)["msg"]
    assert "cannot be written" in message and ("run as root (become: true)" in message) is as_root, message


def test_nothing_else_speaks_of_running_as_root():
    directory = os.path.dirname(_survey.__file__)
    speaking = []
    for name in os.listdir(directory):
        if name.endswith(".py"):
            with open(os.path.join(directory, name), encoding="utf-8") as stream:
                speaking += [name] * ("run as root" in stream.read())
    assert speaking == ["_errors.py"]
