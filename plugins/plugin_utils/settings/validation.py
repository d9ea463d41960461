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

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from ..errors import SettingsError
from ..wording import quoted
from .names import is_hostname

SCHEMA_PATH = Path(__file__).with_name("settings.schema.json")


@cache
def validator() -> Draft202012Validator:
    """Return the one validator of this process. Building it costs more than ten validations."""
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def validate(document: Mapping[str, Any], source: str) -> None:
    """Check ``document`` against the schema, and its host names beyond what a pattern can say.

    Raises:
        SettingsError: naming ``source``, the place in the document and the value.
    """
    error = best_match(validator().iter_errors(document))
    if error is not None:
        place = error.json_path.removeprefix("$").removeprefix(".") or "the document"
        raise SettingsError(f"{source}: {place} does not fit the Settings schema: {_shortened(error.message)}")
    for direction in ("incoming", "outgoing"):
        for index, server in enumerate(document[direction]):
            if not is_hostname(server["hostname"]):
                raise SettingsError(
                    f"{source}: {direction}[{index}].hostname is {quoted(server['hostname'])}, "
                    "which is no host name and no IP address. Correct it."
                )


def _shortened(message: str) -> str:
    return message if len(message) <= 200 else message[:200] + " ..."
