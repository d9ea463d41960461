# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What the caller says instead of the answer in; the same, checked, or one clear error out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import OptionError
from ..wording import did_you_mean, listed, quoted, quoted_login
from .names import is_plain_text, normalised_hostname

Overrides = Mapping[str, Mapping[str, Any]]
"""Type of server to the fields of Settings that are replaced in every server of that type."""


def _hostname(value: Any) -> str | None:
    return normalised_hostname(str(value))


def _port(value: Any) -> int | None:
    text = str(value)
    if isinstance(value, (bool, float)) or not text.isascii() or not text.isdigit() or len(text) > 5:
        return None
    return int(text) if 1 <= int(text) <= 65535 else None


def _one_of(*words: str) -> Callable[[Any], str | None]:
    return lambda value: value if value in words else None


def _text(value: Any) -> str | None:
    return str(value) if str(value) and is_plain_text(str(value)) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_SERVER: dict[str, tuple[Callable[[Any], Any], str]] = {
    "hostname": (_hostname, "a host name or an IP address"),
    "port": (_port, "a whole number from 1 to 65535"),
    "socket_type": (_one_of("plain", "STARTTLS", "SSL"), "plain, STARTTLS or SSL"),
    "authentication": (_one_of("password-cleartext", "NTLM"), "password-cleartext or NTLM"),
    "username": (_text, "a login without control or direction characters, of at most 1,000 bytes"),
}

_SMTP = dict.fromkeys(("auth_required", "same_credentials", "pop_before_smtp"), (_boolean, "true or false"))

OVERRIDABLE: dict[str, dict[str, tuple[Callable[[Any], Any], str]]] = {
    "pop3": _SERVER,
    "imap": _SERVER,
    "smtp": {**_SERVER, **_SMTP},
}
"""Type of server to field: how a value is read (null: it cannot be one), and what it can be, in words."""


def checked_overrides(overrides: Overrides | None) -> Overrides:
    """Return ``overrides`` with every value as Settings has it.

    Who says how to log in to SMTP says that one logs in: ``authentication`` brings ``auth_required`` with it.

    Raises:
        OptionError: for a type or a field that cannot be overridden, or a value that it cannot have.
    """
    checked: dict[str, dict[str, Any]] = {}
    for kind, fields in _items("overrides", overrides or {}):
        if kind not in OVERRIDABLE:
            raise OptionError(
                f"overrides: {quoted(kind)} is none of {listed(OVERRIDABLE)}.{did_you_mean(kind, OVERRIDABLE)}"
            )
        checked[kind] = {}
        for name, value in _items(f"overrides.{kind}", fields):
            if name not in OVERRIDABLE[kind]:
                raise OptionError(
                    f"overrides.{kind}: {quoted(name)} cannot be overridden; {listed(OVERRIDABLE[kind])} can."
                    f"{did_you_mean(name, OVERRIDABLE[kind])}"
                )
            read, words = OVERRIDABLE[kind][name]
            checked[kind][name] = read(value)
            if checked[kind][name] is None:
                raise OptionError(f"overrides.{kind}.{name} is {quoted_login(value)}; it can be {words}.")
    smtp = checked.get("smtp", {})
    if "authentication" in smtp and not smtp.setdefault("auth_required", True):
        raise OptionError(
            "overrides.smtp: auth_required is false, so there is no authentication. Leave one of the two out."
        )
    return checked


def _items(place: str, given: Any) -> list[tuple[str, Any]]:
    if not isinstance(given, Mapping):
        raise OptionError(f"{place} is {quoted(given)}; give a dictionary.")
    return sorted(given.items(), key=lambda item: str(item[0]))


def override(settings: Mapping[str, Any], overrides: Overrides) -> dict[str, Any]:
    """Return a Settings document with the fields of checked ``overrides`` replaced in every server of their type.

    The document need not be a valid one: what is no list of servers stays as it is, for the validation to name.
    """
    document = dict(settings)
    for direction in ("incoming", "outgoing"):
        servers = settings.get(direction)
        if isinstance(servers, list):
            document[direction] = [_replaced(server, overrides) for server in servers]
    return document


def _replaced(server: Any, overrides: Overrides) -> Any:
    if not isinstance(server, Mapping) or str(server.get("type")) not in overrides:
        return server
    fields = dict(overrides[str(server["type"])])
    if fields.get("auth_required") is False:
        fields["authentication"] = "none"
    elif fields.get("auth_required") and server.get("authentication") == "none":
        fields.setdefault("authentication", "password-cleartext")
    return {**server, **fields}
