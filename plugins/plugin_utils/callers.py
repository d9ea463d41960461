# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Say in a sentence what to do, with those options only that the caller's module or filter has.

Who calls is set once, at the edge, and holds for all that is called from there: as with the language of messages, no
function on the way needs to know it. Where nobody set it, it is ``client_config``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..module_utils._client_config_spec import ACCOUNT_SPEC, CLIENT_CONFIG_SPEC, POX_INFO_SPEC
from .wording import listed

_CLIENT_NAMES = {"type": "list", "elements": "str"}
"""Without choices: the registry has the words for a name that is none."""

FROM_POX_SPEC: dict[str, Any] = {"email": {"type": "str"}, "source": {"type": "str", "default": "the answer"}}
TO_CLIENT_FILES_SPEC: dict[str, Any] = {
    "email": {"type": "str", "required": True},
    "clients": {**_CLIENT_NAMES, "required": True},
    **{name: ACCOUNT_SPEC[name] for name in ("user", "display_name", "password_command", "overrides")},
    **{
        name: CLIENT_CONFIG_SPEC[name]
        for name in (
            *("incoming", "smtp_last", "unsupported", "allow_plaintext", "spa", "username"),
            *("pop_before_smtp_window", "client_options", "report"),
        )
    },
}
CONFIG_SPEC: dict[str, Any] = {
    **CLIENT_CONFIG_SPEC,
    "clients": {**_CLIENT_NAMES, "default": []},
    "accounts": {"type": "list", "elements": "raw", "required": True},
}
"""The options of ``client_config``; its accounts are looked at one by one."""
ONE_ACCOUNT_SPEC: dict[str, Any] = {**ACCOUNT_SPEC, "clients": _CLIENT_NAMES}

OPTIONS: dict[str, frozenset[str]] = {
    "client_config": frozenset({*CONFIG_SPEC, *ONE_ACCOUNT_SPEC}),
    "pox_info": frozenset(POX_INFO_SPEC),
    "from_pox": frozenset(FROM_POX_SPEC),
    "to_client_files": frozenset(TO_CLIENT_FILES_SPEC),
}
"""Module or filter → the options that its sentences may name, those of an account among them."""

_CALLER: ContextVar[str] = ContextVar("_CALLER", default="client_config")


@contextmanager
def called_by(name: str) -> Iterator[None]:
    """Speak to users of the module or filter ``name`` as long as the context lasts."""
    token = _CALLER.set(name)
    try:
        yield
    finally:
        _CALLER.reset(token)


def advice(*ways: str, **by_option: str) -> str:
    """Return `` Correct the answer, or override port.``: a blank and a sentence, or nothing when there is no way.

    Args:
        ways: what everybody can do, the safe way first.
        by_option: name of an option → what to do with it; left out where the caller has no such option.
    """
    known = OPTIONS[_CALLER.get()]
    possible = [*ways, *(way for option, way in by_option.items() if option in known)]
    if not possible:
        return ""
    sentence = listed(possible, "or") if len(possible) != 2 else ", or ".join(possible)
    return f" {sentence[0].upper()}{sentence[1:]}."
