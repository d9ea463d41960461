# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing: what we made goes, what we replaced comes back, and nothing else is touched."""

from __future__ import annotations

import pytest

from .conftest import ADA, BOB, FOREIGN, account, whole

RC = "/home/ada/.claws-mail/accountrc"


def codes(result):
    return [finding["code"] for finding in result["findings"]]


def rows(result):
    return [(row["path"], row["action"]) for row in result["files"]]


ORIGINALS = [
    ("no file", None),
    ("an empty file", b""),
    ("somebody else's account", FOREIGN),
    ("an open end", b"[Account: 1]\nx=1"),
    ("CRLF", b"[Account: 1]\r\nx=1\r\n"),
    ("our account, made by a person", b"[Account: 4]\naddress=ADA@example.org\nprotocol=0\nsmtp_server=own\n"),
    ("blank lines at the end", b"# x\n\n\n"),
]


@pytest.mark.parametrize("original", [case[1] for case in ORIGINALS], ids=[case[0] for case in ORIGINALS])
def test_made_and_removed_gives_the_original_bytes(node, original):
    if original is not None:
        node.write(RC, original, 0o640)
    before = node.mode(RC) if original is not None else None
    node.install([account()])
    result = node.absent(ADA)
    assert result["changed"] and "failed" not in result
    assert (node.read(RC) if node.path(RC).exists() else None) == original
    if original is None:
        assert not node.path("/home/ada/.claws-mail").exists()
    else:
        assert node.mode(RC) == before
    assert node.record() == []
    assert not node.absent(ADA)["changed"]
    assert node.install([account()])["changed"], "it can be made again"


def test_two_accounts_made_and_removed_one_by_one(node):
    node.write(RC, FOREIGN)
    node.install([account(), account(BOB)])
    both = node.read(RC)
    node.absent(ADA)
    assert b"ada@" not in node.read(RC) and b"bob@" in node.read(RC) and node.read(RC) != both
    node.absent(BOB)
    assert node.read(RC) == FOREIGN


def test_rows_of_a_removal(node):
    node.write(RC, FOREIGN)
    node.install([account(), whole()])
    result = node.absent(ADA, diff=True)
    assert rows(result) == [("/etc/fleet.conf", "removed"), (RC, "updated")]
    assert [(row["key"], row["reason"], row["expected"]) for row in result["drift"]] == [
        (None, "extra", None),
        ("[Account: 2]", "extra", None),
    ]
    assert all(entry["after"] == "" for entry in result["diff"]) and "eve" not in str(result["diff"])


def test_values_that_were_changed_since_stay(node):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=own\npop_before_smtp=0\n")
    node.install([account()])
    node.write(RC, node.read(RC).replace(b"smtp.example.org", b"elsewhere"))
    result = node.absent(ADA)
    assert (
        node.read(RC)
        == b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=elsewhere\npop_before_smtp=0\n"
    )
    assert [row["key"] for row in result["drift"]] == ["[Account: 1] pop_before_smtp"]


def test_the_first_replaced_value_comes_back_after_several_changes(node):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=own\n")
    for server in ("one", "two"):
        node.install([account(enforced={"smtp_server": server})])
    node.absent(ADA)
    assert b"smtp_server=own\n" in node.read(RC)


def test_a_section_that_became_something_else_stays(node):
    node.install([account()])
    node.write(RC, b"[Account: 1]\naddress=eve@example.net\nprotocol=0\n")
    result = node.absent(ADA)
    assert codes(result) == ["section-changed"] and not result["changed"]
    assert node.read(RC) == b"[Account: 1]\naddress=eve@example.net\nprotocol=0\n"


def test_a_section_that_may_be_something_else_stays(node):
    item = account(match={"address": ADA, "protocol": "0", "user_id": ADA}, enforced={"address": ADA, "user_id": ADA})
    node.install([item])
    changed = node.read(RC).replace(b"user_id=ada@example.org", b"user_id=another")
    node.write(RC, changed)
    result = node.absent(ADA)
    assert codes(result) == ["section-changed"] and "[Account: 1]" in result["findings"][0]["message"]
    assert node.read(RC) == changed


def test_a_renumbered_section_is_removed_where_it_is_now(node):
    node.install([account()])
    node.write(RC, FOREIGN + node.read(RC).replace(b"[Account: 1]", b"[Account: 2]"))
    node.absent(ADA)
    assert node.read(RC) == FOREIGN


def test_a_whole_file_gives_back_what_it_replaced(node):
    node.write("/etc/fleet.conf", b"\xffold", 0o604)
    node.install([whole(mode="0640")])
    node.install([whole(content="newer\n", mode="0640")])
    result = node.absent(ADA)
    assert rows(result) == [("/etc/fleet.conf", "updated")]
    assert node.read("/etc/fleet.conf") == b"\xffold" and node.mode("/etc/fleet.conf") == 0o604


def test_a_file_that_was_right_already_stays(node):
    node.write("/etc/fleet.conf", b"new\n")
    node.install([whole()])
    result = node.absent(ADA)
    assert not result["changed"] and node.read("/etc/fleet.conf") == b"new\n" and node.record() == []


def test_directories_go_when_they_are_empty(node):
    node.install([whole("/opt/a/one"), whole("/opt/a/b/two", accounts=[BOB])])
    node.absent(ADA)
    assert node.path("/opt/a/b/two").exists()
    node.absent(BOB)
    assert not node.path("/opt").exists()


def test_a_directory_with_something_else_in_it_stays(node):
    node.install([whole("/opt/a/one")])
    node.write("/opt/a/theirs", b"")
    node.absent(ADA)
    assert node.path("/opt/a/theirs").exists() and not node.path("/opt/a/one").exists()


def test_a_file_made_later_in_our_directory_takes_it_along(node):
    node.install([whole("/opt/a/one")])
    node.install([whole("/opt/a/two", accounts=[BOB])])
    node.absent(ADA)
    node.absent(BOB)
    assert not node.path("/opt/a").exists()


def test_once_goes_unless_it_was_changed(node):
    files = [whole("{home:ada}/one", once=True), whole("{home:ada}/two", once=True)]
    node.install(files)
    node.write("/home/ada/two", b"mine\n")
    result = node.absent(ADA)
    assert not node.path("/home/ada/one").exists() and node.read("/home/ada/two") == b"mine\n"
    assert codes(result) == ["file-changed"]


def test_what_was_there_before_once_is_not_ours(node):
    node.write("/home/ada/one", b"mine\n")
    node.install([whole("{home:ada}/one", once=True)])
    assert not node.path("/var/lib/mailfleet/default.json").exists()
    assert not node.absent(ADA)["changed"] and node.read("/home/ada/one") == b"mine\n"


def test_a_shared_file_goes_with_its_last_account(node):
    node.install([whole(accounts=[ADA, BOB])])
    assert not node.absent(ADA)["changed"]
    assert node.path("/etc/fleet.conf").exists() and node.record()[0]["accounts"] == [BOB]
    assert node.absent(BOB)["changed"] and not node.path("/etc/fleet.conf").exists()


def test_a_file_of_two_clients_goes_with_the_last(node):
    node.write("/etc/fleet.conf", b"old\n")
    node.install([whole(client="a"), whole(client="b")])
    assert not node.absent(ADA, clients=["a"])["changed"] and node.read("/etc/fleet.conf") == b"new\n"
    assert node.absent(ADA, clients=["b"])["changed"] and node.read("/etc/fleet.conf") == b"old\n"


def test_only_the_named_clients(node):
    node.install([account(), whole(client="thunderbird")])
    assert rows(node.absent(ADA, clients=["thunderbird"])) == [("/etc/fleet.conf", "removed")]
    assert node.path(RC).exists()


def test_without_a_record_nothing_is_removed(node):
    node.write(RC, FOREIGN)
    before = node.snapshot()
    result = node.absent(ADA)
    assert codes(result) == ["record-missing"] and not result["changed"] and node.snapshot() == before


def test_files_are_ignored_by_a_removal(node):
    assert node.install([whole()], state="absent", accounts=[ADA])["files"] == []
    assert not node.path("/etc/fleet.conf").exists()


def test_sets_do_not_know_each_other(node):
    node.install([whole()], set="one")
    assert not node.absent(ADA, set="two")["changed"] and node.path("/etc/fleet.conf").exists()


def test_purge_removes_who_is_not_listed_and_protects_who_is(node):
    node.install([account(), account(BOB), whole(accounts=[ADA]), whole("/etc/bob.conf", accounts=[BOB])])
    result = node.install([], accounts=[ADA], purge=True)
    assert b"bob@" not in node.read(RC) and b"ada@" in node.read(RC)
    assert node.path("/etc/fleet.conf").exists() and not node.path("/etc/bob.conf").exists()
    assert "failed" not in result
    assert not node.install([], accounts=[ADA], purge=True)["changed"]


def test_purge_protects_who_has_a_file_without_being_listed(node):
    files = [account(), whole()]
    node.install(files, accounts=[BOB], purge=True)
    assert not node.install(files, accounts=[BOB], purge=True)["changed"] and node.path("/etc/fleet.conf").exists()


def test_purge_and_present_meet_in_one_file(node):
    node.install([account(), whole(accounts=[ADA])])
    result = node.install([account(BOB), whole(accounts=[BOB])], accounts=[BOB], purge=True)
    assert b"ada@" not in node.read(RC) and b"bob@" in node.read(RC) and node.path("/etc/fleet.conf").exists()
    assert rows(result) == [(RC, "updated"), ("/etc/fleet.conf", "unchanged")]
    assert [entry["accounts"] for entry in node.record()] == [[BOB], [BOB]]


def test_purge_removes_files_of_nobody_that_are_not_listed(node):
    node.install([whole("/etc/one", accounts=[]), whole("/etc/two", accounts=[])])
    node.install([whole("/etc/one", accounts=[])], purge=True)
    assert node.path("/etc/one").exists() and not node.path("/etc/two").exists()


@pytest.mark.parametrize("params", [{"purge": True}, {"state": "absent"}], ids=["purge", "absent"])
def test_an_empty_list_of_accounts_must_be_meant(node, params):
    node.install([whole()])
    assert "allow_empty" in node.install([], accounts=[], **params)["msg"] and node.path("/etc/fleet.conf").exists()
    assert "failed" not in node.install([], accounts=[], allow_empty=True, **params)
    assert not node.path("/etc/fleet.conf").exists()


def test_what_belongs_to_a_user_who_is_gone_with_the_home_is_forgotten(node):
    node.install([account(), whole()])
    node.set_users({})
    node.path(RC).unlink()
    result = node.absent(ADA)
    assert "failed" not in result and rows(result) == [("/etc/fleet.conf", "removed")] and node.record() == []


def test_what_belongs_to_a_user_who_is_gone_is_not_forgotten_while_it_is_there(node):
    node.install([account(), whole()])
    node.set_users({})
    for _run in range(2):
        result = node.absent(ADA)
        assert "failed" not in result and [row["email"] for row in result["pending"]] == [ADA]
        assert "stays until the home goes" in result["pending"][0]["reason"] and len(node.record()) == 1
    assert not node.path("/etc/fleet.conf").exists()


SOURCE = "/home/ada/.config/evolution/sources/x.source"


def source(**more):
    """A file that a client keeps for one account alone, and adds to."""
    return account(path="{home:ada}/.config/evolution/sources/x.source", name="Mail", match={}, **more)


@pytest.mark.parametrize("remove_whole", [True, False])
def test_a_file_for_our_accounts_alone_goes_with_what_the_client_added(node, remove_whole):
    node.install([source(remove_whole=remove_whole)])
    node.write(SOURCE, node.read(SOURCE) + b"\n[Refresh]\nEnabled=true\n", 0o600)
    result = node.absent(ADA)
    assert rows(result) == [(SOURCE, "removed" if remove_whole else "updated")]
    assert node.path(SOURCE).exists() is not remove_whole and node.record() == []


def test_a_file_that_was_there_before_never_goes_whole(node):
    node.write(SOURCE, b"[Refresh]\nEnabled=true\n", 0o600)
    node.install([source(remove_whole=True)])
    node.absent(ADA)
    assert node.read(SOURCE) == b"[Refresh]\nEnabled=true\n"


def test_check_mode_of_a_removal(node):
    node.write(RC, FOREIGN)
    node.install([account(), whole("/opt/a/f")])
    before = node.snapshot()
    checked = node.absent(ADA, check=True, diff=True)
    assert node.snapshot() == before and checked["changed"]
    assert checked == node.absent(ADA, diff=True)


@pytest.mark.parametrize("whole_section, left", [(True, None), (False, b"[General]\ntarget=7\n")])
def test_a_named_section_of_one_account_goes_with_what_the_client_added(node, whole_section, left):
    """What stays behind would be taken for the account when it is made again, and then nothing is seeded."""
    path = "/home/ada/.config/resourcerc"
    item = account(path="{home:ada}/.config/resourcerc", name="General", match={}, fixed={}, seeded={"keep": "true"})
    item["sections"][0].update(whole=whole_section, enforced={"host": "pop.example.org"})
    node.install([item])
    node.write(path, node.read(path) + b"target=7\n")
    assert not node.install([item])["changed"]
    node.absent(ADA)
    assert (node.read(path) if node.path(path).exists() else None) == left
    node.install([item])
    assert (b"keep=true\n" in node.read(path)) is whole_section
