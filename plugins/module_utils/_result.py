# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a plan and what became of it, fills the result: rows of files, drift, pending, refused, findings and diff."""

from __future__ import annotations

from ._limits import (
    DIFF_CHARACTERS_OF_A_USER,
    DIFF_LINE,
    FINDINGS_OF_A_CODE,
    REASONS,
    SENTENCE,
    SHOWN_VALUE,
    shortened,
)


def tell(result: dict, work: object, deferred: list, answers: dict, stopped: bool, with_diff: bool) -> None:
    """Fill ``result``; ``stopped``: nothing was to be written, because somebody was refused.

    ``answers`` is empty in check mode.
    """
    result.update(files=[], drift=[], pending=[])
    if with_diff:
        result["diff"] = []
    plan = work.plan
    reasons = {id(target): reason for target, reason in deferred}
    busy = {id(target) for target in work.targets}
    shown_of = {}
    for code, account, message in plan.findings:
        result["findings"].append(finding(code, "warning", message, account))
    for path, client, accounts, reason in plan.pending:
        result["pending"].extend(_per_account(path, client, accounts, reason))
    for target in plan.targets:
        outcome = target.outcome
        result["drift"].extend(_short_drift(row) for row in outcome.drift)
        for code, severity, account, message in outcome.findings:
            result["findings"].append(finding(code, severity, message, account))
        answer = answers.get(id(target), {})
        if id(target) in reasons:
            for client, accounts, _action, _note in outcome.rows:
                result["pending"].extend(_per_account(target.shown, client, accounts, reasons[id(target)]))
        elif answer.get("error"):
            for client, accounts, _action, _note in outcome.rows:
                plan.refuse(accounts, client, target.shown, answer["error"])
        elif not stopped:
            result["files"].extend(_row(target, row, answer.get("backup")) for row in outcome.rows)
            if id(target) in busy:
                result["changed"] = True
                if with_diff:
                    of_user = target.user.name if target.user else None
                    # Made now: without --diff, nobody's file is looked through for what it would show.
                    entries = [entry() if callable(entry) else entry for entry in outcome.diffs]
                    result["diff"].extend(_short_diff(entry, of_user, shown_of) for entry in entries)
    result["moved"] = [
        {
            "email": account,
            "client": client,
            "user": user or None,
            "kept": kept,
            "server": side,
            "before": before,
            "after": after,
        }
        for account, client, user, kept, side, before, after in work.accounts(answers).moved()
    ]
    result["findings"] = few_of_a_kind(result["findings"])
    result["refused"] = plan.refused
    if plan.refused:
        result.update(failed=True, msg=_message(plan.refused, stopped))


def finding(code: str, severity: str, message: str, account: object = None) -> dict:
    """Return one finding in the form that all of the collection uses."""
    return {
        "code": code,
        "severity": severity,
        "element": None,
        "line": None,
        "message": shortened(message, SENTENCE),
        "email": account,
    }


def few_of_a_kind(findings: list) -> list:
    """Return ten findings of a code for each account; the tenth says how many more there are."""
    kept = []
    kinds = {}
    for row in findings:
        kind = kinds.setdefault((row["code"], row["email"]), [])
        kind.append(len(kept))
        if len(kind) <= FINDINGS_OF_A_CODE:
            kept.append(row)
    for kind in kinds.values():
        if len(kind) > FINDINGS_OF_A_CODE:
            last = kind[FINDINGS_OF_A_CODE - 1]
            more = f" And {len(kind) - FINDINGS_OF_A_CODE} more of the same kind."
            kept[last] = dict(kept[last], message=kept[last]["message"] + more)
    return kept


def _short_drift(row: dict) -> dict:
    """Return a row of drift whose values are not longer than anybody reads."""
    return dict(row, expected=shortened(row["expected"], SHOWN_VALUE), found=shortened(row["found"], SHOWN_VALUE))


def _short_diff(entry: dict, user: object, shown_of: dict) -> dict:
    """Return an entry of the diff with short lines; ``shown_of``: user to the characters that were shown already."""
    sides = {side: entry[side] for side in ("before", "after") if isinstance(entry.get(side), str)}
    sides = {side: "\n".join(shortened(line, DIFF_LINE) for line in text.split("\n")) for side, text in sides.items()}
    shown_of[user] = shown_of.get(user, 0) + len(sides.get("before", ""))
    if shown_of[user] <= DIFF_CHARACTERS_OF_A_USER:
        return dict(entry, **sides)
    headers = {name: entry[name] for name in ("before_header", "after_header")}
    path = entry["after_header"]
    why = f"diff skipped: more than {DIFF_CHARACTERS_OF_A_USER} characters of old lines"
    return dict(headers, prepared=f"--- {path}\n+++ {path}\n{why}\n")


def _row(target: object, row: tuple, backup: object) -> dict:
    client, accounts, action, note = row
    answer = {
        "path": target.shown,
        "client": client,
        "email": accounts[0] if len(accounts) == 1 else None,
        "emails": accounts,
        "action": action,
    }
    if note:
        answer["note"] = note
    if backup:
        answer["backup_file"] = target.shown.rpartition("/")[0] + "/" + backup
    return answer


def _per_account(path: str, client: str, accounts: list, reason: str) -> list:
    return [
        {"path": path, "client": client, "email": account, "reason": shortened(reason, SENTENCE)}
        for account in accounts or [None]
    ]


def _message(refused: list, stopped: bool) -> str:
    reasons = {}
    for row in refused:
        # A dict for its order: each reason once.
        reasons.setdefault(row["email"] or row["path"], {})[row["reason"]] = None
    told = []
    for whose, of_account in reasons.items():
        told += [f"{whose}: {reason}" for reason in list(of_account)[:REASONS]]
        if len(of_account) > REASONS:
            told.append(f"{whose}: and {len(of_account) - REASONS} more.")
    end = " Nothing was written (on_account_error: fail)." if stopped else ""
    return " ".join(told) + end
