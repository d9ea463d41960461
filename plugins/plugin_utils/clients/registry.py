# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The name of a client in, the client out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import OptionError
from ..wording import did_you_mean, listed, quoted
from . import (
    apple_mobileconfig,
    claws_mail,
    emacs_gnus,
    evolution,
    k9_settings,
    kmail,
    mutt,
    outlook_local_xml,
    outlook_prf,
    sylpheed,
    thunderbird,
    thunderbird_autoconfig,
)
from .client import Client

_BRACES = re.compile(r"\{[a-z]*\}")

CLIENTS: dict[str, Client] = {
    module.CLIENT.name: module.CLIENT
    for module in (
        apple_mobileconfig,
        claws_mail,
        emacs_gnus,
        evolution,
        k9_settings,
        kmail,
        mutt,
        outlook_local_xml,
        outlook_prf,
        sylpheed,
        thunderbird,
        thunderbird_autoconfig,
    )
}
"""Every client, by the name it has in option ``clients``."""


def client(name: str) -> Client:
    """Return the client called ``name``, or raise OptionError with the names that there are and the nearest one."""
    try:
        return CLIENTS[name]
    except KeyError:
        raise OptionError(
            f"clients: {quoted(name)} is no client of this collection; it has {listed(sorted(CLIENTS))}."
            f"{did_you_mean(name, CLIENTS)}"
        ) from None


def with_files_found(given: Mapping[str, Any], found: Callable[[str], str]) -> dict[str, Any]:
    """Return ``client_options`` with each path of a file on the controller replaced by what ``found`` makes of it.

    What is not as it should be stays as it is: ``client_options`` has the words for it.
    """

    def settled(name: str, option: str, value: Any) -> Any:
        known = CLIENTS[name].options.get(option) if name in CLIENTS else None
        return found(value) if known and known.on_controller and value and isinstance(value, str) else value

    return {
        name: {option: settled(name, option, value) for option, value in options.items()}
        if isinstance(options, Mapping)
        else options
        for name, options in given.items()
    }


def territories(options: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return where each client may have files: its own places, and what option ``dest`` says."""
    found = {}
    for name, known in CLIENTS.items():
        own = options.get(name)
        dest = own.get("dest") if isinstance(own, Mapping) and "dest" in known.options else None
        more = [re.sub("//+", "/", _BRACES.sub("*", dest))] if isinstance(dest, str) and dest.startswith("/") else []
        found[name] = [*known.territory, *more]
    return found


def client_options(chosen: Sequence[str], given: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the options of each chosen client, completed by defaults.

    Raises:
        OptionError: for a client, an option or a choice that does not exist.
    """
    given = given or {}
    for name, options in given.items():
        known = client(name).options
        if not isinstance(options, Mapping):
            raise OptionError(f"client_options.{name} is {quoted(options)}; give a dictionary of options.")
        for option, value in options.items():
            if option not in known:
                raise OptionError(
                    f"client_options.{name}: there is no option {quoted(option)}; there is {listed(sorted(known))}."
                    f"{did_you_mean(option, known)}"
                )
            if known[option].choices and value not in known[option].choices:
                raise OptionError(
                    f"client_options.{name}.{option} is {quoted(value)}; it can be "
                    f"{listed(known[option].choices, 'or')}.{did_you_mean(value, known[option].choices)}"
                )
    return {
        name: {**{option: spec.default for option, spec in client(name).options.items()}, **(given.get(name) or {})}
        for name in chosen
    }
