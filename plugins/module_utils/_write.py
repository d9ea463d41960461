# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a spot and what shall be there, makes it so: whole or not at all, and durable when the call returns.

The new content goes to a temporary file in the same directory, gets its owner, mode and
extended attributes there, reaches the disk, and then takes the name over in one step.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import stat
import time

from ._errors import FileProblem, because
from ._limits import ATTRIBUTE_BYTES
from ._tree import Spot, refuse_special

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_NAMES = 100000
"""In a directory: a user may have made any number of them."""
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
# They vouch for the bytes of the old file: on the new ones they would be wrong.
_BOUND_TO_CONTENT = ("security.ima", "security.evm", "security.capability")


def replace(
    spot: Spot, content: bytes, mode: object, uid: object = None, gid: object = None, like: object = None
) -> None:
    """Put ``content`` at ``spot``, as a new file. Raises OSError.

    mode None keeps that of the existing file, without setuid, setgid and sticky: they were given to other bytes.
    uid and gid: None keeps those of the existing file, whose extended attributes are kept too. Where one of them is
    given, nothing of the existing file is kept: an ACL or an attribute would be its former owner's hand on the new one.
    ``like``: keep those of this one instead.
    """
    like = like or spot
    carried = mode is None
    if carried:
        mode = like.status.st_mode & 0o777
    temporary = f".mailfleet-{spot.tag}-{os.urandom(8).hex()}.tmp"
    fd = os.open(temporary, _NEW, 0o600, dir_fd=spot.fd)
    try:
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(fd, view) :]
            if uid is not None or gid is not None:
                _drop_inherited(fd)
            elif like.status is not None:
                _copy_attributes(like, fd)
            kept = like.status is None or _keep_owner(like.status, fd, uid is None, gid is None)
            if carried and not kept:
                # Another group must not get what was the old one's: no more than everybody has.
                mode = mode & ~0o070 | (mode & 0o007) << 3
            _give(fd, uid, gid)
            os.fchmod(fd, mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, spot.name, src_dir_fd=spot.fd, dst_dir_fd=spot.fd)
    except BaseException:
        _unlink_quietly(temporary, spot.fd)
        raise


def _give(fd: int, uid: object, gid: object) -> None:
    status = os.fstat(fd)
    if uid not in (None, status.st_uid):
        os.fchown(fd, uid, -1)
    if gid not in (None, status.st_gid):
        os.fchown(fd, -1, gid)


def _keep_owner(old: os.stat_result, fd: int, uid: bool, gid: bool) -> bool:
    """Give the new file the old one's owner and group where we may, and return whether it has the group.

    Nobody asked for a change, so failing is fine.
    """
    for wanted, numbers in ((uid, (old.st_uid, None)), (gid, (None, old.st_gid))):
        if wanted:
            try:
                _give(fd, *numbers)
            except OSError:
                continue
    return not gid or os.fstat(fd).st_gid == old.st_gid


def _drop_inherited(fd: int) -> None:
    """Remove the ACL that a new file got from its directory's default ACL; mode and owner alone decide then."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(fd)
    except OSError:
        return  # a file system without extended attributes
    for name in names:
        if name.startswith(("system.", "user.")):
            with contextlib.suppress(OSError):
                os.removexattr(fd, name)


def _copy_attributes(spot: Spot, fd: int) -> None:
    """Copy SELinux context, ACL and user attributes of the existing file, as far as system and rights allow."""
    if not hasattr(os, "listxattr"):
        return
    try:
        old = os.open(spot.name, _OLD, dir_fd=spot.fd)
    except OSError:
        return
    try:
        # Whoever may write in the directory may have put another file there since.
        if (os.fstat(old).st_ino, os.fstat(old).st_dev) != (spot.status.st_ino, spot.status.st_dev):
            return
        left = ATTRIBUTE_BYTES
        for name in os.listxattr(old):
            if name not in _BOUND_TO_CONTENT:
                try:
                    value = os.getxattr(old, name)
                    left -= len(name) + len(value)
                    if left >= 0:
                        os.setxattr(fd, name, value)
                except OSError:
                    continue
    except OSError:
        return  # a file system without extended attributes
    finally:
        os.close(old)


def change_mode(spot: Spot, shown: str, mode: int) -> None:
    """Set the mode of the file that is there, when it has no other name. Raises OSError."""
    refuse_special(spot.status, shown)
    fd = os.open(spot.name, _OLD, dir_fd=spot.fd)
    try:
        status = os.fstat(fd)
        refuse_special(status, shown)
        if (status.st_ino, status.st_dev) != (spot.status.st_ino, spot.status.st_dev) or status.st_nlink > 1:
            raise FileProblem(f"{shown} changed while it was being worked on, so it was left as it is: run again.")
        os.fchmod(fd, mode)
    finally:
        os.close(fd)


def refuse_owner(holder: tuple, present: object, uid: object, shown: str) -> None:
    """Raise FileProblem where a file of ``uid`` would lie in a directory that is for somebody else to write in.

    ``holder`` has uid and mode of the directory, ``present`` is the uid of the file that is there, or None.
    """
    owner, mode = holder
    if uid in (None, owner, present):
        return
    if owner != 0 or (mode & 0o022 and not mode & stat.S_ISVTX):
        whose = f"belongs to uid {owner}" if owner != 0 else "can be written by others"
        raise FileProblem(
            f"{shown} cannot be given to uid {uid}: its directory {whose}, who could put another file there. Put the "
            "file into a directory of root's, or leave owner out."
        )


def refuse_shared(holder: os.stat_result, status: os.stat_result, shown: str) -> None:
    """Raise FileProblem for a file with several names in a directory that others than root may write in.

    The other name may be a file that its user could not read, and what is in it would be written anew here.
    """
    if status.st_nlink > 1 and os.geteuid() == 0 and (holder.st_uid != 0 or holder.st_mode & 0o022):
        raise FileProblem(
            f"{shown} has {status.st_nlink} names (hard links), and others than root may write in its directory: root "
            "does not touch what may be a file of somebody else. Remove it, then run again."
        )


def back_up(spot: Spot, content: bytes) -> str:
    """Keep ``content``, the file's present bytes, beside it with its mode and owner; return the name."""
    name = f"{spot.name}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"
    with Spot(os.dup(spot.fd), name, [], None, spot.reached, spot.tag) as beside:
        replace(beside, content, None, like=spot)
    return name


def make_directories(spot: Spot, mode: int) -> int:
    """Make the missing directories of ``spot`` and move into the last; return how many are new.

    The umask is the caller's affair.
    """
    made = 0
    while spot.missing:
        name = spot.missing[0]
        try:
            os.mkdir(name, mode, dir_fd=spot.fd)
            made += 1
        except FileExistsError:
            pass  # another file of this run needed it too
        fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=spot.fd)
        os.close(spot.fd)
        spot.fd = fd
        spot.reached += "/" + name
        del spot.missing[0]
    return made


def sync_directory(spot: Spot) -> None:
    """Bring the names in the directory of ``spot`` to the disk, where the system lets us."""
    try:
        fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=spot.fd)
    except OSError:
        return  # a directory that may be written and not read
    try:
        os.fsync(fd)
    except OSError:
        return  # some network file systems cannot
    finally:
        os.close(fd)


def sweep(spot: Spot) -> None:
    """Remove what dead runs of our own left in the directory of ``spot``: temporary files that have our tag.

    Nobody else who is alive has it: the set is locked, and another host has another one.
    """
    name = re.compile(re.escape(f".mailfleet-{spot.tag}-") + r"[0-9a-f]{16}\.tmp")
    try:
        fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=spot.fd)
    except OSError:
        return  # a directory that may be written and not read
    try:
        with os.scandir(fd) as entries:
            found = [entry.name for entry in itertools.islice(entries, _MOST_NAMES) if name.fullmatch(entry.name)]
        for one in found:
            with contextlib.suppress(OSError):
                status = os.stat(one, dir_fd=fd, follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and os.geteuid() in (0, status.st_uid):
                    os.unlink(one, dir_fd=fd)
    except OSError:
        return
    finally:
        os.close(fd)


def remove(spot: Spot) -> None:
    """Remove the file at ``spot``. Raises OSError."""
    os.unlink(spot.name, dir_fd=spot.fd)


def remove_directory(spot: Spot) -> bool:
    """Remove the directory at ``spot`` if nothing is in it; return whether it went."""
    try:
        os.rmdir(spot.name, dir_fd=spot.fd)
    except OSError:
        return False
    return True


def failed(shown: str, error: OSError) -> FileProblem:
    """Return the problem to report when writing ``shown`` met ``error``."""
    return FileProblem(f"{shown} cannot be written: {because(error)}; it is as it was before.")


def _unlink_quietly(name: str, directory: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=directory)
