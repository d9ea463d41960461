# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the parameters of client_files, gives a checked request; what is wrong with one account is its own problem."""

from __future__ import annotations

import base64
import binascii
import json

from ._client_files_spec import ARGUMENT_SPEC, CONTENTS, with_defaults
from ._diffs import HIDDEN, is_secret
from ._errors import InstallError, quoted
from ._ini import SYNTAXES
from ._record import checked_set
from ._survey import Place
from ._users import checked_overrides

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
        params = with_defaults(params, ARGUMENT_SPEC)
        _refuse_unfit_text(params)
        for name in ("state", "existing", "missing_user", "client_running", "on_account_error"):
            if params[name] not in ARGUMENT_SPEC[name]["choices"]:
                raise InstallError(
                    f"{name}: {quoted(params[name])} is not one of {', '.join(ARGUMENT_SPEC[name]['choices'])}."
                )
            setattr(self, name, params[name])
        self.set = checked_set(params["set"])
        self.root = params["root"].rstrip("/") or "/"
        if not self.root.startswith("/"):
            raise InstallError(f"root: {quoted(self.root)} must be an absolute path.")
        self.users = checked_overrides(params["users"])
        self.accounts = list(params["accounts"])
        self.incomplete = set(params["incomplete"])
        self.clients = list(params["clients"])
        self.connections = list(params["connections"])
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
        self.files = []
        if self.state == "present":
            for number, item in enumerate(params["files"]):
                self.files.append(self._wanted(item, f"files[{number}]"))
                self.files[-1].number = number
            # Who has a file here is listed, whether the caller repeats it or not.
            labels = dict.fromkeys(account for wanted in self.files for account in wanted.accounts)
            self.accounts += [account for account in labels if account not in self.accounts]

    def _wanted(self, item: dict, where: str) -> Wanted:
        _one_of(item, ("path", "candidates"), where)
        kind = _one_of(item, CONTENTS, where)
        wanted = Wanted()
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
            if wanted.syntax not in SYNTAXES:
                raise InstallError(f"{where}: syntax {quoted(wanted.syntax)} is not one of {', '.join(SYNTAXES)}.")
            wanted.sections = [
                self._section(section, wanted, f"{where}.sections[{n}]") for n, section in enumerate(item["sections"])
            ]
            labels = [section.account for section in wanted.sections if section is not None and section.account]
            wanted.accounts += [label for label in dict.fromkeys(labels) if label not in wanted.accounts]
        elif kind == "blocks":
            wanted.blocks = [_block(block, f"{where}.blocks[{n}]") for n, block in enumerate(item["blocks"])]
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

    def _section(self, item: dict, wanted: Wanted, where: str) -> object:
        """Return the section, or None when a value in it cannot be: then its account has a problem."""
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
            accounts = [section.account] if section.account else wanted.accounts
            self.problems.append(
                (accounts, wanted.candidates[0][1], wanted.client, f"{section.label} in {wanted.token()}: {error}")
            )
            return None
        keys = [key.lower() for group in _KEY_GROUPS for key in getattr(section, group)]
        twice = sorted({key.decode("utf-8", "replace") for key in keys if keys.count(key) > 1})
        if twice:
            raise InstallError(
                f"{where}: {', '.join(twice)} is given more than once among fixed, enforced and seeded: decide for one."
            )
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


_LINES = ("accounts", "client", "comment", "running", "path", "exists", "directories", "account", "block_name")
"""Options that stand in the record, where each is one line."""


def _refuse_unfit_text(params: dict) -> None:
    """Raise InstallError for text that no file can hold, and for names with line breaks."""
    todo = [(f"{name}.", params[name]) for name in ("accounts", "incomplete", "clients", "connections", "users")]
    todo += [(f"files[{number}].", item) for number, item in enumerate(params["files"])]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict):
            todo += [(f"{where}{name}.", item) for name, item in value.items()] + [(where, name) for name in value]
        elif isinstance(value, (list, tuple)):
            todo += [(where, item) for item in value]
        elif isinstance(value, str):
            option = where.rstrip(".")
            try:
                value.encode("utf-8", "surrogateescape")
            except UnicodeEncodeError:
                raise InstallError(
                    f"{option}: {quoted(value)} holds half a character: no file can hold that."
                ) from None
            if option.rpartition(".")[2] in _LINES and any(c in value for c in "\n\0") and not _of_values(option):
                raise InstallError(f"{option}: {quoted(value)} must be one line: remove the line break.")


def _of_values(option: str) -> bool:
    return ".values." in option + "."


def _territory(territory: dict) -> dict:
    for client, places in territory.items():
        if not isinstance(places, list) or not all(
            isinstance(place, str) and place.startswith(("/", "{home}/")) for place in places
        ):
            raise InstallError(f"territory.{client} must be a list of absolute paths, or of {{home}}/PATH.")
    return territory


def _block(item: dict, where: str) -> tuple:
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
