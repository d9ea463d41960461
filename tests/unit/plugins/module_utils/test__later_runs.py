# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever one run was asked for or met, the next one works, and changes nothing."""

from __future__ import annotations

import os

import pytest

from .conftest import ADA, BOB, account, whole

RC = "/home/ada/.claws-mail/accountrc"
STRANGER = 54321

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")

HALF = "\ud800"
SLIPS = {
    "a path": ([whole("/etc/x\n")], {}),
    "an account": ([whole(accounts=[ADA + "\n"])], {}),
    "an account of the run": ([whole()], {"accounts": [ADA + "\n"]}),
    "a client": ([whole(client="x\n")], {}),
    "a program": ([account(running=["claws-mail\n"])], {}),
    "a directory": ([whole(directories=["/etc/y\n"])], {}),
    "half a character in an account": ([whole(accounts=[HALF])], {}),
    "half a character in a path": ([whole(f"/etc/{HALF}")], {}),
    "half a character in content": ([whole(content=HALF)], {}),
    "half a character in a value": ([{"path": "/x", "values": [{"path": ["a"], "value": HALF}]}], {}),
    "half a character in a basis": ([whole(basis=HALF)], {}),
    "a NUL in a user": ([whole("{home:a\0b}/x")], {}),
}


@pytest.mark.parametrize("files, more", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_one_sentence_and_stops_no_later_run(node, files, more):
    before = node.snapshot()
    for check in (True, False):
        result = node.install(files, check=check, **more)
        assert result["failed"] and result["msg"].isprintable() and not result.get("drift")
    assert node.snapshot() == before
    assert "failed" not in node.install([whole()]) and "failed" not in node.install([whole()])


def test_what_could_not_be_read_again_is_not_recorded(node, monkeypatch):
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _record

    monkeypatch.setattr(_record, "RECORD_BYTES", 100)
    before = node.snapshot()
    for check in (True, False):
        assert "more than 100" in node.install([whole()], check=check)["msg"]
    assert node.snapshot() == before


def test_two_items_for_one_section_are_one_account(node):
    more = {"name": "General", "match": {}, "fixed": {}, "seeded": {}}
    files = [account(path="/etc/x", enforced={key: "1"}, **more) for key in ("a", "b")]
    assert node.install(files)["changed"] and not node.install(files)["changed"]
    assert "failed" not in node.install([whole()])


@needs_root
def test_a_plain_path_in_the_home_of_its_owner(node):
    node.set_users({"ada": STRANGER})
    node.root.parent.chmod(0o711)
    node.root.chmod(0o755)
    os.chown(str(node.path("/home/ada")), STRANGER, STRANGER)
    (node.path("/home/ada") / ".claws-mail").mkdir()
    node.write("/home/ada/.claws-mail/folderlist.xml", b'<folder account_id="7"/>')
    for path in (node.path("/home/ada/.claws-mail"), node.path("/home/ada/.claws-mail/folderlist.xml")):
        os.chown(str(path), STRANGER, STRANGER)
    item = account(
        path=RC,
        owner="ada",
        numbers_in=[{"path": "/home/ada/.claws-mail/folderlist.xml", "after": ["account_id"]}],
        directories=["/home/ada/.claws-mail/sub"],
    )
    assert node.install([item])["changed"]
    assert b"[Account: 8]" in node.read(RC) and node.path("/home/ada/.claws-mail/sub").is_dir()
    assert node.path(RC).stat().st_uid == STRANGER and not node.path("/home/ada/home").exists()
    node.path(RC).write_bytes(node.read(RC) + b"own=1\n")
    assert not node.install([item])["changed"] and b"own=1" in node.read(RC)
    assert node.accounts()[0]["numbers"] == {"{home:ada}/.claws-mail/accountrc": [8]}


@needs_root
def test_an_owner_that_cannot_be_given_back_is_told(node):
    os.chown(str(node.write("/srv/a.conf", b"old\n")), STRANGER, STRANGER)
    os.chown(str(node.path("/srv")), 7, 7)
    node.install([whole("/srv/a.conf", owner="7")])
    result = node.absent(ADA)
    assert "failed" not in result and [row["code"] for row in result["findings"]] == ["owner-kept"]
    assert node.read("/srv/a.conf") == b"old\n" and node.path("/srv/a.conf").stat().st_uid == 7
    assert not node.absent(ADA)["changed"]


@needs_root
def test_a_mode_that_is_asked_for_is_there_after_one_run(node, monkeypatch):
    def fchown(*_arguments):
        raise PermissionError(1, "no")

    path = node.write("/etc/fleet.conf", b"old\n", 0o640)
    os.chown(str(path), 0, STRANGER)
    monkeypatch.setattr(os, "fchown", fchown)
    node.install([whole(mode="0640")])
    assert node.mode("/etc/fleet.conf") == 0o640 and not node.install([whole(mode="0640")])["changed"]


def test_links_to_ever_new_places_do_not_fill_the_record(node):
    sizes = []
    for number in range(12):
        rc = node.path("/home/ada/.claws-mail")
        if rc.is_symlink():
            rc.unlink()
        rc.symlink_to(f"new{number}/{'x' * 200}/{'y' * 200}")
        assert "failed" not in node.install([account()])
        sizes.append(node.path("/var/lib/mailfleet/default.json").stat().st_size)
    assert sizes[-1] < sizes[0] + 8192 and sizes[-1] - sizes[-2] < 1000


def test_more_directories_than_a_process_may_open(node, monkeypatch):
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _apply

    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    there = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 64
    monkeypatch.setattr(_apply, "_OPEN_DIRECTORIES", 16)
    resource.setrlimit(resource.RLIMIT_NOFILE, (there + 64, hard))
    try:
        result = node.install([whole(f"/etc/fleet/{number}/f") for number in range(100)])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "failed" not in result and len(result["files"]) == 100


def test_a_builders_tree_may_be_written_by_the_builders_group(node):
    for name in ("/", "/var", "/var/lib"):
        node.path(name).mkdir(exist_ok=True)
        node.path(name).chmod(0o775)
    assert "failed" not in node.install([whole(accounts=[BOB])])


def by_login(email, login):
    return account(
        email,
        match={"user_id": login, "protocol": "0"},
        fixed={"protocol": "0"},
        enforced={"user_id": login, "smtp_server": "s"},
        seeded={},
    )


def test_a_section_that_goes_by_another_account_is_on_record_once(node):
    node.install([by_login(ADA, "l1"), by_login("old@example.org", "l2")], accounts=[])
    node.write(RC, b"[Account: 1]\nprotocol=0\nuser_id=l2\nsmtp_server=s\n")
    assert "failed" not in node.install([by_login(ADA, "l2")], accounts=[])
    (entry,) = node.record()
    assert [(item["account"], item["name"]) for item in entry["sections"]] == [(ADA, "Account: 1")]
    assert not node.install([by_login(ADA, "l2")], accounts=[])["changed"]


def test_one_value_that_is_wanted_twice_is_on_record_once(node):
    values = [{"path": ["a"], "value": 1}, {"path": ["a"], "value": 1}]
    wanted = {"path": "/etc/x", "accounts": [ADA], "values": values}
    assert node.install([wanted])["changed"] and not node.install([wanted])["changed"]
    assert len(node.record()[0]["values"]) == 1


@needs_root
def test_a_directory_that_somebody_made_meanwhile_is_not_written_into(node, monkeypatch):
    spool = node.path("/srv")
    spool.mkdir()
    spool.chmod(0o1777)
    real = os.mkdir

    def mkdir(name, *arguments, **more):
        real(name, *arguments, **more)
        os.chown(name, STRANGER, STRANGER, dir_fd=more["dir_fd"])
        raise FileExistsError(17, "there")

    node.install([whole()])
    monkeypatch.setattr(os, "mkdir", mkdir)
    result = node.install([whole("/srv/sub/f", owner="0")])
    assert "leave owner out" in result["msg"] and not node.path("/srv/sub/f").exists()
