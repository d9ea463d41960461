# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a plan and what became of it, fills the result: rows of files, drift, pending, refused, findings and diff."""

from __future__ import annotations


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
    for code, account, message in plan.findings:
        result["findings"].append(finding(code, "warning", message, account))
    for path, client, accounts, reason in plan.pending:
        result["pending"].extend(_per_account(path, client, accounts, reason))
    for target in plan.targets:
        outcome = target.outcome
        result["drift"].extend(outcome.drift)
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
                    # Made now: without --diff, nobody's file is looked through for what it would show.
                    result["diff"].extend(entry() if callable(entry) else entry for entry in outcome.diffs)
    result["moved"] = [
        {"email": account, "client": client, "user": user or None, "server": side, "before": before, "after": after}
        for account, client, user, side, before, after in work.accounts(answers).moved()
    ]
    result["refused"] = plan.refused
    if plan.refused:
        result.update(failed=True, msg=_message(plan.refused, stopped))


def finding(code: str, severity: str, message: str, account: object = None) -> dict:
    """Return one finding in the form that all of the collection uses."""
    return {"code": code, "severity": severity, "element": None, "line": None, "message": message, "email": account}


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
    return [{"path": path, "client": client, "email": account, "reason": reason} for account in accounts or [None]]


def _message(refused: list, stopped: bool) -> str:
    reasons = [f"{row['email'] or row['path']}: {row['reason']}" for row in refused]
    end = " Nothing was written (on_account_error: fail)." if stopped else ""
    return " ".join(dict.fromkeys(reasons)) + end
