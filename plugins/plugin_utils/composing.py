# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The Settings of one account in; the files that its clients need out: what the filter ``to_client_files`` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_type_hints

from .errors import AccountRefused, OptionError
from .limits import few
from .provisioning import AccountRequest, provision
from .settings.policy import Policy
from .wording import listed, quoted

_POLICY_CHOICES = {name: get_args(hint) for name, hint in get_type_hints(Policy).items()}
_OTHERS = ("user", "display_name", "password_command", "overrides", "client_options", "report")


def client_files_for(
    settings: Mapping[str, Any], email: str, clients: Sequence[str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return ``{"files": [...], "registry": [...], "translation": [...], "findings": [...]}`` for one account.

    Args:
        settings: a Settings document, or what ``meaning_of`` returns.
        email: the address of the account.
        clients: names of clients.
        options: options of ``client_config`` that bear on one account.

    Raises:
        AutodiscoverError: when the account cannot be.
    """
    policy = Policy(**{name: _policy_value(name, options[name]) for name in _POLICY_CHOICES if name in options})
    unknown = sorted(set(options) - set(_POLICY_CHOICES) - set(_OTHERS))
    if unknown:
        raise OptionError(f"there is no option {quoted(unknown[0])}; there is {listed([*_POLICY_CHOICES, *_OTHERS])}.")
    document = settings.get("settings", settings)
    request = AccountRequest(
        email=email,
        settings=document,
        user=options.get("user"),
        display_name=options.get("display_name"),
        password_command=options.get("password_command"),
        overrides=options.get("overrides"),
    )
    names = [clients] if isinstance(clients, str) else clients
    plan = provision([request], names, policy, options.get("client_options"), options.get("report", "changes"))
    if plan.refused:
        raise AccountRefused(few([row["reason"] for row in plan.refused]))
    noticed = [{**finding, "email": email} for finding in settings.get("findings", [])]
    return {
        "files": plan.files,
        "registry": plan.registry,
        "translation": plan.translation,
        "findings": noticed + plan.findings,
    }


def _policy_value(name: str, value: Any) -> Any:
    if name == "allow_plaintext":
        return (value,) if isinstance(value, str) else tuple(value or ())
    if name == "pop_before_smtp_window":
        text = str(value)
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise OptionError(f"{name} is {quoted(value)}; it is a number of seconds, 1 or more.")
        return int(text)
    if value not in _POLICY_CHOICES[name]:
        raise OptionError(f"{name} is {quoted(value)}; it can be {listed(_POLICY_CHOICES[name], 'or')}.")
    return value
