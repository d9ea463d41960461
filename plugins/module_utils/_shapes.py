# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.


"""Take a value and its option, as in an argument spec, and give the value in that type; what is wrong is a sentence.

Ansible stops a task at the first mistake of shape, wherever it is. Here mistakes are gathered, so that the caller can
refuse the account that has one and go on. What Ansible would turn into another type is turned here too, unless that
would hide a mistake: no dictionary, list or truth value becomes text.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from ._errors import quoted
from ._secrets import without_password_of_login
from ._words import did_you_mean, listed, nearest

_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,20}\s*")
_TRUE = ("yes", "on", "1", "true", "t", "y")
_FALSE = ("no", "off", "0", "false", "f", "n")

_CONTENTS = frozenset(
    ("blocks", "content", "content_base64", "enforced", "fixed", "match", "password_command", "pox", "sections")
    + ("seeded", "settings", "text", "value", "values")
)
"""Options whose text is never shown: what is in a file may be anything."""
_INDEX = re.compile(r"\[[0-9]+\]")

_WORDS = {
    "str": "text",
    "path": "a path",
    "int": "a whole number",
    "bool": "true or false",
    "dict": "a dictionary",
    "list": "a list",
    "raw": "a value",
}


def shaped(value: object, option: dict[str, Any], place: str, mistakes: list[str]) -> Any:
    """Return ``value`` as ``option`` says, or None where it cannot be.

    ``place`` is what a sentence calls the value; sentences are added to ``mistakes``.
    """
    kind = option.get("type", "str")
    try:
        found = _READ[kind](value)
        if kind == "list" and isinstance(value, str) and option.get("elements") != "str":
            raise ValueError("text holds no dictionaries")
    except (ValueError, RecursionError):
        mistakes.append(f"{place} is {_shown(value, place)}; {_wanted(option, value)}.")
        return None
    if kind == "list":
        item = {name: option[name] for name in ("choices", "options") if name in option}
        item["type"] = option.get("elements", "raw")
        return [shaped(part, item, f"{place}[{number}]", mistakes) for number, part in enumerate(found)]
    if "options" in option:
        return shaped_options(found, option["options"], f"{place}.", mistakes)
    if "choices" in option and found not in option["choices"]:
        hint = did_you_mean(value, option["choices"])
        mistakes.append(f"{place} is {said(value)}; {_wanted(option)}.{hint}")
        return None
    return found


def shaped_options(
    given: Mapping[str, Any], spec: dict[str, Any], prefix: str, mistakes: list[str], owner: str = ""
) -> dict[str, Any]:
    """Return the options of ``spec`` with what is given for them, or their defaults; an option of null is not given.

    ``prefix`` stands before the name of each option in sentences, ``owner`` before one about a name that is none.
    """
    owner = owner or prefix.rstrip(".")
    for name in given:
        if name not in spec:
            instead = f".{did_you_mean(name, spec)}" if nearest(name, spec) else f"; there is {listed(spec)}."
            mistakes.append(f"{owner}{': ' if owner else ''}there is no option {quoted(name)}{instead}")
    found = {}
    for name, option in spec.items():
        value = given.get(name)
        if value is not None:
            found[name] = shaped(value, option, f"{prefix}{name}", mistakes)
            continue
        if option.get("required") and (name not in given or option.get("type") != "raw"):
            lacks = "is empty" if name in given else "is missing"
            mistakes.append(f"{prefix}{name} {lacks}; {_wanted(option)}.")
        default = option.get("default")
        found[name] = default.copy() if isinstance(default, (dict, list)) else default
    return found


def said(value: object) -> str:
    """Return what a sentence calls a value: itself, without a password, or what kind of thing it is."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return quoted(value)
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "a list"
    if isinstance(value, bytes):
        return "bytes"
    return quoted(without_password_of_login(str(value)))


def _shown(value: object, place: str) -> str:
    is_content = _INDEX.sub("", place.rpartition(".")[2]) in _CONTENTS
    return "text" if is_content and isinstance(value, str) else said(value)


def _wanted(option: dict, value: object = None) -> str:
    """Return what to give instead of ``value``."""
    kind = option.get("type", "str")
    if kind != "list" and "choices" in option:
        return f"it can be {listed(option['choices'], 'or')}"
    if kind == "list" and option.get("elements") != "str":
        return "give a list of dictionaries"
    return f"give {_WORDS[kind]}" + (" in quotes" if kind == "str" and isinstance(value, bool) else "")


def _text(value: object) -> str:
    if value is None or isinstance(value, (bool, Mapping, list, tuple, set, frozenset, bytes)):
        raise ValueError("no text")
    # Numbers and dates of YAML, and what a vault holds.
    return value if isinstance(value, str) else str(value)


def _path(value: object) -> str:
    return os.path.expanduser(os.path.expandvars(_text(value)))


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not (isinstance(value, int) or _WHOLE_NUMBER.fullmatch(_text(value))):
        raise ValueError("no whole number")
    return int(value)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError("no truth value")
    return word in _TRUE


def _dictionary(value: object) -> dict:
    # The text of a JSON file is as good as what is in it: newer cores leave it as text.
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise ValueError("no dictionary")
    return dict(found)


def _list(value: object) -> list:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if not isinstance(value, (list, tuple)):
        raise ValueError("no list")
    return list(value)


_READ = {
    "str": _text,
    "path": _path,
    "int": _whole_number,
    "bool": _truth,
    "dict": _dictionary,
    "list": _list,
    "raw": lambda value: value,
}
