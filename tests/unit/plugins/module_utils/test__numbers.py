# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A number that other files of the client still know is never given again."""

from __future__ import annotations

import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._numbers import (
    as_int,
    next_number,
    numbers_in,
    pattern_of,
)

from .conftest import ADA, BOB, FOREIGN, account

RC = "/home/ada/.claws-mail/accountrc"
STORE = "{home:ada}/.claws-mail/passwordstorerc"
NUMBERS_IN = [
    {"path": STORE, "after": ["[account:"]},
    {"path": "{home:ada}/.claws-mail/folderlist.xml", "after": ["account_id"]},
    {"path": "{home:ada}/.claws-mail/customheaderrc", "after": ["\n"]},
]


def claws(email=ADA, **more):
    return account(email, numbers_in=NUMBERS_IN, **more)


def headers(node):
    return [line for line in node.read(RC).splitlines() if line.startswith(b"[Account: ")]


KNOWN = [
    ("a stored password", "passwordstorerc", b"[config_version:4]\n[account:3]\nrecv x\n", b"[Account: 4]"),
    ("an attribute", "folderlist.xml", b'<folder type="imap" name="1" account_id="7"/>', b"[Account: 8]"),
    ("an attribute with blanks", "folderlist.xml", b"<folder account_id = ' 07'/>", b"[Account: 8]"),
    ("the start of the file", "customheaderrc", b"5:X: y\nx6:\n", b"[Account: 6]"),
    ("a line", "customheaderrc", b"# 9\n5:X: y\n6:X: y\n", b"[Account: 7]"),
    ("a planted huge number", "passwordstorerc", b"[account:1]\n[account:2147483647]\n", b"[Account: 2]"),
    ("a number without end", "passwordstorerc", b"[account:" + b"9" * 100000, b"[Account: 1]"),
    ("no number", "passwordstorerc", b"[account:x]\n[core:9]\n[config_version:4]\n", b"[Account: 1]"),
    ("a file of many pieces", "folderlist.xml", b"x" * 65530 + b'account_id="12"' + b"x" * 99999, b"[Account: 13]"),
]


@pytest.mark.parametrize("name, content, header", [case[1:] for case in KNOWN], ids=[case[0] for case in KNOWN])
def test_a_number_that_another_file_knows_is_not_given(node, name, content, header):
    node.write(f"/home/ada/.claws-mail/{name}", content)
    node.install([claws()])
    assert headers(node) == [header]
    assert node.read(f"/home/ada/.claws-mail/{name}") == content
    assert not node.install([claws()])["changed"]


def test_a_removed_account_takes_its_number_along(node):
    node.install([claws()])
    node.absent(ADA)
    assert not node.path(RC).exists()
    node.install([claws(BOB)])
    assert headers(node) == [b"[Account: 2]"]
    node.install([claws(), claws(BOB)])
    assert headers(node) == [b"[Account: 2]", b"[Account: 3]"]


def test_an_account_that_is_purged_in_the_same_run_takes_its_number_along(node):
    node.write(RC, FOREIGN)
    node.install([claws()])
    node.install([claws(BOB)], accounts=[BOB], purge=True)
    assert headers(node) == [b"[Account: 1]", b"[Account: 3]"]


def test_the_number_of_a_section_that_a_person_removed_is_not_given(node):
    node.install([claws()])
    node.write(RC, b"")
    node.install([claws(BOB)], accounts=[BOB])
    assert headers(node) == [b"[Account: 2]"]


def test_without_other_files_numbers_may_be_given_again(node):
    node.install([account()])
    node.absent(ADA)
    node.install([account(BOB)])
    assert headers(node) == [b"[Account: 1]"]


def _directory(path):
    path.mkdir()


def _fifo(path):
    os.mkfifo(str(path))


def _link_out(path):
    path.symlink_to("/etc/passwd")


def _too_large(path):
    with open(str(path), "wb") as stream:
        stream.truncate(1 << 31)


def _too_many_numbers(path):
    path.write_bytes(b"".join(b"[account:%d]\n" % number for number in range(20000)))


UNREADABLE = {
    "a directory": (_directory, "is a directory"),
    "a FIFO": (_fifo, "is a FIFO"),
    "a link out of the home": (_link_out, "out of the home"),
    "a file too large": (_too_large, "2147483648 bytes"),
    "too many numbers": (_too_many_numbers, "more than 10000 numbers"),
}


@pytest.mark.parametrize("make, words", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_refuses_new_accounts_only(node, make, words):
    node.install([claws()])
    make(node.path("/home/ada/.claws-mail/passwordstorerc"))
    before = node.read(RC)
    result = node.install([claws(), claws(BOB)])
    (row,) = result["refused"]
    assert row["email"] == BOB and words in row["reason"] and "passwordstorerc" in row["reason"]
    assert node.read(RC) == before


def test_a_file_elsewhere_is_not_looked_into(node):
    bad = dict(claws(), numbers_in=[{"path": "/etc/shadow", "after": ["x"]}])
    assert "same home" in node.install([bad])["msg"]
    assert "after is empty" in node.install([dict(claws(), numbers_in=[{"path": STORE, "after": [""]}])])["msg"]


def test_a_record_keeps_servers_and_number_of_each_account(node):
    incoming = {"type": "pop3", "hostname": "pop.example.org", "port": 995, "socket_type": "SSL", "username": "ada"}
    outgoing = {"type": "smtp", "hostname": "smtp.example.org", "port": 587, "socket_type": "STARTTLS"}
    there = {"account": ADA, "user": "ada", "clients": ["claws_mail"], "incoming": incoming, "outgoing": outgoing}
    result = node.install([claws()], connections=[there])
    assert result["moved"] == []
    row = {"account": ADA, "client": "claws_mail", "user": "ada", "managed": True}
    row.update(incoming=incoming, outgoing=outgoing, numbers={"{home:ada}/.claws-mail/accountrc": [1]})
    assert node.accounts() == [row]
    before = node.snapshot()
    assert node.install([claws()], connections=[there])["moved"] == [] and node.snapshot() == before

    moved = dict(there, incoming=dict(incoming, hostname="pop.example.net"))
    told = [{"email": ADA, "client": "claws_mail", "user": "ada", "kept": True, "server": "incoming"}]
    told[0].update(before="pop.example.org", after="pop.example.net")
    assert node.install([claws()], check=True, connections=[moved])["moved"] == told and node.snapshot() == before
    assert node.install([claws()], connections=[moved])["moved"] == told
    assert node.install([claws()], connections=[moved])["moved"] == []
    assert node.accounts()[0]["incoming"]["hostname"] == "pop.example.net"

    node.absent(ADA)
    assert [(row["managed"], row["numbers"]) for row in node.accounts()] == [(False, row["numbers"])]
    (back,) = node.install([claws()], connections=[there])["moved"]
    assert (back["kept"], back["before"], back["after"]) == (False, "pop.example.net", "pop.example.org")


def test_an_account_that_is_refused_keeps_its_servers_on_record(node):
    server = {"type": "imap", "hostname": "a.example.org", "port": 993, "socket_type": "SSL"}
    there = {"account": ADA, "user": "ada", "clients": ["claws_mail"], "incoming": server, "outgoing": server}
    node.install([claws()], connections=[there])
    node.path(RC).unlink()
    node.path(RC).mkdir()
    moved = dict(there, incoming=dict(server, hostname="b.example.net"))
    assert node.install([claws()], connections=[moved])["refused"]
    assert node.accounts()[0]["incoming"]["hostname"] == "a.example.org"


@pytest.mark.parametrize(
    "digits, number",
    [("7", 7), ("007", 7), ("2147483647", 2**31 - 1), ("2147483648", -(2**31)), ("4294967297", 1), ("9" * 60, -1)],
)
def test_numbers_are_read_as_by_atoi(digits, number):
    assert as_int(digits.encode()) == number


def test_the_next_number_is_free_and_no_client_overflows_after_it():
    assert next_number(set()) == 1
    assert next_number({-5, 0}) == 1
    assert next_number({1, 2, 4}) == 5
    assert next_number({1, 2, 4, 2**31 - 1}) == 3
    assert next_number({1, 2**31 - 2}) == 2


def test_a_number_is_found_wherever_a_piece_ends():
    text = b'<folder account_id="123456"/>'
    for size in range(1, len(text) + 1):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert numbers_in(pieces, pattern_of(["account_id"]), "/f") == {123456}


def test_more_numbers_than_any_file_has():
    with pytest.raises(FileProblem, match="more than 10000"):
        numbers_in([b"account_id=%d " % number for number in range(20000)], pattern_of(["account_id"]), "/f")
