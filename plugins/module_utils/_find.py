# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the files that are wanted and the record entries that go, looks at the node, gives one target per real file.

Who cannot be looked at is refused or pending; nothing is written.
"""

from __future__ import annotations

import os

from ._as_user import run_as
from ._errors import AS_ROOT, FileProblem, MissingUser, printable
from ._limits import SENTENCE, shortened
from ._look import Look
from ._outcome import Target
from ._record import settled
from ._survey import Found, Place, existing, survey
from ._tree import Area
from ._users import Users
from ._write import refuse_owner

# What is only removed comes after all that is wanted, in the order of the record.
_LAST = 1 << 30


class Refusals:
    """Who is refused and why; each reason once."""

    def __init__(self) -> None:
        self.rows = []
        self.accounts = set()
        self._known = set()

    def add(self, accounts: list, client: str, path: str, reason: str) -> None:
        """Refuse all of ``accounts``; without an account only the file is refused."""
        self.accounts.update(accounts)
        for account in accounts or [None]:
            row = {"email": account, "path": path, "client": client, "reason": shortened(printable(reason), SENTENCE)}
            if tuple(row.values()) not in self._known:
                self._known.add(tuple(row.values()))
                self.rows.append(row)


class _Job:
    """One thing to look at: a wanted file, or a record entry that goes."""

    __slots__ = ("candidates", "wanted", "entry")

    def __init__(self, candidates: list, wanted: object, entry: object) -> None:
        self.candidates = candidates
        self.wanted = wanted
        self.entry = entry

    @property
    def place(self) -> Place:
        return self.candidates[0][1]

    @property
    def directories(self) -> list:
        return self.wanted.directories if self.wanted else []

    @property
    def numbers_in(self) -> list:
        return (self.wanted.numbers_in or []) if self.wanted else []

    @property
    def key(self) -> tuple:
        """What tells this place from others, as plain data."""
        return (
            tuple((exists.token if exists else None, place.token) for exists, place in self.candidates),
            tuple(place.token for place in self.directories),
            tuple((place.token, texts) for place, texts in self.numbers_in),
        )

    @property
    def client(self) -> str:
        return self.wanted.client if self.wanted else self.entry["client"]

    @property
    def accounts(self) -> list:
        return self.wanted.accounts if self.wanted else self.entry["accounts"]


class Finder:
    """Fills ``targets``, ``pending``, and ``gone``: the record entries that nothing on the node stands for."""

    def __init__(
        self,
        users: Users,
        root: Area,
        entries: list,
        refusals: Refusals,
        missing_user: str,
        numbers: object,
        clock: object,
    ) -> None:
        self.targets = []
        self.gone = []
        self.pending = []
        self.there = set()  # tokens of the places of notices that are there
        self._users = users
        self._root = root
        self._recorded = {}
        for entry in entries:
            self._recorded.setdefault(entry["path"], []).append(entry)
        self._made = {directory for entry in entries for directory in entry["directories"]}
        self._refusals = refusals
        self._missing_user = missing_user
        self._numbers = numbers  # path of a file to the numbers that its sections ever had
        self._clock = clock
        self._by_real = {}
        self._home_owners = {}

    def find(self, files: list, leaving: list) -> None:
        """Look at ``files`` (wanted) and ``leaving`` (record entries), all of one user in one go."""
        jobs = {}
        for wanted in files:
            jobs.setdefault(wanted.user, []).append(_Job(wanted.candidates, wanted, None))
        for entry in leaving:
            place = Place.parse(entry["path"], "record")
            jobs.setdefault(place.user, []).append(_Job([(None, place)], None, entry))
        notices = {}
        for wanted in files:
            for places, account, _code, _message in wanted.notices:
                for place in places:
                    of_user = notices.setdefault(place.user, {})
                    of_user.setdefault(place.token, (place, []))[1].append((wanted, account))
        for name in sorted({*jobs, *notices}, key=lambda user: user or ""):
            self._look(name, jobs.get(name, []), notices.get(name, {}))
        self.targets.sort(key=lambda target: target.number)

    def shown(self, place: Place) -> str:
        """Return the path of ``place`` with the home put in, or as it was given when there is no such user."""
        if place.user is None:
            return place.rest
        try:
            return self._users.user(place.user).home.rstrip("/") + place.rest
        except FileProblem:
            return f"~{place.user}{place.rest}"

    def place_in_home(self, wanted: object) -> None:
        """Take a plain path in the home of its owner for what it is: a file to be reached with that user's rights."""
        if wanted.user is not None or not wanted.owner:
            return
        try:
            user = self._users.user(wanted.owner)
        except FileProblem:
            return  # said later, where the owner is needed
        home = user.home.rstrip("/") + "/"
        places = [place for _exists, place in wanted.candidates] + wanted.directories
        places += [place for place, _texts in wanted.numbers_in or []]
        if not all(place.rest.startswith(home) for place in places) or home == "/":
            return
        # Not the home of a service like /var/www, which root owns and where the user may write little.
        if self._owner_of(user, home) == user.uid:
            others = [exists for exists, _place in wanted.candidates if exists is not None]
            others += [place for looked_for, *_told in wanted.notices for place in looked_for]
            for place in {id(place): place for place in places + others}.values():
                if place.user is None and place.rest.startswith(home):
                    place.user, place.rest = user.name, place.rest[len(home) - 1 :]
            wanted.user = user.name

    def _owner_of(self, user: object, home: str) -> object:
        """Return the uid of a home, as the user sees it: root would wait for ever for a mount that is dead."""

        def look() -> object:
            try:
                with self._root.directory(home) as spot:
                    return spot.status.st_uid
            except (FileProblem, FileNotFoundError):
                return None

        if home not in self._home_owners:
            try:
                self._home_owners[home] = run_as(user, look, self._clock, (self._root.fd,))
            except FileProblem:
                return None
        return self._home_owners[home]

    def _look(self, name: object, jobs: list, notices: dict) -> None:
        user = None
        try:
            user = self._users.user(name) if name else None
            answers = self._answers(user, jobs, [place for place, _wanted in notices.values()])
        except MissingUser as problem:
            answers = [{"error": str(problem), "no_home": True}] * len(jobs)
        except FileProblem as problem:
            answers = [{"error": str(problem)}] * len(jobs)
            for wanted, account in (pair for _place, asking in notices.values() for pair in asking):
                # A file may be for several people: the one who cannot be looked at is refused.
                accounts = [account] if account else wanted.accounts
                self._refusals.add(accounts, wanted.client, self.shown(wanted.candidates[0][1]), str(problem))
        for job, answer in zip(jobs, answers):
            found = Found(answer)
            if found.no_home:
                self._without_home(job, found.error)
            elif found.error:
                self._refusals.add(
                    job.accounts, job.client, self.shown(job.candidates[found.chosen or 0][1]), found.error
                )
            else:
                self._add(job, user, found)

    def _answers(self, user: object, jobs: list, notices: list) -> list:
        """Look at each place once, however many accounts have something in the same file."""
        looks = {}
        by_token = {}
        for job in jobs:
            key = job.key
            look = looks.setdefault(key, Look(job.candidates, job.directories, job.numbers_in))
            for token in look.tokens:
                by_token.setdefault(token, {})[key] = look
        for job in jobs:
            # Two jobs may have one file in different words; what the one needs of it, the other may get.
            concerned = {key: look for token in looks[job.key].tokens for key, look in by_token[token].items()}
            for look in concerned.values():
                if job.wanted is not None:
                    look.for_wanted(job.wanted, [entry for token in look.tokens for entry in self._of_record(token)])
                else:
                    look.for_recorded(job.entry)
        root = self._root
        found, there = run_as(
            user,
            lambda: (survey(root, user, list(looks.values())), existing(root, user, notices)),
            self._clock,
            (root.fd,),
            sum(look.size for look in looks.values()),
        )
        self.there.update(there)
        answers = dict(zip(looks, found))
        return [answers[job.key] for job in jobs]

    def _of_record(self, token: str) -> list:
        return self._recorded.get(token, [])

    def _without_home(self, job: _Job, reason: str) -> None:
        if job.entry is not None and not (job.entry["home"] and self._root.exists(job.entry["home"] + job.place.rest)):
            self.gone.append(job.entry)
        elif job.entry is not None:
            # Nobody can be asked for what goes; the rest of the account goes all the same.
            left = (
                f"{job.entry['user']} is not on this host any more, but {job.entry['home']} is: what was installed "
                "there stays until the home goes."
            )
            self.pending.append((self.shown(job.place), job.client, job.accounts, left))
        elif self._missing_user == "fail":
            self._refusals.add(job.accounts, job.client, self.shown(job.place), reason)
        else:
            self.pending.append((self.shown(job.place), job.client, job.accounts, reason))

    def _add(self, job: _Job, user: object, found: Found) -> None:
        place = job.candidates[found.chosen][1]
        target = self._by_real.get(found.real)
        if target is None:
            target = self._by_real[found.real] = Target(user, place.token, self.shown(place), found)
            target.number = job.wanted.number if job.wanted else _LAST + len(self._by_real)
            self.targets.append(target)
            token = place.token
            ways = [token[:end] for end, character in enumerate(token) if character == "/"]
            target.made = [way for way in ways if way in self._made]
            self._attach_entries(target)
        elif target.token != place.token:
            reason = f"{self.shown(place)} and {target.shown} are the same file through links: ask for it by one path."
            self._refusals.add(job.accounts, job.client, self.shown(place), reason)
            return
        if job.wanted is not None:
            try:
                _resolve_owner(self._users, user, job.wanted, target.shown)
                if user is None:
                    refuse_owner(found.holder, found.uid, job.wanted.owner, target.shown)
                self._fill_in_paths(job.wanted, target.shown)
            except FileProblem as problem:
                self._refusals.add(job.accounts, job.client, target.shown, str(problem))
            else:
                target.wanted.append(job.wanted)
                if job.wanted.numbers_in is not None:
                    target.numbers = (target.numbers or self._numbers(target.token)) | set(found.numbers)
                    target.numbers_unknown = target.numbers_unknown or found.numbers_unknown

    def _fill_in_paths(self, wanted: object, shown: str) -> None:
        """Put homes into the values that are paths: only the node knows them. A section without one goes."""
        for number, section in enumerate(wanted.sections or []):
            try:
                for key in section.paths if section is not None else []:
                    self._fill_in_path(section, key)
            except FileProblem as problem:
                accounts = [section.account] if section.account else wanted.accounts
                if not accounts:
                    raise
                self._refusals.add(accounts, wanted.client, shown, f"{section.label}: {problem}")
                wanted.sections[number] = None

    def _fill_in_path(self, section: object, key: bytes) -> None:
        for table in (section.fixed, section.enforced, section.seeded):
            if key in table:
                place = Place.parse(table[key].decode("utf-8", "surrogateescape"), "paths")
                if place.user is not None:
                    home = self._users.user(place.user).home.rstrip("/")
                    table[key] = (home + place.rest).encode("utf-8", "surrogateescape")

    def _attach_entries(self, target: Target) -> None:
        for entry in self._recorded.get(target.token, []):
            if "unfinished" in entry:
                # A dead run may have made them, beside the file too.
                target.made += [path for path in entry["directories"] if path not in target.made]
            holds = settled(entry, target.found.content)
            if holds is None:
                self.gone.append(entry)
            else:
                target.entries[entry["client"]] = holds


def _resolve_owner(users: Users, user: object, wanted: object, shown: str) -> None:
    """Replace the names of owner and group by numbers, or by None where there is nothing that we could set."""
    uid = users.uid(wanted.owner) if isinstance(wanted.owner, str) else wanted.owner
    gid = users.gid(wanted.group) if isinstance(wanted.group, str) else wanted.group
    if user is not None and uid not in (None, user.uid):
        raise FileProblem(
            f"{shown} is in the home of {user.name} and cannot belong to uid {uid}: what is in a home is that "
            "user's; leave owner out."
        )
    if user is not None and user.uid != 0 and gid is not None and gid not in user.groups:
        raise FileProblem(
            f"{shown} is in the home of {user.name}, who is not in the group with gid {gid}: choose another group "
            "or leave it out."
        )
    if os.geteuid() != 0:
        own_groups = [os.getegid()] + os.getgroups()
        if users.of_host and (uid not in (None, os.geteuid()) or (gid is not None and gid not in own_groups)):
            raise FileProblem(f"{shown} cannot be given to uid {uid}, gid {gid} by uid {os.geteuid()}: {AS_ROOT}.")
        # In the tree of another root a person who is not root builds an image; owners come when it is packed.
        uid = uid if uid == os.geteuid() else None
        gid = gid if gid in own_groups else None
    wanted.owner, wanted.group = uid, gid
