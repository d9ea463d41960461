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
from ._diffs import drift_row, shown, whole_diff
from ._errors import FileProblem
from ._json_text import JsonText
from ._outcome import Outcome, Target, entry_of, labels_of, only


def plan_values(
    target: Target, outcome: Outcome, active: list, leaves: object, refused: set, _listed: set, _existing: str
) -> None:
    """Fill ``outcome``."""
    found = target.found
    try:
        text = JsonText(found.content or b"", target.shown)
        work = _Changes(target, text)
        for client in dict.fromkeys([item.client for item in active] + sorted(target.entries)):
            _plan_client(target, outcome, work, client, active, leaves, refused)
    except FileProblem as problem:
        outcome.entries = dict(target.entries)
        del outcome.rows[:]
        outcome.errors.extend((item.accounts, item.client, str(problem)) for item in active)
        if not active:
            outcome.findings.append(("section-changed", "warning", None, str(problem)))
        return
    made = found.content is None or any(entry["created"] for entry in target.entries.values())
    nothing = not any(outcome.entries.values()) and made and text.is_empty
    outcome.content = None if nothing else found.content if not work.changed else bytes(text)
    outcome.rewrite = outcome.content != found.content
    outcome.drift.extend(work.drift)
    if work.before or work.after:
        outcome.diffs.append(whole_diff(target.shown, work.before.encode(), work.after.encode()))
    outcome.rows = [
        (client, accounts, "removed" if action == "updated" and outcome.content is None else action, note)
        for client, accounts, action, note in outcome.rows
    ]
    if active:
        plan_attributes(target, outcome, active)


class _Changes:
    """The text while it changes, and what to tell of it."""

    def __init__(self, target: Target, text: JsonText) -> None:
        self.text = text
        self.there = target.found.content is not None
        self.drift = []
        self.before = ""
        self.after = ""
        self.changed = set()  # clients
        self._shown = target.shown

    def want(self, client: str, email: object, path: list, value: object, known: object) -> dict:
        """Set one value; return its record."""
        raw = self.text.raw(path)
        record = {
            "path": path,
            "written": value,
            "replaced": known["replaced"] if known else raw,
            "made": known["made"] if known and raw is not None else 0,
        }
        if raw is None or json.loads(raw) != value:
            self._note(client, email, path, "missing" if raw is None else "content", json.dumps(value), raw)
            record["made"] = max(self.text.set(path, value), record["made"])
        return record

    def let_go(self, client: str, email: object, record: dict) -> None:
        """Put back what was replaced, unless somebody changed the value since."""
        path = record["path"]
        raw = self.text.raw(path)
        if raw is None or json.loads(raw) != record["written"] or raw == record["replaced"]:
            return
        self._note(client, email, path, "extra", record["replaced"], raw)
        if record["replaced"] is None:
            self.text.drop(path, record["made"])
        else:
            self.text.put(path, record["replaced"])

    def _note(self, client: str, email: object, path: list, reason: str, new: object, old: object) -> None:
        key = ".".join(path)
        self.drift.append(
            drift_row(self._shown, client, email, key, reason, shown(path[-1], new), shown(path[-1], old))
        )
        self.before += "" if old is None else f"{key}: {shown(path[-1], old)}\n"
        self.after += "" if new is None else f"{key}: {shown(path[-1], new)}\n"
        self.changed.add(client)


def _plan_client(
    target: Target, outcome: Outcome, work: _Changes, client: str, active: list, leaves: object, refused: set
) -> None:
    entry = target.entries.get(client)
    items = [item for item in active if item.client == client]
    accounts = labels_of(items, refused)
    staying = [account for account in entry["accounts"] if not leaves(client, account)] if entry else []
    everybody = sorted(set(accounts + staying))
    known = {json.dumps(record["path"]): record for record in entry["values"]} if entry else {}
    if not items:
        if staying or (entry["accounts"] == [] and not leaves(client, "")):
            outcome.entries[client] = dict(entry, accounts=staying)
            return
        for record in reversed(entry["values"]):
            work.let_go(client, only(entry["accounts"]), record)
        outcome.entries[client] = None
        outcome.directories.extend(entry["directories"])
        outcome.rows.append((client, entry["accounts"], "updated" if client in work.changed else "unchanged", None))
        if not any(outcome.entries.values()):
            restore_attributes(target, outcome, entry, target.found.content)
        return
    wanted = [pair for item in items for pair in item.values]
    asked = {json.dumps(path) for path, _value in wanted}
    for key, record in known.items():
        if key not in asked:
            work.let_go(client, only(everybody), record)
    records = [work.want(client, only(everybody), path, value, known.get(json.dumps(path))) for path, value in wanted]
    fresh = entry_of(target, items[0], client, everybody)
    fresh["values"] = records
    outcome.entries[client] = fresh
    action = "unchanged" if client not in work.changed else "updated" if work.there else "created"
    outcome.rows.append((client, accounts, action, None))
