# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what to write in one user's home or outside homes, writes it; tells for each file if it was done, or why not.

``apply`` runs with the rights of the files' user, perhaps in a child: plain data in, plain data out.
"""

from __future__ import annotations

import os
import stat

from ._errors import FileProblem
from ._record import digest
from ._survey import Place, directories_to_make
from ._tree import Area, Spot, home_area, read
from ._write import (
    back_up,
    change_mode,
    failed,
    make_directories,
    refuse_owner,
    refuse_shared,
    remove,
    remove_directory,
    replace,
    sweep,
    sync_directory,
)

_OPEN_DIRECTORIES = 64
"""At once: a process may have 1,024 descriptors, in some places 256."""


class Change:
    """One file to write; ``content`` None: it goes; ``before`` and ``attributes``: of what the plan found."""

    __slots__ = (
        "rest",
        "content",
        "before",
        "attributes",
        "rewrite",
        "mode",
        "uid",
        "gid",
        "backup",
        "directories",
        "make",
    )

    def __init__(self, rest: str, outcome: object, found: object, backup: bool) -> None:
        self.rest = rest
        self.content = outcome.content
        self.before = digest(found.content)
        self.attributes = None if found.content is None else (found.mode, found.uid, found.gid)
        self.rewrite = outcome.rewrite
        self.mode = outcome.mode
        self.uid = outcome.uid
        self.gid = outcome.gid
        self.backup = backup
        self.make = outcome.make
        self.directories = [Place.parse(path, "record").rest for path in outcome.directories]


def apply(root: Area, user: object, changes: list, unfinished: list, directories: list) -> list:
    """Make the changes; return for each {"error": sentence} or {"backup": name or None}.

    ``unfinished`` are the files that a dead run of our own may have been writing, ``directories`` those that it made
    for files that are not wanted any more.
    """
    area = root
    # Directories get exactly the mode that is asked, and the setgid bit of their parent; chmod afterwards would lose
    # that.
    umask = os.umask(0)
    try:
        if user is not None:
            try:
                area = home_area(root, user.home, user.name)
            except FileNotFoundError:
                return [{"error": f"The home {user.home} of {user.name} went away meanwhile."}] * len(changes)
        for rest in unfinished:
            _sweep(area, rest)
        answers = []
        written = {}
        for change in changes:
            answers.append(_change(area, change, written))
            if len(written) >= _OPEN_DIRECTORIES:
                _settle(written)
        _settle(written)
        empty = set(directories).union(*(change.directories for change in changes))
        for directory in sorted(empty, key=len, reverse=True):
            _remove_directory(area, directory)
        return answers
    finally:
        os.umask(umask)
        if area is not root:
            os.close(area.fd)


def _settle(written: dict) -> None:
    """Bring the names in all directories of ``written`` to the disk, and close them."""
    for spot in written.values():
        sync_directory(spot)
        spot.close()
    written.clear()


def _change(area: Area, change: Change, written: dict) -> dict:
    shown = area.shown(change.rest)
    try:
        with area.locate(change.rest) as spot:
            now = None
            if spot.status is not None:
                now, spot.status = read(spot, shown)
            if digest(now) != change.before or _attributes(spot.status) != change.attributes:
                raise FileProblem(f"{shown} changed while it was being worked on, so it was left as it is: run again.")
            try:
                backup = back_up(spot, now) if change.backup and change.rewrite and now is not None else None
                _write(area, spot, change, now, shown)
            except OSError as error:
                raise failed(shown, error) from error
            if spot.reached not in written:
                written[spot.reached] = Spot(os.dup(spot.fd), spot.name, [], None, spot.reached)
            return {"backup": backup}
    except FileProblem as problem:
        return {"error": str(problem)}


def _attributes(status: object) -> object:
    return None if status is None else (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _write(area: Area, spot: Spot, change: Change, now: object, shown: str) -> None:
    holder = os.stat(".", dir_fd=spot.fd)
    if not area.user:
        present = None if spot.status is None else spot.status.st_uid
        refuse_owner((holder.st_uid, holder.st_mode), present, change.uid, shown)
        if spot.status is not None:
            refuse_shared(holder, spot.status, shown)
    if not change.rewrite and (change.uid, change.gid) == (None, None) and spot.status.st_nlink == 1:
        change_mode(spot, shown, change.mode)
    elif not change.rewrite:
        # A new file: through the old one its former owner, or whoever has another name of it, would keep a hand on it.
        replace(spot, now, change.mode, change.uid, change.gid)
    elif change.content is None:
        remove(spot)
    else:
        mode = change.mode
        if mode is None and spot.status is None:
            mode = 0o600 if area.user else 0o644
        made = []
        try:
            # The file comes last: as long as it is missing, nothing is done.
            for directory in change.make:
                with area.locate(directory + "/x") as beside:
                    _make_directories(area, beside, made)
            _make_directories(area, spot, made)
            if not area.user and spot.status is None:
                # Somebody may have made one of them meanwhile.
                holder = os.stat(".", dir_fd=spot.fd)
                refuse_owner((holder.st_uid, holder.st_mode), None, change.uid, shown)
            replace(spot, change.content, mode, change.uid, change.gid)
        except (OSError, FileProblem):
            for directory in reversed(made):
                _remove_directory(area, directory)
            raise


def _make_directories(area: Area, spot: Spot, made: list) -> None:
    """Make what is missing on the way to ``spot``, and add it to ``made``."""
    to_make = directories_to_make(area, spot)
    missing = list(spot.missing)
    try:
        make_directories(spot, 0o700 if area.user else 0o755)
    finally:
        made.extend(to_make[: len(missing) - len(spot.missing)])


def _sweep(area: Area, rest: str) -> None:
    """Remove what a dead run left beside a file; if anything stands against it, it stays."""
    try:
        with area.locate(rest) as spot:
            if not spot.missing:
                sweep(spot)
    except FileProblem:
        return


def _remove_directory(area: Area, directory: str) -> None:
    """Remove a directory that we made, if nothing is left in it; if anything stands against it, it stays."""
    try:
        with area.locate(directory) as spot:
            if spot.status is not None:
                remove_directory(spot)
    except FileProblem:
        return
