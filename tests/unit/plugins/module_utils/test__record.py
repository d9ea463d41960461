# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record is believed only where nobody else can have written it, in our own form, and for places of the client."""

from __future__ import annotations

import copy
import json
import os

import pytest

from .conftest import ADA, BOB, FOREIGN, account, whole
from .test__attributes import acl, give

RC = "/home/ada/.claws-mail/accountrc"
RECORD = "/var/lib/mailfleet/default.json"
LOCK = "/var/lib/mailfleet/default.lock"
STRANGER = 54321
TERRITORY = {"claws_mail": ["{home}/.claws-mail/"], "thunderbird": ["/etc/thunderbird/", "/usr/*/thunderbird/x-*.js"]}

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


# Whose it is.


@needs_root
@pytest.mark.parametrize("name", ["/", "/var", "/var/lib", "/var/lib/mailfleet", RECORD, LOCK])
def test_what_an_acl_lets_others_write_is_refused(node, name):
    node.install([whole()])
    give(node.path(name), "system.posix_acl_access", acl(STRANGER))
    assert "can be written by others" in node.install([whole(content="x")])["msg"]


@needs_root
@pytest.mark.parametrize("name", ["/var", "/var/lib", "/var/lib/mailfleet", RECORD, LOCK])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_belongs_to_somebody_else_is_refused(node, name, state):
    node.install([whole()])
    os.chown(str(node.path(name)), STRANGER, STRANGER)
    before = node.snapshot()
    for check in (True, False):
        result = node.install([whole(content="x")] if state == "present" else [], state=state, check=check)
        assert f"{name} belongs to uid {STRANGER}" in result["msg"] and "drift" not in result
    assert node.snapshot() == before


@pytest.mark.parametrize("mode", [0o002, 0o022], ids=["others", "the group too"])
@pytest.mark.parametrize("name", ["/", "/var", "/var/lib", "/var/lib/mailfleet", RECORD, LOCK])
def test_what_others_may_write_is_refused(node, name, mode):
    node.install([whole()])
    path = node.path(name)
    path.chmod(path.stat().st_mode | mode)
    before = node.snapshot()
    assert "can be written by others" in node.install([whole(content="x")])["msg"]
    assert node.snapshot() == before


def test_a_sticky_directory_above_is_no_danger_and_the_own_one_is(node):
    node.install([whole()])
    node.path("/var").chmod(0o1777)
    assert "failed" not in node.install([whole(content="x")])
    node.path("/var/lib/mailfleet").chmod(0o1777)
    assert "can be written by others" in node.install([whole(content="y")])["msg"]


def test_a_new_record_is_not_made_where_others_may_write(node):
    node.path("/var/lib").mkdir(parents=True)
    node.path("/var/lib").chmod(0o777)
    assert "can be written by others" in node.install([whole()])["msg"]
    assert not node.path("/etc/fleet.conf").exists() and os.listdir(str(node.path("/var/lib"))) == []


def test_a_lock_that_is_no_file_is_one_sentence(node):
    node.install([whole()])
    node.path(LOCK).unlink()
    os.mkfifo(str(node.path(LOCK)))
    result = node.install([whole(content="x")])
    assert result.get("msg", "").startswith("The record") or "failed" not in result


# Its form.


def full(node):
    """A record with every kind of entry, some of them unfinished."""
    node.write("/etc/fleet.conf", b"old\n")
    node.write("/etc/policies.json", b'{"a": 1}\n')
    node.write("/home/bob/.muttrc", b"x\n")
    block = {"account": BOB, "text": "source x\n"}
    server = {"type": "pop3", "hostname": "pop.example.org", "port": 995, "socket_type": "SSL", "username": "ada"}
    result = node.install(
        [
            account(numbers_in=[], running=["claws-mail"]),
            account(BOB, path="/etc/accountrc", client="", name="General", match={}, fixed={}),
            whole(mode="0600", basis="x"),
            whole("/etc/once", once=True),
            {"path": "{home:bob}/.muttrc", "client": "mutt", "blocks": [block]},
            {
                "path": "/etc/policies.json",
                "client": "thunderbird",
                "accounts": [ADA],
                "values": [{"path": ["a"], "value": 2}, {"path": ["b", "c"], "value": [True]}],
            },
        ],
        connections=[
            {"account": ADA, "user": "ada", "clients": ["claws_mail"], "incoming": server, "outgoing": server}
        ],
    )
    assert "failed" not in result
    content = json.loads(node.read(RECORD).decode())
    entry = copy.deepcopy(next(entry for entry in content["files"] if entry["kind"] == "once"))
    mark = {"before": None, "after": entry["sha256"], "entry": copy.deepcopy(entry), "leaves": False}
    next(item for item in content["files"] if item["kind"] == "once")["unfinished"] = mark
    return content


OTHERS = [None, True, 7, -1, 1.5, "", "x", "\udcff", "\ud800", "a\nb", "a\0b", [], [7], {}, {"x": 7}, "../x", "/etc/x/"]


def places(content, path=()):
    """Yield the way to every value."""
    if path:
        yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def spoiled(content):
    """Yield (what, record) with one thing changed in each."""
    for way in list(places(content)):
        for other in OTHERS:
            changed = copy.deepcopy(content)
            at = changed
            for key in way[:-1]:
                at = at[key]
            if type(at[way[-1]]) is type(other) and at[way[-1]] == other:
                continue
            at[way[-1]] = other
            yield (way, other), changed
        for change in ("gone", "more"):
            changed = copy.deepcopy(content)
            at = changed
            for key in way[:-1]:
                at = at[key]
            if change == "gone":
                del at[way[-1]]
            elif isinstance(at, dict):
                at["more"] = at[way[-1]]
            else:
                at.append(at[way[-1]])
            yield (way, change), changed


def test_a_record_of_a_wrong_shape_is_one_sentence(node):
    content = full(node)
    before = {name: node.read(name) for name in ("/etc/fleet.conf", RC, "/etc/policies.json", "/home/bob/.muttrc")}
    tried = refused = 0
    for what, changed in spoiled(content):
        node.path(RECORD).write_bytes(json.dumps(changed).encode())
        result = node.install([], state="absent", check=True, allow_empty=True, accounts=[])
        tried += 1
        if result.get("failed") and "drift" not in result:
            refused += 1
            message = result["msg"]
            assert message.startswith(f"The record {RECORD} ") and len(message) < 1000 and message.isprintable(), what
    assert tried > 2000 and refused > tried * 2 / 3
    assert {name: node.read(name) for name in before} == before


BYTES = [
    b"",
    b"\0",
    b"null",
    b"7",
    b'"x"',
    b"[" * 100000,
    b'{"version": 1, "files": ' + b"[" * 100000,
    b'{"version": NaN, "files": []}',
    b'{"version": true, "files": []}',
    b'{"version": 0, "files": []}',
    b'{"version": ' + b"9" * 5000 + b', "files": []}',
    b'{"version": 1, "files": {}}',
    b"\xff\xfe",
    b'{"version": 1, "files": [], "accounts": 7}',
]


@pytest.mark.parametrize("data", BYTES, ids=lambda data: repr(data[:30]))
def test_a_record_of_other_bytes_is_one_sentence(node, data):
    node.write(RECORD, data)
    result = node.install([whole()])
    assert result["msg"].startswith(f"The record {RECORD} ") and len(result["msg"]) < 1000 and "drift" not in result
    assert not node.path("/etc/fleet.conf").exists()


def test_what_we_write_has_our_form(node):
    full(node)
    assert "failed" not in node.install([whole()], check=True)


# Its places.


def forged(node, **more):
    """A record that says that Claws Mail has a file where it has none."""
    node.install([account()])
    content = json.loads(node.read(RECORD).decode())
    content["files"][0].update(more)
    node.path(RECORD).write_bytes(json.dumps(content).encode())


PLACES = [
    ("a file of the system", {"path": "/etc/cron.d/x", "user": None, "home": None, "directories": []}),
    ("another file of the user", {"path": "{home:ada}/.bashrc"}),
    ("a file beside", {"path": "{home:ada}/.claws-mail2/accountrc"}),
]


@pytest.mark.parametrize("more", [case[1] for case in PLACES], ids=[case[0] for case in PLACES])
@pytest.mark.parametrize("run", [{"state": "absent"}, {"purge": True, "accounts": [BOB]}], ids=["absent", "purge"])
def test_what_lies_in_no_place_of_the_client_is_not_touched(node, more, run):
    forged(node, **more)
    names = ("/etc/cron.d/x", "/home/ada/.bashrc", "/home/ada/.claws-mail2/accountrc")
    for name in names:
        node.write(name, FOREIGN)
    recorded = node.record()
    for check in (True, False, False):
        result = node.install([], territory=TERRITORY, check=check, **{"accounts": [ADA], **run})
        (told,) = [row["message"] for row in result["findings"] if row["code"] == "place-foreign"]
        assert "no place for files of that client" in told and "claws_mail" in told
        assert result["drift"] == result["files"] == [] and "failed" not in result
    assert all(node.read(name) == FOREIGN for name in names) and node.record() == recorded


def test_a_directory_in_no_place_of_the_client_is_not_removed(node):
    node.install([whole("/etc/thunderbird/x/f", client="thunderbird")], territory=TERRITORY)
    content = json.loads(node.read(RECORD).decode())
    content["files"][0]["directories"].append("/srv/empty")
    node.path(RECORD).write_bytes(json.dumps(content).encode())
    node.path("/srv/empty").mkdir(parents=True)
    assert node.absent(ADA, territory=TERRITORY)["changed"]
    assert node.path("/srv/empty").exists() and not node.path("/etc/thunderbird").exists()


LINKS = {
    "nowhere": "nothing/at/all",
    "a line break": "no\nthing/at/all",
    "like a home": "{home:bob}/x/accountrc",
    "a lone byte": "no\udcffthing/at/all",
}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS)
def test_what_a_user_links_stops_no_later_run(node, target):
    node.path("/home/ada/.claws-mail").mkdir()
    node.path(RC).symlink_to(target)
    for _round in range(2):
        result = node.install([account(), whole(accounts=[BOB])], territory=TERRITORY)
        assert {row["email"] for row in result["refused"]} <= {ADA}
    assert node.path("/etc/fleet.conf").exists()
    assert "failed" not in node.install([], accounts=[BOB], purge=True, territory=TERRITORY)
    assert os.listdir(str(node.path("/home/ada"))) == [".claws-mail"]


@pytest.mark.parametrize("value", [b"a\0b", b"a\xffb", b"\r", b"\x1b[2J", b"x" * 5000], ids=repr)
def test_what_a_user_writes_into_a_file_stops_no_later_run(node, value):
    node.write(RC, b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=" + value + b"\n")
    before = node.read(RC)
    assert "failed" not in node.install([account()], territory=TERRITORY)
    assert not node.install([account()], territory=TERRITORY)["changed"]
    assert "failed" not in node.absent(ADA, territory=TERRITORY) and node.read(RC) == before


def test_places_of_the_client_are_touched(node):
    node.install([account(), whole("/usr/lib/thunderbird/x-1.js", client="thunderbird")], territory=TERRITORY)
    assert node.absent(ADA, territory=TERRITORY)["changed"]
    assert not node.path(RC).exists() and not node.path("/usr/lib/thunderbird/x-1.js").exists()


@pytest.mark.parametrize("run", [{"state": "absent"}, {"purge": True, "accounts": [BOB]}], ids=["absent", "purge"])
def test_files_of_other_callers_of_the_set_stay(node, run):
    node.install([whole(), whole("/etc/other", client="mine")])
    assert not node.install([], territory=TERRITORY, **{"accounts": [ADA], **run})["changed"]
    assert node.path("/etc/fleet.conf").exists() and node.path("/etc/other").exists()


def test_a_territory_that_is_none(node):
    for wrong in ("/etc", ["etc"], [7]):
        assert "territory.x" in node.install([whole()], territory={"x": wrong})["msg"]
