# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the mode and owner that a file has and shall have, gives changes, drift rows, diff, and what to put back."""

from __future__ import annotations

from ._diffs import attribute_diff, drift_row
from ._errors import FileProblem
from ._write import refuse_owner

# Attribute as asked for -> attribute of the outcome, which speaks to the system.
_OUTCOME = {"mode": "mode", "owner": "uid", "group": "gid"}


def plan_attributes(target: object, outcome: object, active: list) -> None:
    """Compare mode and owner with what is asked; a new file simply gets them."""
    if outcome.content is None:
        return
    found = target.found
    asked = {}
    for name in _OUTCOME:
        given = [getattr(wanted, name) for wanted in active if getattr(wanted, name) is not None]
        if given:
            asked[name] = given[0]
    if found.content is None:
        for name, value in asked.items():
            setattr(outcome, _OUTCOME[name], value)
        return
    now = _present(found)
    client, accounts = active[0].client, active[0].accounts
    before, after = {}, {}
    for name, value in asked.items():
        if value == now[name]:
            continue
        before[name], after[name] = _written(name, now[name]), _written(name, value)
        expected, had = after[name], before[name]
        if name == "group":
            expected, had = f"group {expected}", f"group {had}"
        email = accounts[0] if len(accounts) == 1 else None
        outcome.drift.append(
            drift_row(target.shown, client, email, None, "mode" if name == "mode" else "owner", expected, had)
        )
        setattr(outcome, _OUTCOME[name], value)
    if outcome.rewrite and "mode" in asked:
        outcome.mode = asked["mode"]  # what is asked for is not cut where it cannot be carried over
    if not after:
        return
    outcome.diffs.append(attribute_diff(target.shown, before, after))
    outcome.rows = [
        (owner, labels, "updated" if action == "unchanged" and owner == client else action, note)
        for owner, labels, action, note in outcome.rows
    ]
    for name, entry in outcome.entries.items():
        if entry is not None and not entry["created"]:
            outcome.entries[name] = dict(entry, attributes=_remembered(entry["attributes"], before, after))


def _remembered(known: dict, before: dict, after: dict) -> dict:
    """Return what the record keeps: the value written, and the one from before our first change."""
    remembered = dict(known)
    for name, value in after.items():
        remembered[name] = {"written": value, "replaced": known.get(name, {"replaced": before[name]})["replaced"]}
    return remembered


def restore_attributes(target: object, outcome: object, entry: dict, content: object) -> None:
    """Put mode and owner back where they still are as we set them, in a file that stays (``content`` is not None)."""
    if content is None:
        return
    now = _present(target.found)
    before, after = {}, {}
    for name, kept in entry["attributes"].items():
        if _written(name, now[name]) == kept["written"] != kept["replaced"]:
            value = int(kept["replaced"], 8) & 0o777 if name == "mode" else int(kept["replaced"])
            if name == "owner" and not _may_give_back(target, value):
                message = (
                    f"{target.shown} keeps the owner {now[name]}: its directory is somebody else's, so it is not given "
                    f"back to uid {value}."
                )
                outcome.findings.append(("owner-kept", "warning", None, message))
            elif value != now[name]:
                before[name], after[name] = kept["written"], _written(name, value)
                setattr(outcome, _OUTCOME[name], value)
    if after:
        outcome.diffs.append(attribute_diff(target.shown, before, after))


def _may_give_back(target: object, uid: int) -> bool:
    try:
        if target.user is None:
            refuse_owner(target.found.holder, target.found.uid, uid, target.shown)
    except FileProblem:
        return False
    return True


def drop_special_bits(target: object, outcome: object) -> None:
    """Take setuid, setgid and sticky from a mode that nobody asked for: other bytes or another owner would get them."""
    found = target.found
    if found.content is None or outcome.content is None or not outcome.writes or outcome.mode is not None:
        return
    if found.mode & 0o7000:
        # The writer leaves them out of every mode that is carried over; here it is told.
        before, after = {"mode": _written("mode", found.mode)}, {"mode": _written("mode", found.mode & 0o777)}
        outcome.diffs.append(attribute_diff(target.shown, before, after))


def _present(found: object) -> dict:
    return {"mode": found.mode, "owner": found.uid, "group": found.gid}


def _written(name: str, value: int) -> str:
    return f"{value:04o}" if name == "mode" else str(value)
