# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a request, the record and the node, gives what a run does: for each file its outcome; who is refused and why.

Nothing is written here, so check mode and a real run plan alike.
"""

from __future__ import annotations

import json
import os

from ._accounts import Accounts
from ._as_user import Clock
from ._doubtful import Doubtful
from ._errors import FileProblem, or_as_root
from ._find import Finder, Refusals
from ._identity import raw
from ._limits import KEPT_BYTES_OF_A_USER, KEPT_BYTES_OUTSIDE
from ._numbers import number_of
from ._request import Request
from ._running import Processes
from ._survey import Place
from ._target import plan_target
from ._territory import foreign_sentence, within_territory
from ._tree import Area
from ._users import Users

_PROGRAMS = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where programs are sought that a client needs: the search path of a login, without what a user adds to it."""


class Plan:
    """What a run does; ``pending`` has (path, client, accounts, reason), ``gone`` record entries without a file."""

    def __init__(
        self,
        request: Request,
        users: Users,
        root: Area,
        entries: list,
        accounts: list,
        processes: Processes,
        clock: Clock,
        record: str,
    ) -> None:
        self.request = request
        entries, self.foreign = within_territory(entries, request.territory)
        self.entries = entries
        self._accounts = accounts
        # (code, account, message) of what else the node has or lacks
        self.findings = [("place-foreign", None, foreign_sentence(entry, record)) for entry in self.foreign]
        self.clock = clock
        self._processes = processes
        self._refusals = Refusals()
        numbers = Accounts(accounts).numbers
        finder = Finder(users, root, entries, self._refusals, request.missing_user, numbers, clock)
        for wanted in request.files:
            finder.place_in_home(wanted)
        self._doubtful = Doubtful(request.connections, self._accounts)
        for account, client, reason in self._doubtful.recorded():
            self._refusals.add([account], client, None, reason)
        for accounts, place, client, reason in request.problems:
            shown = place if isinstance(place, str) else finder.shown(place)
            self._refusals.add(accounts, client, shown, reason)
        self._wanted_paths = _wanted_paths(request.files)
        self._kept_of = {}  # user -> file -> bytes that are kept of it
        self._waiting = set()  # (client, account) for whom files are pending
        useless = self._refuse_or_note_missing_programs(root)
        # Nobody's file: nobody is refused for it, so it alone is left out.
        useless.update(id(wanted) for wanted in request.files if None in (wanted.sections or []))
        left_out = [wanted for wanted in request.files if not wanted.accounts and id(wanted) in useless]
        self._left_out = {place.token for wanted in left_out for _exists, place in wanted.candidates}
        files = [wanted for wanted in request.files if wanted not in left_out]
        finder.find(files, [entry for entry in entries if self._concerns(entry)])
        self._notice(finder)
        self.targets = finder.targets
        self.gone = finder.gone
        self.pending = finder.pending
        self._waiting.update((client, account) for _path, client, labels, _reason in self.pending for account in labels)
        self.leftovers = _leftovers(entries, users)
        self._outcomes()

    @property
    def refused(self) -> list:
        """Rows of the result."""
        return self._refusals.rows

    def accounts(self, undone: set, written: bool = True) -> Accounts:
        """Return the accounts of the record after this run.

        ``undone`` are pairs of client and account that wait. Without ``written`` the files are still to come: numbers
        are given, and servers are those of the last run.
        """
        accounts = Accounts(self._accounts)
        undone = undone | self._waiting
        if written:
            accounts.leave(lambda client, account: (client, account) not in undone and self.leaves(client, account))
            accounts.connect(self.request.connections, self._refusals.accounts, undone)
        for target in self.targets:
            for account, client, number in _numbers_given(target):
                accounts.number(account, client, target.user.name if target.user else "", target.token, number)
        return accounts

    def refuse(self, accounts: list, client: str, path: str, reason: str) -> None:
        """Add what went wrong while writing."""
        self._refusals.add(accounts, client, path, reason)

    def _refuse_or_note_missing_programs(self, root: Area) -> set:
        """Refuse the accounts whose clients need a program that the node lacks; return the ids of their files.

        What is built into an image may get its programs later: there it is a finding.
        """
        lacks = {}
        useless = set()
        for wanted in self.request.files:
            for name in wanted.needs:
                if name not in lacks:
                    lacks[name] = not any(root.exists(f"{directory}/{name}") for directory in _PROGRAMS)
                if not lacks[name]:
                    continue
                message = (
                    f"{wanted.client or wanted.token()} needs the program {name}, which is in none of "
                    f"{', '.join(_PROGRAMS)}: install it first."
                )
                if self.request.root == "/":
                    useless.add(id(wanted))
                    self._refusals.add(wanted.accounts, wanted.client, wanted.token(), message)
                else:
                    self._find("program-missing", wanted, message)
        return useless

    def _notice(self, finder: Finder) -> None:
        """Note what the caller wants to be told of where it is there."""
        for wanted in self.request.files:
            for places, account, code, message in wanted.notices:
                if any(place.token in finder.there for place in places):
                    self._find(code, wanted, message, account)

    def _find(self, code: str, wanted: object, message: str, only: object = None) -> None:
        rows = [(code, account, message) for account in ([only] if only else wanted.accounts or [None])]
        self.findings += [row for row in rows if row not in self.findings]

    def leaves(self, client: str, account: str, path: str = "") -> bool:
        """Whether what the record has for this client and account, at this path, is to go in this run."""
        request = self.request
        if request.territory and client not in request.territory:
            return False  # of a caller who shares the set
        if account in self._refusals.accounts or (not account and path in self._left_out):
            return False
        if path and path not in self._wanted_paths.get((client, account), {path}):
            # The client has this account's settings elsewhere now, or will have them when the user is there.
            return account not in request.incomplete and (client, account) not in self._waiting
        if request.state == "absent":
            return (not request.clients or client in request.clients) and (
                not request.accounts or account in request.accounts
            )
        return request.purge and account not in request.accounts

    def _concerns(self, entry: dict) -> bool:
        labels = _labels(entry)
        # A run that was cut off may not have removed anybody: what was on record before may be what holds.
        before = entry.get("unfinished", {}).get("entry")
        labels += _labels(before) if before else []
        return any(self.leaves(entry["client"], account, entry["path"]) for account in labels or [""])

    def _outcomes(self) -> None:
        """Plan all files, and again those of accounts that turn out to be refused, until nobody new is."""
        todo = self.targets
        while todo:
            before = set(self._refusals.accounts)
            for target in todo:
                self._plan(target)
            new = self._refusals.accounts - before
            todo = [target for target in self.targets if new & _accounts_of(target)]

    def _plan(self, target: object) -> None:
        request = self.request
        outcome = plan_target(
            target,
            lambda client, account: self.leaves(client, account, target.token),
            self._refusals.accounts,
            set(request.accounts),
            request.existing,
        )
        target.outcome = outcome
        errors = list(outcome.errors)
        errors += [
            (accounts, client, reason) for client, accounts in _concerned(outcome) for reason in self._kept(target)
        ]
        errors += [([account], client, reason) for account, client, reason in self._doubtful.in_file(target)]
        if outcome.writes:
            obstacle = _obstacle(target)
            if obstacle:
                errors += [(accounts, client, obstacle) for client, accounts in _concerned(outcome)]
            running = self._running(target)
            if running and request.client_running == "fail":
                reason = f"{running[0]} runs and would overwrite {target.shown}: quit it, or say client_running: defer."
                errors += [(accounts, client, reason) for client, accounts in _concerned(outcome)]
        for accounts, client, reason in errors:
            self._refusals.add(accounts, client, target.shown, reason)
        if any(not accounts for accounts, _client, _reason in errors):
            # Nobody's file: nothing else depends on it, so it alone is left out.
            self.targets = [other for other in self.targets if other is not target]

    def _kept(self, target: object) -> list:
        """Return why what was there before cannot be kept: the record is everybody's, and one user could fill it."""
        before, after = (_kept_bytes(entries) for entries in (target.entries, target.outcome.entries))
        if target.user is None:
            total, whose, most = after, "a file outside homes", KEPT_BYTES_OUTSIDE
        else:
            of_user = self._kept_of.setdefault(target.user.name, {})
            of_user[target.token] = after
            total, whose, most = sum(of_user.values()), f"the files of {target.user.name}", KEPT_BYTES_OF_A_USER
        if after <= before or total <= most:
            return []
        return [
            f"{target.shown} holds {after} bytes that would have to be kept, to be put back one day, and of {whose} no "
            f"more than {most} are kept: move the file away, and it is made anew."
        ]

    def _running(self, target: object) -> list:
        request = self.request
        if request.client_running == "ignore" or request.root != "/" or target.user is None:
            return []
        sources = [wanted.running for wanted in target.wanted] + [entry["running"] for entry in target.entries.values()]
        names = list(dict.fromkeys(name for names in sources for name in names))
        return self._processes.running(target.user.uid, names) if names else []

    def deferred(self) -> list:
        """Return the targets that wait until a client ends, as (target, reason)."""
        found = []
        for target in self.targets:
            running = self._running(target) if target.outcome.writes else []
            if running:
                found.append(
                    (
                        target,
                        f"{running[0]} runs and would overwrite the edit: it is made by the next run after "
                        f"{running[0]} has ended.",
                    )
                )
        return found


class Leftover:
    """A file that a run was about to write when it was cut off, and the directories that it may have made for it."""

    def __init__(self, user: object, entry: dict) -> None:
        self.user = user
        self.rest = Place.parse(entry["path"], "record").rest
        self.directories = entry["directories"]


def _leftovers(entries: list, users: Users) -> list:
    """Return what dead runs left, of users who are here."""
    found = []
    for entry in entries:
        if "unfinished" in entry:
            try:
                found.append(Leftover(users.user(entry["user"]) if entry["user"] else None, entry))
            except FileProblem:
                continue
    return found


def _size(text: object) -> int:
    """Return how long a text is in the record, where a byte that is no character takes six."""
    return 0 if text is None else len(json.dumps(text))


def _kept_bytes(entries: dict) -> int:
    """Return how much of what was there before us the record entries hold."""
    total = 0
    for entry in entries.values():
        if entry is not None:
            total += len(entry.get("replaced") or "") * 3 // 4 + len(entry.get("blank") or "")
            total += sum(
                _size(kept["replaced"]) for item in entry.get("sections", []) for kept in item["keys"].values()
            )
            total += sum(_size(value["replaced"]) for value in entry.get("values", []))
    return total


def _wanted_paths(files: list) -> dict:
    """Return where each account of each client has something in this run: (client, account) to a set of paths.

    Only for clients with a name: who installs single files by hand keeps what an earlier task installed.
    """
    found = {}
    for wanted in files:
        for account in wanted.accounts if wanted.client else []:
            paths = found.setdefault((wanted.client, account), set())
            paths.update(place.token for _exists, place in wanted.candidates)
    return found


def _obstacle(target: object) -> object:
    """Return why the outcome could not be written, or None."""
    if target.outcome.rewrite:
        return target.found.blocked
    uid = target.user.uid if target.user else os.geteuid()
    if uid in (0, target.found.uid):
        return None
    return (
        f"Mode and owner of {target.shown} cannot be changed: it belongs to uid {target.found.uid}, not to uid {uid}; "
        f"correct its owner{or_as_root(target.user is not None)}."
    )


def _numbers_given(target: object) -> list:
    """Return (account, client, number) of the sections whose numbers other files of the client may know."""
    if target.numbers is None:
        return []
    sections = [
        (client, section)
        for client, entry in target.outcome.entries.items()
        for section in (entry or {}).get("sections", ())
        if section["numbered"] and section["account"]
    ]
    found = [
        (section["account"], client, number_of(raw(section["name"]), raw(section["numbered"])))
        for client, section in sections
    ]
    return [row for row in found if row[2] is not None and row[2] >= 0]


def _accounts_of(target: object) -> set:
    labels = {account for wanted in target.wanted for account in wanted.accounts}
    for entry in target.entries.values():
        labels.update(_labels(entry))
    return labels


def _labels(entry: dict) -> list:
    """Return the accounts of a record entry; those of sections may be empty."""
    return entry["accounts"] + [section["account"] for section in entry.get("sections", [])]


def _concerned(outcome: object) -> list:
    """Return (client, accounts) of whom a file that cannot be written concerns."""
    changed = [(client, accounts) for client, accounts, action, _note in outcome.rows if action != "unchanged"]
    return changed or [(client, accounts) for client, accounts, _action, _note in outcome.rows]
