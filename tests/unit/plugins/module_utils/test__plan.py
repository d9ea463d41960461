# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run does with files that an account does not need any more, with programs and with paths in values."""

from __future__ import annotations

import errno
import os

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install

from .conftest import ADA, BOB, account, whole


def test_what_an_account_has_elsewhere_now_goes(node):
    node.install([whole("/etc/one", client="x"), whole("/etc/both", client="x", accounts=(ADA, BOB))])
    result = node.install([whole("/etc/two", client="x")], accounts=[ADA])
    assert {row["path"]: row["action"] for row in result["files"]} == {"/etc/one": "removed", "/etc/two": "created"}
    assert not node.path("/etc/one").exists() and node.path("/etc/both").exists()
    assert [entry["accounts"] for entry in node.record() if entry["path"] == "/etc/both"] == [[BOB]]


def test_other_clients_and_files_without_a_client_are_left_alone(node):
    node.install([whole("/etc/one", client="x"), whole("/etc/by-hand")])
    node.install([whole("/etc/two", client="y"), whole("/etc/other-by-hand")])
    assert node.path("/etc/one").exists() and node.path("/etc/by-hand").exists()


def test_the_files_of_a_refused_account_stay(node):
    node.install([whole("/etc/one", client="x")])
    node.path("/etc/dir/two").mkdir(parents=True)
    result = node.install([whole("/etc/dir/two", client="x")])
    assert result["failed"] and node.path("/etc/one").exists()


def test_what_an_account_has_stays_while_its_new_files_are_pending(node):
    node.install([whole("/etc/one", client="x"), whole("/etc/other", client="x", accounts=(BOB,))])
    task = [whole("{home:eve}/two", client="x"), whole("/etc/two", client="x", accounts=(BOB,))]
    for check in (True, False):
        result = node.install(task, check=check, missing_user="skip")
        assert [row["email"] for row in result["pending"]] == [ADA]
        assert [(row["path"], row["action"]) for row in result["files"]] == [
            ("/etc/two", "created"),
            ("/etc/other", "removed"),
        ]
    assert node.path("/etc/one").exists() and not node.path("/etc/other").exists()
    node.path("/home/eve").mkdir()
    node.set_users({"eve": os.getuid()})
    node.install(task, missing_user="skip")
    assert not node.path("/etc/one").exists() and node.path("/home/eve/two").exists()


def test_what_an_incomplete_account_has_elsewhere_stays(node):
    node.install([whole("/etc/one", client="x"), whole("/etc/other", client="x", accounts=(BOB,))])
    task = [whole("/etc/two", client="x"), whole("/etc/two", client="x", accounts=(BOB,))]
    node.install(task, incomplete=[ADA])
    assert node.path("/etc/one").exists() and not node.path("/etc/other").exists()
    node.install(task)
    assert not node.path("/etc/one").exists()


def test_a_section_that_is_not_wanted_any_more_goes(node):
    node.install([account(path="{home:ada}/.old/accountrc")])
    node.install([account()])
    assert not node.path("/home/ada/.old").exists() and node.path("/home/ada/.claws-mail/accountrc").exists()


def test_a_missing_program_is_a_finding_in_another_root(node):
    node.write("/usr/bin/mpop", b"", 0o755)
    result = node.install([whole(needs=["mpop", "msmtp"])])
    assert result["changed"] and "failed" not in result
    (found,) = result["findings"]
    assert found["code"] == "program-missing" and "msmtp" in found["message"] and found["email"] == ADA


def test_a_missing_program_refuses_its_accounts_on_the_node_itself(tmp_path, monkeypatch):
    # Check mode: the root is this machine's own.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    files = [
        whole(str(tmp_path / "one"), needs=["no-such-program"]),
        whole(str(tmp_path / "two"), needs=["sh"], accounts=(BOB,)),
    ]
    result = install({"files": files, "accounts": [ADA, BOB]}, check_mode=True)
    assert result["failed"] and [row["email"] for row in result["refused"]] == [ADA]
    assert "no-such-program" in result["msg"] and "install it first" in result["msg"]
    assert [row["path"] for row in result["files"]] == [str(tmp_path / "two")]


def test_a_file_of_nobody_that_needs_a_missing_program_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = install({"files": [whole(str(tmp_path / "one"), needs=["no-such-program"], accounts=())]}, check_mode=True)
    assert result["failed"] and result["files"] == []


def test_a_file_of_nobody_with_a_value_that_cannot_be_is_left_as_it_is(node):
    good = {"path": "/etc/x", "sections": [{"name": "A", "enforced": {"k": "1"}}]}
    node.install([good])
    bad = dict(good, sections=[{"name": "A", "enforced": {"k": "1\n2"}}, {"name": "B", "enforced": {"k": "1"}}])
    for purge in (False, True):
        result = node.install([bad], purge=purge)
        assert result["failed"] and not result["changed"] and node.read("/etc/x") == b"[A]\nk=1\n"


def test_a_home_is_filled_in_where_a_value_is_a_path(node):
    wanted = account(enforced={"precommand": "{home:ada}/bin/x", "login": "{home:ada}/bin/x"})
    wanted["sections"][0]["paths"] = ["precommand"]
    node.install([wanted])
    content = node.read("/home/ada/.claws-mail/accountrc")
    assert b"\nprecommand=/home/ada/bin/x\n" in content and b"\nlogin={home:ada}/bin/x\n" in content
    assert not node.install([wanted])["changed"]


def test_what_the_caller_wants_to_be_told_of(node):
    notice = {
        "exists": ["/var/lib/flatpak/app/x", "{home:ada}/.local/x", "{home:nobody}/x"],
        "code": "c",
        "sentence": "m",
    }
    assert node.install([whole(notices=[notice])])["findings"] == []
    node.write("/home/ada/.local/x/y", b"")
    (found,) = node.install([whole(notices=[notice])])["findings"]
    assert (found["code"], found["message"], found["email"]) == ("c", "m", ADA)


FOLDERS = ["{home:ada}/Mail/inbox", "{home:ada}/Mail/sent"]
LIST = "{home:ada}/.claws-mail/folderlist.xml"


def test_directories_are_made_with_a_file_and_go_with_it(node):
    node.path("/home/ada/Mail/sent").mkdir(parents=True)
    wanted = whole(LIST, once=True, directories=FOLDERS)
    node.install([wanted], check=True)
    assert not node.path("/home/ada/Mail/inbox").exists()
    node.install([wanted])
    assert node.mode("/home/ada/Mail/inbox") == 0o700
    assert not node.install([wanted])["changed"]
    node.absent(ADA)
    assert not node.path("/home/ada/Mail/inbox").exists() and node.path("/home/ada/Mail/sent").exists()


def test_directories_with_mail_in_them_stay(node):
    node.install([whole(LIST, once=True, directories=FOLDERS)])
    node.write("/home/ada/Mail/inbox/1", b"mail")
    node.absent(ADA)
    assert node.read("/home/ada/Mail/inbox/1") == b"mail" and not node.path("/home/ada/Mail/sent").exists()


def test_directories_are_not_made_beside_a_file_that_is_there(node):
    node.write("/home/ada/.claws-mail/folderlist.xml", b"theirs")
    assert not node.install([whole(LIST, once=True, directories=FOLDERS)])["changed"]
    assert not node.path("/home/ada/Mail").exists()


def test_directories_are_made_with_a_file_of_any_kind(node):
    task = {"path": LIST, "accounts": [ADA], "directories": FOLDERS, "blocks": [{"account": ADA, "text": "x"}]}
    node.install([task])
    assert node.path("/home/ada/Mail/inbox").is_dir()
    node.absent(ADA)
    assert not node.path("/home/ada/Mail").exists()


def test_a_directory_that_cannot_be_made_refuses_the_account_before_anything_is_written(node, monkeypatch):
    mail = node.path("/home/ada/Mail")
    mail.mkdir()
    real = os.access

    def access(path, mode, dir_fd=None, **more):
        here = os.stat(path, dir_fd=dir_fd)
        return not os.path.samestat(here, mail.stat()) and real(path, mode, dir_fd=dir_fd, **more)

    monkeypatch.setattr(os, "access", access)
    for check in (True, False):
        result = node.install([whole(LIST, directories=FOLDERS)], check=check)
        assert "/home/ada/Mail/inbox cannot be written" in result["msg"]
    assert not node.path("/home/ada/.claws-mail").exists()


def test_a_file_whose_directories_turn_out_impossible_is_not_written(node, monkeypatch):
    real = os.mkdir

    def mkdir(name, *args, **more):
        if name == "sent":
            raise PermissionError(errno.EACCES, "no")
        real(name, *args, **more)

    monkeypatch.setattr(os, "mkdir", mkdir)
    result = node.install([whole(LIST, directories=FOLDERS)])
    assert "it is as it was before" in result["msg"]
    assert os.listdir(str(node.path("/home/ada"))) == [] and node.record() == []


def test_directories_lie_beside_their_file(node):
    result = node.install([whole("/etc/x", directories=FOLDERS)])
    assert result["failed"] and "same home" in result["msg"]
