# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""A Settings document in, nothing out or one clear error: JSON Schema draft 2020-12, validator built once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..libraries import jsonschema
from ..limits import SERVERS
from ..wording import did_you_mean, named, quoted, quoted_login
from .names import MAX_TEXT, is_hostname, is_plain_text

SCHEMA_PATH = Path(__file__).with_name("settings.schema.json")


@cache
def validator() -> jsonschema.Draft202012Validator:
    """Return the one validator of this process. Building it costs more than ten validations."""
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def validate(document: Mapping[str, Any], source: str) -> None:
    """Check ``document`` against the schema, and its host names beyond what a pattern can say.

    Raises:
        SettingsError: naming ``source``, the place in the document and the value.
    """
    source = named(source)
    for direction in ("incoming", "outgoing"):
        servers = document.get(direction) if isinstance(document, Mapping) else None
        if isinstance(servers, list) and len(servers) > SERVERS:
            raise SettingsError(
                f"{source}: {direction} has {len(servers)} servers, more than the limit of {SERVERS}. Leave out those "
                "that are never used."
            )
    error = jsonschema.exceptions.best_match(validator().iter_errors(document))
    if error is not None:
        place = error.json_path.removeprefix("$").removeprefix(".") or "the document"
        hint = _hint(error)
        raise SettingsError(
            f"{source}: {place} does not fit the Settings schema: {_shortened(error)}{hint and f'.{hint}'}"
        )
    _check_text(document, "display_name", f"{source}: ")
    for direction in ("incoming", "outgoing"):
        for index, server in enumerate(document[direction]):
            place = f"{source}: {direction}[{index}]"
            if not is_hostname(server["hostname"]):
                raise SettingsError(
                    f"{place}.hostname is {quoted_login(server['hostname'])}, "
                    "which is no host name and no IP address. Correct it."
                )
            for name in ("username", "domain"):
                _check_text(server, name, f"{place}.")
            _check_authentication(server, place)


def _check_text(holder: Mapping[str, Any], name: str, place: str) -> None:
    text = holder.get(name)
    if text is not None and not is_plain_text(text):
        raise SettingsError(
            f"{place}{name} is {quoted_login(text)}, which holds control or direction characters, or more than "
            f"{MAX_TEXT:,} bytes. Correct it."
        )


def _check_authentication(server: Mapping[str, Any], place: str) -> None:
    """Refuse a server whose ``authentication`` says the opposite of its ``auth_required``; null fits both."""
    required = server.get("auth_required")
    if required is not None and required is (server["authentication"] == "none"):
        raise SettingsError(
            f"{place}: auth_required is {str(required).lower()}, but authentication is "
            f"{quoted(server['authentication'])}. Make them agree."
        )


def _hint(error: Any) -> str:
    """Return a sentence with the nearest right word for a value or a name that is none."""
    if error.validator == "enum":
        return did_you_mean(error.instance, [str(word) for word in error.validator_value])
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        hints = [did_you_mean(name, known) for name in error.instance if name not in known]
        return next((hint for hint in hints if hint), "")
    return ""


def _shortened(error: Any) -> str:
    """Keep both ends: the value stands at the beginning, what is wrong with it at the end."""
    value, said = repr(error.instance), str(error.message)
    message = named(said)
    if isinstance(error.instance, str) and said.startswith(value):
        message = quoted_login(error.instance, 200) + named(said[len(value) :])
    return message if len(message) <= 200 else f"{message[:80]} ... {message[-110:]}"
