# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes one file in which blocks of lines are ours; gives what to write, drift, diff and the new record.

Pure: no file is touched here. A block without an account serves all accounts of its client, and goes with the last.
"""

from __future__ import annotations

from ._attributes import plan_attributes, restore_attributes
from ._blocks import SHARED, Text
from ._diffs import Side, drift_row, whole_diff
from ._errors import FileProblem
from ._outcome import Outcome, Target, entry_of, labels_of
from ._record import digest


def plan_blocks(
    target: Target, outcome: Outcome, active: list, leaves: object, refused: set, _listed: set, _existing: str
) -> None:
    """Fill ``outcome``."""
    found = target.found
    # Copies: a plan may be made again from the same record.
    recorded = {
        client: [dict(block) for block in entry["blocks"]]
        for client, entry in target.entries.items()
        if "blocks" in entry
    }
    texts = {}
    wanted = {}
    for item in active:
        for account, text in item.blocks:
            if account in refused:
                continue
            if texts.setdefault(account, text) != text:
                reason = f"{target.shown} is wanted twice with different lines for {account or SHARED}: decide for one."
                outcome.errors.append((item.accounts, item.client, reason))
            wanted.setdefault(item.client, []).append((account, text))
    if outcome.errors:
        return
    staying = {client: _staying(target.entries[client], client, active, leaves, refused) for client in recorded}
    needed = set(texts).union(*staying.values())
    changes = _Changes(target, active, [block for blocks in recorded.values() for block in blocks])
    for client in sorted(recorded):
        recorded[client] = changes.without_leaving(client, recorded[client], staying[client], needed)
    for client, blocks in wanted.items():
        recorded[client] = changes.with_wanted(client, recorded.get(client, []), blocks)
    outcome.findings.extend(("section-changed", "warning", account or None, reason) for account, reason in changes.left)
    for account, client, reason in changes.errors:
        # Without the lines for all, nobody has what is needed.
        accounts = [account] if account else labels_of([item for item in active if item.client == client], refused)
        outcome.errors.append((accounts, client, reason))
    after = bytes(changes.text)
    made = any(entry["created"] for entry in target.entries.values())
    if found.content is None or (made and not any(recorded.values()) and not after.strip()):
        after = after or None
        if made and after is not None and not after.strip():
            after = None
    outcome.content = after
    outcome.rewrite = after != found.content
    outcome.drift.extend(changes.drift)
    if changes.pairs:
        pairs = changes.pairs
        outcome.diffs.append(lambda: whole_diff(target.shown, *pairs))
    for client in dict.fromkeys(list(wanted) + sorted(target.entries)):
        _keep(target, outcome, client, recorded.get(client, []), changes, active, leaves, refused)
    if active:
        plan_attributes(target, outcome, active)


def _staying(entry: dict, client: str, active: list, leaves: object, refused: set) -> set:
    """Return the accounts, or "" for all, whose blocks stay, of those that this client has in the file."""
    items = [item for item in active if item.client == client]
    asked = {account for item in items for account, _text in item.blocks if account not in refused}
    others = set(_accounts(entry, client, leaves)) - set(labels_of(items, refused))
    for_all = others or (not items and not entry["accounts"] and not leaves(client, ""))
    return asked | others | ({""} if for_all else set())


def _accounts(entry: object, client: str, leaves: object) -> list:
    """Return the accounts of the record that do not leave."""
    return [account for account in entry["accounts"] if not leaves(client, account)] if entry else []


class _Changes:
    """The text while it changes, and what to tell of it."""

    def __init__(self, target: Target, active: list, recorded: list) -> None:
        entry = next(iter(target.entries.values()), None)
        self.text = Text(
            target.found.content or b"",
            target.shown,
            active[0].comment if active else entry["comment"],
            active[0].block_name if active else entry["block_name"],
        )
        self.drift = []
        self.pairs = []  # Sides for the diff
        self.changed = set()  # clients
        self.errors = []  # (account, client, reason)
        self.left = []  # (account, reason) of blocks that are not recognised any more
        self._shown = target.shown
        self._recorded = recorded

    def without_leaving(self, client: str, blocks: list, staying: set, needed: set) -> list:
        """Remove the blocks of accounts that leave, unless another client needs them; return what is left on record."""
        broken = set()
        for block in [block for block in blocks if block["account"] not in needed]:
            account = block["account"]
            try:
                old = self.text.get(account)
            except FileProblem as problem:
                self.left.append((account, str(problem)))
                broken.add(account)
                continue
            if old is not None:
                self._note(client, account, "extra", None, old)
                self._drop(block)
        return [block for block in blocks if block["account"] in staying | broken]

    def with_wanted(self, client: str, blocks: list, wanted: list) -> list:
        """Set the wanted blocks; return the record of this client."""
        known = {block["account"]: block for block in blocks}
        for account, text in wanted:
            try:
                old = self.text.get(account)
            except FileProblem as problem:
                self.errors.append((account, client, str(problem)))
                continue
            closed = self._closed(account) and old is not None
            if old != text:
                self._note(client, account, "missing" if old is None else "content", text, old)
                closed = self.text.set(account, text) or closed
            known[account] = {"account": account, "sha256": digest(text), "closed": closed}
            self._recorded.append(known[account])
        return [known[account] for account in sorted(known)]

    def _closed(self, account: str) -> bool:
        """Whether the line before this block got its line ending from us: it is one block, whoever needs it."""
        return any(block["closed"] for block in self._recorded if block["account"] == account)

    def _drop(self, block: dict) -> None:
        others = [other["account"] for other in self._recorded]
        closed = self._closed(block["account"])
        follower = self.text.drop(block["account"], closed, others)
        for other in self._recorded:
            if closed and other["account"] == follower:
                other["closed"] = True

    def _note(self, client: str, account: str, reason: str, new: object, old: object) -> None:
        key = f"block of {account}" if account else f"block of {SHARED}"
        self.drift.append(drift_row(self._shown, client, account or None, key, reason, digest(new), digest(old)))
        # A person may have written into our block.
        known = old is None or any(digest(old) == block["sha256"] for block in self._recorded)
        self.pairs.append((Side(old, known), Side(new, True)))
        self.changed.add(client)


def _keep(
    target: Target,
    outcome: Outcome,
    client: str,
    blocks: list,
    changes: _Changes,
    active: list,
    leaves: object,
    refused: set,
) -> None:
    """Set record entry and row of one client."""
    entry = target.entries.get(client)
    items = [item for item in active if item.client == client]
    accounts = labels_of(items, refused) or (entry["accounts"] if entry else [])
    action = "unchanged"
    if client in changes.changed:
        action = "updated" if target.found.content is not None else "created"
        action = "removed" if outcome.content is None else action
    if items or client in changes.changed:
        outcome.rows.append((client, accounts, action, None))
    if blocks:
        staying = labels_of(items, refused) + _accounts(entry, client, leaves)
        # A block that could not be removed keeps its account.
        staying += [block["account"] for block in blocks if block["account"]]
        fresh = entry_of(target, items[0] if items else None, client, staying)
        source = items[0] if items else None
        fresh["blocks"] = blocks
        fresh["comment"] = source.comment if source else entry["comment"]
        fresh["block_name"] = source.block_name if source else entry["block_name"]
        outcome.entries[client] = fresh
    elif entry is not None:
        outcome.entries[client] = None
        outcome.directories.extend(entry["directories"])
        if outcome.content is not None and not any(outcome.entries.values()):
            restore_attributes(target, outcome, entry, outcome.content)
