# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes one JSON file in which single values are ours; gives what to write, drift, diff and the new record.

Pure: no file is touched here. The values serve all accounts of their client, and go with the last of them.
"""

from __future__ import annotations

import json

from ._attributes import plan_attributes, restore_attributes
from ._diffs import Side, drift_row, shown_value, whole_diff
from ._errors import FileProblem
from ._json_text import JsonText
from ._outcome import Outcome, Target, entry_of, labels_of, only


def plan_values(
    target: Target, outcome: Outcome, active: list, leaves: object, refused: set, _listed: set, _existing: str
) -> None:
    """Fill ``outcome``."""
    found = target.found
    wanted = _wanted(target, outcome, active)
    if outcome.errors:
        return
    try:
        text = JsonText(found.content or b"", target.shown)
        work = _Changes(target, text, wanted)
        for client in dict.fromkeys([item.client for item in active] + sorted(target.entries)):
            _plan_client(target, outcome, work, client, active, leaves, refused)
    except (FileProblem, RecursionError) as error:
        problem = error
        if isinstance(error, RecursionError):
            problem = f"{target.shown} holds values within values, deeper than can be read: correct it or move it away."
        outcome.entries = dict(target.entries)
        del outcome.rows[:]
        outcome.errors.extend((item.accounts, item.client, str(problem)) for item in active)
        if not active:
            outcome.findings.append(("section-changed", "warning", None, str(problem)))
        return
    made = found.content is None or any(entry["created"] for entry in target.entries.values())
    outcome.content = bytes(text) if work.changed else found.content
    if not any(outcome.entries.values()) and text.is_empty:
        blank = next((entry["blank"] for entry in target.entries.values() if "blank" in entry), None)
        if made:
            outcome.content = None
        elif blank is not None:
            outcome.content = blank.encode()
    outcome.rewrite = outcome.content != found.content
    outcome.drift.extend(work.drift)
    if work.before or work.after:
        sides = Side(work.before.encode(), True), Side(work.after.encode(), True)
        outcome.diffs.append(lambda: whole_diff(target.shown, sides))
    outcome.rows = [
        (client, accounts, "removed" if action == "updated" and outcome.content is None else action, note)
        for client, accounts, action, note in outcome.rows
    ]
    if active:
        plan_attributes(target, outcome, active)


def _wanted(target: Target, outcome: Outcome, active: list) -> set:
    """Return the paths that are wanted. An error, where one holds two values or lies within another."""
    values = {}
    for item in active:
        for path, value in item.values:
            known = values.setdefault(_key(path), value)
            if any(_is_within(path, json.loads(other)) for other in values) or _plain(known) != _plain(value):
                reason = f"{target.shown} is wanted with two values at {'.'.join(path)}: decide for one."
                outcome.errors.append((item.accounts, item.client, reason))
    return set(values)


def _displayed(path: list, raw: object, ours: object) -> object:
    """Return the JSON text of a value as it may be shown beside ``ours``, the one that we write; None of None."""
    if raw is None:
        return None
    value = json.loads(raw)
    clean = shown_value(path, value, ours)
    # As it is written, where nothing is hidden.
    return raw if clean == value else json.dumps(clean)


def _is_within(path: list, other: list) -> bool:
    shorter, longer = sorted((path, other), key=len)
    return len(shorter) < len(longer) and longer[: len(shorter)] == shorter


def _key(path: list) -> str:
    return json.dumps(path)


def _plain(value: object) -> str:
    """Return a value in one spelling. Python finds true equal to 1, which no client does."""
    return json.dumps(value, sort_keys=True)


class _Changes:
    """The text while it changes, what to tell of it, and ``records``: client to path to the record of a value."""

    def __init__(self, target: Target, text: JsonText, wanted: set) -> None:
        self.text = text
        self.there = target.found.content is not None
        self.drift = []
        self.before = ""
        self.after = ""
        self.changed = set()  # clients
        # Copies: a plan may be made again from the same record.
        self.records = {
            client: {_key(record["path"]): dict(record) for record in entry["values"]}
            for client, entry in target.entries.items()
        }
        self._wanted = wanted
        self._needed = {}  # records that one client has no more and another gets
        self._shown = target.shown

    def want(self, client: str, email: object, path: list, value: object) -> dict:
        """Set one value; return its record."""
        raw = self.text.raw(path)
        own = self.records.setdefault(client, {})
        known = own.get(_key(path)) or next(self._others(path), self._needed.get(_key(path)))
        record = {
            "path": path,
            "written": value,
            "replaced": known["replaced"] if known else raw,
            "made": known["made"] if known and raw is not None else 0,
        }
        if raw is None or _plain(json.loads(raw)) != _plain(value):
            self._note(client, email, path, "missing" if raw is None else "content", json.dumps(value), raw, value)
            record["made"] = max(self.text.set(path, value), record["made"])
        own[_key(path)] = record
        return record

    def let_go(self, client: str, email: object, record: dict) -> None:
        """Put back what was replaced, unless another client needs the value or somebody changed it since."""
        path = record["path"]
        raw = self.text.raw(path)
        record = self.records[client].pop(_key(path))
        if _key(path) in self._wanted or any(self._others(path, client)):
            self._needed[_key(path)] = record
            return
        if raw is None or _plain(json.loads(raw)) != _plain(record["written"]) or raw == record["replaced"]:
            return
        self._note(client, email, path, "extra", record["replaced"], raw, record["written"])
        if record["replaced"] is None:
            self.text.drop(path, record["made"])
            self._hand_over(record)
        else:
            self.text.put(path, record["replaced"])

    def _others(self, path: list, client: object = None) -> object:
        """Yield what other clients have on record for the same value."""
        return (of[_key(path)] for other, of in self.records.items() if other != client and _key(path) in of)

    def _hand_over(self, gone: dict) -> None:
        """Let the values that lie in objects made for one that is gone take these objects with them."""
        outermost = len(gone["path"]) - gone["made"]
        for record in [record for of in self.records.values() for record in of.values()]:
            path = record["path"]
            common = 0
            while path[: common + 1] == gone["path"][: common + 1] and common < min(len(path), len(gone["path"])) - 1:
                common += 1
            if outermost <= common and len(path) - record["made"] <= common + 1:
                record["made"] = max(record["made"], len(path) - outermost)

    def _note(
        self, client: str, email: object, path: list, reason: str, new: object, old: object, ours: object
    ) -> None:
        key = ".".join(path)
        new, old = _displayed(path, new, ours), _displayed(path, old, ours)
        self.drift.append(drift_row(self._shown, client, email, key, reason, new, old))
        self.before += "" if old is None else f"{key}: {old}\n"
        self.after += "" if new is None else f"{key}: {new}\n"
        self.changed.add(client)


def _plan_client(
    target: Target, outcome: Outcome, work: _Changes, client: str, active: list, leaves: object, refused: set
) -> None:
    entry = target.entries.get(client)
    items = [item for item in active if item.client == client]
    accounts = labels_of(items, refused)
    staying = [account for account in entry["accounts"] if not leaves(client, account)] if entry else []
    everybody = sorted(set(accounts + staying))
    if not items:
        if staying or (entry["accounts"] == [] and not leaves(client, "")):
            outcome.entries[client] = dict(entry, accounts=staying, values=list(work.records[client].values()))
            return
        for record in reversed(entry["values"]):
            work.let_go(client, only(entry["accounts"]), record)
        work.records.pop(client)
        outcome.entries[client] = None
        outcome.directories.extend(entry["directories"])
        outcome.rows.append((client, entry["accounts"], "updated" if client in work.changed else "unchanged", None))
        if not any(outcome.entries.values()):
            restore_attributes(target, outcome, entry, target.found.content)
        return
    wanted = list({_key(path): (path, value) for item in items for path, value in item.values}.values())
    asked = {_key(path) for path, _value in wanted}
    for record in entry["values"] if entry else []:
        if _key(record["path"]) not in asked:
            work.let_go(client, only(everybody), record)
    fresh = entry_of(target, items[0], client, everybody)
    fresh["values"] = [work.want(client, only(everybody), path, value) for path, value in wanted]
    blank = work.text.blank if work.there else None
    if blank is None:
        blank = next((item["blank"] for item in target.entries.values() if "blank" in item), None)
    if blank is not None and not fresh["created"]:
        fresh["blank"] = blank
    outcome.entries[client] = fresh
    action = "unchanged" if client not in work.changed else "updated" if work.there else "created"
    outcome.rows.append((client, accounts, action, None))
