# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that a user prepared gives that user nothing of what becomes of it."""

from __future__ import annotations

import os
import stat
import struct

import pytest

from .conftest import ADA, account, whole

STRANGER = 54321
CONF = "/etc/fleet.conf"

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


def acl(*named):
    """An ACL in the form of the kernel (linux/posix_acl_xattr.h): rw for the owner and for each uid of ``named``."""
    entries = [(1, 6, -1), *((2, 6, uid) for uid in named), (4, 6, -1), (16, 6, -1), (32, 4, -1)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


# VFS_CAP_REVISION_2 with CAP_NET_RAW (linux/capability.h).
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)


def give(path, name, value):
    try:
        os.setxattr(str(path), name, value)
    except OSError as error:
        pytest.skip(f"{name} is not possible here: {error}")


def prepared(node, mode=0o644, uid=STRANGER):
    path = node.write(CONF, b"new\n")
    os.chown(str(path), uid, uid)
    path.chmod(mode)
    return path


def permissions(path):
    return stat.S_IMODE(os.stat(str(path)).st_mode)


@needs_root
@pytest.mark.parametrize("content", ["new\n", "other\n"], ids=["same bytes", "other bytes"])
@pytest.mark.parametrize("asked", [{"owner": "0"}, {"group": "0"}, {"owner": "0", "group": "0"}], ids=str)
def test_special_bits_do_not_survive_a_new_owner(node, asked, content):
    path = prepared(node, 0o6755)
    assert "failed" not in node.install([whole(content=content, **asked)])
    assert permissions(path) == 0o755
    assert not node.install([whole(content=content, **asked)])["changed"]


@needs_root
@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1644, 0o7777], ids=oct)
def test_special_bits_are_not_carried_over_to_other_bytes(node, mode):
    path = prepared(node, mode)
    result = node.install([whole(content="other\n")], diff=True)
    assert permissions(path) == mode & 0o777 and path.stat().st_uid == STRANGER
    assert {"mode": f"{mode:04o}"} in [entry.get("before") for entry in result["diff"]]


@needs_root
def test_special_bits_of_keyed_files_are_not_carried_over(node):
    path = node.write("/etc/accountrc", b"[x]\n", 0o644)
    path.chmod(0o4755)
    node.install([account(path="/etc/accountrc")])
    assert permissions(path) == 0o755


@needs_root
def test_special_bits_that_are_asked_for_are_kept(node):
    path = prepared(node)
    node.install([whole(owner="0", mode="4755")])
    assert permissions(path) == 0o4755 and path.stat().st_uid == 0


@needs_root
def test_special_bits_do_not_come_back_at_the_end(node):
    path = prepared(node, 0o6755)
    node.install([whole(content="other\n", owner="0", mode="0644")])
    os.chown(str(path), 7, 0)  # an admin gave it to somebody else since
    assert node.absent(ADA)["changed"]
    assert path.read_bytes() == b"new\n" and (permissions(path), path.stat().st_uid) == (0o755, 7)


@needs_root
@pytest.mark.parametrize("content", ["new\n", "other\n"], ids=["same bytes", "other bytes"])
@pytest.mark.parametrize("mode", [None, "0660", "0640"])
@pytest.mark.parametrize(
    "name, value",
    [
        ("system.posix_acl_access", acl(STRANGER)),
        ("user.note", b"x"),
        ("trusted.note", b"x"),
        ("security.capability", CAPABILITY),
    ],
)
def test_nothing_of_the_old_file_survives_a_new_owner(node, name, value, mode, content):
    path = prepared(node, 0o664)
    give(path, name, value)
    node.install([whole(content=content, owner="0", mode=mode)])
    assert path.stat().st_uid == 0 and os.listxattr(str(path)) == []


@needs_root
@pytest.mark.parametrize("there", [True, False], ids=["a file", "no file"])
def test_an_acl_of_the_directory_is_not_inherited_by_a_file_with_an_owner(node, there):
    give(node.path("/etc"), "system.posix_acl_default", acl(STRANGER))
    path = prepared(node) if there else node.path(CONF)
    node.install([whole(owner="7", mode="0660")])
    assert os.listxattr(str(path)) == [] and (permissions(path), path.stat().st_uid) == (0o660, 7)


@needs_root
@pytest.mark.parametrize("name, value", [("system.posix_acl_access", acl(STRANGER)), ("user.note", b"x")])
def test_attributes_stay_where_the_owner_stays(node, name, value):
    path = prepared(node, 0o664)
    give(path, name, value)
    node.install([whole(content="other\n")])
    assert os.getxattr(str(path), name) == value and path.stat().st_uid == STRANGER


@needs_root
def test_no_more_attributes_are_carried_over_than_anybody_has(node, monkeypatch):
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _write

    path = prepared(node)
    give(path, "user.note", b"x" * 200)
    monkeypatch.setattr(_write, "ATTRIBUTE_BYTES", 100)
    node.install([whole(content="other\n")])
    assert os.listxattr(str(path)) == []


@needs_root
def test_another_name_of_the_old_file_is_left_alone(node):
    path = prepared(node)
    other = node.path("/etc/other")
    os.link(str(path), str(other))
    node.install([whole(owner="0", mode="0600")])
    assert (path.stat().st_uid, permissions(path)) == (0, 0o600)
    assert (other.stat().st_uid, permissions(other), other.read_bytes()) == (STRANGER, 0o644, b"new\n")


def test_a_mode_is_changed_on_this_name_only(node):
    path = node.write(CONF, b"new\n", 0o644)
    other = node.path("/etc/other")
    os.link(str(path), str(other))
    node.install([whole(mode="0600")])
    assert (permissions(path), permissions(other)) == (0o600, 0o644)


@needs_root
def test_a_file_of_several_names_is_not_touched_where_others_may_write(node):
    secret = node.write("/root/secret", b"[secret]\nkey=value\n", 0o600)
    directory = node.path("/srv")
    directory.mkdir()
    os.chown(str(directory), STRANGER, STRANGER)
    os.link(str(secret), str(directory / "conf"))
    for wanted in (whole("/srv/conf", mode="0644"), account(path="/srv/conf", mode="0644")):
        for check in (True, False):
            result = node.install([wanted], check=check, diff=True)
            assert "hard links" in result["msg"] and "value" not in str(result["diff"])
    assert (secret.read_bytes(), permissions(secret)) == (b"[secret]\nkey=value\n", 0o600)


DIRECTORIES = {
    "root's": (0, 0o755, False),
    "a stranger's": (STRANGER, 0o755, True),
    "everybody's": (0, 0o777, True),
    "a group's": (0, 0o775, True),
    "sticky": (0, 0o1777, False),
    "the owner's": (7, 0o755, False),
}


@needs_root
@pytest.mark.parametrize("there", [True, False], ids=["a file", "no file"])
@pytest.mark.parametrize("uid, mode, refused", DIRECTORIES.values(), ids=DIRECTORIES)
def test_an_owner_is_refused_where_somebody_else_may_write(node, uid, mode, refused, there):
    directory = node.path("/srv")
    directory.mkdir()
    if there:
        os.chown(str(node.write("/srv/conf", b"old\n")), STRANGER, STRANGER)
    os.chown(str(directory), uid, uid)
    directory.chmod(mode)
    for check in (True, False):
        result = node.install([whole("/srv/conf", owner="7")], check=check)
        assert ("leave owner out" in result.get("msg", "")) is refused
    assert (directory / "conf").exists() is (there or not refused)
    assert not there or ((directory / "conf").read_bytes() == b"old\n") is refused


@needs_root
def test_the_owner_of_a_file_may_stay_where_others_may_write(node):
    directory = node.path("/srv")
    directory.mkdir()
    directory.chmod(0o777)
    os.chown(str(node.write("/srv/conf", b"old\n")), 7, 7)
    assert "failed" not in node.install([whole("/srv/conf", owner="7")])


@needs_root
def test_a_group_that_cannot_be_kept_opens_the_file_to_no_other(node, monkeypatch):
    path = prepared(node, 0o660)

    def fchown(*_arguments):
        raise PermissionError(1, "no")

    monkeypatch.setattr(os, "fchown", fchown)
    node.install([whole(content="other\n")])
    assert (permissions(path), path.stat().st_gid) == (0o600, os.getegid())


@needs_root
def test_backups_keep_mode_and_owner_without_special_bits(node):
    path = prepared(node, 0o4750)
    give(path, "user.note", b"x")
    (row,) = node.install([whole(content="other\n")], backup=True)["files"]
    status = os.stat(str(node.root) + row["backup_file"])
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o750, STRANGER, STRANGER)


@needs_root
def test_a_file_that_changed_hands_meanwhile_is_left_alone(node, monkeypatch):
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _perform

    path = prepared(node, uid=0)
    real = _perform.run_as

    def run_as(*arguments):
        os.chown(str(path), STRANGER, STRANGER)
        return real(*arguments)

    monkeypatch.setattr(_perform, "run_as", run_as)
    assert "changed while" in node.install([whole(content="other\n")])["msg"] and path.read_bytes() == b"new\n"
