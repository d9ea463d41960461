# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what JSON made of a record, gives its entries and rows of accounts when each has the form that we write.

Everything after this trusts the record: what it says is removed, written and given back.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from ._errors import InstallError, quoted
from ._survey import Place

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_NUMBER = re.compile(r"[0-9]{1,10}\Z")
_OCTAL = re.compile(r"[0-7]{4}\Z")
_SET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")


class WrongShape(ValueError):
    """Something in the record is not as we write it; the text says where."""


def checked(content: object) -> tuple:
    """Return (entries, rows of accounts). Raises WrongShape."""
    if not isinstance(content, dict) or not isinstance(content.get("files"), list):
        raise WrongShape("it is of another kind")
    entries, accounts = content["files"], content.get("accounts", [])
    for number, entry in enumerate(entries):
        _entry(entry, f"files[{number}]")
    _each(_members(_ROW, _ROW_SERVERS))(accounts, "accounts")
    _distinct([(entry["path"], entry["client"]) for entry in entries], "files")
    _distinct([(row["account"], row["client"], row["user"]) for row in accounts], "accounts")
    return entries, accounts


def _entry(entry: object, where: str, inner: bool = False) -> None:
    _members(_ENTRY, _OF_KIND)(entry, where)
    kind = entry["kind"]
    if kind in ("whole", "once"):
        needed = ("sha256", "replaced")
    else:
        needed = (kind,) + {"sections": ("syntax",), "blocks": ("comment", "block_name")}.get(kind, ())
    for name in needed:
        if name not in entry:
            raise WrongShape(f"{where}.{name} is missing")
    _distinct([(block["account"],) for block in entry.get("blocks", ())], f"{where}.blocks")
    _distinct([(json.dumps(item["path"]),) for item in entry.get("values", ())], f"{where}.values")
    for item in entry.get("values", ()):
        if item["made"] >= max(len(item["path"]), 1):
            raise WrongShape(f"{where}.values has {quoted('.'.join(item['path']), 40)} with {item['made']} objects")
    place = _place(entry["path"], f"{where}.path")
    if place.user != entry["user"]:
        raise WrongShape(f"{where}.user is {quoted(entry['user'])}, and its path is of {quoted(place.user)}")
    for directory in entry["directories"]:
        if _place(directory, f"{where}.directories").user != place.user:
            raise WrongShape(f"{where}.directories has {quoted(directory)}")
    home = entry["home"]
    if (home is None) != (place.user is None) or (home is not None and not home.startswith("/")):
        raise WrongShape(f"{where}.home is {quoted(entry['home'])}")
    if "unfinished" in entry:
        if inner:
            raise WrongShape(f"{where}.unfinished is within another one")
        unfinished = entry["unfinished"]
        _members(_UNFINISHED)(unfinished, f"{where}.unfinished")
        if unfinished["entry"] is not None:
            _entry(unfinished["entry"], f"{where}.unfinished.entry", inner=True)
            if (unfinished["entry"]["path"], unfinished["entry"]["client"]) != (entry["path"], entry["client"]):
                raise WrongShape(f"{where}.unfinished.entry is of another file")


def _place(path: str, where: str) -> Place:
    try:
        return Place.parse(path, where)
    except InstallError as error:
        raise WrongShape(str(error).rstrip(".")) from None


def _distinct(keys: list, where: str) -> None:
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
    if twice is not None:
        raise WrongShape(f"{where} has {quoted(twice[0])} twice")


# What may stand in a place: each function raises WrongShape, or returns None.


def _text(value: object, where: str) -> None:
    if not isinstance(value, str):
        raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, not text")
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise WrongShape(f"{where} is no text that can be written") from None


def _value(value: object, where: str) -> None:
    """Check what a line of a user's file held: any byte but the end of the line."""
    _text(value, where)
    if "\n" in value:
        raise WrongShape(f"{where} is more than one line")


def _line(value: object, where: str) -> None:
    _value(value, where)
    if "\0" in value:
        raise WrongShape(f"{where} holds a NUL")


def _like(pattern: object) -> object:
    def check(value: object, where: str) -> None:
        _text(value, where)
        if not pattern.match(value):
            raise WrongShape(f"{where} is {quoted(value, 40)}")

    return check


def _one_of(*values: str) -> object:
    def check(value: object, where: str) -> None:
        if not isinstance(value, str) or value not in values:
            raise WrongShape(f"{where} is {quoted(value, 40)}, not one of {', '.join(values)}")

    return check


def _flag(value: object, where: str) -> None:
    if not isinstance(value, bool):
        raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, neither true nor false")


def _whole_number(value: object, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, not a number")


def _base64(value: object, where: str) -> None:
    _text(value, where)
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise WrongShape(f"{where} is no base64") from None


def _json(value: object, where: str) -> None:
    _text(value, where)
    try:
        json.loads(value)
    except RecursionError:
        return  # how deep is too deep depends on who asks; it was read before
    except ValueError:
        raise WrongShape(f"{where} is no JSON") from None


def _anything(_value: object, _where: str) -> None:
    return


def _or_none(check: object) -> object:
    return lambda value, where: None if value is None else check(value, where)


def _each(check: object) -> object:
    def check_all(value: object, where: str) -> None:
        if not isinstance(value, list):
            raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, not a list")
        for number, item in enumerate(value):
            check(item, f"{where}[{number}]")

    return check_all


def _table(check: object) -> object:
    def check_all(value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, not a table")
        for name, item in value.items():
            _line(name, where)
            check(item, f"{where}[{quoted(name, 40)}]")

    return check_all


def _members(needed: dict, optional: object = None) -> object:
    """Check an object that has all members of ``needed``, perhaps some of ``optional``, and no other."""
    known = dict(needed, **(optional or {}))

    def check_all(value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise WrongShape(f"{where} is {quoted(json.dumps(value), 40)}, not an object")
        for name in needed:
            if name not in value:
                raise WrongShape(f"{where}.{name} is missing")
        for name, item in value.items():
            if name not in known:
                raise WrongShape(f"{where}.{quoted(name, 40)} is unknown")
            known[name](item, f"{where}.{name}")

    return check_all


_SERVER = _members({"type": _line, "hostname": _line, "port": _whole_number, "socket_type": _line}, {"username": _line})
_ROW = {
    "account": _line,
    "client": _line,
    "user": _line,
    "managed": _flag,
    "numbers": _table(_each(_whole_number)),
}
_ROW_SERVERS = {"incoming": _SERVER, "outgoing": _SERVER}
_KEY = {"written": _value, "replaced": _or_none(_value), "role": _one_of("fixed", "enforced", "seeded")}
_SECTION = {
    "account": _line,
    "name": _line,
    "numbered": _or_none(_line),
    "match": _table(_value),
    "created": _flag,
    "whole": _flag,
    "blank": _flag,
    "keys": _table(_members(_KEY)),
}
_BLOCK = {"account": _line, "sha256": _like(_DIGEST), "closed": _flag}
_JSON_VALUE = {"path": _each(_text), "written": _anything, "replaced": _or_none(_json), "made": _whole_number}
_UNFINISHED = {
    "before": _or_none(_like(_DIGEST)),
    "after": _or_none(_like(_DIGEST)),
    "entry": _anything,  # checked by itself
    "leaves": _flag,
}


def _changed(pattern: object) -> object:
    return _members({"written": _like(pattern), "replaced": _like(pattern)})


_ENTRY = {
    "path": _line,
    "client": _line,
    "accounts": _each(_line),
    "user": _or_none(_line),
    "home": _or_none(_line),
    "kind": _one_of("whole", "once", "sections", "blocks", "values"),
    "running": _each(_line),
    "created": _flag,
    "directories": _each(_line),
    "attributes": _members({}, {"mode": _changed(_OCTAL), "owner": _changed(_NUMBER), "group": _changed(_NUMBER)}),
}
_OF_KIND = {
    "sha256": _like(_DIGEST),
    "replaced": _or_none(_base64),
    "basis": _text,
    "syntax": _one_of("prefs", "keyfile", "kconfig"),
    "remove_whole": _flag,
    "sections": _each(_members(_SECTION)),
    "blocks": _each(_members(_BLOCK)),
    "comment": _line,
    "block_name": _like(_SET),
    "values": _each(_members(_JSON_VALUE)),
    "blank": _text,
    "unfinished": _anything,  # checked by itself
}
