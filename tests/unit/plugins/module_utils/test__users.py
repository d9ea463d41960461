# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users and groups, looked up in another root or on this machine."""

from __future__ import annotations

import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem, MissingUser
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._tree import root_area
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._users import Users

PASSWD = b"""+nis
# comment
short:x
ada:x:1001:1001:Ada:/home/ada:/bin/sh
bad:x:x:1::/home/bad:
rel:x:7:7::home:
ada:x:9:9::/other:
"""
GROUP = b"ada:x:1001:\nmail:x:8:bob,ada\nmore:x:9:adam\n"


@pytest.fixture
def users(node):
    node.write("/etc/passwd", PASSWD)
    node.write("/etc/group", GROUP)
    return lambda **overrides: Users(str(node.root), root_area(str(node.root)), overrides)


def fields(user):
    return user.uid, user.gid, user.home, user.groups


FOUND = [
    ("from the database, the first entry counts", "ada", {}, (1001, 1001, "/home/ada", [8, 1001])),
    ("another home", "ada", {"ada": {"home": "/srv/ada"}}, (1001, 1001, "/srv/ada", [8, 1001])),
    ("another uid", "ada", {"ada": {"uid": 5}}, (5, 1001, "/home/ada", [8, 1001])),
    ("nobody the database knows", "eve", {"eve": {"home": "/home/eve", "uid": 5}}, (5, 5, "/home/eve", [5])),
]


@pytest.mark.parametrize("name, overrides, expected", [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_a_user_is_found(users, name, overrides, expected):
    assert fields(users(**overrides).user(name)) == expected


def test_with_a_home_alone_its_owner_is_the_user(users):
    found = users(eve={"home": "/home/bob"}).user("eve")
    assert found.uid == os.getuid()


LOST = [
    ("nobody", "eve", {}, MissingUser, "eve"),
    ("a home that is not there", "eve", {"eve": {"home": "/home/eve"}}, MissingUser, "/home/eve"),
    ("no home", "eve", {"eve": {"uid": 5}}, MissingUser, "eve"),
    ("an id that is none", "bad", {}, FileProblem, '"x"'),
    ("a home that is no path", "rel", {}, FileProblem, '"home"'),
]


@pytest.mark.parametrize("name, overrides, kind, word", [case[1:] for case in LOST], ids=[case[0] for case in LOST])
def test_a_user_is_not_found(users, name, overrides, kind, word):
    with pytest.raises(kind, match=word):
        users(**overrides).user(name)


def test_numbers_of_names(users):
    known = users(eve={"uid": 5})
    assert [known.uid(name) for name in ("ada", "42", "eve")] == [1001, 42, 5]
    assert [known.gid(name) for name in ("mail", "42")] == [8, 42]
    for look in (known.uid, known.gid):
        with pytest.raises(FileProblem, match="nobody-at-all"):
            look("nobody-at-all")


def test_this_machine_knows_its_own_users(node):
    import grp
    import pwd

    me = pwd.getpwuid(os.getuid())
    known = Users("/", root_area(str(node.root)), {})
    found = known.user(me.pw_name)
    assert (found.uid, found.home) == (me.pw_uid, me.pw_dir) and me.pw_gid in found.groups
    assert known.gid(grp.getgrgid(me.pw_gid).gr_name) == me.pw_gid
    with pytest.raises(MissingUser):
        known.user("nobody-at-all")
