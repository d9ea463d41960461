# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the parameters of client_files, gives a checked request; what is wrong with one account is its own problem."""

from __future__ import annotations

import base64
import binascii
import json

from ._client_files_spec import (
    ARGUMENT_SPEC,
    BLOCK_OPTIONS,
    CONNECTION_OPTIONS,
    CONTENTS,
    FILE_OPTIONS,
    SECTION_OPTIONS,
)
from ._diffs import HIDDEN, is_secret
from ._errors import InstallError, quoted
from ._items import accounts_of, refuse_unfit_text, shown_in
from ._record import checked_set
from ._shapes import shaped, shaped_options
from ._survey import Place
from ._users import checked_override
from ._words import few

_RAW = {"type": "list", "elements": "raw"}
_OUTER_OPTIONS = dict(ARGUMENT_SPEC, files=dict(_RAW, default=[]), connections=dict(_RAW, default=[]))
_FILE_OPTIONS = dict(FILE_OPTIONS, sections=_RAW, blocks=_RAW)
"""What is made of parts that belong to accounts is looked at part by part."""

_KEY_GROUPS = ("fixed", "enforced", "seeded")


class WantedSection:
    """The keys that one account needs in one section. The keys and values of the four tables are bytes."""

    __slots__ = ("account", "numbered", "name", "match", "fixed", "enforced", "seeded", "paths", "alone")

    @property
    def label(self) -> str:
        """The section as messages call it."""
        return f"[{self.name}]" if self.name else f"[{self.numbered}...]"

    @property
    def whole(self) -> bool:
        """Whether the section stands for the account alone; a plain named one, like [General], is the client's."""
        return bool(self.numbered or self.match or self.fixed or self.alone)

    def to_create(self) -> list:
        """Return (role, keys) of all that a new section holds.

        Without what it is recognised by it would be made again and again.
        """
        given = {key.lower() for group in _KEY_GROUPS for key in getattr(self, group)}
        identity = {key: value for key, value in self.match.items() if key.lower() not in given}
        return [("fixed", identity), ("fixed", self.fixed), ("enforced", self.enforced), ("seeded", self.seeded)]


class Wanted:
    """One file that the caller wants: all of it, or sections, blocks of lines or values in it."""

    __slots__ = (
        "candidates",
        "user",
        "client",
        "accounts",
        "kind",
        "content",
        "basis",
        "sections",
        "syntax",
        "numbers_in",
        "remove_whole",
        "blocks",
        "comment",
        "block_name",
        "values",
        "directories",
        "needs",
        "notices",
        "mode",
        "owner",
        "group",
        "running",
        "number",
    )

    def token(self, chosen: int = 0) -> str:
        """The path of one candidate as the record keeps it."""
        return self.candidates[chosen][1].token


class Request:
    """Everything the caller asked for. ``problems`` holds (accounts, path, client, reason) of what cannot be asked."""

    def __init__(self, params: dict) -> None:
        mistakes = []
        params = shaped_options(params, _OUTER_OPTIONS, "", mistakes, "client_files")
        if mistakes:
            raise InstallError(few(mistakes))
        for name in ("accounts", "incomplete", "clients", "users"):
            refuse_unfit_text(name, params[name])
        for name in ("state", "existing", "missing_user", "client_running", "on_account_error"):
            setattr(self, name, params[name])
        self.set = checked_set(params["set"])
        self.root = params["root"].rstrip("/") or "/"
        if not self.root.startswith("/"):
            raise InstallError(f"root: {quoted(self.root)} must be an absolute path.")
        self.accounts = list(params["accounts"])
        self.incomplete = set(params["incomplete"])
        self.clients = list(params["clients"])
        self.territory = _territory(params["territory"])
        self.purge = params["purge"]
        self.backup = params["backup"]
        self.problems = []
        if not self.accounts and not params["allow_empty"] and (self.purge or self.state == "absent"):
            what = "purge" if self.state == "present" else "state: absent"
            raise InstallError(
                f"{what} with an empty list of accounts would remove everything of the set {quoted(self.set)}: "
                "name the accounts, or say allow_empty: true if that is meant."
            )
        self.connections = self._sound(params["connections"], "connections", _connection)
        self.files = []
        if self.state == "present":
            self.files = self._sound(params["files"], "files", self._wanted)
            # Who has a file here is listed, whether the caller repeats it or not.
            labels = [account for wanted in self.files for account in wanted.accounts]
            labels += [account for accounts, *_why in self.problems for account in accounts]
            self.accounts += [account for account in dict.fromkeys(labels) if account not in self.accounts]
        self.users = self._sound_users(params["users"])

    def _sound(self, items: list, name: str, read: object) -> list:
        """Return what ``read(item, where, number)`` makes of the items. A wrong one is the problem of its accounts.

        Raises InstallError for one that names no account: nobody could be left out instead.
        """
        found = []
        for number, item in enumerate(items):
            try:
                found.append(read(item, f"{name}[{number}]", number))
            except InstallError as error:
                accounts = accounts_of(item)
                if not accounts:
                    raise
                self.problems.append((accounts, *shown_in(item, f"{name}[{number}]"), str(error)))
        return found

    def _sound_users(self, users: dict) -> dict:
        """Return what is said of users. Where that is wrong, the accounts that have files of the user are refused."""
        checked = {}
        for name, override in users.items():
            try:
                checked[name] = checked_override(name, override)
            except InstallError as error:
                theirs = [wanted for wanted in self.files if name in (wanted.user, wanted.owner)]
                if not theirs or not all(wanted.accounts for wanted in theirs):
                    raise
                for wanted in theirs:
                    self.problems.append((wanted.accounts, wanted.candidates[0][1], wanted.client, str(error)))
        return checked

    def _wanted(self, item: object, where: str, number: int) -> Wanted:
        item = _shaped(item, _FILE_OPTIONS, where)
        refuse_unfit_text(where, {name: value for name, value in item.items() if name not in ("sections", "blocks")})
        _one_of(item, ("path", "candidates"), where)
        kind = _one_of(item, CONTENTS, where)
        wanted = Wanted()
        wanted.number = number
        wanted.client = item["client"]
        wanted.accounts = list(item["accounts"])
        wanted.candidates = _candidates(item, where)
        wanted.user = wanted.candidates[0][1].user
        wanted.kind = kind if kind in ("sections", "blocks", "values") else "once" if item["once"] else "whole"
        wanted.content = wanted.sections = wanted.blocks = wanted.values = None
        wanted.basis = item["basis"]
        wanted.syntax = item["syntax"]
        wanted.numbers_in = _numbers_in(item["numbers_in"], wanted, where)
        wanted.remove_whole = item["remove_whole"]
        wanted.comment = item["comment"]
        wanted.block_name = self.set
        wanted.directories = [Place.parse(path, f"{where}.directories") for path in item["directories"]]
        if any(place.user != wanted.user for place in wanted.directories):
            raise InstallError(f"{where}: directories must be in the same home as the file, or outside homes like it.")
        wanted.notices = [_notice(notice, f"{where}.notices[{n}]") for n, notice in enumerate(item["notices"])]
        wanted.needs = [_program(name, where) for name in item["needs"]]
        wanted.mode = _mode(item["mode"], where)
        wanted.owner = item["owner"]
        wanted.group = item["group"]
        wanted.running = list(item["running"])
        if wanted.kind == kind and item["once"]:
            raise InstallError(f"{where}: once is for whole files; keys that are written only once are seeded.")
        if wanted.basis is not None and wanted.kind != "whole":
            raise InstallError(f"{where}: basis is for the content of whole files that are compared.")
        if kind == "sections":
            wanted.sections = self._parts(item["sections"], wanted, f"{where}.sections", _section)
            labels = [section.account for section in wanted.sections if section is not None and section.account]
            wanted.accounts += [label for label in dict.fromkeys(labels) if label not in wanted.accounts]
        elif kind == "blocks":
            blocks = self._parts(item["blocks"], wanted, f"{where}.blocks", _block)
            wanted.blocks = [block for block in blocks if block is not None]
            labels = [account for account, _text in wanted.blocks if account]
            wanted.accounts += [label for label in dict.fromkeys(labels) if label not in wanted.accounts]
        elif kind == "values":
            wanted.values = [_value(value, f"{where}.values[{n}]") for n, value in enumerate(item["values"])]
        elif kind == "content":
            wanted.content = item["content"].encode("utf-8", "surrogateescape")
        else:
            try:
                wanted.content = base64.b64decode(item["content_base64"], validate=True)
            except (binascii.Error, ValueError) as error:
                raise InstallError(f"{where}: content_base64 of {wanted.token()} is no base64: {error}.") from error
        return wanted

    def _parts(self, items: list, wanted: Wanted, where: str, read: object) -> list:
        """Return what ``read(item, wanted, where)`` makes of sections or blocks, or None for one that cannot be.

        Then its account has a problem, or all of the file's where it names none.
        """
        found = []
        for number, item in enumerate(items):
            try:
                refuse_unfit_text(f"{where}[{number}]", item)
                found.append(read(item, wanted, f"{where}[{number}]"))
            except InstallError as error:
                accounts = accounts_of(item) or wanted.accounts
                if not accounts and read is _block:
                    raise
                self.problems.append((accounts, wanted.candidates[0][1], wanted.client, str(error)))
                found.append(None)
        return found


def _shaped(item: object, options: dict, where: str) -> dict:
    """Return an item with its values in the types of ``options``, completed by defaults, or raise InstallError."""
    mistakes = []
    item = shaped(item, {"type": "dict", "options": options}, where, mistakes)
    if mistakes:
        raise InstallError(few(mistakes))
    return item


def _connection(item: object, where: str, _number: int) -> dict:
    item = _shaped(item, CONNECTION_OPTIONS, where)
    refuse_unfit_text(where, item)
    return item


def _section(item: object, wanted: Wanted, where: str) -> WantedSection:
    item = _shaped(item, SECTION_OPTIONS, where)
    _one_of(item, ("numbered", "name"), where)
    section = WantedSection()
    # A file for one account need not repeat that account's name on its sections.
    section.account = item["account"] or (wanted.accounts[0] if len(wanted.accounts) == 1 else "")
    section.numbered = item["numbered"]
    section.name = item["name"]
    section.alone = item["whole"]
    section.paths = [key.encode("utf-8", "surrogateescape") for key in item["paths"]]
    try:
        _checked_text("section name", section.numbered or section.name, "]")
        for group in _KEY_GROUPS + ("match",):
            setattr(section, group, _pairs(item[group]))
    except ValueError as error:
        raise InstallError(f"{section.label} in {wanted.token()}: {error}") from error
    keys = [key.lower() for group in _KEY_GROUPS for key in getattr(section, group)]
    twice = sorted({key.decode("utf-8", "replace") for key in keys if keys.count(key) > 1})
    if twice:
        raise InstallError(
            f"{where}: {', '.join(twice)} is given more than once among fixed, enforced and seeded: decide for one."
        )
    for table in (section.fixed, section.enforced, section.seeded):
        for key in section.paths:
            if key in table:
                value = table[key].decode("utf-8", "surrogateescape")
                Place.parse(value, f"{where}: {quoted(key.decode('utf-8', 'replace'))} of paths")
    return section


def _one_of(item: dict, names: tuple, where: str) -> str:
    given = [name for name in names if item[name] is not None]
    if len(given) != 1:
        raise InstallError(
            f"{where}: give exactly one of {', '.join(names)}; there is {' and '.join(given) or 'none'}."
        )
    return given[0]


def _candidates(item: dict, where: str) -> list:
    if item["path"] is not None:
        return [(None, Place.parse(item["path"], f"{where}.path"))]
    pairs = [
        (
            Place.parse(candidate["exists"].rstrip("/"), f"{where}.exists"),
            Place.parse(candidate["path"], f"{where}.path"),
        )
        for candidate in item["candidates"]
    ]
    if not pairs:
        raise InstallError(f"{where}: candidates is empty; give at least one.")
    user = pairs[0][1].user
    if any(path.user != user or exists.user not in (None, user) for exists, path in pairs):
        raise InstallError(f"{where}: all candidates of one file must be in the same home, or all outside homes.")
    return pairs


def _numbers_in(items: object, wanted: Wanted, where: str) -> object:
    """Return (place, pattern) of each file that refers to the numbers of sections; None: nothing else knows them."""
    if items is None:
        return None
    found = []
    for number, item in enumerate(items):
        place = Place.parse(item["path"], f"{where}.numbers_in[{number}]")
        if place.user != wanted.user:
            raise InstallError(f"{where}: numbers_in must be in the same home as the file, or outside homes like it.")
        if not item["after"] or not all(item["after"]):
            raise InstallError(f"{where}.numbers_in[{number}]: after is empty; give the text before a number.")
        found.append((place, tuple(item["after"])))
    return found


def _territory(territory: dict) -> dict:
    for client, places in territory.items():
        if not isinstance(places, list) or not all(
            isinstance(place, str) and place.startswith(("/", "{home}/")) for place in places
        ):
            raise InstallError(f"territory.{client} must be a list of absolute paths, or of {{home}}/PATH.")
    return territory


def _block(item: object, _wanted: Wanted, where: str) -> tuple:
    item = _shaped(item, BLOCK_OPTIONS, where)
    account = item["account"]
    if any(c in account for c in "\r\n\0"):
        raise InstallError(f"{where}: the account {quoted(account)} cannot stand on one line.")
    text = item["text"].encode("utf-8", "surrogateescape")
    return account, b"".join(line + b"\n" for line in text.splitlines())


def _value(item: dict, where: str) -> tuple:
    path = list(item["path"])
    if not path:
        raise InstallError(f"{where}: path is empty; name the keys that lead to the value.")
    try:
        json.dumps(item["value"], allow_nan=False)
    except ValueError as error:
        raise InstallError(f"{where}: the value at {'.'.join(path)} cannot stand in a JSON file: {error}.") from error
    return path, item["value"]


def _notice(item: dict, where: str) -> tuple:
    places = [Place.parse(path, f"{where}.exists") for path in item["exists"]]
    return places, item["account"], item["code"], item["sentence"]


def _program(name: str, where: str) -> str:
    if not name or "/" in name or name.startswith("."):
        raise InstallError(f"{where}: needs holds {quoted(name)}; give the name of a program, without a path.")
    return name


def _mode(mode: object, where: str) -> object:
    """Return the mode as a number: text is octal as in chmod, a number is what YAML made of 0644."""
    if mode is None:
        return None
    if isinstance(mode, str) and 3 <= len(mode) <= 5 and not mode.strip("01234567"):
        mode = int(mode, 8)
    if isinstance(mode, bool) or not isinstance(mode, int) or not 0 <= mode <= 0o7777:
        raise InstallError(f"{where}: the mode {quoted(mode)} must be octal digits in quotes, such as '0644'.")
    return mode


def _pairs(table: dict) -> dict:
    return {
        _checked_text("key", key, "="): _checked_text(f"value of {key}", value, secret=is_secret(key))
        for key, value in table.items()
    }


def _checked_text(what: str, value: object, never: str = "", secret: bool = False) -> bytes:
    """Return the bytes of a name or value that fits on its line; ``never`` is a character that would end it early."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(
            f"the {what} is {type(value).__name__}, not text: write it as text, in quotes, exactly as the client "
            "spells it."
        )
    if any(c in value for c in "\r\n\0") or (never and (never in value or value[:1] in ("", "#", "["))):
        raise ValueError(
            f"the {what} {HIDDEN if secret else quoted(value)} cannot stand on one line of the file: remove line "
            "breaks and what would end it."
        )
    return value.encode("utf-8", "surrogateescape")
