# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Acting with the rights of a user: as root in a child, otherwise as ourselves."""

from __future__ import annotations

import os
import signal
import stat

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._as_user import ChildDied, run_as
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._users import User

from .conftest import ADA, account, whole

STRANGER = 54321


@pytest.fixture
def child(monkeypatch):
    """Make a child of ``run_as`` possible for everybody: it notes what it would become."""
    calls = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: calls.append([name, value]))
    return calls


def user(uid=STRANGER):
    return User("ada", uid, 7, "/home/ada", [7, 8])


def test_rights_are_given_up_in_the_only_order_that_works(child):
    assert run_as(user(), lambda: child) == [["setgroups", [7, 8]], ["setgid", 7], ["setuid", STRANGER]]
    assert child == [], "it happened in a child"


@pytest.mark.usefixtures("child")
def test_bytes_cross_from_the_child():
    answer = [{"content": bytes(range(256)), "text": "\udcff", "none": None, "n": 1}]
    assert run_as(user(), lambda: answer) == answer


@pytest.mark.usefixtures("child")
def test_more_than_a_pipe_holds_crosses():
    assert run_as(user(), lambda: b"x" * 1000000) == b"x" * 1000000


@pytest.mark.parametrize("nobody", [None, user(os.getuid())], ids=["nobody", "ourselves"])
def test_no_child_where_none_is_needed(nobody):
    assert run_as(nobody, os.getpid) == os.getpid()


@pytest.mark.usefixtures("child")
def test_a_child_that_is_killed_is_told():
    with pytest.raises(ChildDied, match=r"ada .uid 54321. ended with signal 9"):
        run_as(user(), lambda: os.kill(os.getpid(), signal.SIGKILL))


@pytest.mark.usefixtures("child")
def test_an_error_in_the_child_is_told():
    with pytest.raises(ChildDied, match="KeyError: 'x'"):
        run_as(user(), lambda: {}["x"])


@pytest.mark.usefixtures("child")
def test_a_child_never_runs_on_in_our_code():
    with pytest.raises(ChildDied, match="exit status 1"):
        run_as(user(), lambda: (_never for _never in ()).throw(SystemExit(0)))


def test_without_root_nobody_becomes_somebody_else(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    with pytest.raises(FileProblem, match="become: true"):
        run_as(user(), os.getpid)


@pytest.mark.usefixtures("child")
def test_a_child_that_dies_while_planning_refuses_its_accounts(node, monkeypatch):
    node.set_users({"ada": STRANGER, "bob": 0})
    monkeypatch.setattr(os, "setuid", lambda uid: os.kill(os.getpid(), signal.SIGKILL))
    result = node.install([account(), whole(accounts=["carol@example.org"])])
    assert [row["email"] for row in result["refused"]] == [ADA] and "signal 9" in result["msg"]
    assert node.path("/etc/fleet.conf").exists()


@pytest.mark.usefixtures("child")
def test_a_child_that_dies_while_writing_leaves_both_possibilities_on_record(node, monkeypatch):
    node.set_users({"ada": STRANGER})
    monkeypatch.setattr(os, "umask", lambda mask: os.kill(os.getpid(), signal.SIGKILL) if os.getppid() == parent else 0)
    parent = os.getpid()
    result = node.install([account()])
    assert "signal 9" in result["msg"] and node.record()[0]["unfinished"]["entry"] is None
    monkeypatch.undo()
    node.set_users({"ada": os.getuid()})
    assert node.install([account()])["changed"] and "unfinished" not in node.record()[0]


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def stranger(node):
    """The node with an ada who is really somebody else, below a directory that only root can enter."""
    node.set_users({"ada": STRANGER})
    node.root.parent.chmod(0o700)
    node.root.chmod(0o755)
    os.chown(str(node.path("/home/ada")), STRANGER, STRANGER)
    return node


@needs_root
def test_files_in_a_home_belong_to_the_user(stranger):
    assert "failed" not in stranger.install([account(), whole("{home:ada}/x/y/f")])
    for name in (".claws-mail", ".claws-mail/accountrc", "x", "x/y", "x/y/f"):
        status = stranger.path("/home/ada/" + name).stat()
        assert status.st_uid == STRANGER
        assert stat.S_IMODE(status.st_mode) == (0o700 if stat.S_ISDIR(status.st_mode) else 0o600)
    assert not stranger.install([account(), whole("{home:ada}/x/y/f")])["changed"]
    assert stranger.absent(ADA)["changed"] and os.listdir(str(stranger.path("/home/ada"))) == []


@needs_root
def test_the_child_can_do_only_what_the_user_can(stranger):
    stranger.write("/home/ada/.claws-mail/accountrc", b"[root]\n", 0o600)
    result = stranger.install([account()])
    assert "permission denied" in result["msg"] and stranger.read("/home/ada/.claws-mail/accountrc") == b"[root]\n"


@needs_root
def test_the_child_has_the_users_groups(stranger):
    stranger.write("/etc/group", b"mail:x:4242:bob,ada\n")
    path = stranger.path("/home/ada/shared")
    path.mkdir()
    os.chown(str(path), 0, 4242)
    path.chmod(0o770)
    assert "failed" not in stranger.install([whole("{home:ada}/shared/f", group="mail")])
    assert (path / "f").stat().st_gid == 4242


@needs_root
def test_owner_and_mode_of_a_system_file_are_kept_and_set(stranger):
    path = stranger.write("/etc/fleet.conf", b"old\n", 0o640)
    os.chown(str(path), STRANGER, 4242)
    stranger.install([whole()])
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o7777) == (STRANGER, 4242, 0o640)
    result = stranger.install([whole(owner="0", group="0")])
    assert [(row["reason"], row["expected"], row["found"]) for row in result["drift"]] == [
        ("owner", "0", str(STRANGER)),
        ("owner", "group 0", "group 4242"),
    ]
    assert (path.stat().st_uid, path.stat().st_gid) == (0, 0)
    stranger.absent(ADA)
    assert (path.stat().st_uid, path.stat().st_gid) == (STRANGER, 4242)
