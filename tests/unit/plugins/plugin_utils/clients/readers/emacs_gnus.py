# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Emacs understands of its files: forms as its Lisp reader takes them (manual: Printed Representation)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..reading import Files, Read

_SECURITY = {"plain": "plain", "ssl": "SSL", "starttls": "STARTTLS"}
_BLANK = re.compile(r"(?:[ \t\n\f]|;[^\n]*\n)*")
_ATOM = re.compile(r"[A-Za-z0-9:*<>=/+_-]+")


@dataclass(frozen=True)
class Symbol:
    """A symbol; strings are strings, lists are lists, numbers are integers."""

    name: str


def forms(text: str) -> list[Any]:
    """Return the forms of a file; anything but lists, symbols, integers, strings and quotes raises."""
    found = []
    place = _skip(text, 0)
    while place < len(text):
        form, place = _form(text, place)
        found.append(form)
        place = _skip(text, place)
    return found


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    assert match
    return match.end()


def _form(text: str, place: int) -> tuple[Any, int]:
    character = text[place]
    if character == "'":
        form, place = _form(text, _skip(text, place + 1))
        return [Symbol("quote"), form], place
    if character == '"':
        return _string(text, place + 1)
    if character == "(":
        items = []
        place = _skip(text, place + 1)
        while text[place] != ")":
            item, place = _form(text, place)
            items.append(item)
            place = _skip(text, place)
        return items, place + 1
    match = _ATOM.match(text, place)
    assert match, text[place : place + 20]
    assert text[match.end()] in " \t\n)(", "what follows an atom belongs to it"
    atom = match[0]
    return (int(atom) if re.fullmatch(r"[+-]?[0-9]+\.?", atom) else Symbol(atom)), match.end()


def _string(text: str, place: int) -> tuple[str, int]:
    characters = []
    while text[place] != '"':
        if text[place] == "\\":
            place += 1
            # Every other letter would be an escape of its own, for a control character or a number.
            assert text[place] in '\\"', text[place]
        characters.append(text[place])
        place += 1
    return "".join(characters), place + 1


def plist(items: list[Any]) -> dict[str, Any]:
    """Return a list of properties as a dictionary; nothing stands there twice."""
    assert len(items) % 2 == 0
    pairs = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        assert isinstance(key, Symbol) and key.name.startswith(":") and key.name not in pairs
        pairs[key.name] = value
    return pairs


def accounts(files: Files) -> list[dict[str, Any]]:
    """Return the properties of each account; every form in its file is one of those that are meant to be there."""
    return [found for file in files if (found := _account(file)) is not None]


def _account(file: dict[str, Any]) -> dict[str, Any] | None:
    if "blocks" in file:
        for _account_name, text in ((block["account"], block["text"]) for block in file["blocks"]):
            ((load, path, *flags),) = forms(text)
            assert load == Symbol("load") and flags == [Symbol("t")] * 3
            assert re.fullmatch(r"~/\.config/mailfleet/emacs/[^/$\\]+\.el", path), path
        return None
    if "(provide 'mailfleet-accounts)" in file["content"]:
        return None
    found = forms(file["content"])
    if len(found) == 1:
        when, (equal, (who,), user), *found = found[0]
        assert (when, equal, who) == (Symbol("when"), Symbol("equal"), Symbol("user-real-login-name"))
        assert isinstance(user, str) and user
    (require, feature, library), (call, (quote, properties)) = found
    assert (require, feature) == (Symbol("require"), [Symbol("quote"), Symbol("mailfleet-accounts")])
    assert isinstance(library, str)
    assert (call, quote) == (Symbol("mailfleet-account"), Symbol("quote"))
    account = plist(properties)
    assert account.keys() <= {":email", ":name", ":incoming", ":outgoing", ":pop-first", ":password-command"}
    account[":incoming"], account[":outgoing"] = plist(account[":incoming"]), plist(account[":outgoing"])
    return account


def read(files: Files) -> list[Read]:
    """Return what the files say of each account."""
    return [_read(account) for account in accounts(files)]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether the property of ``setting`` is there: ``:port 995``, or is not: ``no :user``."""
    (account,) = accounts(files)
    pairs = {**account, **(account[f":{side}"] if side != "account" else {})}
    if setting.startswith("no "):
        return setting.removeprefix("no ") not in pairs
    if not setting:
        return True
    key, value = forms(f"{setting}\n")
    return bool(pairs.get(key.name) == value)


def _read(account: dict[str, Any]) -> Read:
    incoming, outgoing = account[":incoming"], account[":outgoing"]
    assert incoming.keys() == {":type", ":host", ":port", ":security", ":user"}
    assert outgoing.keys() <= incoming.keys() | {":same-secret"}
    assert outgoing[":type"] == Symbol("smtp")
    kind = incoming[":type"].name
    pop_first = account.get(":pop-first") == Symbol("t")
    assert not pop_first or kind == "pop3"
    return Read(
        email=account[":email"],
        incoming_type=kind,
        incoming_host=incoming[":host"],
        incoming_port=incoming[":port"],
        incoming_security=_SECURITY[incoming[":security"].name],
        incoming_login=incoming[":user"],
        outgoing_host=outgoing[":host"],
        outgoing_port=outgoing[":port"],
        outgoing_security=_SECURITY[outgoing[":security"].name],
        outgoing_login=outgoing.get(":user"),
        pop_first=pop_first,
    )
