# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a plan, writes the record and then the files; gives for each file what became of it.

The record is written first, with what is intended and what was recorded before, and again when
the files are there: whenever we are cut off, a later run can tell by a file's digest which holds.
"""

from __future__ import annotations

from ._accounts import Accounts
from ._apply import Change, apply
from ._as_user import ChildDied, Clock, run_as
from ._errors import FileProblem
from ._record import Record, digest
from ._survey import Place
from ._tree import Area


class Work:
    """A plan together with what of it is to be done now."""

    def __init__(self, plan: object, deferred: list) -> None:
        self.plan = plan
        self.waiting = {id(target) for target, _reason in deferred}
        self.targets = [target for target in plan.targets if target.outcome.writes and id(target) not in self.waiting]
        self.started = False  # whether files may have been written

    def entries(self, of_target: object, swept: bool = True) -> list:
        """Return the whole record, where ``of_target(target)`` gives the entries of a file: client -> entry or None.

        Not ``swept``: what dead runs left is still there, so its entries are kept.
        """
        gone = {id(entry) for entry in self.plan.gone if swept or "unfinished" not in entry}
        replaced = {}
        for target in self.plan.targets:
            entries = target.entries if id(target) in self.waiting else of_target(target)
            for client, entry in entries.items():
                replaced[(target.token, client)] = entry
        kept = [
            entry
            for entry in self.plan.entries
            if id(entry) not in gone and (entry["path"], entry["client"]) not in replaced
        ]
        now = kept + [entry for entry in replaced.values() if entry is not None]
        known = {(entry["path"], entry["client"]) for entry in now}
        return now + [entry for entry in self.plan.foreign if (entry["path"], entry["client"]) not in known]

    def final(self) -> tuple:
        """Return entries and rows of accounts of the record as it is when all goes well."""
        return self.entries(lambda target: target.outcome.entries), self.accounts().rows()

    def accounts(self, answers: object = None, written: bool = True) -> Accounts:
        """Return the accounts of the record, after ``answers`` of what was written or when all goes well."""
        failed = {key for key, answer in (answers or {}).items() if answer.get("error")}
        undone = {
            (client, account)
            for target in self.plan.targets
            if id(target) in self.waiting or id(target) in failed
            for client, accounts, _action, _note in target.outcome.rows
            for account in accounts
        }
        return self.plan.accounts(undone, written)


def perform(work: Work, root: Area, record: Record, backup: bool) -> dict:
    """Do it; return id(target) -> {"error": sentence} or {"backup": name or None}."""
    if not work.targets and not work.plan.leftovers:
        record.save(*work.final())
        return {}
    busy = {id(target) for target in work.targets}
    intended = {id(target): _intended(target) for target in work.targets}
    record.save(
        work.entries(
            lambda target: intended[id(target)] if id(target) in busy else target.outcome.entries, swept=False
        ),
        work.accounts(written=False).rows(),
    )
    work.started = bool(work.targets)
    answers = {}
    by_user = {}
    for target in work.targets:
        by_user.setdefault(target.user.name if target.user else "", (target.user, [], []))[1].append(target)
    for leftover in work.plan.leftovers:
        by_user.setdefault(leftover.user.name if leftover.user else "", (leftover.user, [], []))[2].append(leftover)
    kept = {path for entry in work.final()[0] for path in entry["directories"]}
    for name in sorted(by_user):
        user, targets, leftovers = by_user[name]
        answers.update(_write(root, user, targets, _Left(leftovers, kept), backup, work.plan.clock))

    def outcome(target: object) -> dict:
        answer = answers.get(id(target), {})
        if answer.get("unknown"):
            return intended[id(target)]
        return target.entries if answer.get("error") else target.outcome.entries

    record.save(work.entries(outcome), work.accounts(answers).rows())
    return answers


class _Left:
    """What dead runs may have left in the home of one user, or outside homes, but for directories that are ``kept``."""

    def __init__(self, leftovers: list, kept: set) -> None:
        self.files = [leftover.rest for leftover in leftovers]
        self.directories = [
            Place.parse(path, "record").rest
            for leftover in leftovers
            for path in leftover.directories
            if path not in kept
        ]


def _write(root: Area, user: object, targets: list, left: _Left, backup: bool, clock: Clock) -> dict:
    changes = [Change(_rest(target), target.outcome, target.found, backup) for target in targets]
    try:
        answers = run_as(user, lambda: apply(root, user, changes, left.files, left.directories), clock, (root.fd,))
    except ChildDied as problem:
        answers = [{"error": str(problem), "unknown": True}] * len(targets)
    except FileProblem as problem:
        answers = [{"error": str(problem)}] * len(targets)
    return {id(target): answer for target, answer in zip(targets, answers)}


def _rest(target: object) -> str:
    return target.token.partition("}")[2] if target.user else target.token


def _intended(target: object) -> dict:
    """Return the entries of a file that is about to be written, each with what holds if we never get there."""
    marked = {}
    for client, entry in target.outcome.entries.items():
        old = target.entries.get(client)
        if entry is None and old is None:
            continue
        mark = {
            "before": digest(target.found.content),
            "after": digest(target.outcome.content),
            "entry": old,
            "leaves": entry is None,
        }
        marked[client] = dict(entry or old, unfinished=mark)
    return marked
