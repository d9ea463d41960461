# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives the record, its lock and their directory to others, breaks its shape, and has it name what is not ours.

What others own or may write is refused; a record of a wrong shape is one sentence; and whatever a record says, nothing
is written, removed or given back outside of the places that its client may use.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from .attributes import acl
from .stage import Ended, Fell, NotPossible, Stage
from .wanted import ADA, FOREIGN, absent, present, purged

CLIENTS = ("claws_mail", "mutt", "thunderbird", "thunderbird_autoconfig")
RECORD = "/var/lib/mailfleet/default.json"
SHAPES = 40
"""Rounds with broken shapes,"""
EACH = 11
"""and how many each tries."""

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    "",
    "x",
    "0",
    "\0",
    "a\nb",
    "\x1b[2J",
    "\ud800",
    "../../../etc/shadow",
    "/",
    "x" * 100_000,
    [],
    [None],
    [[]],
    ["x", 1, None],
    {},
    {"x": "y"},
    {"": None},
    "GONE",
    "TWICE",
)
"""What takes the place of something in a record; the last two remove it, or put it into a list twice."""

PYTHON = re.compile(
    r"Traceback|\b(?:Attribute|Index|Key|Name|Recursion|Type|Overflow|Assertion|OS)Error\b|object has no|NoneType"
    r"|<class|not subscriptable|unhashable|unsupported operand|invalid literal|object is not|positional argument"
)
"""What an admin can make nothing of."""


def rounds() -> list[str]:
    """Return all rounds."""
    names = [f"owner: {what} of {path}" for path in PATHS for what in TAKEN]
    names += [f"shape: {number}" for number in range(SHAPES)]
    names += [f"bytes: {what}" for what in BYTES]
    return [*names, *(f"place: {what} by {kind}" for what in PLACES for kind in FORGED)]


def play(stage: Stage, name: str) -> None:
    """Install, change the record, and see what runs make of it."""
    kind, _colon, what = name.partition(": ")
    stage.write("/home/ada/.claws-mail/accountrc", FOREIGN, stage.ada)
    stage.write("/home/ada/.muttrc", b"set realname=Ada\n", stage.ada)
    stage.write("/usr/share/thunderbird/isp/example.org.xml", b"old\n")
    if kind == "owner":
        _owner(stage, what)
        return
    stage.good(present(CLIENTS))
    record = stage.path(RECORD)
    if kind == "shape":
        whole = json.loads(record.read_bytes())
        for number in range(EACH):
            label, broken = _broken(stage, whole)
            _try(stage, json.dumps(broken).encode("ascii"), f"{number}: {label}")
    elif kind == "bytes":
        _try(stage, BYTES[what](record.read_bytes()), what)
    else:
        place, _by, forged = what.rpartition(" by ")
        _place(stage, PLACES[place], forged)


def _try(stage: Stage, data: bytes, label: str) -> None:
    """Compare, update or purge, and remove with this record."""
    record = stage.path(RECORD)
    before = stage.jewels()
    changing = stage.dice.choice((present(CLIENTS, later=True), purged(CLIENTS)))
    for params, check in ((present(CLIENTS), True), (changing, False), (absent(), False)):
        record.write_bytes(data)
        record.chmod(0o600)
        try:
            _is_sentence(stage.installed(params, check=check), label)
        except Fell as fall:
            raise Fell(f"{fall} (where {label})") from fall
    stage.compare(before, stage.jewels(), label)


def _is_sentence(ended: Ended, label: str) -> None:
    told = [ended.told, *(row["reason"] for row in ended.result.get("refused", ()))]
    for text in told:
        found = PYTHON.search(text)
        if found or "\n" in text or (text and not text.rstrip().endswith((".", ")"))) or len(text) > 20_000:
            raise Fell(f"{label}: no sentence ({found[0] if found else 'form'}): {text[:600]!r}")


# Shapes


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nodes(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _nodes(inner, (*path, number))


def _broken(stage: Stage, whole: dict[str, Any]) -> tuple[str, Any]:
    """Return a copy of a record in which one thing is another, and what that is."""
    path = stage.dice.choice(list(_nodes(whole)))
    value = stage.dice.choice(VALUES)
    label = f"{'.'.join(map(str, path)) or 'everything'} is {repr(value)[:40]}"
    if not path:
        return label, value
    broken = copy.deepcopy(whole)
    holder: Any = broken
    for key in path[:-1]:
        holder = holder[key]
    if value == "GONE":
        del holder[path[-1]]
    elif value == "TWICE":
        holder[path[-1]] = [holder[path[-1]], holder[path[-1]]]
    else:
        holder[path[-1]] = value
    return label, broken


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "all but the last byte": lambda data: data[:-3],
    "twice": lambda data: data + data,
    "zero bytes": lambda data: bytes(len(data)),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "Latin-1": lambda data: data.replace(b"ada", b"\xe4da"),
    "NaN": lambda data: data.replace(b'"version": 1', b'"version": NaN'),
    "infinity": lambda data: data.replace(b'"version": 1', b'"version": 1e999'),
    "a version of 5000 digits": lambda data: data.replace(b'"version": 1', b'"version": ' + b"9" * 5000),
    "no version": lambda data: data.replace(b'"version": 1, ', b""),
    "a later version": lambda data: data.replace(b'"version": 1', b'"version": 99'),
    "another set": lambda data: data.replace(b'"set": "default"', b'"set": "other"'),
    "keys twice": lambda data: data.replace(b'"files": [', b'"files": [], "files": [', 1),
    "brackets": lambda data: b"[" * 200_000,
    "deep": lambda data: b'{"version": 1, "files": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "objects": lambda data: b'{"a":' * 100_000,
    "a long line": lambda data: data.rstrip()[:-1] + b', "x": "' + b"x" * 3_000_000 + b'"}',
    "lone surrogates": lambda data: data.replace(b"ada@", b"\\udc80\\ud800@"),
}
"""How a record may be no record."""


# Places


def _sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


PLACES = {
    "a file of the machine": "/srv/jewels/file",
    "a shared file": "/srv/jewels/shared/file",
    "the passwords": "/etc/shadow",
    "a new file": "/srv/jewels/shared/new",
    "a start-up file": "/etc/profile.d/x.sh",
    "eve's diary": "{home:eve}/diary",
    "eve's diary by its path": "/home/eve/diary",
    "eve's diary from ada's home": "{home:ada}/../eve/diary",
    "root's keys": "{home:root}/.ssh/authorized_keys",
    "ada's keys": "{home:ada}/.ssh/authorized_keys",
    "ada's start-up file": "{home:ada}/.profile",
    "the record of another set": "/var/lib/mailfleet/other.json",
}
"""What is no client's place. In ada's home the harm is hers, but it is harm."""

CONTENT = b"jewel\n"
FORGED: dict[str, dict[str, Any]] = {
    "whole": {"kind": "whole", "sha256": _sha(CONTENT), "replaced": None},
    "giving back": {"kind": "whole", "sha256": _sha(CONTENT), "replaced": base64.b64encode(b"forged\n").decode()},
    "attributes": {
        "kind": "whole",
        "sha256": _sha(CONTENT),
        "replaced": base64.b64encode(CONTENT).decode(),
        "created": False,
        "attributes": {
            "mode": {"written": "0644", "replaced": "4777"},
            "owner": {"written": "0", "replaced": "1"},
        },
    },
    "once": {"kind": "once", "sha256": _sha(CONTENT), "replaced": None},
    "blocks": {
        "kind": "blocks",
        "block_name": "default",
        "comment": "#",
        "blocks": [{"account": ADA, "closed": False, "sha256": _sha(CONTENT)}],
    },
    "directories": {"kind": "whole", "sha256": _sha(b"x"), "replaced": None},
    "unfinished": {
        "kind": "whole",
        "sha256": _sha(CONTENT),
        "replaced": base64.b64encode(b"forged\n").decode(),
        "unfinished": {"before": _sha(b"x"), "after": _sha(CONTENT), "entry": None, "leaves": False},
    },
    "another client's": {"kind": "whole", "sha256": _sha(CONTENT), "replaced": None, "client": "no_such_client"},
}
"""Entries that a record could have for such a place, whose file has the content that they name."""


def _place(stage: Stage, path: str, forged: str) -> None:
    stage.write("/home/ada/.ssh/authorized_keys", CONTENT, stage.ada, 0o600)
    stage.write("/home/ada/.profile", CONTENT, stage.ada)
    stage.write("/root/.ssh/authorized_keys", CONTENT, mode=0o600)
    stage.write("/var/lib/mailfleet/other.json", CONTENT, mode=0o600)
    for name, uid in (("/etc/shadow", 0), ("/home/eve/diary", stage.eve)):
        stage.write(name, CONTENT, uid, 0o600)
    found = re.match(r"\{home:(\w+)\}", path)
    user = found[1] if found else None
    entry = {
        "path": path,
        "client": "mutt",
        "accounts": [ADA],
        "attributes": {},
        "created": True,
        "directories": ["/srv/jewels/empty", "{home:eve}"] if forged == "directories" else [],
        "home": f"/home/{user}" if user else None,
        "user": user,
        "running": [],
        **FORGED[forged],
    }
    record = stage.path(RECORD)
    whole = json.loads(record.read_bytes())
    whole["files"].append(entry)
    data = json.dumps(whole).encode("ascii")
    before = stage.jewels()
    for params in (present(CLIENTS, later=True), purged(CLIENTS), absent()):
        record.write_bytes(data)
        ended = stage.installed(params)
        _is_sentence(ended, f"{path} by {forged}")
    stage.compare(before, stage.jewels(), f"{path} by {forged}")
    for beside in _beside(stage):
        if not beside.exists() or beside.read_bytes() != CONTENT:
            raise Fell(f"{beside.relative_to(stage.root)} was removed or changed, because a record said so")


def _beside(stage: Stage) -> list[Path]:
    """Return what is no client's place, but lies where jewels() does not look."""
    return [
        stage.path(name)
        for name in ("/home/ada/.ssh/authorized_keys", "/home/ada/.profile", "/var/lib/mailfleet/other.json")
    ]


# Owners

PATHS = ("/var/lib/mailfleet/default.json", "/var/lib/mailfleet/default.lock", "/var/lib/mailfleet", "/var/lib", "/var")


def _give_away(stage: Stage, path: Path) -> None:
    os.chown(path, stage.ada, stage.ada)


def _group(stage: Stage, path: Path) -> None:
    os.chown(path, 0, stage.ada)
    path.chmod(0o775 if path.is_dir() else 0o660)


def _acl(stage: Stage, path: Path) -> None:
    try:
        os.setxattr(path, "system.posix_acl_access", acl(stage.ada, 7))
    except OSError as error:
        raise NotPossible("this file system takes no ACL") from error


def _link(stage: Stage, path: Path) -> None:
    """It is the second name of a file that ada has in her home, and may write."""
    if path.is_dir():
        raise NotPossible("a directory has one name")
    own = stage.path("/home/ada/own")
    own.write_bytes(path.read_bytes())
    os.chown(own, stage.ada, stage.ada)
    path.unlink()
    os.link(own, path)


TAKEN: dict[str, Callable[[Stage, Path], None]] = {
    "another owner": _give_away,
    "another group that may write": _group,
    "everybody may write": lambda _stage, path: path.chmod(0o777 if path.is_dir() else 0o666),
    "an ACL": _acl,
    "a second name": _link,
}


def _owner(stage: Stage, what: str) -> None:
    """A record that others can write says what they like, also when it is right at the moment."""
    taken, _of, path = what.partition(" of ")
    if taken == "a second name" and stage.path(path).is_dir() and path != RECORD:
        raise NotPossible("a directory has one name")
    stage.good(present(CLIENTS))
    TAKEN[taken](stage, stage.path(path))
    before = stage.kept("/var/lib")
    for params in (present(CLIENTS, later=True), absent()):
        # In check mode no lock is taken, so none is looked at.
        for check in (False,) if path.endswith(".lock") else (True, False):
            ended = stage.installed(params, check=check)
            if not ended.result.get("failed") or "/var" not in ended.told:
                raise Fell(f"it was not refused: {ended.told or ended.result.get('changed')}")
            _is_sentence(ended, what)
    stage.compare(before, stage.kept("/var/lib"), "it was refused, and something changed")
    with suppress(FileNotFoundError):
        # It is said how to go on: given back to root, it is believed.
        target = stage.path(path)
        if taken == "another owner":
            os.chown(target, 0, 0)
            stage.good(absent())
