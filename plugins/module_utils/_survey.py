# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes places in the root or in one user's home, gives what is there: bytes, mode, owner, missing directories.

``survey`` runs with the rights of the files' user, perhaps in a child: plain data comes out.
"""

from __future__ import annotations

import os
import re
import stat

from ._errors import FileProblem, InstallError, make_writable, or_as_root, quoted
from ._limits import SCANNED_BYTES, SHOWN_PATH, shortened
from ._look import Look, Reader
from ._numbers import numbers_in, pattern_of
from ._tree import Area, Spot, Unread, home_area, scan
from ._write import refuse_shared

_TOKEN = re.compile(r"\{home:([^{}/]+)\}(/.*)\Z", re.S)
_UNFIT = re.compile(r"[\0\n]|\{home:")
_EFFECTIVE = {"effective_ids": True} if os.access in os.supports_effective_ids else {}


class Place:
    """A path as the caller gave it: below the root (``user`` is None) or below the home of ``user``."""

    __slots__ = ("user", "rest")

    def __init__(self, user: object, rest: str) -> None:
        self.user = user
        self.rest = rest

    @property
    def token(self) -> str:
        """The path in the form that survives a home that moves."""
        return f"{{home:{self.user}}}{self.rest}" if self.user else self.rest

    @classmethod
    def parse(cls, text: str, option: str = "path") -> Place:
        """Return the place of ``text``. Raises InstallError unless it is absolute or begins with a home."""
        found = _TOKEN.match(text)
        user, rest = found.groups() if found else (None, text)
        if (
            not rest.startswith("/")
            or rest.endswith("/")
            or "\0" in text
            or ".." in rest.split("/")
            or "{home:" in rest
        ):
            raise InstallError(
                f"{option}: {quoted(text)} must be an absolute path to a file, or {{home:USER}}/PATH, without '..' "
                "and without a slash at its end."
            )
        return cls(user, re.sub("//+", "/", rest))


class Found:
    """What is at a place now. ``content`` is None when nothing is there, ``Unread`` when that is enough."""

    __slots__ = (
        "chosen",
        "real",
        "content",
        "mode",
        "uid",
        "gid",
        "holder",
        "missing",
        "absent",
        "blocked",
        "numbers",
        "numbers_unknown",
        "error",
        "no_home",
    )

    def __init__(self, answer: dict) -> None:
        for name in self.__slots__:
            setattr(self, name, answer.get(name))
        if "unread" in answer:
            self.content = Unread()
            self.content.digest = answer["unread"]


def survey(root: Area, user: object, looks: list) -> list:
    """Return an answer for each of ``looks``. All places are of ``user``, or none is in a home."""
    area = root
    if user is not None:
        try:
            area = home_area(root, user.home, user.name)
        except FileNotFoundError:
            error = (
                f"The home {user.home} of {user.name} is not on this host: homes are never created; create it first."
            )
            return [{"error": error, "no_home": True}] * len(looks)
        except FileProblem as problem:
            return [{"error": f"The home of {user.name} cannot be used. {problem}"}] * len(looks)
    try:
        reader = Reader(user, looks)
        return [_look(root, area, look, reader) for look in looks]
    finally:
        if area is not root:
            os.close(area.fd)


def existing(root: Area, user: object, places: list) -> list:
    """Return the tokens of those of ``places`` that are there, in the home of ``user`` or outside homes."""
    area = root
    if user is not None:
        try:
            area = home_area(root, user.home, user.name)
        except (FileNotFoundError, FileProblem):
            return []
    try:
        return [place.token for place in places if area.exists(place.rest)]
    finally:
        if area is not root:
            os.close(area.fd)


def _look(root: Area, area: Area, look: Look, reader: Reader) -> dict:
    chosen = 0
    for number, (exists, _place) in enumerate(look.candidates):
        if exists is not None and (area if exists.user else root).exists(exists.rest):
            chosen = number
            break
    place = look.candidates[chosen][1]
    shown = area.shown(place.rest)
    try:
        with area.locate(place.rest) as spot:
            holder = os.stat(".", dir_fd=spot.fd)
            if not area.user and spot.status is not None:
                refuse_shared(holder, spot.status, shown)
            absent, obstacle = _absent(area, look.directories)
            blocked = _blocked(area, spot, shown)
            answer = {
                "chosen": chosen,
                "real": spot.real,
                "holder": (holder.st_uid, holder.st_mode),
                "missing": directories_to_make(area, spot),
                "absent": absent,
                # The directories are made together with a file that is not there yet.
                "blocked": obstacle if blocked is None and spot.status is None else blocked,
            }
            answer["numbers"], answer["numbers_unknown"] = _numbers(area, look.numbers_in)
            if spot.status is not None:
                content = reader.content(spot, shown, look)
                if isinstance(content, Unread):
                    answer["unread"] = content.digest
                else:
                    answer["content"] = content
                status = spot.status
                answer.update(mode=stat.S_IMODE(status.st_mode), uid=status.st_uid, gid=status.st_gid)
            return answer
    except FileProblem as problem:
        return {"chosen": chosen, "error": str(problem)}


def _numbers(area: Area, files: list) -> tuple:
    """Return the numbers that ``files`` refer to, and why they are not known, or None. A missing file knows none."""
    found = set()
    left = SCANNED_BYTES
    for place, texts in files:
        shown = area.shown(place.rest)
        try:
            with area.locate(place.rest) as spot:
                if spot.status is None:
                    continue
                found |= numbers_in(scan(spot, shown, left), pattern_of(texts), shown)
                left -= spot.status.st_size
        except FileProblem as problem:
            return sorted(found), str(problem).rstrip(".")
    return sorted(found), None


def _absent(area: Area, directories: list) -> tuple:
    """Return those of ``directories``, and those above them, that are not there, and why they cannot be made, or None.

    The directories are paths below ``area``.
    """
    found = []
    obstacle = None
    for place in directories:
        # Any name will do: what counts is the way to it.
        with area.locate(place.rest + "/x") as spot:
            missing = directories_to_make(area, spot)
            found.extend(path for path in missing if path not in found)
            if missing and obstacle is None:
                obstacle = _blocked(area, spot, area.shown(place.rest))
    return found, obstacle


def directories_to_make(area: Area, spot: Spot) -> list:
    """Return the directories that are missing, outermost first, as paths below ``area``."""
    below = spot.reached[len(area.real) :]
    if spot.missing and _UNFIT.search("/".join([below] + spot.missing)):
        # They would stand in the record, and nobody could read it again.
        raise FileProblem(
            f"{area.shown(below)} leads to directories whose names hold line breaks or {{home:...}}: none is made; "
            "remove the link that leads there."
        )
    return ["/".join([below] + spot.missing[: count + 1]) for count in range(len(spot.missing))]


def _blocked(area: Area, spot: Spot, shown: str) -> object:
    """Return why nothing can be written at ``spot``, or None."""
    where = shortened(spot.reached, SHOWN_PATH) or "/"
    if not os.access(".", os.W_OK | os.X_OK, dir_fd=spot.fd, **_EFFECTIVE):
        return (
            f"{shown} cannot be written: the directory {where} is not writable for uid {os.geteuid()}; "
            f"{make_writable(bool(area.user))}."
        )
    if spot.status is None:
        return None
    holder = os.stat(".", dir_fd=spot.fd)
    if holder.st_mode & stat.S_ISVTX and os.geteuid() not in (0, holder.st_uid, spot.status.st_uid):
        return (
            f"{shown} cannot be replaced: it belongs to uid {spot.status.st_uid} and its directory {where} is sticky; "
            f"give it to uid {os.geteuid()}{or_as_root(bool(area.user))}."
        )
    return None
