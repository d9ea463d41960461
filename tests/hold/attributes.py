# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepares files with setuid bits, ACLs, capabilities, attributes, hard links and open files, and has root take them.

Where owner or group changes, nothing of what the user prepared is left. Where they stay, a mode that nobody asked for
loses setuid, setgid and sticky; what the caller asks for is there.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .stage import Fell, NotPossible, Stage
from .wanted import ADA

SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX
SHARE = 0.25

_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 1, 2, 4, 16, 32
_NOBODY = 0xFFFFFFFF


def acl(uid: int, rights: int) -> bytes:
    """Return an ACL that gives one more user these rights, in the kernel's form (linux/posix_acl_xattr.h)."""
    entries = (
        (_USER_OBJ, 6, _NOBODY),
        (_USER, rights, uid),
        (_GROUP_OBJ, 4, _NOBODY),
        (_MASK, 7, _NOBODY),
        (_OTHER, 4, _NOBODY),
    )
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def _set(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.EPERM, errno.EINVAL):
            raise NotPossible(f"this file system takes no {name}") from error
        raise


def _everything(stage: Stage, path: Path) -> None:
    for name, prepare in PREPARED.items():
        if name not in ("everything", "nothing"):
            prepare(stage, path)


PREPARED: dict[str, Callable[[Stage, Path], None]] = {
    "nothing": lambda _stage, _path: None,
    "ACL": lambda stage, path: _set(path, "system.posix_acl_access", acl(stage.ada, 6)),
    "ACL to execute": lambda stage, path: _set(path, "system.posix_acl_access", acl(stage.ada, 7)),
    "default ACL": lambda stage, path: _set(path.parent, "system.posix_acl_default", acl(stage.ada, 7)),
    "user attribute": lambda _stage, path: _set(path, "user.note", b"mine"),
    "hard link": lambda stage, path: os.link(path, stage.path("/home/ada/second")),
    # These come last: chmod and chown of any of the above would take them away again.
    "setuid": lambda _stage, path: path.chmod(0o6755),
    "sticky": lambda _stage, path: path.chmod(0o1777 | stat.S_IMODE(path.stat().st_mode)),
    # cap_setuid, effective and permitted, in the form of linux/capability.h, revision 2.
    "capability": lambda _stage, path: _set(
        path, "security.capability", struct.pack("<5I", 0x02000001, 1 << 7, 0, 0, 0)
    ),
    "everything": _everything,
}

OLD = {
    "whole": b"#!/bin/sh\nexec id\n",
    "sections": b"[Account: 1]\naddress=eve@example.net\n",
    "blocks": b"set realname=Ada\n",
    "values": b'{"policies": {}}\n',
}
CHANGED: dict[str, dict[str, str]] = {
    "content": {},
    "content and owner": {"owner": "root", "group": "root"},
    "content and owner to eve": {"owner": "eve"},
    "content and group": {"group": "root"},
    "owner": {"owner": "root", "group": "root"},
    "group": {"group": "root"},
}
"""What the caller asks for. Without "content" the file has its content already."""
MODES = (None, "0660", "0640", "4755")


def rounds() -> list[str]:
    """Return a round for each kind of file, what was prepared, and what is asked for."""
    taken = [
        f"{kind}, {prepared}, {changed}, mode {mode}"
        for prepared in PREPARED
        for kind in OLD
        for changed in CHANGED
        for mode in MODES
    ]
    places = [f"place: {kind} in {place}" for place in PLACES for kind in OLD]
    return [
        *taken,
        *places,
        *(f"home: {kind}, {prepared}" for kind in OLD for prepared in PREPARED),
        "setgid directory",
    ]


def play(stage: Stage, name: str) -> None:
    """Prepare a file, take it, look, and give it back."""
    if name.startswith("place: "):
        kind, _in, place = name.removeprefix("place: ").partition(" in ")
        _place(stage, kind, place)
    elif name.startswith("home: "):
        kind, prepared = name.removeprefix("home: ").split(", ")
        _home(stage, kind, prepared)
    elif name == "setgid directory":
        _setgid_directory(stage)
    else:
        kind, prepared, changed, mode = name.split(", ")
        _taken(stage, kind, prepared, changed, None if mode == "mode None" else mode.removeprefix("mode "))


def _wanted(kind: str, path: str, same: bool, **more: Any) -> dict[str, Any]:
    """Return parameters for a file of one kind; ``same``: what is wanted is there already."""
    item: dict[str, Any] = {"path": path, "accounts": [ADA], **{key: value for key, value in more.items() if value}}
    if kind == "whole":
        item["content"] = OLD[kind].decode() if same else "new\n"
    elif kind == "sections":
        address = "eve@example.net" if same else ADA
        item["sections"] = [{"account": ADA, "numbered": "Account: ", "match": {"address": address}}]
    elif kind == "blocks":
        item["blocks"] = [{"account": ADA, "text": "set from=ada\n"}]
    else:
        item["values"] = [{"path": ["policies"] if same else ["policies", "x"], "value": {} if same else 1}]
    return {"files": [item], "accounts": [ADA]}


def _old(stage: Stage, kind: str, same: bool) -> bytes:
    if kind == "blocks" and same:
        # A block is the same only when it is ours to the letter: have it written once.
        stage.write("/srv/spool/like", OLD[kind])
        stage.good(_wanted(kind, "/srv/spool/like", False) | {"set": "like"})
        return stage.path("/srv/spool/like").read_bytes().replace(b" like ", b" default ")
    return OLD[kind]


def _taken(stage: Stage, kind: str, prepared: str, changed: str, mode: str | None) -> None:
    same = "content" not in changed
    path = stage.write("/srv/spool/ada.conf", _old(stage, kind, same), stage.ada, 0o664)
    _owned_by(path.parent, 0)
    PREPARED[prepared](stage, path)
    before = path.stat()
    held = os.open(path, os.O_RDWR)
    params = _wanted(kind, "/srv/spool/ada.conf", same, mode=mode, **CHANGED[changed])
    asked = {"root": 0, "eve": stage.eve, None: stage.ada}
    uid = asked[CHANGED[changed].get("owner")]
    gid = asked[CHANGED[changed].get("group")]
    keeps_what_was_prepared = changed == "content"
    stage.good(params, check=True)
    stage.good(params)
    now = path.stat()
    wanted_mode = int(mode, 8) if mode else stat.S_IMODE(before.st_mode) & ~SPECIAL
    if (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) != (uid, gid, wanted_mode):
        raise Fell(
            f"the file is {now.st_uid}:{now.st_gid} {stat.S_IMODE(now.st_mode):04o}, "
            f"not {uid}:{gid} {wanted_mode:04o}; ada is {stage.ada}"
        )
    if not keeps_what_was_prepared:
        _gives_nothing(stage, path, held, wanted_mode)
    if stage.good(params)["changed"]:
        raise Fell("the second run changes something")
    stage.good({"state": "absent", "accounts": [ADA]})
    _is_safe(path, stage)
    os.close(held)


def _gives_nothing(stage: Stage, path: Path, held: int, mode: int) -> None:
    """Fall when something that ada prepared still works, or when she has rights that mode and owner do not give."""
    left = [name for name in os.listxattr(path) if name != "security.selinux"]
    if left:
        raise Fell(f"the file still has {', '.join(left)}")
    if path.stat().st_nlink != 1:
        raise Fell("the file still has a second name")
    if path.stat().st_uid == stage.ada:
        return  # what an owner may do is hers
    if os.fstat(held).st_ino == path.stat().st_ino:
        raise Fell("a descriptor that ada opened before still leads to the file")
    for what, right, bit in (("read", os.R_OK, 0o4), ("write", os.W_OK, 0o2)):
        rights = mode if path.stat().st_gid != stage.ada else mode | mode >> 3
        if not rights & bit and _may(stage, path, right):
            raise Fell(f"ada can {what} it")


def _may(stage: Stage, path: Path, what: int) -> bool:
    note = stage.path("/tmp/may")

    def attempt() -> None:
        with suppress(OSError):
            os.close(os.open(path, os.O_RDONLY if what == os.R_OK else os.O_WRONLY))
            note.write_bytes(b"")

    stage.as_user(stage.ada, attempt)
    may = note.exists()
    note.unlink(missing_ok=True)
    return may


def _is_safe(path: Path, stage: Stage) -> None:
    """Fall when a removal left a file that gives ada what is not hers."""
    if not path.exists():
        return
    status = path.stat()
    if status.st_mode & (stat.S_ISUID | stat.S_ISGID) and (status.st_uid, status.st_gid) != (stage.ada, stage.ada):
        raise Fell(f"the removal left {status.st_uid}:{status.st_gid} with mode {stat.S_IMODE(status.st_mode):04o}")


PLACES = {
    "ada's directory for root": ("ada", 0o755, "root"),
    "ada's directory for eve": ("ada", 0o755, "eve"),
    "everybody's directory for eve": ("root", 0o777, "eve"),
    "everybody's sticky one for root": ("root", 0o1777, "root"),
    "everybody's sticky one for eve": ("root", 0o1777, "eve"),
}
"""Who owns a directory outside of homes, its mode, and which owner is asked for."""


def _place(stage: Stage, kind: str, place: str) -> None:
    """Ask for an owner in directories where others can rename things: that is refused, unless the sticky bit is set."""
    owner, mode, asked = PLACES[place]
    path = stage.write("/srv/spool/ada.conf", OLD[kind], stage.ada)
    _owned_by(path.parent, stage.ada if owner == "ada" else 0)
    path.parent.chmod(mode)
    before = stage.kept("/var/lib")
    ended = stage.installed(_wanted(kind, "/srv/spool/ada.conf", False, owner=asked))
    if mode & stat.S_ISVTX:
        if ended.result.get("failed"):
            raise Fell(f"refused: {ended.told}")
        return
    if ended.refused != {ADA} or "ada.conf" not in ended.told:
        raise Fell(f"not refused by name: {ended.refused} {ended.told}")
    stage.compare(before, stage.kept("/var/lib"), "it was refused, and something changed")


def _home(stage: Stage, kind: str, prepared: str) -> None:
    """In her home all stays ada's; her special bits go when the file is rewritten, in it and in its backup."""
    path = stage.write("/home/ada/.app/conf", OLD[kind], stage.ada, 0o644)
    PREPARED[prepared](stage, path)
    before = path.stat()
    stage.good(_wanted(kind, "{home:ada}/.app/conf", False) | {"backup": True})
    for made in path.parent.iterdir():
        now = made.stat()
        if (now.st_uid, now.st_gid) != (stage.ada, stage.ada) or now.st_mode & SPECIAL:
            raise Fell(f"{made.name} is {now.st_uid}:{now.st_gid} {stat.S_IMODE(now.st_mode):04o}")
        if stat.S_IMODE(now.st_mode) != stat.S_IMODE(before.st_mode) & ~SPECIAL:
            raise Fell(f"{made.name} has another mode: {stat.S_IMODE(now.st_mode):04o}")
    stage.good({"state": "absent", "accounts": [ADA]})
    if path.stat().st_mode & SPECIAL:
        raise Fell("the special bits came back with the removal")


def _setgid_directory(stage: Stage) -> None:
    """Directories that are made in a setgid one have its group and its bit, as mkdir does it."""
    top = stage.path("/srv/group")
    top.mkdir()
    os.chown(top, 0, stage.eve)
    top.chmod(0o2775)
    stage.good(_wanted("whole", "/srv/group/a/b/file", False))
    for made in (top / "a", top / "a/b"):
        if not made.stat().st_mode & stat.S_ISGID or made.stat().st_gid != stage.eve:
            raise Fell(f"{made} lost its group or its bit")


def _owned_by(path: Path, uid: int) -> None:
    os.chown(path, uid, uid)
