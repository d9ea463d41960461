# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes one file: what is there, what is wanted, what is on record; gives what to write, drift, diff and new record.

Pure: no file is touched here. A file may be wanted by several clients and accounts.
"""

from __future__ import annotations

import base64

from ._attributes import drop_special_bits, plan_attributes, restore_attributes
from ._diffs import Side, drift_row, keyed_diff, whole_diff
from ._ini import Document
from ._limits import WHOLE_BYTES
from ._outcome import Outcome, Target, entry_of, labels_of, only
from ._record import digest
from ._section_record import same_kind
from ._sections import Sections
from ._target_blocks import plan_blocks
from ._target_values import plan_values
from ._tree import Unread


def plan_target(target: Target, leaves: object, refused: set, listed: set, existing: str) -> Outcome:
    """Return the outcome; ``leaves(client, account)`` says whose things go, ``refused`` accounts are left out whole."""
    outcome = Outcome(target)
    active = [
        wanted
        for wanted in target.wanted
        if not wanted.accounts or any(account not in refused for account in wanted.accounts)
    ]
    kind = active[0].kind if active else next(iter(target.entries.values()), {"kind": "whole"})["kind"]
    for wanted in active[1:]:
        if wanted.kind != kind or any(
            getattr(wanted, name) != getattr(active[0], name) for name in ("content", "syntax", "comment")
        ):
            reason = f"{target.shown} is wanted twice with different content: give one of the two another path."
            outcome.errors.append((wanted.accounts, wanted.client, reason))
    others = {_family(entry["kind"]) for entry in target.entries.values()} - {_family(kind)}
    if active and others:
        reason = (
            f"{target.shown} was installed otherwise, as a file of kind {min(others)}, not {_family(kind)}: remove it "
            "first with state: absent, or give another path."
        )
        outcome.errors.extend((wanted.accounts, wanted.client, reason) for wanted in active)
    if not outcome.errors:
        _KINDS.get(kind, _plan_whole)(target, outcome, active, leaves, refused, listed, existing)
    drop_special_bits(target, outcome)
    if target.found.content is None and outcome.content is not None:
        outcome.make = list(target.found.absent or [])
    return outcome


def _family(kind: str) -> str:
    return "whole" if kind == "once" else kind


def _plan_whole(
    target: Target, outcome: Outcome, active: list, leaves: object, refused: set, _listed: set, _existing: str
) -> None:
    found = target.found
    clients = list(dict.fromkeys([wanted.client for wanted in active] + sorted(target.entries)))
    going = []
    for client in clients:
        entry = target.entries.get(client)
        wanted = [item for item in active if item.client == client]
        staying = [account for account in entry["accounts"] if not leaves(client, account)] if entry else []
        if wanted:
            _want_whole(target, outcome, wanted[0], client, labels_of(wanted, refused), staying)
        elif not staying and (entry["accounts"] or leaves(client, "")):
            going.append(client)
        elif staying != entry["accounts"]:
            outcome.entries[client] = dict(entry, accounts=staying)
    for client in going:
        entry = outcome.entries[client]
        outcome.entries[client] = None
        if any(outcome.entries.values()):
            outcome.rows.append((client, entry["accounts"], "unchanged", "another client still needs this file"))
        else:
            _let_whole_go(target, outcome, client, entry)
    if outcome.rewrite:
        outcome.diffs.append(lambda: whole_diff(target.shown, _sides(target, outcome, active)))
    if active and not (active[0].kind == "once" and found.content is not None):
        plan_attributes(target, outcome, active)


def _sides(target: Target, outcome: Outcome, active: list) -> tuple:
    """Return what was there and what comes; what is given back as it was before us is somebody else's."""
    before, after = target.found.content, outcome.content
    now = digest(before)
    recorded = any(entry.get("sha256") == now for entry in target.entries.values())
    wanted = after is not None and any(item.content == after for item in active)
    if isinstance(before, Unread):
        # Too large to be told from end to end; that it differs is said.
        before, recorded = f"(a file of more than {WHOLE_BYTES} bytes)\n".encode(), True
    return Side(before, before is None or recorded), Side(after, after is None or wanted)


def _want_whole(target: Target, outcome: Outcome, wanted: object, client: str, accounts: list, staying: list) -> None:
    found = target.found
    there = found.content is not None
    entry = target.entries.get(client)
    email = only(accounts)
    action = "unchanged"
    content = wanted.content
    if wanted.kind == "whole" and _as_made(target, wanted):
        content = found.content
    if not there or (wanted.kind == "whole" and found.content != content):
        reason = "content" if there else "missing"
        action = "updated" if there else "created"
        outcome.drift.append(
            drift_row(target.shown, client, email, None, reason, digest(wanted.content), digest(found.content))
        )
        outcome.content = wanted.content
        outcome.rewrite = True
    outcome.rows.append((client, accounts, action, None))
    accounts = accounts + staying
    if wanted.kind == "once" and there:
        # What was there before us is no affair of ours; what we made once stays on record.
        outcome.entries[client] = dict(entry, accounts=sorted(set(accounts))) if entry else None
        return
    earlier = next((item for item in target.entries.values() if item["kind"] == "whole"), None)
    if earlier is None and isinstance(found.content, Unread):
        outcome.errors.append(
            (
                accounts,
                client,
                f"{target.shown} has more than {WHOLE_BYTES} bytes, too many to be kept and put back one day: move it "
                "away, and it is made anew.",
            )
        )
        return
    fresh = entry_of(target, wanted, client, accounts)
    if fresh["created"]:
        fresh["replaced"] = None
    elif earlier is not None:
        fresh["replaced"] = earlier["replaced"]
    else:
        fresh["replaced"] = base64.b64encode(found.content).decode("ascii")
    fresh["sha256"] = digest(content)
    if wanted.basis is not None:
        fresh["basis"] = wanted.basis
    outcome.entries[client] = fresh


def _as_made(target: Target, wanted: object) -> bool:
    """Whether the file has the very bytes that we wrote, and was made of what it would be made of now."""
    now = digest(target.found.content)
    return wanted.basis is not None and any(
        entry.get("basis") == wanted.basis and entry["sha256"] == now for entry in target.entries.values()
    )


def _let_whole_go(target: Target, outcome: Outcome, client: str, entry: dict) -> None:
    found = target.found
    email = only(entry["accounts"])
    outcome.directories.extend(entry["directories"])
    if found.content is None:
        outcome.rows.append((client, entry["accounts"], "unchanged", None))
        return
    as_written = digest(found.content) == entry["sha256"]
    if entry["kind"] == "once" and not as_written:
        outcome.findings.append(
            ("file-changed", "info", email, f"{target.shown} was changed since it was made, so it stays.")
        )
        outcome.rows.append((client, entry["accounts"], "unchanged", "changed since it was made"))
        return
    old = None if entry["replaced"] is None else base64.b64decode(entry["replaced"])
    restore_attributes(target, outcome, entry, old)
    if old == found.content:
        outcome.rows.append((client, entry["accounts"], "updated" if outcome.writes else "unchanged", None))
        return
    if not as_written:
        fate = "removed" if old is None else "put back as it was before"
        message = f"{target.shown} had been changed since it was installed; it is {fate} all the same."
        outcome.findings.append(("file-changed", "info", email, message))
    outcome.drift.append(drift_row(target.shown, client, email, None, "extra", digest(old), digest(found.content)))
    outcome.content = old
    outcome.rewrite = True
    outcome.rows.append((client, entry["accounts"], "removed" if old is None else "updated", None))


def _plan_sections(
    target: Target, outcome: Outcome, active: list, leaves: object, refused: set, listed: set, existing: str
) -> None:
    found = target.found
    syntax = active[0].syntax if active else next(iter(target.entries.values())).get("syntax", "prefs")
    document = Document(found.content or b"", syntax)
    record = {client: entry["sections"] for client, entry in target.entries.items() if entry["kind"] == "sections"}
    sections = Sections(document, target.shown, record, target.numbers, target.numbers_unknown)
    wanted_sections = {}
    for wanted in active:
        chosen = [section for section in wanted.sections if section is not None and section.account not in refused]
        wanted_sections.setdefault(wanted.client, []).extend(chosen)

    def section_leaves(client: str, recorded: dict) -> bool:
        sections_now = wanted_sections.get(client, [])
        still = any(same_kind(recorded, wanted) for wanted in sections_now)
        if not recorded["account"] and still:
            return False
        if client and not still and recorded["account"] in {wanted.account for wanted in sections_now}:
            # The client needs another section for this account now. (Files without a client are listed one by one.)
            return True
        return leaves(client, recorded["account"])

    sections.remove(section_leaves)
    for client, wanted in wanted_sections.items():
        sections.place(client, wanted, listed, existing)
    outcome.errors.extend(([account] if account else [], client, reason) for account, client, reason in sections.errors)
    outcome.findings.extend(
        ("section-changed", "warning", account or None, reason) for account, _client, reason in sections.left
    )
    outcome.drift.extend(sections.drift)
    after = bytes(document)
    has_sections = any(sections.record.values())
    entries = target.entries.values()
    made = any(entry["created"] for entry in entries)
    nothing_left = not after.strip() or any(entry.get("remove_whole") for entry in entries)
    if found.content is None:
        # Nothing there and nothing wanted is not an empty file.
        outcome.content = after or None
    elif made and not has_sections and nothing_left:
        outcome.content = None
    else:
        outcome.content = after
    outcome.rewrite = outcome.content != found.content
    if sections.changes:
        # Of the file that was taken apart, nothing else stays in memory until then.
        changes = sections.changes
        outcome.diffs.append(lambda: keyed_diff(target.shown, changes))
    for client in dict.fromkeys(list(wanted_sections) + sorted(target.entries)):
        _keep_sections(
            target, outcome, client, sections, [wanted for wanted in active if wanted.client == client], refused
        )
    if active:
        plan_attributes(target, outcome, active)


def _keep_sections(
    target: Target, outcome: Outcome, client: str, sections: Sections, wanted: list, refused: set
) -> None:
    """Set record entry and row of one client in a file of sections."""
    entry = target.entries.get(client)
    recorded = sections.record.get(client, [])
    concerned = labels_of(wanted, refused) or (entry["accounts"] if entry else [])
    action = "unchanged"
    if client in sections.changed:
        action = "updated" if target.found.content is not None else "created"
        action = "removed" if outcome.content is None else action
    if wanted or client in sections.changed or len(recorded) != len(entry.get("sections", []) if entry else []):
        outcome.rows.append((client, concerned, action, sections.notes.get(client)))
    if recorded:
        accounts = [section["account"] for section in recorded if section["account"]]
        basis = wanted[0] if wanted else None
        fresh = entry_of(target, basis, client, accounts)
        fresh["kind"] = "sections"
        fresh["syntax"] = sections.document.syntax
        if basis.remove_whole if basis else entry.get("remove_whole"):
            fresh["remove_whole"] = True
        fresh["sections"] = sorted(recorded, key=lambda section: (section["account"], section["name"]))
        outcome.entries[client] = fresh
    elif entry is not None:
        outcome.entries[client] = None
        outcome.directories.extend(entry["directories"])
        if outcome.content is not None and not any(outcome.entries.values()):
            restore_attributes(target, outcome, entry, outcome.content)


_KINDS = {"sections": _plan_sections, "blocks": plan_blocks, "values": plan_values}
