# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what was written and replaced on this node, keeps it in one file that only its owner can read; gives it back.

The file is ROOT/var/lib/mailfleet/SET.json, or below XDG_STATE_HOME for a person who is not root.
An entry whose files are not known to be written yet is ``unfinished`` and carries what was
recorded before, so that a crash between record and files cannot mislead a later removal.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import stat
import time

from ._errors import FileProblem, InstallError, because, make_writable, quoted
from ._limits import RECORD_BYTES
from ._record_shape import WrongShape, checked
from ._tree import Area, Spot, Unread, read
from ._write import make_directories, replace, sweep, sync_directory

VERSION = 1
_SET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_PATIENCE = 60  # seconds that another run on the same set may take before we give up


def checked_set(name: str) -> str:
    """Return the name of a set if it can be a file name. Raises InstallError."""
    if not _SET.match(name) or len(name) > 100:
        raise InstallError(
            f"set: {quoted(name)} must begin with a letter or digit and hold only letters, digits, '_', '.' and '-'."
        )
    return name


def tag_of(name: str) -> str:
    """Return what the names of temporary files hold of a run: its set, and the host, for homes that hosts share."""
    try:
        with open("/etc/machine-id", "rb") as stream:
            host = stream.read(64).strip()
    except OSError:
        host = b""
    return f"{name}-{hashlib.sha256(host or os.uname().nodename.encode()).hexdigest()[:8]}"


class Record:
    """The record of one set: entries, plain dicts, one for each path and client, and rows of accounts."""

    def __init__(self, area: Area, root: str, name: str) -> None:
        if root == "/" and os.geteuid() != 0:
            state = os.environ.get("XDG_STATE_HOME", "")
            directory = state if state.startswith("/") else os.path.expanduser("~/.local/state")
        else:
            directory = "/var/lib"
        self.path = f"{directory.rstrip('/')}/mailfleet/{name}.json"
        self._set = name
        self._root = root
        self._area = area
        self._lock = None
        self._bytes = None

    def load(self) -> tuple:
        """Return entries of files and rows of accounts as they are on disk now.

        Raises InstallError on a file that is no record of ours.
        """
        self._bytes = self._read()
        self._refuse_foreign_lock()
        return ([], []) if self._bytes is None else self._parsed(self._bytes)

    @property
    def exists(self) -> bool:
        """Whether the last ``load`` found a file."""
        return self._bytes is not None

    def _read(self) -> object:
        try:
            with self._area.locate(self.path, self._refuse_open_directory) as spot:
                if spot.status is None:
                    return None
                content, status = read(spot, self.path, RECORD_BYTES)
                self._refuse_foreign(status, self.path)
                return content
        except FileProblem as problem:
            raise InstallError(f"The record of what was installed cannot be used. {problem}") from problem

    def _refuse_foreign_lock(self) -> None:
        """Say in check mode, where nothing is locked, what a real run would say."""
        path = self.path[: -len("json")] + "lock"
        try:
            with self._area.locate(path) as spot:
                if spot.status is not None:
                    self._refuse_foreign(spot.status, path)
        except FileProblem as problem:
            raise InstallError(f"The record {self.path} cannot be locked. {problem}") from problem

    def _refuse_open_directory(self, fd: int, shown: str) -> None:
        """Raise FileProblem where somebody else may put another record in the place of ours."""
        status = os.fstat(fd)
        others = 0o022
        # A person's own group often holds nobody else, and then the umask lets it write. Whoever may write in the tree
        # of another root may write its etc as well. (With an ACL, the group's bits are those of others too.)
        own = os.geteuid() != 0 and status.st_gid == os.getegid()
        of_tree = self._root != "/" and (status.st_uid, status.st_gid) == (self._area.owner, self._area.group)
        if (own or of_tree) and not _has_acl(fd):
            others = 0o002
        if status.st_mode & stat.S_ISVTX and shown != os.path.dirname(self.path):
            others = 0
        self._refuse_foreign(status, shown, others)

    def _refuse_foreign(self, status: os.stat_result, shown: str, others: int = 0o022) -> None:
        trusted = {0, os.geteuid()} | ({self._area.owner} if self._root != "/" else set())
        if status.st_uid not in trusted:
            raise FileProblem(
                f"{shown} belongs to uid {status.st_uid}, who could write what is removed and given back here: give it "
                f"to uid {os.geteuid()}, and see that what is in it is ours."
            )
        if status.st_mode & others:
            raise FileProblem(
                f"{shown} can be written by others (mode {stat.S_IMODE(status.st_mode):04o}), who could write what is "
                "removed and given back here: take that right away, and see that what is in it is ours."
            )

    def _parsed(self, data: bytes) -> tuple:
        hint = (
            "Nothing was changed; restore it from a backup, or move it away (then nothing it listed will be removed)."
        )
        try:
            content = json.loads(data.decode("utf-8"))
            version = content.get("version") if isinstance(content, dict) else None
            if isinstance(version, bool) or not isinstance(version, int) or version < 1:
                raise WrongShape("it is of another kind")
            if version > VERSION:
                raise InstallError(
                    f"The record {self.path} has version {str(version)[:20]}, and this release knows versions up to "
                    f"{VERSION}: a newer release of mailfleet.autodiscover wrote it; use that one. Nothing was changed."
                )
            return checked(content)
        except (ValueError, RecursionError) as error:
            reason = error if isinstance(error, WrongShape) else "it is no JSON"
            raise InstallError(f"The record {self.path} cannot be read as a record: {reason}. {hint}") from error

    def refuse_unwritable(self) -> None:
        """Raise InstallError if the record could not be written. Writes nothing itself."""
        with self._area.locate(self.path) as spot:
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=spot.fd):
                raise InstallError(
                    f"The record {self.path} cannot be written: {spot.reached or '/'} is not writable for uid "
                    f"{os.geteuid()}; {make_writable()}."
                )

    def lock(self, create: bool) -> bool:
        """Keep other runs on this set away until ``unlock``; return whether that was possible.

        Without ``create`` it is possible only when the directory is there already.
        """
        if self._lock is not None:
            return True
        try:
            path = self.path[: -len("json")] + "lock"
            with self._area.locate(path, self._refuse_open_directory) as spot:
                if spot.missing and not create:
                    return False
                self._make_directory(spot)
                self._lock = os.open(
                    spot.name,
                    os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
                    0o600,
                    dir_fd=spot.fd,
                )
            self._refuse_foreign(os.fstat(self._lock), path)
            self._wait()
            with self._area.locate(path, self._refuse_open_directory) as spot:
                sweep(spot)
        except FileProblem as problem:
            raise InstallError(f"The record {self.path} cannot be locked. {problem}") from problem
        except OSError as error:
            raise InstallError(f"The record {self.path} cannot be locked: {because(error)}.") from error
        return True

    def _wait(self) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > end:
                    raise InstallError(
                        f"Another run has been working with the record {self.path} for {_PATIENCE} seconds: wait "
                        "until it ends, then run again."
                    ) from None
                time.sleep(0.1)

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_as_loaded(self) -> bool:
        """Whether nobody has written the record since ``load``."""
        return self._read() == self._bytes

    def differs(self, entries: list, accounts: list) -> bool:
        """Whether ``save`` would write anything. Raises InstallError for what could not be read again."""
        data = self._data(entries, accounts)
        if data == self._bytes or (not entries and not accounts and self._bytes is None):
            return False
        self.refuse_unreadable(data)
        return True

    def _data(self, entries: list, accounts: list) -> bytes:
        ordered = sorted(entries, key=lambda entry: (entry["path"], entry["client"]))
        # One line for each file: a person can read it, and json's fast encoder is used, which knows no indentation.
        files, people = (",\n".join(json.dumps(row, sort_keys=True) for row in rows) for rows in (ordered, accounts))
        return (
            f'{{"version": {VERSION}, "set": {json.dumps(self._set)}, "accounts": [\n{people}\n], '
            f'"files": [\n{files}\n]}}\n'
        ).encode("ascii")

    def refuse_unreadable(self, data: bytes) -> None:
        """Raise InstallError for a record that the next run could not read: it would stop every run after this one."""
        try:
            checked(json.loads(data.decode("ascii")))
        except WrongShape as error:
            raise InstallError(
                f"The record {self.path} could not be read again: {error}. Nothing was changed."
            ) from None
        if len(data) > RECORD_BYTES:
            raise InstallError(
                f"The record {self.path} would have {len(data)} bytes, more than {RECORD_BYTES}: spread the accounts "
                "over several sets. Nothing was changed."
            )

    def save(self, entries: list, accounts: list) -> None:
        """Write the record if it differs from what is on disk."""
        if not self.differs(entries, accounts):
            return
        data = self._data(entries, accounts)
        try:
            with self._area.locate(self.path, self._refuse_open_directory) as spot:
                self._make_directory(spot)
                replace(spot, data, 0o600)
                sync_directory(spot)
        except OSError as error:
            raise InstallError(f"The record {self.path} cannot be written: {because(error)}.") from error
        self._bytes = data

    def _make_directory(self, spot: Spot) -> None:
        if spot.missing:
            own = spot.missing.pop()
            make_directories(spot, 0o755 if self.path.startswith("/var/lib/") else 0o700)
            spot.missing.append(own)
            make_directories(spot, 0o700)


def _has_acl(fd: int) -> bool:
    """Whether an open directory has an ACL; where that cannot be told, it may have one."""
    try:
        return "system.posix_acl_access" in os.listxattr(f"/proc/self/fd/{fd}")
    except OSError as error:
        return error.errno != errno.ENOTSUP
    except AttributeError:
        return False  # not Linux


def digest(content: object) -> object:
    """Return ``sha256:...`` of bytes, None of None."""
    if isinstance(content, Unread):
        return content.digest
    return None if content is None else "sha256:" + hashlib.sha256(content).hexdigest()


def settled(entry: dict, content: object) -> object:
    """Return what holds of an entry whose file has this ``content``: itself, what was recorded before, or None."""
    unfinished = entry.get("unfinished")
    if unfinished is None:
        return entry
    now = digest(content)
    if now == unfinished["after"]:
        finished = {key: value for key, value in entry.items() if key != "unfinished"}
        return None if unfinished["leaves"] else finished
    if now == unfinished["before"] or entry["kind"] in ("sections", "blocks", "values"):
        return unfinished["entry"]
    # A whole file that is neither the old one nor ours: somebody made it after the crash.
    return None if unfinished["leaves"] else unfinished["entry"]
