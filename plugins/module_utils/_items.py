# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.


"""Take an item of a request as the caller wrote it, of whatever shape; say whose it is, and what no file can hold."""

from __future__ import annotations

from ._errors import InstallError, quoted

_LINES = ("accounts", "client", "comment", "running", "path", "exists", "directories", "account", "block_name")
"""Options that stand in the record, where each is one line."""


def accounts_of(item: object) -> list:
    """Return the accounts that a file, section, block or connection names, as far as they can stand in a result."""
    if not isinstance(item, dict):
        return []
    accounts = item.get("accounts")
    # As Ansible does, a text is a list of its parts.
    labels = [part.strip() for part in accounts.split(",")] if isinstance(accounts, str) else listed_items(accounts)
    parts = [item, *(part for name in ("sections", "blocks") for part in listed_items(item.get(name)))]
    labels = [*labels, *(part.get("account") for part in parts if isinstance(part, dict))]
    return list(dict.fromkeys(label for label in labels if _is_label(label)))


def shown_in(item: dict, where: str) -> tuple:
    """Return path and client of an item for a row of the result; ``where`` is the path of what has none."""
    path, client = item.get("path"), item.get("client")
    return path if isinstance(path, str) and path else where, client if isinstance(client, str) else ""


def refuse_unfit_text(where: str, value: object) -> None:
    """Raise InstallError for text that no file can hold, and for names with line breaks."""
    todo = [(f"{where}.", value)]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict):
            todo += [(f"{where}{name}.", item) for name, item in value.items()] + [(where, name) for name in value]
        elif isinstance(value, (list, tuple)):
            todo += [(where, item) for item in value]
        elif isinstance(value, str):
            option = where.rstrip(".")
            if not _can_be_written(value):
                raise InstallError(f"{option}: {quoted(value)} holds half a character: no file can hold that.")
            if option.rpartition(".")[2] in _LINES and any(c in value for c in "\n\0") and not _of_values(option):
                raise InstallError(f"{option}: {quoted(value)} must be one line: remove the line break.")


def listed_items(value: object) -> list:
    """Return the items of a list, and none of anything else."""
    return value if isinstance(value, list) else []


def _is_label(label: object) -> bool:
    return isinstance(label, str) and bool(label) and not any(c in label for c in "\r\n\0") and _can_be_written(label)


def _can_be_written(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _of_values(option: str) -> bool:
    return ".values." in option + "."
