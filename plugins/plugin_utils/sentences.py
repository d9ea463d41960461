# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The result of a run in; the lines that a person reads on a terminal out, each of them one line, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .wording import presentable, printable

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


def warning_lines(findings: Iterable[Row], pending: Iterable[Row], translation: Iterable[Row] = ()) -> list[str]:
    """Return what a person must see without asking.

    One line for each kind of warning, for each client that cannot follow SMTPLast=on, and for each thing left undone.
    """
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in findings:
        if row["severity"] != "info":
            alike.setdefault((row["code"], _without_account(row)), []).append(row)
    lines = [
        f"{_account(rows[0])}{_at(rows[0])}{rows[0]['message']}{_and_others(rows)} ({code})"
        for (code, _message), rows in alike.items()
    ]
    lost: dict[tuple[str, str, str], list[Row]] = {}
    for row in translation:
        if (row["element"], row["value"]) == ("SMTPLast", "on") and row["verdict"] in ("approximated", "impossible"):
            lost.setdefault((row["client"], row["verdict"], row["note"]), []).append(row)
    lines += [
        f"{rows[0]['email']}: {client}: SMTPLast=on is {verdict}: {note}{_and_others(rows)}"
        for (client, verdict, note), rows in lost.items()
    ]
    return presentable(lines + [f"Not done yet: {line}" for line in pending_lines(pending)])


def _without_account(row: Row) -> str:
    message: str = row["message"]
    return message.replace(row["email"], "") if row["email"] else message


def _account(row: Row) -> str:
    return f"{row['email']}: " if row["email"] and row["email"] not in row["message"] else ""


def _and_others(rows: list[Row]) -> str:
    emails = dict.fromkeys(row["email"] for row in rows if row["email"])
    return f" The same for {len(emails) - 1} more accounts." if len(emails) > 1 else ""


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
    """Return one line for each thing that could not be written now."""
    return [printable(f"{row['email'] or row['path']} {row['client']}: {row['reason']}") for row in rows]


def _at(row: Row) -> str:
    return f"line {row['line']}: " if row["line"] is not None else ""


def _shown(value: Any) -> str:
    return "nothing" if value is None else f'"{value}"'
