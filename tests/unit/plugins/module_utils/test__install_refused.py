# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be done: who is refused, with which sentence, and that the others go on."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import (
    _apply,
    _install,
    _perform,
    _record,
    _running,
    _users,
)

from .conftest import ADA, BOB, FOREIGN, account, whole

RC = "/home/ada/.claws-mail/accountrc"


def link_out(node):
    node.path("/home/ada/.claws-mail").symlink_to("/etc")


def link_up(node):
    node.path("/home/ada/.claws-mail").symlink_to("../bob")


def file_link_out(node):
    node.path("/home/ada/.claws-mail").mkdir()
    node.path(RC).symlink_to("/etc/passwd")


def circle(node):
    node.path("/home/ada/.claws-mail").symlink_to(".claws-mail")


def fifo(node):
    node.path("/home/ada/.claws-mail").mkdir()
    os.mkfifo(str(node.path(RC)))


def directory(node):
    node.path(RC).mkdir(parents=True)


def file_as_directory(node):
    node.write("/home/ada/.claws-mail", b"")


def no_home(node):
    node.path("/home/ada").rmdir()


def home_is_a_file(node):
    node.path("/home/ada").rmdir()
    node.write("/home/ada", b"")


def nobody(node):
    node.set_users({"bob": os.getuid()})


def too_large(node):
    node.write(RC, b"")
    os.truncate(str(node.path(RC)), 1 << 32)


OBSTACLES = [
    (link_out, ["/home/ada/.claws-mail", "leads to /etc", "out of the home of ada"]),
    (link_up, [RC, "out of the home of ada"]),
    (file_link_out, [RC, "leads to /etc/passwd", "out of the home of ada"]),
    (circle, [RC, "circle"]),
    (fifo, [RC, "is a FIFO"]),
    (directory, [RC, "is a directory"]),
    (file_as_directory, ["/home/ada/.claws-mail", "not a directory"]),
    (no_home, ["/home/ada", "never created"]),
    (home_is_a_file, ["/home/ada", "not a directory"]),
    (nobody, ['"ada"', "not on this host"]),
    (too_large, [RC, "no settings file"]),
]


@pytest.mark.parametrize("obstacle, words", OBSTACLES, ids=[case[0].__name__ for case in OBSTACLES])
def test_an_account_with_an_obstacle_is_left_out_whole_and_others_go_on(node, obstacle, words):
    obstacle(node)
    passwd = node.read("/etc/passwd")
    files = [
        whole(accounts=[ADA]),
        account(),
        whole("{home:bob}/f", accounts=[BOB]),
        whole("/etc/both", accounts=[ADA, BOB]),
    ]
    checked = node.install(files, check=True)
    result = node.install(files)
    assert result == checked
    assert result["failed"] and [row["email"] for row in result["refused"]] == [ADA]
    assert all(word in result["msg"] for word in words), result["msg"]
    assert result["msg"].endswith(".") and ADA in result["msg"]
    assert [(row["path"], row["emails"]) for row in result["files"]] == [("/home/bob/f", [BOB]), ("/etc/both", [BOB])]
    assert not node.path("/etc/fleet.conf").exists() and node.path("/home/bob/f").exists()
    assert node.read("/etc/passwd") == passwd and not node.path("/etc/accountrc").exists()


def test_nothing_at_all_is_written_when_that_is_asked(node):
    fifo(node)
    before = node.snapshot()
    result = node.install([account(), whole(accounts=[BOB])], on_account_error="fail")
    assert result["failed"] and not result["changed"] and result["files"] == [] and node.snapshot() == before


def test_a_directory_that_cannot_be_written_refuses_only_when_something_is_to_write(node, monkeypatch):
    node.install([whole()])
    monkeypatch.setattr(os, "access", lambda *args, **more: False)
    assert "failed" not in node.install([whole()])
    result = node.install([whole(content="newer\n")])
    assert "/etc/fleet.conf cannot be written" in result["msg"] and node.read("/etc/fleet.conf") == b"new\n"


def test_one_of_two_accounts_in_a_file_is_refused(node):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=1\n")
    result = node.install([account(match={"address": ADA}), account(BOB), whole(accounts=[ADA])])
    assert [row["email"] for row in result["refused"]] == [ADA] and not node.path("/etc/fleet.conf").exists()
    assert [row["emails"] for row in result["files"]] == [[BOB]]
    assert node.read(RC).startswith(b"[Account: 1]\naddress=ada@example.org\nprotocol=1\n\n[Account: 2]\n")


def test_the_mode_of_somebody_elses_file_cannot_be_changed(node, monkeypatch):
    node.write("/etc/fleet.conf", b"new\n")
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    assert "not to uid 4321" in node.install([whole(mode="0600")], check=True)["msg"]


def test_what_a_link_is_called_cannot_break_a_message(node):
    os.symlink(b"/x\n\xff\x1b", os.fsencode(str(node.path("/home/ada/.claws-mail"))))
    message = node.install([account()])["msg"]
    assert "/x\\n\\udcff\\x1b" in message and message.isprintable()


def test_a_shared_file_that_cannot_be_had_refuses_all_who_need_it(node):
    node.path("/etc/shared").mkdir()
    files = [whole("/etc/shared", accounts=[ADA, BOB]), whole("/etc/bob", accounts=[BOB])]
    result = node.install(files)
    assert {row["email"] for row in result["refused"]} == {ADA, BOB} and not node.path("/etc/bob").exists()


def test_a_file_of_nobody_fails_alone(node):
    node.path("/etc/one").mkdir()
    result = node.install([whole("/etc/one", accounts=[]), whole("/etc/two", accounts=[])])
    assert result["failed"] and result["refused"][0]["email"] is None and node.path("/etc/two").exists()


@pytest.mark.parametrize("params", [{"purge": True, "accounts": [BOB]}, {"state": "absent", "accounts": [ADA]}])
def test_all_things_of_an_account_stay_when_one_cannot_be_removed(node, params):
    node.install([account(), whole(accounts=[ADA])])
    node.path(RC).unlink()
    os.mkfifo(str(node.path(RC)))
    result = node.install([], **params)
    assert [row["email"] for row in result["refused"]] == [ADA] and not result["changed"]
    assert node.path("/etc/fleet.conf").exists() and len(node.record()) == 2


def test_what_is_no_file_is_never_opened(node, monkeypatch):
    fifo(node)
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *args, **more: opened.append(path) or real(path, *args, **more))
    assert node.install([account()])["failed"] and ".claws-mail" in opened and "accountrc" not in opened


@pytest.mark.parametrize("obstacle", [nobody, no_home], ids=["user", "home"])
def test_a_missing_user_may_be_skipped(node, obstacle):
    obstacle(node)
    result = node.install([account(), whole(accounts=[BOB])], missing_user="skip")
    assert "failed" not in result and [row["email"] for row in result["pending"]] == [ADA]
    assert node.path("/etc/fleet.conf").exists() and not node.path(RC).exists()


def test_the_home_of_a_missing_user_is_told_as_people_write_it(node):
    nobody(node)
    (row,) = node.install([account()], missing_user="skip")["pending"]
    assert row["path"] == "~ada/.claws-mail/accountrc"


def test_another_users_home_needs_root(node, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    node.set_users({"ada": 1234})
    assert "become" in node.install([account()])["msg"]


def test_in_a_home_nothing_belongs_to_somebody_else(node):
    assert "home of ada" in node.install([whole("{home:ada}/f", owner="99")])["msg"]


def test_a_link_that_root_must_not_follow(node, monkeypatch):
    node.path("/etc/x").symlink_to("/var")
    status = os.stat

    def foreign(path, **more):
        found = status(path, **more)
        return os.stat_result(found[:4] + (1234,) + found[5:]) if path == "x" else found

    monkeypatch.setattr(os, "stat", foreign)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    result = node.install([whole("/etc/x/f")])
    assert "/etc/x" in result["msg"] and "uid 1234" in result["msg"] and not node.path("/var/f").exists()


def test_the_same_file_by_two_paths(node):
    node.path("/opt").mkdir()
    node.path("/also").symlink_to("opt")
    result = node.install([whole("/opt/f", accounts=[ADA]), whole("/also/f", accounts=[BOB])])
    assert [row["email"] for row in result["refused"]] == [BOB] and "same file" in result["msg"]


def test_different_content_for_one_path(node):
    result = node.install([whole(accounts=[ADA]), whole(accounts=[BOB], content="other")])
    assert "wanted twice" in result["msg"] and node.read("/etc/fleet.conf") == b"new\n"


VALUES = [("a line break", "a\nb"), ("a carriage return", "a\rb"), ("a truth value", True), ("nothing", None)]


@pytest.mark.parametrize("value", [case[1] for case in VALUES], ids=[case[0] for case in VALUES])
def test_a_value_that_cannot_be_refuses_its_account(node, value):
    result = node.install([account(enforced={"signature": value}), account(BOB)])
    assert [row["email"] for row in result["refused"]] == [ADA] and "signature" in result["msg"]
    assert b"bob@" in node.read(RC)


def test_a_secret_value_that_cannot_be_is_not_shown(node):
    assert "hunter2" not in json.dumps(node.install([account(enforced={"password": "hunter2\n"})]))


WRONG = [
    ("no content", [{"path": "/etc/f"}], {}, "exactly one of content"),
    ("two contents", [{"path": "/etc/f", "content": "", "sections": []}], {}, "exactly one of content"),
    ("no path", [{"content": ""}], {}, "exactly one of path"),
    ("a relative path", [{"path": "etc/f", "content": ""}], {}, '"etc/f"'),
    ("a path that climbs", [{"path": "/etc/../f", "content": ""}], {}, '"/etc/../f"'),
    ("a directory", [{"path": "/etc/", "content": ""}], {}, '"/etc/"'),
    ("a strange token", [{"path": "{home:}/f", "content": ""}], {}, '"{home:}/f"'),
    ("a token in the middle", [{"path": "/x/{home:ada}/f", "content": ""}], {}, "{home:ada}"),
    ("a symbolic mode", [{"path": "/etc/f", "content": "", "mode": "u+x"}], {}, '"u+x"'),
    ("no base64", [{"path": "/etc/f", "content_base64": "!"}], {}, "base64"),
    ("once with sections", [account(once=True)], {}, "seeded"),
    ("a key twice", [account(enforced={"Protocol": "1"})], {}, "protocol"),
    (
        "candidates in two homes",
        [{"candidates": [{"exists": "/a", "path": f"{{home:{u}}}/f"} for u in ("ada", "bob")], "content": ""}],
        {},
        "same home",
    ),
    ("a set that climbs", [], {"set": "../x"}, '"../x"'),
    ("a hidden set", [], {"set": ".x"}, '".x"'),
    ("a relative root", [], {"root": "x"}, '"x"'),
    ("a root that is not there", [], {"root": "/nonexistent/x"}, "/nonexistent/x"),
    ("users with something else", [], {"users": {"ada": {"shell": "x"}}}, '"ada"'),
    ("a uid that is no number", [], {"users": {"ada": {"uid": "x"}}}, '"ada"'),
    ("a relative home", [], {"users": {"ada": {"home": "x"}}}, '"ada"'),
    ("an unknown choice", [], {"existing": "x"}, '"x"'),
]


@pytest.mark.parametrize("files, params, word", [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_request_that_cannot_be_does_nothing(node, files, params, word):
    before = node.snapshot()
    result = node.install(files + [whole()], **params)
    assert result["failed"] and word in result["msg"] and not result["changed"]
    assert node.snapshot() == before


# Clients that run.


@pytest.fixture
def host(node, monkeypatch):
    """The node taken for this very machine: client_running is looked at on / only."""
    area = _install.root_area
    monkeypatch.setattr(_install, "root_area", lambda *_root: area(str(node.root)))
    monkeypatch.setattr(_users, "_HostDatabase", lambda: _users._FileDatabase(area(str(node.root))))
    monkeypatch.setenv("XDG_STATE_HOME", "/var/lib")
    monkeypatch.setattr(_running.Processes, "_look", lambda self: {(os.getuid(), "claws-mail")})
    return node


RUNNING = [
    ("the client of that user", ["claws-mail"], "defer", True),
    ("another program", ["sylpheed"], "defer", False),
    ("ignored on request", ["claws-mail"], "ignore", False),
]


@pytest.mark.parametrize("running, choice, waits", [case[1:] for case in RUNNING], ids=[case[0] for case in RUNNING])
def test_a_running_client_defers_the_edit(host, running, choice, waits):
    files = [account(running=running), whole()]
    result = host.install(files, root="/", client_running=choice)
    assert bool(result["pending"]) is waits and host.path(RC).exists() is not waits
    assert host.path("/etc/fleet.conf").exists() and "failed" not in result
    if waits:
        assert result["pending"][0]["email"] == ADA and "claws-mail runs" in result["pending"][0]["reason"]
        assert [row["path"] for row in result["files"]] == ["/etc/fleet.conf"]
        assert [entry["path"] for entry in host.record()] == ["/etc/fleet.conf"]


def test_a_running_client_may_refuse_the_account(host):
    result = host.install([account(running=["claws-mail"]), whole()], root="/", client_running="fail")
    assert [row["email"] for row in result["refused"]] == [ADA] and not host.path("/etc/fleet.conf").exists()


def test_a_running_client_does_not_matter_when_nothing_is_to_write(host):
    host.install([account(running=["claws-mail"])], root="/", client_running="ignore")
    result = host.install([account(running=["claws-mail"])], root="/", client_running="fail")
    assert "failed" not in result and not result["changed"]


def test_a_running_client_defers_the_removal_too(host):
    host.install([account(running=["claws-mail"])], root="/", client_running="ignore")
    result = host.absent(ADA, root="/")
    assert result["pending"] and host.path(RC).exists() and len(host.record()) == 1


def test_the_owner_must_be_somebody_we_can_give_files_to(host, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    assert "become" in host.install([whole(owner="99")], root="/")["msg"]


# Failures while writing, and crashes.


def failing(name):
    real = _apply.replace

    def replace(spot, *args, **more):
        if spot.name == name:
            raise OSError(28, "")
        return real(spot, *args, **more)

    return replace


def test_a_write_that_fails_is_told_and_the_record_corrected(node, monkeypatch):
    node.install([whole(content="old\n")])
    before = node.record()
    monkeypatch.setattr(_apply, "replace", failing("fleet.conf"))
    result = node.install([whole(), whole("/opt/a/f", accounts=[BOB])])
    assert result["failed"] and result["changed"] and "no space left" in result["msg"]
    assert [row["email"] for row in result["refused"]] == [ADA] and [row["path"] for row in result["files"]] == [
        "/opt/a/f"
    ]
    assert [entry for entry in node.record() if entry["path"] == "/etc/fleet.conf"] == before


def test_directories_of_a_write_that_fails_go_again(node, monkeypatch):
    monkeypatch.setattr(_apply, "replace", failing("f"))
    assert node.install([whole("/opt/a/f")])["failed"]
    assert not node.path("/opt").exists() and node.record() == []


def test_no_temporary_file_stays(node, monkeypatch):
    def fail(*_args, **_more):
        raise OSError(5, "")

    monkeypatch.setattr(os, "rename", fail)
    assert node.install([whole()])["failed"]
    assert [name for _d, _n, files in os.walk(str(node.root)) for name in files if "tmp" in name] == []


def test_a_file_that_changes_under_our_hands_is_left(node, monkeypatch):
    node.write("/etc/fleet.conf", b"old\n")
    real = _perform.apply

    def apply(*args):
        node.write("/etc/fleet.conf", b"theirs\n")
        return real(*args)

    monkeypatch.setattr(_perform, "apply", apply)
    assert "run again" in node.install([whole()])["msg"] and node.read("/etc/fleet.conf") == b"theirs\n"


class Crash(BaseException):
    """The end of the process."""


def crashing(before):
    real = _perform.apply

    def apply(*args):
        if before:
            raise Crash
        real(*args)
        raise Crash

    return apply


def crash(node, monkeypatch, before, *args, **more):
    with monkeypatch.context() as patch:
        patch.setattr(_perform, "apply", crashing(before=before))
        with pytest.raises(Crash):
            node.install(*args, **more)


def test_the_record_is_written_before_the_files(node, monkeypatch):
    crash(node, monkeypatch, True, [whole()])
    assert not node.path("/etc/fleet.conf").exists()
    assert [(entry["path"], entry["unfinished"]["entry"]) for entry in node.record()] == [("/etc/fleet.conf", None)]
    crash(node, monkeypatch, False, [whole()])
    assert node.absent(ADA)["changed"] and not node.path("/etc/fleet.conf").exists()


@pytest.mark.parametrize("before", [True, False])
def test_a_removal_that_was_cut_off_is_done_by_the_next_run(node, monkeypatch, before):
    node.write(RC, FOREIGN)
    ada, bob = account(), account(BOB, path="{home:ada}/.claws-mail/accountrc")
    node.install([bob, ada])
    crash(node, monkeypatch, before, state="absent", accounts=[ADA])
    node.absent(ADA)
    assert b"ada@" not in node.read(RC) and b"bob@" in node.read(RC)
    node.absent(BOB)
    assert node.read(RC) == FOREIGN


def test_after_a_crash_a_file_that_somebody_made_is_not_taken_for_ours(node, monkeypatch):
    crash(node, monkeypatch, True, [whole()])
    node.write("/etc/fleet.conf", b"theirs\n")
    assert not node.absent(ADA)["changed"] and node.read("/etc/fleet.conf") == b"theirs\n"


def test_after_a_crash_an_account_that_somebody_made_is_not_taken_for_ours(node, monkeypatch):
    crash(node, monkeypatch, True, [account()])
    theirs = FOREIGN.replace(b"eve@example.net", ADA.encode())
    node.write(RC, theirs)
    assert not node.absent(ADA)["changed"] and node.read(RC) == theirs


@pytest.mark.parametrize("before", [True, False], ids=["before the files", "after the files"])
def test_after_a_crash_the_former_content_is_still_known(node, monkeypatch, before):
    node.write("/etc/fleet.conf", b"old\n")
    node.write(RC, FOREIGN)
    node.install([whole(), account()])
    crash(node, monkeypatch, before, [whole(content="newer\n"), account(enforced={"smtp_server": "x"})])
    node.absent(ADA)
    assert node.read("/etc/fleet.conf") == b"old\n" and node.read(RC) == FOREIGN and node.record() == []


def test_after_a_crash_within_a_removal_what_comes_later_is_not_removed(node, monkeypatch):
    node.install([whole()])
    crash(node, monkeypatch, False, [], state="absent", accounts=[ADA])
    node.write("/etc/fleet.conf", b"theirs\n")
    assert not node.absent(ADA)["changed"] and node.read("/etc/fleet.conf") == b"theirs\n"


def test_after_a_crash_before_a_removal_it_can_be_repeated(node, monkeypatch):
    node.write(RC, FOREIGN)
    node.install([account()])
    crash(node, monkeypatch, True, [], state="absent", accounts=[ADA])
    node.absent(ADA)
    assert node.read(RC) == FOREIGN


# The record.

RECORDS = [
    ("no JSON", b"{", "cannot be read"),
    ("another kind of JSON", b"[]", "cannot be read"),
    ("entries of another kind", b'{"version": 1, "files": [{}]}', "cannot be read"),
    ("a newer version", b'{"version": 2, "files": []}', "version 2"),
]


@pytest.mark.parametrize("data, words", [case[1:] for case in RECORDS], ids=[case[0] for case in RECORDS])
def test_a_record_that_cannot_be_used_stops_everything(node, data, words):
    node.write("/var/lib/mailfleet/default.json", data)
    result = node.install([whole()])
    assert result["failed"] and words in result["msg"] and "/var/lib/mailfleet/default.json" in result["msg"]
    assert not node.path("/etc/fleet.conf").exists() and node.read("/var/lib/mailfleet/default.json") == data


def test_a_record_that_cannot_be_written_stops_everything(node):
    node.write("/var/lib", b"")
    before = node.snapshot()
    assert node.install([whole()])["failed"] and node.install([whole()], check=True)["failed"]
    assert node.snapshot() == before


def test_a_record_that_could_not_be_written_is_told_in_check_mode_too(node, monkeypatch):
    node.write("/etc/fleet.conf", b"new\n")
    monkeypatch.setattr(os, "access", lambda *_args, **_more: False)
    for check in (True, False):
        assert "The record /var/lib/mailfleet/default.json" in node.install([whole()], check=check)["msg"]


def test_the_record_is_private(node):
    node.install([whole()])
    assert node.mode("/var/lib/mailfleet") == 0o700
    assert (
        node.mode("/var/lib/mailfleet/default.json") == 0o600 and node.mode("/var/lib/mailfleet/default.lock") == 0o600
    )


def test_the_record_depends_on_nothing_but_what_was_done(node):
    node.install([whole(), account(), account(BOB)])
    first = node.read("/var/lib/mailfleet/default.json")
    node.absent(ADA, BOB)
    node.install([account(), account(BOB), whole()])
    assert node.read("/var/lib/mailfleet/default.json") == first


def test_another_run_on_the_same_set_is_waited_for(node, monkeypatch):
    import fcntl

    node.install([whole()])
    monkeypatch.setattr(_record, "_PATIENCE", 0)
    with open(str(node.path("/var/lib/mailfleet/default.lock"))) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert "Another run" in node.install([whole(content="x")])["msg"] and node.read("/etc/fleet.conf") == b"new\n"
        assert "failed" not in node.install([whole(content="x")], check=True)
    assert "failed" not in node.install([whole(content="x")])


# Secrets.


def test_no_secret_is_shown_neither_old_nor_new(node):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=0\npassword=old-secret\n")
    node.write("/etc/fleet.conf", b"<a><password>old-secret</password></a>\n")
    files = [
        account(enforced={"address": ADA, "password": "new-secret"}, seeded={"smtp_password": "new-secret"}),
        whole(content="<a><Password>new-secret</Password></a>\n"),
        account(BOB, enforced={"address": BOB, "Secret": "new-secret"}),
    ]
    for result in (
        node.install(files, check=True, diff=True),
        node.install(files, diff=True),
        node.absent(ADA, BOB, diff=True),
    ):
        assert result["changed"] and "-secret" not in json.dumps(result)
        assert "********" in json.dumps(result["diff"])
    assert b"password=old-secret" in node.read(RC)


def test_the_record_does_not_hold_the_secrets_that_we_write(node):
    node.install([account(enforced={"password": "new-secret"})])
    assert "new-secret" not in json.dumps(node.record())
    node.write(RC, node.read(RC).replace(b"new-secret", b"own"))
    assert [row["key"] for row in node.install([account(enforced={"password": "new-secret"})])["drift"]] == [
        "[Account: 1] password"
    ]


def test_the_invocation_holds_no_content(node):
    result = node.install([account(enforced={"smtp_server": "private-value"}), whole(content="private-value")])
    assert "private-value" not in json.dumps(result)
    assert result["invocation"]["module_args"]["files"][1] == {"path": "/etc/fleet.conf", "accounts": [ADA]}


KINDS = {
    "whole": {"content": "x\n"},
    "sections": {"sections": [{"name": "S", "enforced": {"k": "v"}}]},
    "blocks": {"blocks": [{"account": ADA, "text": "x"}]},
    "values": {"values": [{"path": ["k"], "value": 1}]},
}


@pytest.mark.parametrize("client", ["one", "two"])
@pytest.mark.parametrize(("first", "second"), [(a, b) for a in KINDS for b in KINDS if a != b])
def test_a_file_installed_in_one_manner_is_not_taken_over_in_another(node, first, second, client):
    node.write("/etc/fleet.conf", b"{}")
    common = {"path": "/etc/fleet.conf", "accounts": [ADA]}
    node.install([dict(common, client="one", **KINDS[first])])
    before = node.read("/etc/fleet.conf")
    result = node.install([dict(common, client=client, **KINDS[second])])
    assert f"as a file of kind {first}, not {second}" in result["msg"]
    assert node.read("/etc/fleet.conf") == before
    node.absent(ADA)
    assert node.read("/etc/fleet.conf") == b"{}"
