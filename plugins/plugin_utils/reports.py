# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What a managed node answers in; the same, checked and bounded, out, or one error that says what is wrong with it.

The node may have been taken over. Whatever it says is text for people and programs of the controller, no more: of the
right shape, of a size that fits what was asked for, and without characters that a terminal would obey.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from .errors import AutodiscoverError
from .limits import (
    ANSWER_BYTES,
    REPORT_CHARACTERS,
    REPORT_CHARACTERS_OF_A_FILE,
    REPORT_CHARACTERS_OF_A_REMOVAL,
    REPORT_TEXT,
)
from .wording import printable, quoted


class ReportError(AutodiscoverError):
    """A node answers what its module never would."""

    code = "report"


def shortened(value: object, most: int = REPORT_TEXT) -> str:
    """Return text, escaped where it cannot be printed, without its middle: a sentence says at its end what to do."""
    text = str(value) if len(str(value)) <= 4 * most else f"{str(value)[: 2 * most]}...{str(value)[-most:]}"
    text = printable(text, lines=True)
    return text if len(text) <= most else f"{text[: most - most // 3]} ... {text[-(most // 3) :]}"


class _Check:
    """Checks one report, and counts its characters on the way."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ReportError(
                f"The node's report has more than {self._most} characters, which fits nothing that was asked for: the "
                "installer never writes as many. See what answers on that node before you trust it."
            )

    def text(self, place: str, value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(place, value, "text")
        self._spend(16 + min(len(value), REPORT_TEXT))
        return shortened(value)

    def text_or_null(self, place: str, value: Any) -> str | None:
        return None if value is None else self.text(place, value)

    def plain(self, place: str, value: Any) -> str | int | None:
        """Take a value that drift rows show: text, a number or nothing."""
        if isinstance(value, int):
            self._spend(16)
            if abs(value) > 2**63:
                raise _wrong(place, "a huge number", "a number of the node's")
            return value
        return self.text_or_null(place, value)

    def boolean(self, place: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise _wrong(place, value, "true or false")
        return value

    def texts(self, place: str, value: Any) -> list[str]:
        if not isinstance(value, list):
            raise _wrong(place, value, "a list")
        return [self.text(f"{place}[{number}]", item) for number, item in enumerate(value)]

    def traceback(self, place: str, value: Any) -> str:
        """Take a traceback: text, or what ansible-core 2.19 and later make of it, which may hold none."""
        event = getattr(value, "event", None)
        return self.text(place, value if event is None else event.formatted_traceback or "")

    def warnings(self, place: str, value: Any) -> list[str]:
        if not isinstance(value, list):
            raise _wrong(place, value, "a list")
        texts = [getattr(getattr(item, "event", None), "msg", item) for item in value]
        return [self.text(f"{place}[{number}]", item) for number, item in enumerate(texts)]

    def diff_side(self, place: str, value: Any) -> str | dict[str, str]:
        """Take a side of a diff, which may have many lines, or the attributes of a file."""
        if isinstance(value, Mapping):
            return {self.text(place, key): str(self.plain(place, item)) for key, item in value.items()}
        if not isinstance(value, str):
            raise _wrong(place, value, "text")
        self._spend(16 + len(value))
        return "\n".join(shortened(line) for line in value.split("\n"))

    def rows(self, place: str, value: Any, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise _wrong(place, value, "a list")
        return [self.row(f"{place}[{number}]", item, fields) for number, item in enumerate(value)]

    def row(self, place: str, value: Any, fields: Mapping[str, str]) -> dict[str, Any]:
        """Take the fields that are known; others are left out."""
        if not isinstance(value, Mapping):
            raise _wrong(place, value, "a row")
        self._spend(64)
        taken = {}
        for name, kind in fields.items():
            if name in value:
                taken[name] = getattr(self, kind.rstrip("?"))(f"{place}.{name}", value[name])
            elif not kind.endswith("?"):
                raise ReportError(f"The node's report has no {place}.{name}, which the installer always writes.")
        return taken


def _wrong(place: str, value: Any, words: str) -> ReportError:
    shown = quoted(value) if isinstance(value, (str, int, float, bool)) or value is None else type(value).__name__
    return ReportError(
        f"The node's report has {shown} as {place}, where the installer writes {words}. See what answers on that node "
        "before you trust it."
    )


def _fields(**kinds: str) -> dict[str, str]:
    """Return name to kind, for names that may be absent with a question mark."""
    return {
        name.rstrip("?"): kind + "?" * name.endswith("?") for kind, names in kinds.items() for name in names.split()
    }


ROWS: dict[str, dict[str, str]] = {
    "files": _fields(text="path client action note? backup_file?", text_or_null="email", texts="emails"),
    "drift": _fields(text="path client reason", text_or_null="email key", plain="expected found"),
    "moved": _fields(text="email client server before after", text_or_null="user", boolean="kept"),
    "pending": _fields(text="path client reason", text_or_null="email"),
    "refused": _fields(text="client? reason", text_or_null="email path?"),
    "findings": _fields(text="code severity message", text_or_null="element email", plain="line"),
    "diff": _fields(text="before_header? after_header?", diff_side="before? after? prepared?"),
}
"""List of a report → its fields and what each is; those with ``?`` may be absent."""

SINGLE: dict[str, str] = {
    **dict.fromkeys(("changed", "failed", "skipped", "unreachable"), "boolean"),
    **dict.fromkeys(("msg", "record", "module_stdout", "module_stderr", "reason"), "text"),
    "exception": "traceback",
    "rc": "plain",
    "warnings": "warnings",
}
"""What a report holds beside: the installer's own, and what Ansible says where a module came to nothing."""


def checked_report(report: Any, *, files: int, accounts: int, removes: bool = False) -> dict[str, Any]:
    """Return what the installer reports, with the fields that it writes and no others.

    Args:
        report: what Ansible made of the module's answer.
        files: how many files the module was asked for.
        accounts: how many accounts it was told of.
        removes: whether it may remove what is on record for others.

    Raises:
        ReportError: the report is no report of the installer's, or larger than one can be.
    """
    if not isinstance(report, Mapping):
        raise _wrong("itself", report, "a dictionary")
    base = REPORT_CHARACTERS_OF_A_REMOVAL if removes else REPORT_CHARACTERS
    check = _Check(base + REPORT_CHARACTERS_OF_A_FILE * (files + accounts))
    checked: dict[str, Any] = {}
    for name, fields in ROWS.items():
        if name in report:
            checked[name] = check.rows(name, report[name], fields)
    for name, kind in SINGLE.items():
        if report.get(name) is not None:
            take: Callable[[str, Any], Any] = getattr(check, kind)
            checked[name] = take(name, report[name])
    if not checked.get("exception", True):
        del checked["exception"]
    return checked


def document_of(report: Any) -> bytes:
    """Return the answer that the node has read for ``pox_info``.

    Raises:
        ReportError: it has read none, or more than it may.
    """
    text = report.get("document") if isinstance(report, Mapping) else None
    if not isinstance(text, str):
        raise _wrong("document", text, "the bytes of the file")
    if len(text) > ANSWER_BYTES * 4 // 3 + 4:
        raise ReportError(f"The node's report has {len(text)} characters as document, more than an answer may have.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong("document", text, "the bytes of the file, in base64") from None
