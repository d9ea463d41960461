# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes names of users and groups, gives ids and homes as the node's own database or ROOT/etc/passwd knows them."""

from __future__ import annotations

import os

from ._errors import FileProblem, InstallError, MissingUser, quoted
from ._limits import HIGHEST_ID, USERS_BYTES
from ._tree import Area, read


class User:
    """Who a file in a home belongs to, with all that a child needs to become that user."""

    __slots__ = ("name", "uid", "gid", "home", "groups")

    def __init__(self, name: str, uid: int, gid: int, home: str, groups: list) -> None:
        self.name = name
        self.uid = uid
        self.gid = gid
        self.home = home
        self.groups = groups


class Users:
    """The users of the node, each looked up once."""

    def __init__(self, root: str, area: Area, overrides: dict) -> None:
        self.of_host = root == "/"
        self._database = _HostDatabase() if root == "/" else _FileDatabase(area)
        self._area = area
        self._overrides = overrides
        self._known = {}

    def user(self, name: str) -> User:
        """Return the user. Raises MissingUser when there is none of that name."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        found = self._known[name]
        if isinstance(found, FileProblem):
            raise found
        return found

    def _look_up(self, name: str) -> object:
        override = self._overrides.get(name, {})
        entry = self._database.user(name)
        if entry is None and "home" not in override:
            return MissingUser(
                f"The user {quoted(name)} is not on this host: create the user first, or give its home and uid."
            )
        uid, gid, home = entry or (None, None, None)
        home = override.get("home", home)
        if not home.startswith("/"):
            return FileProblem(
                f"The home {quoted(home)} of {name} is not an absolute path: correct it in the passwd database."
            )
        if entry is None and "uid" not in override:
            # Only the home is known: whoever owns it is the user.
            try:
                with self._area.directory(home) as spot:
                    uid, gid = spot.status.st_uid, spot.status.st_gid
            except FileNotFoundError:
                return MissingUser(
                    f"The home {home} of {name} is not on this host: homes are never created; create it first."
                )
            except FileProblem as problem:
                return problem
        uid = override.get("uid", uid)
        gid = override.get("gid", uid if gid is None else gid)
        return User(name, uid, gid, home, self._database.groups_of(name, gid))

    def uid(self, owner: str) -> int:
        """Return the number of ``owner``, a name or a number in digits."""
        if is_id(owner):
            return int(owner)
        entry = self._database.user(owner)
        uid = self._overrides.get(owner, {}).get("uid", entry[0] if entry else None)
        if uid is None:
            raise FileProblem(f"The owner {quoted(owner)} is not on this host: create the user first.")
        return uid

    def gid(self, group: str) -> int:
        """Return the number of ``group``, a name or a number in digits."""
        gid = int(group) if is_id(group) else self._database.gid(group)
        if gid is None:
            raise FileProblem(f"The group {quoted(group)} is not on this host: create the group first.")
        return gid


class _HostDatabase:
    """What getpwnam knows, LDAP and SSSD included."""

    def user(self, name: str) -> object:
        import pwd

        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return entry.pw_uid, entry.pw_gid, entry.pw_dir

    def groups_of(self, name: str, gid: int) -> list:
        return sorted(set(os.getgrouplist(name, gid)))

    def gid(self, name: str) -> object:
        import grp

        try:
            return grp.getgrnam(name).gr_gid
        except KeyError:
            return None


class _FileDatabase:
    """What the passwd and group files of another root say; the names of this machine mean nothing there."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self._tables = {}

    def _rows(self, path: str, width: int) -> list:
        if path not in self._tables:
            with self._area.locate(path) as spot:
                data = read(spot, path, USERS_BYTES)[0] if spot.status else b""
            lines = data.decode("utf-8", "surrogateescape").splitlines()
            self._tables[path] = [line.split(":") for line in lines if line[:1] not in ("", "#", "+", "-")]
        return [row for row in self._tables[path] if len(row) >= width]

    def _by_name(self, path: str, width: int) -> dict:
        """Return the rows by name; of several with one name the first counts, as in getpwnam."""
        key = (path, width)
        if key not in self._tables:
            self._tables[key] = {row[0]: row for row in reversed(self._rows(path, width))}
        return self._tables[key]

    def _groups(self) -> dict:
        """Return the rows of the groups that each name is a member of."""
        if "members" not in self._tables:
            members = self._tables["members"] = {}
            for row in self._rows("/etc/group", 4):
                for name in row[3].split(","):
                    members.setdefault(name, []).append(row)
        return self._tables["members"]

    def user(self, name: str) -> object:
        row = self._by_name("/etc/passwd", 6).get(name)
        return None if row is None else (_number(row[2], row), _number(row[3], row), row[5])

    def groups_of(self, name: str, gid: int) -> list:
        return sorted({gid} | {_number(row[2], row) for row in self._groups().get(name, [])})

    def gid(self, name: str) -> object:
        row = self._by_name("/etc/group", 3).get(name)
        return None if row is None else _number(row[2], row)


def is_id(text: str) -> bool:
    """Whether ``text`` is the number of a user or group: digits alone, and no more than the system has."""
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= HIGHEST_ID


def _number(text: str, row: list) -> int:
    if not is_id(text):
        raise FileProblem(
            f"The entry of {quoted(row[0])} in the root's /etc/passwd or /etc/group has the id {quoted(text)}: it "
            f"must be a number up to {HIGHEST_ID}."
        )
    return int(text)


def checked_override(name: str, override: object) -> dict:
    """Return what the parameter ``users`` says of one, with numbers for numbers. Raises InstallError."""
    if not isinstance(override, dict) or set(override) - {"home", "uid", "gid"}:
        raise InstallError(
            f"users: what is given for {quoted(name)} must be a mapping with home, uid and gid, each optional."
        )
    checked = {}
    for key, value in override.items():
        if value is None:
            continue
        if key == "home":
            if not isinstance(value, str) or not value.startswith("/"):
                raise InstallError(
                    f"users: the home of {quoted(name)} must be an absolute path in the root, not {quoted(value)}."
                )
            checked[key] = value
        elif isinstance(value, bool) or not is_id(str(value)):
            raise InstallError(f"users: the {key} of {quoted(name)} must be a number, not {quoted(value)}.")
        else:
            checked[key] = int(value)
    return checked
