# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a path below an open directory, gives the open directory that it ends in; no link leads out of root or home.

Paths are walked here, name by name, with directory descriptors: the kernel never resolves a
path for us, so nothing that a user renames meanwhile sends us elsewhere, and with another root
an absolute link counts from that root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat

from ._errors import FileProblem, because
from ._limits import OURS_BYTES, SHOWN_PATH, shortened
from ._way import Way, names_of, refuse_many

# O_PATH asks for no read permission on the directory: walking through a 0711 home works.
_DIRECTORY = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE = 1 << 16
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class _NotThere(FileProblem):
    """A file stands where a directory would have to be, so nothing can be below it."""


class Spot:
    """Where a path ends: ``fd``, the deepest directory there is, ``missing`` ones, ``name``, ``status`` or None."""

    __slots__ = ("fd", "name", "missing", "status", "reached", "tag")

    def __init__(self, fd: int, name: str, missing: list, status: object, reached: str, tag: str = "") -> None:
        self.fd = fd
        self.name = name
        self.missing = missing
        self.status = status
        self.reached = reached  # the path of fd, from the root, links resolved
        self.tag = tag  # whose temporary files are, as their names say

    @property
    def real(self) -> str:
        """The path with links resolved, from the root."""
        return "/".join([self.reached] + self.missing + [self.name])

    def close(self) -> None:
        os.close(self.fd)

    def __enter__(self) -> Spot:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Area:
    """A directory that paths count from: the root, or a home that links must not leave."""

    def __init__(self, fd: int, real: str = "", home: str = "", user: str = "", tag: str = "") -> None:
        self.fd = fd
        self.tag = tag
        self.real = real
        self.user = user
        self.home = home.rstrip("/")
        status = os.fstat(fd)
        self.owner, self.group = status.st_uid, status.st_gid

    def close(self) -> None:
        os.close(self.fd)

    def shown(self, path: str) -> str:
        """Return ``path`` as a person would write it, from the root."""
        return self.home + "/" + path.lstrip("/")

    def locate(self, path: str, passing: object = None) -> Spot:
        """Walk ``path`` and return where it ends. Raises FileProblem with a sentence.

        ``passing(descriptor, path)`` is called for each directory on the way, and may raise it too.
        """
        asked = self.shown(path)
        opened = [self.fd]
        names = []
        try:
            if passing is not None:
                passing(self.fd, self._at([]))
            return self._walk(path, asked, opened, names, passing)
        except OSError as error:
            raise FileProblem(f"{asked} cannot be reached: {because(error)} at {self._at(names)}.") from error
        finally:
            for fd in opened[1:]:
                os.close(fd)

    def _walk(self, path: str, asked: str, opened: list, names: list, passing: object) -> Spot:
        way = Way(asked)
        todo = way.names(path)
        while todo:
            name = todo.pop()
            if name == "..":
                self._up(asked, opened, names)
                continue
            try:
                status = os.stat(name, dir_fd=opened[-1], follow_symlinks=False)
            except FileNotFoundError:
                if ".." in todo:
                    raise
                todo.append(name)
                missing = todo[:0:-1]
                refuse_many(asked, names, missing)
                return self._spot(opened, names, missing, todo[0], None)
            if stat.S_ISLNK(status.st_mode):
                way.count_link()
                todo.extend(way.names(self._follow(name, status, asked, opened, names)))
            elif not todo:
                return self._spot(opened, names, [], name, status)
            elif stat.S_ISDIR(status.st_mode):
                opened.append(os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=opened[-1]))
                names.append(name)
                if passing is not None:
                    passing(opened[-1], self._at(names))
            else:
                raise _NotThere(f"{asked} cannot be: {self._at(names + [name])} is not a directory; move it away.")
        raise FileProblem(f"{asked} is a directory, not a file: move it away or give another path.")

    def _spot(self, opened: list, names: list, missing: list, name: str, status: object) -> Spot:
        fd = opened.pop() if len(opened) > 1 else os.dup(self.fd)
        return Spot(fd, name, missing, status, "/".join([self.real] + names), self.tag)

    def _up(self, asked: str, opened: list, names: list) -> None:
        if names:
            os.close(opened.pop())
            names.pop()
        elif self.user:
            raise FileProblem(
                f"{asked} leads out of the home of {self.user}: what is outside is not that user's; remove the link."
            )
        # Above the root is the root, as in a chroot.

    def _follow(self, name: str, status: os.stat_result, asked: str, opened: list, names: list) -> str:
        """Return the path that the link stands for; an absolute one starts again at the area's own directory."""
        link = self._at(names + [name])
        if not self.user and os.geteuid() == 0 and status.st_uid not in (0, self.owner):
            raise FileProblem(
                f"{asked} goes through the link {link}, which belongs to uid {status.st_uid}: root does not follow it; "
                "give the link to root, or ask for the file as {home:USER}/..., where it is followed as that user."
            )
        target = os.readlink(name, dir_fd=opened[-1])
        if not target.startswith("/"):
            return target
        if self.user:
            inside = self._inside(target)
            if inside is None:
                raise FileProblem(
                    f"The link {link} leads to {shortened(target, SHOWN_PATH)}, out of the home of {self.user}: "
                    "nothing is read or written there; remove the link or move what it leads to into the home."
                )
            target = inside
        for fd in opened[1:]:
            os.close(fd)
        del opened[1:], names[:]
        return target

    def _inside(self, target: str) -> object:
        plain = "/" + "/".join(reversed(names_of(target)))
        for prefix in (self.home, self.real):
            if plain == prefix or plain.startswith(prefix + "/"):
                return plain[len(prefix) :]
        return None

    def _at(self, names: list) -> str:
        return shortened((self.home or self.real) + "/" + "/".join(names), SHOWN_PATH)

    def directory(self, path: str) -> Spot:
        """Return the directory ``path``, held open. Raises FileNotFoundError when it is not there, or FileProblem."""
        if not names_of(path):
            return Spot(os.dup(self.fd), "", [], os.fstat(self.fd), self.real)
        with self.locate(path.rstrip("/") + "/") as spot:
            if spot.status is None:
                raise FileNotFoundError(path)
            try:
                fd = os.open(spot.name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=spot.fd)
            except OSError as error:
                raise FileProblem(f"{self.shown(path)} cannot be entered: {because(error)}.") from error
            return Spot(fd, "", [], os.fstat(fd), spot.real)

    def exists(self, path: str) -> bool:
        """Whether anything is at ``path``; a link that leads out counts: installing explains what is wrong."""
        try:
            with self.locate(path) as spot:
                return spot.status is not None
        except _NotThere:
            return False
        except FileProblem as problem:
            return not isinstance(problem.__cause__, FileNotFoundError)


def root_area(root: str, tag: str = "") -> Area:
    """Open ``root``; everything else goes from this descriptor. ``tag``: see Spot."""
    try:
        return Area(os.open(root, _DIRECTORY), tag=tag)
    except OSError as error:
        raise FileProblem(f"The root {root} cannot be opened: {because(error)}.") from error


def home_area(root: Area, home: str, user: str) -> Area:
    """Open the home of ``user``. Raises FileNotFoundError when it is missing."""
    spot = root.directory(home)
    return Area(spot.fd, spot.reached, home, user, root.tag)


class Unread(bytes):
    """Stands for a file that is there and was not read as a whole; ``digest`` is its digest, or says that it is not."""

    digest = "sha256:unread"


def read(spot: Spot, shown: str, most: int = OURS_BYTES) -> tuple:
    """Return the bytes and the status of the regular file at ``spot``. Anything else is never opened."""
    with _opened(spot, shown) as (fd, status):
        if status.st_size > most:
            raise _too_large(shown, status.st_size, most)
        # In one piece where it stays as it is: the parts of a large file would be in memory twice.
        parts = list(_pieces(fd, shown, most, status.st_size + 1))
        return b"".join(parts), status


def fingerprint(spot: Spot, shown: str, most: int = OURS_BYTES) -> tuple:
    """Return the digest of the regular file at ``spot``, read in pieces, and its status."""
    with _opened(spot, shown) as (fd, status):
        if status.st_size > most:
            raise _too_large(shown, status.st_size, most)
        sha256 = hashlib.sha256()
        for piece in _pieces(fd, shown, most, _PIECE):
            sha256.update(piece)
        return "sha256:" + sha256.hexdigest(), status


def scan(spot: Spot, shown: str, most: int) -> object:
    """Yield the bytes of the regular file at ``spot`` in pieces: who seeks something need not hold a large file."""
    with _opened(spot, shown) as (fd, status):
        if status.st_size > most:
            raise _too_large(shown, status.st_size, most)
        yield from _pieces(fd, shown, most, _PIECE)


@contextlib.contextmanager
def _opened(spot: Spot, shown: str) -> object:
    """Give descriptor and status of a regular file. Raises FileProblem for whatever goes wrong with it."""
    refuse_special(spot.status, shown)
    try:
        fd = os.open(spot.name, _FILE, dir_fd=spot.fd)
    except OSError as error:
        raise FileProblem(
            f"{shown} cannot be read by uid {os.geteuid()}: {because(error)}; it belongs to uid {spot.status.st_uid}."
        ) from error
    try:
        status = os.fstat(fd)
        refuse_special(status, shown)
        yield fd, status
    except OSError as error:
        raise FileProblem(f"{shown} cannot be read: {because(error)}.") from error
    finally:
        os.close(fd)


def _pieces(fd: int, shown: str, most: int, piece: int) -> object:
    """Yield what is in an open file; somebody may go on writing to it, so its size proves nothing."""
    total = 0
    while True:
        part = os.read(fd, piece)
        if not part:
            return
        total += len(part)
        if total > most:
            raise _too_large(shown, total, most)
        yield part


def _too_large(shown: str, size: int, most: int) -> FileProblem:
    return FileProblem(
        f"{shown} has {size} bytes, and no more than {most} are read of it: that is no settings file; move it away."
    )


def refuse_special(status: os.stat_result, shown: str) -> None:
    """Raise FileProblem unless ``status`` is that of a regular file."""
    if not stat.S_ISREG(status.st_mode):
        kind = next((text for test, text in _KINDS if test(status.st_mode)), "something else")
        raise FileProblem(f"{shown} is {kind}, not a regular file: move it away or give another path.")
