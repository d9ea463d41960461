# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed leaves nothing that the next one does not put away, whenever that was."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _apply
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._record import tag_of

from .conftest import ADA, BOB, FOREIGN, account, whole

RC = "/home/ada/.claws-mail/accountrc"
COUNTED = ("open", "write", "fsync", "rename", "mkdir", "unlink", "rmdir", "fchmod")
STRANGER = 54321

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root has users")


def in_a_child(action):
    """Run ``action`` in a child, which may die of it; return its exit code."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number, monkeypatch, action):
    """Run ``action`` in a child that dies at its ``number``-th counted call; return whether it came so far."""
    calls = [0]

    def counting(real):
        def call(*arguments, **more):
            calls[0] += 1
            if calls[0] == number:
                os._exit(9)
            return real(*arguments, **more)

        return call

    def counted():
        for name in COUNTED:
            monkeypatch.setattr(os, name, counting(getattr(os, name)))
        action()

    return in_a_child(counted) == 9


def names(node):
    """Every path below the root but for what belongs to the record."""
    found = set()
    for directory, directories, files in os.walk(str(node.root)):
        found.update(os.path.relpath(os.path.join(directory, name), str(node.root)) for name in directories + files)
    return {name for name in found if not name.startswith("var")} | {name for name in found if ".tmp" in name}


def wanted(content="new\n"):
    return [
        account(),
        whole("{home:ada}/a/b/c/f", content, directories=["{home:ada}/d/e"]),
        whole("/opt/x/y/f", content, [BOB]),
        whole(content=content, accounts=[BOB]),
    ]


def steps(monkeypatch, action, after):
    """Kill ``action`` at each call in turn, and do ``after`` each time."""
    number = 0
    while True:
        number += 1
        if not killed_at(number, monkeypatch, action):
            return number
        after(number)
        assert number < 2000


def test_a_first_run_that_is_killed_is_made_undone(node, monkeypatch):
    node.write("/etc/fleet.conf", b"old\n")
    before = names(node)

    def undo(number):
        assert "failed" not in node.absent(ADA, BOB)
        assert names(node) == before, f"after a kill at call {number}"
        assert node.read("/etc/fleet.conf") == b"old\n"

    assert steps(monkeypatch, lambda: node.install(wanted()), undo) > 50


def test_a_run_that_is_killed_is_finished_by_the_next(node, monkeypatch):
    node.write("/etc/fleet.conf", b"old\n")
    node.write(RC, FOREIGN)
    before = names(node)
    content = [0]

    def again(number):
        assert "failed" not in node.install(wanted(f"{content[0]}\n"))
        assert not [name for name in names(node) if ".tmp" in name], f"after a kill at call {number}"
        assert not node.install(wanted(f"{content[0]}\n"))["changed"]
        content[0] += 1

    assert steps(monkeypatch, lambda: node.install(wanted(f"{content[0]}\n")), again) > 50
    node.absent(ADA, BOB)
    assert names(node) == before and node.read(RC) == FOREIGN and node.read("/etc/fleet.conf") == b"old\n"


def test_a_removal_that_is_killed_is_finished_by_the_next(node, monkeypatch):
    before = names(node)

    def again(number):
        assert "failed" not in node.absent(ADA, BOB)
        assert names(node) == before, f"after a kill at call {number}"
        node.install(wanted())

    node.install(wanted())
    assert steps(monkeypatch, lambda: node.absent(ADA, BOB), again) > 30


def test_what_a_dead_run_left_is_put_away_though_its_file_is_not_wanted_any_more(node, monkeypatch):
    real = os.rename

    def rename(old, new, **more):
        if new == "accountrc":
            os._exit(9)
        real(old, new, **more)

    monkeypatch.setattr(os, "rename", rename)
    in_a_child(lambda: node.install([account()]))
    monkeypatch.undo()
    node.install([whole(accounts=[BOB])], accounts=[BOB], purge=True)
    assert not [name for name in names(node) if ".tmp" in name or "claws" in name]


def leftover(node, path, tag, mode=0o600):
    return node.write(f"{path}/.mailfleet-{tag}-{'0' * 16}.tmp", b"x", mode)


def test_only_what_our_own_set_left_on_this_host_is_removed(node, monkeypatch):
    monkeypatch.setattr(_apply, "replace", lambda *_arguments: os._exit(9))
    in_a_child(lambda: node.install([account()]))
    monkeypatch.undo()
    directory = "/home/ada/.claws-mail"
    own = leftover(node, directory, tag_of("default"))
    others = [
        leftover(node, directory, tag_of("other")),
        leftover(node, directory, tag_of("default-x")),
        leftover(node, directory, "default-" + "0" * 8),
        node.write(f"{directory}/.mailfleet-{tag_of('default')}-1.tmp", b"x"),
        node.write(f"{directory}/x.mailfleet-{tag_of('default')}-{'0' * 16}.tmp", b"x"),
    ]
    link = node.path(f"{directory}/.mailfleet-{tag_of('default')}-{'1' * 16}.tmp")
    link.symlink_to("accountrc")
    there = node.path(f"{directory}/.mailfleet-{tag_of('default')}-{'2' * 16}.tmp")
    there.mkdir()
    node.install([account()])
    assert not own.exists() and all(path.exists() for path in others) and link.is_symlink() and there.is_dir()


def test_check_mode_removes_nothing(node, monkeypatch):
    monkeypatch.setattr(_apply, "replace", lambda *_arguments: os._exit(9))
    in_a_child(lambda: node.install([account()]))
    monkeypatch.undo()
    leftover(node, "/home/ada/.claws-mail", tag_of("default"))
    before = node.snapshot()
    node.install([account()], check=True)
    node.install([], state="absent", check=True)
    assert node.snapshot() == before


@needs_root
def test_a_user_cannot_have_us_remove_what_is_not_that_users(node):
    node.set_users({"ada": STRANGER})
    node.root.parent.chmod(0o711)
    node.root.chmod(0o755)
    home = node.path("/home/ada")
    os.chown(str(home), STRANGER, STRANGER)
    node.install([account()])
    path = leftover(node, "/home/ada/.claws-mail", tag_of("default"))
    os.chown(str(path), 0, 0)
    os.chown(str(path.parent), STRANGER, STRANGER)
    mark = {"before": None, "after": None, "entry": None, "leaves": False}
    record = node.path("/var/lib/mailfleet/default.json")
    content = json.loads(record.read_bytes().decode())
    content["files"][0]["unfinished"] = dict(mark, after="sha256:" + "0" * 64)
    record.write_bytes(json.dumps(content).encode())
    node.install([account()])
    assert path.exists()
