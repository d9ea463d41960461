# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The result of a run in; the lines that a person reads on a terminal out, each of them one line, whatever is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .limits import REASONS
from .wording import listed, presentable, printable

Row = Mapping[str, Any]


def summary_of(result: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the lines of each part of a result of ``client_config``; none for what the node did not tell."""
    return {
        "translation": translation_lines(result["translation"]),
        "drift": drift_lines(result.get("drift", ())),
        "findings": finding_lines(result["findings"]),
        "pending": pending_lines(result.get("pending", ())),
    }


def translation_lines(rows: Iterable[Row]) -> list[str]:
    """Return a heading for each account and client, then a line for each element: its value, what became of it, why.

    The heading says what became of SMTPLast=on, so that nobody has to look for it.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["email"], row["client"]), []).append(row)
    lines: list[str] = []
    for (email, client), elements in groups.items():
        last = [row["verdict"] for row in elements if (row["element"], row["value"]) == ("SMTPLast", "on")]
        lines.append(f"{email}, {client}{f' (SMTPLast on: {last[0]})' if last else ''}:")
        lines += [_translation_line(row) for row in elements]
    return presentable(lines)


def _translation_line(row: Row) -> str:
    element = f"{row['protocol'].upper()} {row['element']}" if row["protocol"] else row["element"]
    value = row["value"] if row["value"] is not None else "(unsaid)"
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['verdict']}: {element} {value} -> {row['setting'] or 'nothing'}{note}"


def warning_lines(
    host: str, result: Mapping[str, Any], accounts: Collection[str], lost: Iterable[Row] = (), name: str | None = None
) -> list[str]:
    """Return what a person must see without asking: the worst warnings of a host, and how many more there are.

    Ansible prints a warning without its host, and of the same one on many hosts only the first: so each names its host.

    Args:
        host: its name in the inventory.
        result: what ``client_config`` is about to return.
        accounts: the addresses that it was asked for.
        lost: ``Plan.lost``: which client cannot follow SMTPLast=on.
        name: the variable in which the result is registered.
    """
    refused = {row["email"] for row in result["refused"]}
    told = sorted(
        [
            *_pending_warnings(result.get("pending", ()), set(accounts) - refused, name),
            *_finding_warnings(result["findings"], refused),
            *_lost_warnings(lost),
        ],
        key=lambda warning: _WORST_FIRST.index(warning.kind if warning.kind in _WORST_FIRST else "other"),
    )
    lines = [warning.line for warning in told[:WARNINGS]]
    more = told[WARNINGS:]
    if more:
        places = listed(dict.fromkeys(warning.place for warning in more))
        what = f"{len(more)} more warnings; they are" if len(more) > 1 else "1 more warning; it is"
        lines.append(f"{what} in {places} of {name or 'the result'}.")
    return presentable([f"{host}: {line}" for line in lines])


WARNINGS = 3
"""Of one host in one task."""

_WORST_FIRST = (
    "pending",
    "password-to-new-server",
    "unsupported",
    "impossible",
    "smtp-last-with-imap",
    "smtp-last-without-pop3",
    "program-missing",
    "client-sandboxed",
    "approximated",
    "other",
    "refused",
)
"""Codes of findings, and kinds of the other warnings: what somebody must know before a user finds out comes first."""


@dataclass(frozen=True, slots=True)
class _Warning:
    kind: str
    line: str
    place: str
    """The part of the result that it is made of."""


def _finding_warnings(findings: Iterable[Row], refused: Collection[str]) -> Iterator[_Warning]:
    """Return a warning for each kind of finding. Those of a refused account come last: the error names the account."""
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in findings:
        if row["severity"] != "info":
            alike.setdefault((row["code"], _without_account(row)), []).append(row)
    for (code, _message), rows in alike.items():
        first = rows[0]
        line = f"{_account(first)}{_at(first)}{first['message']}{_and_others(rows)} ({code})"
        yield _Warning("refused" if all(row["email"] in refused for row in rows) else code, line, "findings")


def _lost_warnings(lost: Iterable[Row]) -> Iterator[_Warning]:
    alike: dict[tuple[str, str, str], list[Row]] = {}
    for row in lost:
        alike.setdefault((row["client"], row["verdict"], row["note"]), []).append(row)
    for (client, verdict, note), rows in alike.items():
        line = f"{rows[0]['email']}: {client}: SMTPLast=on is {verdict}: {note}{_and_others(rows)}"
        yield _Warning(verdict, line, "translation")


def _pending_warnings(rows: Iterable[Row], accounts: Collection[str], name: str | None) -> Iterator[_Warning]:
    """Return one warning for all that waits: a host on which nothing could be done looks like one without changes."""
    pending = list(rows)
    if not pending:
        return
    waiting = {row["email"] for row in pending} & set(accounts)
    if waiting and len(waiting) == len(accounts):
        which = f"all {len(waiting)} are" if len(waiting) > 1 else "the only one is"
        whose = f"no account is done, {which} pending"
    elif waiting:
        whose = f"{len(waiting)} of {len(accounts)} accounts are not done, they are pending"
    else:
        whose = "not everything is done, some of it is pending"
    lines = pending_lines(pending)
    others = f" {len(lines) - 1} more: see pending of {name or 'the result'}." if len(lines) > 1 else ""
    yield _Warning("pending", f"{whose}: {lines[0]}{others}", "pending")


def _without_account(row: Row) -> str:
    message: str = row["message"]
    return message.replace(row["email"], "") if row["email"] else message


def _account(row: Row) -> str:
    return f"{row['email']}: " if row["email"] and row["email"] not in row["message"] else ""


def _and_others(rows: list[Row]) -> str:
    emails = dict.fromkeys(row["email"] for row in rows if row["email"])
    return f" The same for {len(emails) - 1} more accounts." if len(emails) > 1 else ""


def refusal_lines(rows: Iterable[Row]) -> list[str]:
    """Return a line for each reason, with all accounts that it holds for; of an account no more than anybody reads."""
    reasons: dict[str, dict[str, None]] = {}
    for row in rows:
        reasons.setdefault(row["email"], {})[row["reason"]] = None
    alike: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for email, all_of_it in reasons.items():
        told = list(all_of_it)[:REASONS]
        if len(all_of_it) > REASONS:
            told.append(f"{email}: and {len(all_of_it) - REASONS} more reasons.")
        for reason in told:
            kind = reason.replace(email, "") if email else reason
            first.setdefault(kind, reason if not email or email in reason else f"{email}: {reason}")
            alike.setdefault(kind, []).append(email)
    return [
        line + (f" The same for {listed(alike[kind][1:])}." if len(alike[kind]) > 1 else "")
        for kind, line in first.items()
    ]


def drift_lines(rows: Iterable[Row]) -> list[str]:
    """Return one line for each difference between what a node has and what it should have."""
    lines = []
    for row in rows:
        place = f"{row['path']} {row['key']}" if row["key"] else row["path"]
        lines.append(f"{row['email'] or 'several accounts'} {row['client']}: {place} {_difference(row)}")
    return presentable(lines)


def _difference(row: Row) -> str:
    """Return what is wrong; the content of whole files and blocks is in the diff, not here."""
    expected, found = row["expected"], row["found"]
    if row["reason"] == "missing" and (expected is None or _is_digest(expected)):
        return "is missing"
    if row["reason"] == "extra" and (expected is None or _is_digest(found)):
        return "should not be there any more" if expected is None else "should be what it was before"
    if _is_digest(expected) or _is_digest(found):
        return "differs"
    return f"({row['reason']}): expected {_shown(expected)}, found {_shown(found)}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("sha256:")


def finding_lines(rows: Iterable[Row]) -> list[str]:
    """Return one line for each finding."""
    return [printable(f"{row['severity']}: {row['email']}: {_at(row)}{row['message']} ({row['code']})") for row in rows]


def pending_lines(rows: Iterable[Row]) -> list[str]:
    """Return one line for each account and client for which something could not be written now, and why."""
    lines = (printable(f"{row['email'] or row['path']} {row['client']}: {row['reason']}") for row in rows)
    return list(dict.fromkeys(lines))


def _at(row: Row) -> str:
    return f"line {row['line']}: " if row["line"] is not None else ""


def _shown(value: Any) -> str:
    return "nothing" if value is None else f'"{value}"'
