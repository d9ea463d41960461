# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installing whole files and keys: what is written, what is left alone, and what the result says."""

from __future__ import annotations

import base64
import os

import pytest

from .conftest import ADA, BOB, FOREIGN, account, whole

RC = "/home/ada/.claws-mail/accountrc"


def actions(result):
    return [(row["path"], row["action"]) for row in result["files"]]


def drift(result):
    return [(row["path"], row["key"], row["reason"], row["expected"], row["found"]) for row in result["drift"]]


# Whole files.


def test_a_new_file_is_created_and_then_left_alone(node):
    first = node.install([whole("/etc/a/b/fleet.conf")])
    assert first["changed"] and actions(first) == [("/etc/a/b/fleet.conf", "created")]
    assert node.read("/etc/a/b/fleet.conf") == b"new\n"
    before = node.snapshot()
    second = node.install([whole("/etc/a/b/fleet.conf")])
    assert not second["changed"] and actions(second) == [("/etc/a/b/fleet.conf", "unchanged")]
    assert second["drift"] == [] and "failed" not in second
    assert node.snapshot() == before


MODES = [
    ("outside homes", "/etc/x/f", None, 0o644, 0o755),
    ("in a home", "{home:ada}/x/f", None, 0o600, 0o700),
    ("as asked", "/etc/x/f", "0640", 0o640, 0o755),
    ("as asked in a home", "{home:ada}/x/f", "0644", 0o644, 0o700),
    ("as a number, which is what YAML makes of 0640", "/etc/x/f", 0o640, 0o640, 0o755),
]


@pytest.mark.parametrize(
    "path, mode, expected, directory", [case[1:] for case in MODES], ids=[case[0] for case in MODES]
)
def test_the_mode_of_a_new_file_and_of_its_directory(node, path, mode, expected, directory):
    old = os.umask(0o077)
    try:
        result = node.install([whole(path, mode=mode)])
    finally:
        os.umask(old)
    shown = path.replace("{home:ada}", "/home/ada")
    assert actions(result) == [(shown, "created")]
    assert node.mode(shown) == expected and node.mode(os.path.dirname(shown)) == directory


def test_content_and_mode_are_shown_together(node):
    node.write("/etc/fleet.conf", b"old\n", 0o666)
    result = node.install([whole(mode="0640")], diff=True)
    assert [row[2] for row in drift(result)] == ["content", "mode"]
    assert drift(result)[1] == ("/etc/fleet.conf", None, "mode", "0640", "0666")
    assert result["diff"] == [
        {
            "before_header": "/etc/fleet.conf",
            "after_header": "/etc/fleet.conf",
            "before": "[1 line that somebody else wrote is not shown]\n",
            "after": "new\n",
        },
        {
            "before_header": "/etc/fleet.conf (attributes)",
            "after_header": "/etc/fleet.conf (attributes)",
            "before": {"mode": "0666"},
            "after": {"mode": "0640"},
        },
    ]
    assert node.read("/etc/fleet.conf") == b"new\n" and node.mode("/etc/fleet.conf") == 0o640


def test_only_the_mode_differs(node):
    path = node.write("/etc/fleet.conf", b"new\n", 0o666)
    inode = path.stat().st_ino
    result = node.install([whole(mode="0640")], diff=True)
    assert actions(result) == [("/etc/fleet.conf", "updated")] and len(result["diff"]) == 1
    assert node.mode("/etc/fleet.conf") == 0o640 and path.stat().st_ino == inode


def test_an_existing_file_keeps_its_mode_when_none_is_asked(node):
    node.write("/etc/fleet.conf", b"old\n", 0o604)
    assert drift(node.install([whole()]))[0][2] == "content"
    assert node.mode("/etc/fleet.conf") == 0o604


def test_binary_content(node):
    content = bytes(range(256))
    item = {"path": "/etc/f.bin", "content_base64": base64.b64encode(content).decode()}
    assert node.install([item])["changed"]
    assert node.read("/etc/f.bin") == content


CANDIDATES = [
    ("the first that is there", ["/usr/lib64/tb", "/usr/lib/tb"], ["/usr/lib64/tb"], "/usr/lib64/tb/f"),
    ("the second, the first is missing", ["/usr/lib64/tb", "/usr/lib/tb"], ["/usr/lib/tb"], "/usr/lib/tb/f"),
    (
        "the first of two that are there",
        ["/usr/lib64/tb", "/usr/lib/tb"],
        ["/usr/lib/tb", "/usr/lib64/tb"],
        "/usr/lib64/tb/f",
    ),
    ("the first when none is there", ["/usr/lib64/tb", "/usr/lib/tb"], [], "/usr/lib64/tb/f"),
    ("in a home", ["{home:ada}/a", "{home:ada}/b"], ["/home/ada/b"], "/home/ada/b/f"),
]


@pytest.mark.parametrize(
    "choices, there, expected", [case[1:] for case in CANDIDATES], ids=[case[0] for case in CANDIDATES]
)
def test_candidates(node, choices, there, expected):
    for directory in there:
        node.path(directory).mkdir(parents=True)
    item = {"candidates": [{"exists": choice, "path": choice + "/f"} for choice in choices], "content": "x"}
    assert actions(node.install([item])) == [(expected, "created")]
    assert node.read(expected) == b"x"


def test_once_is_made_and_never_compared(node):
    item = whole("{home:ada}/.mailrc", once=True, mode="0640")
    assert actions(node.install([item])) == [("/home/ada/.mailrc", "created")]
    assert node.mode("/home/ada/.mailrc") == 0o640
    node.write("/home/ada/.mailrc", b"mine\n")
    result = node.install([item])
    assert not result["changed"] and result["drift"] == [] and node.read("/home/ada/.mailrc") == b"mine\n"


def test_links_of_another_root_resolve_inside_it(node):
    node.path("/opt/tb").mkdir(parents=True)
    node.path("/usr/lib").mkdir(parents=True)
    node.path("/usr/lib/tb").symlink_to("/opt/tb")
    node.install([whole("/usr/lib/tb/f")])
    assert node.read("/opt/tb/f") == b"new\n"


def test_nothing_above_the_root_is_reached(node):
    node.path("/etc/up").symlink_to("../../../..")
    node.install([whole("/etc/up/top.conf")])
    assert node.read("/top.conf") == b"new\n"


def test_a_link_inside_the_home_is_followed(node):
    node.path("/home/ada/real").mkdir()
    node.path("/home/ada/.claws-mail").symlink_to("real")
    node.path("/home/ada/abs").symlink_to("/home/ada/real")
    assert node.install([account(), whole("{home:ada}/abs/f")])["changed"]
    assert node.path("/home/ada/real/accountrc").exists() and node.path("/home/ada/real/f").exists()


def test_a_path_in_the_home_of_its_owner_is_a_file_in_a_home(node):
    node.install([whole("/home/ada/x/f", owner="ada")])
    assert node.mode("/home/ada/x") == 0o700 and node.record()[0]["path"] == "{home:ada}/x/f"


def test_the_home_of_a_service_that_root_owns_is_no_home(node, monkeypatch):
    node.set_users({"ada": 4321})
    monkeypatch.setattr(os, "fchown", lambda *args: None)
    assert "failed" not in node.install([whole("/home/ada/x/f", owner="ada")])
    assert node.mode("/home/ada/x") == 0o755 and node.record()[0]["path"] == "/home/ada/x/f"


def test_users_may_be_given(node):
    node.path("/srv/eve").mkdir(parents=True)
    item = whole("{home:eve}/f")
    assert "eve" in node.install([item])["msg"]
    assert actions(node.install([item], users={"eve": {"home": "/srv/eve"}})) == [("/srv/eve/f", "created")]


def test_a_backup_keeps_content_and_mode(node):
    node.write("/etc/fleet.conf", b"old\n", 0o640)
    row = node.install([whole(mode="0644")], backup=True)["files"][0]
    assert node.read(row["backup_file"]) == b"old\n" and node.mode(row["backup_file"]) == 0o640
    assert "backup_file" not in node.install([whole(mode="0644")], backup=True)["files"][0]


def test_one_file_for_two_accounts_is_one_row(node):
    result = node.install([whole(accounts=[ADA, BOB])])
    assert [(row["email"], row["emails"]) for row in result["files"]] == [(None, [ADA, BOB])]


def test_extended_attributes_survive(node):
    path = node.write("/etc/fleet.conf", b"old\n")
    try:
        os.setxattr(str(path), "user.origin", b"ours")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    node.install([whole()])
    assert os.getxattr(str(path), "user.origin") == b"ours"


# Keys.


def test_an_account_is_made_and_then_left_alone(node):
    first = node.install([account()], diff=True)
    made = (
        b"[Account: 1]\nprotocol=0\naddress=ada@example.org\nsmtp_server=smtp.example.org\npop_before_smtp=1\n"
        b"account_name=Work\n"
    )
    assert node.read(RC) == made
    assert drift(first) == [(RC, "[Account: 1]", "missing", None, None)] and first["drift"][0]["email"] == ADA
    assert first["diff"] == [{"before_header": RC, "after_header": RC, "before": "", "after": made.decode()}]
    before = node.snapshot()
    assert not node.install([account()])["changed"]
    assert node.snapshot() == before


def test_another_account_survives_byte_for_byte(node):
    node.write(RC, FOREIGN, 0o640)
    result = node.install([account()], diff=True)
    assert node.read(RC).startswith(FOREIGN + b"[Account: 2]\n") and node.mode(RC) == 0o640
    assert "eve" not in str(result["diff"])
    node.write(RC, node.read(RC).replace(b"pop_before_smtp=1", b"pop_before_smtp=0"))
    result = node.install([account()], diff=True)
    assert drift(result) == [(RC, "[Account: 2] pop_before_smtp", "content", "1", "0")]
    assert result["diff"][0]["before"] == "[Account: 2]\npop_before_smtp=0\n"
    assert result["diff"][0]["after"] == "[Account: 2]\npop_before_smtp=1\n"
    assert node.read(RC).startswith(FOREIGN) and b"pop_before_smtp=1" in node.read(RC)


def test_a_key_that_is_gone_is_missing(node):
    node.install([account()])
    node.write(RC, node.read(RC).replace(b"pop_before_smtp=1\n", b""))
    assert drift(node.install([account()])) == [(RC, "[Account: 1] pop_before_smtp", "missing", "1", None)]


def test_a_seeded_key_is_the_persons_own(node):
    node.install([account()])
    changed = node.read(RC).replace(b"account_name=Work", b"account_name=Play")
    node.write(RC, changed)
    assert not node.install([account()])["changed"] and node.read(RC) == changed


def test_a_section_that_a_person_deleted_is_made_again(node):
    node.install([account()])
    node.write(RC, FOREIGN)
    assert drift(node.install([account()])) == [(RC, "[Account: 2]", "missing", None, None)]


def test_a_renumbered_section_is_found_again(node):
    node.install([account()])
    ours = node.read(RC).replace(b"[Account: 1]", b"[Account: 7]").replace(b"pop_before_smtp=1", b"pop_before_smtp=0")
    node.write(RC, FOREIGN + ours)
    assert drift(node.install([account()])) == [(RC, "[Account: 7] pop_before_smtp", "content", "1", "0")]
    assert node.record()[0]["sections"][0]["name"] == "Account: 7"
    assert node.read(RC).startswith(FOREIGN)


def test_a_changed_identity_in_its_own_place_is_put_right(node):
    item = account(match={"address": ADA, "protocol": "0", "user_id": ADA}, enforced={"address": ADA, "user_id": ADA})
    node.install([item])
    node.write(RC, node.read(RC).replace(b"user_id=ada@example.org", b"user_id=ada"))
    assert drift(node.install([item])) == [(RC, "[Account: 1] user_id", "content", ADA, "ada")]


def test_a_new_identity_moves_the_section_that_is_there(node):
    node.install([account(match={"user_id": "old"}, enforced={"user_id": "old"}, fixed={})])
    result = node.install([account(match={"user_id": "new"}, enforced={"user_id": "new"}, fixed={})])
    assert drift(result) == [(RC, "[Account: 1] user_id", "content", "new", "old")]


@pytest.mark.parametrize("client, expected", [("evolution", b""), ("", b"[A]\nx=1\n\n")])
def test_a_section_that_its_client_does_not_ask_for_any_more_goes(node, client, expected):
    """Who lists single files without a client may list one section in one task and another in the next."""
    for name in ("A", "B"):
        node.install(
            [account(path="/etc/x", client=client, name=name, match={}, fixed={}, enforced={"x": "1"}, seeded={})]
        )
    assert node.read("/etc/x") == expected + b"[B]\nx=1\n"


def test_a_key_that_is_not_asked_for_any_more_gets_back_what_it_had(node):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=own\n")
    enforced = {"address": ADA, "smtp_server": "smtp.example.org", "timeout": "0"}
    node.install([account(enforced=enforced)])
    result = node.install([account(enforced={"address": ADA})])
    assert drift(result) == [
        (RC, "[Account: 1] smtp_server", "extra", "own", "smtp.example.org"),
        (RC, "[Account: 1] timeout", "extra", None, "0"),
    ]
    assert node.read(RC) == b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=own\n"


NUMBERS = [
    ("an empty file", b"", b"[Account: 1]"),
    ("after the highest", b"[Account: 3]\nx=1\n[Account: 1]\nx=1\n", b"[Account: 4]"),
    ("other sections do not count", b"[Account: x]\n[Accounts 9]\n", b"[Account: 1]"),
    ("as the client reads a number", b"[Account: 9 ]\n", b"[Account: 10]"),
    ("as the client seeks a number", b"[Account: x07]\n", b"[Account: 8]"),
    ("the largest number", b"[Account: 1]\n[Account: 2147483647]\n", b"[Account: 2]"),
    ("almost the largest number", b"[Account: 2147483646]\n", b"[Account: 1]"),
    ("a number that wraps round", b"[Account: 4294967298]\n", b"[Account: 3]"),
    ("a number beyond all types", b"[Account: 99999999999999999999999]\n", b"[Account: 1]"),
]


@pytest.mark.parametrize("data, header", [case[1:] for case in NUMBERS], ids=[case[0] for case in NUMBERS])
def test_the_number_of_a_new_section(node, data, header):
    node.write(RC, data)
    node.install([account()])
    assert header in node.read(RC)[len(data) :]


EXISTING = b"[Account: 1]\nAddress=ADA@example.org\nprotocol=0\nsmtp_server=own\n"


def test_adopting_what_was_there(node):
    node.write(RC, EXISTING)
    result = node.install([account()])
    assert [row[1:] for row in drift(result)] == [
        ("[Account: 1] address", "content", ADA, "ADA@example.org"),
        ("[Account: 1] smtp_server", "content", "smtp.example.org", "own"),
        ("[Account: 1] pop_before_smtp", "missing", "1", None),
    ]
    # Seeded keys are for new sections; the spelling of a key is the file's own.
    expected = b"[Account: 1]\nAddress=ada@example.org\nprotocol=0\nsmtp_server=smtp.example.org\npop_before_smtp=1\n"
    assert node.read(RC) == expected


def test_leaving_what_was_there(node):
    node.write(RC, EXISTING)
    result = node.install([account()], existing="leave")
    assert not result["changed"] and "failed" not in result and node.read(RC) == EXISTING
    assert result["files"][0]["action"] == "unchanged" and "existing: leave" in result["files"][0]["note"]


def test_refusing_what_was_there(node):
    node.write(RC, EXISTING)
    result = node.install([account()], existing="fail")
    assert result["failed"] and result["refused"][0]["email"] == ADA and node.read(RC) == EXISTING
    node.write(RC, b"")
    node.install([account()], existing="fail")
    assert "failed" not in node.install([account()], existing="fail"), "what we made ourselves is ours"


FIXED = [
    ("an adopted section", EXISTING.replace(b"protocol=0", b"protocol=1")),
    ("without the key", EXISTING.replace(b"protocol=0\n", b"")),
]


@pytest.mark.parametrize("data", [case[1] for case in FIXED], ids=[case[0] for case in FIXED])
def test_a_fixed_key_is_never_changed(node, data):
    node.write(RC, data)
    result = node.install([account(match={"address": ADA})])
    assert result["failed"] and "protocol" in result["msg"] and RC in result["msg"]
    assert node.read(RC) == data


def test_a_fixed_key_is_never_changed_in_our_own_section(node):
    node.install([account(match={"address": ADA})])
    data = node.read(RC).replace(b"protocol=0", b"protocol=1")
    node.write(RC, data)
    assert node.install([account(match={"address": ADA})])["failed"] and node.read(RC) == data


def test_a_section_is_made_with_what_it_is_recognised_by(node):
    item = account(enforced={"smtp_server": "x"}, fixed={}, seeded={})
    node.install([item])
    assert b"address=ada@example.org\nprotocol=0\n" in node.read(RC)
    assert not node.install([item])["changed"]


def test_a_secret_may_be_part_of_the_identity(node):
    item = account(match={"secret_id": "xyzzy"}, fixed={})
    node.install([item])
    node.path("/var/lib/mailfleet/default.json").unlink()
    assert not node.install([item])["changed"] and node.read(RC).count(b"[Account:") == 1
    assert "xyzzy" not in str(node.record())


def test_two_accounts_in_one_file(node):
    result = node.install([account(), account(BOB)])
    assert result["changed"] and b"[Account: 1]" in node.read(RC) and b"[Account: 2]" in node.read(RC)
    assert not node.install([account(BOB), account()])["changed"]
    node.write(RC, node.read(RC).replace(b"pop_before_smtp=1", b"pop_before_smtp=0", 1))
    assert [row["email"] for row in node.install([account(), account(BOB)])["drift"]] == [ADA]


def test_a_section_of_an_account_that_is_listed_is_not_taken_from_it(node):
    node.install([account()])
    theirs = account(BOB, match={"address": ADA}, enforced={"address": ADA})
    result = node.install([theirs], accounts=[ADA, BOB])
    assert [row["email"] for row in result["refused"]] == [BOB] and "managed for the account ada" in result["msg"]


def test_two_accounts_with_the_same_identity_get_two_sections(node):
    same = {"match": {"smtp_server": "smtp.example.org"}, "fixed": {}, "enforced": {"smtp_server": "smtp.example.org"}}
    node.install([account(**same), account(BOB, **same)])
    assert node.read(RC).count(b"[Account:") == 2
    assert not node.install([account(**same), account(BOB, **same)])["changed"]


def test_an_account_under_another_label_takes_its_section_along(node):
    node.install([account("Ada@Example.org")], accounts=["Ada@Example.org"])
    result = node.install([account(enforced={"smtp_server": "smtp.example.org"})], accounts=[ADA], purge=False)
    assert node.read(RC).count(b"[Account:") == 1
    assert [section["account"] for section in node.record()[0]["sections"]] == [ADA] and "failed" not in result


def test_a_named_section_belongs_to_the_client(node):
    path = "/home/ada/.config/mailtransports"
    node.write(path, b"[General]\nother=1\n")
    item = account(
        path="{home:ada}/.config/mailtransports",
        name="General",
        match={},
        fixed={},
        enforced={"default": "5"},
        seeded={},
    )
    node.install([item], existing="fail")
    assert node.read(path) == b"[General]\nother=1\ndefault=5\n"
    node.absent(ADA)
    assert node.read(path) == b"[General]\nother=1\n"


def test_a_named_section_that_stands_for_something_else(node):
    path = "/home/ada/.config/mailtransports"
    node.write(path, b"[Transport 5]\nhost=own\n")
    item = account(
        path="{home:ada}/.config/mailtransports",
        name="Transport 5",
        match={"host": "ours"},
        fixed={},
        enforced={"host": "ours"},
    )
    result = node.install([item])
    assert result["failed"] and "Transport 5" in result["msg"] and node.read(path) == b"[Transport 5]\nhost=own\n"


# Check mode.

REQUESTS = [
    ("nothing is there", {}, [account(), whole("/opt/a/b/f"), whole("{home:bob}/x/y")]),
    ("drift", {RC: FOREIGN, "/etc/fleet.conf": b"old\n"}, [account(), whole(mode="0640")]),
    ("an error", {"/home/bob/x": b""}, [account(), whole("{home:bob}/x/y", accounts=[BOB])]),
    ("adoption", {RC: EXISTING}, [account()]),
    (
        "a conflict",
        {RC: EXISTING.replace(b"protocol=0", b"protocol=3")},
        [account(match={"address": ADA}), whole(accounts=[BOB])],
    ),
]


@pytest.mark.parametrize("there, files", [case[1:] for case in REQUESTS], ids=[case[0] for case in REQUESTS])
def test_check_mode_says_what_a_run_does_and_writes_nothing(node, there, files):
    for path, content in there.items():
        node.write(path, content)
    before = node.snapshot()
    checked = node.install(files, check=True, diff=True)
    assert node.snapshot() == before
    assert checked == node.install(files, diff=True)
    assert checked["changed"] and node.snapshot() != before
