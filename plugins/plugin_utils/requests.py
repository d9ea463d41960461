# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The options of ``client_config`` in, as Ansible has checked them; account requests and the policy out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .errors import AutodiscoverError, OptionError
from .provisioning import AccountRequest
from .settings.names import normalised_address
from .settings.policy import Policy
from .wording import quoted

ACCOUNT_POLICIES = ("incoming", "smtp_last", "username", "spa")
"""Options of meaning that may stand on one account too."""


def policy_of(options: Mapping[str, Any]) -> Policy:
    """Return the policy that holds for accounts without their own.

    Raises:
        OptionError: when the window is no positive number of seconds.
    """
    window = options["pop_before_smtp_window"]
    if window < 1:
        raise OptionError(f"pop_before_smtp_window is {window}; it is a number of seconds, 1 or more.")
    return Policy(
        **{name: options[name] for name in ACCOUNT_POLICIES},
        unsupported=options["unsupported"],
        allow_plaintext=tuple(options["allow_plaintext"]),
        pop_before_smtp_window=window,
    )


def account_request(account: Mapping[str, Any], policy: Policy, document: Callable[[str], bytes]) -> AccountRequest:
    """Return the request for one item of ``accounts``; a document that cannot be had becomes its failure."""
    own = {name: account[name] for name in ACCOUNT_POLICIES if account.get(name) is not None}
    request = AccountRequest(
        email=account.get("email") or "",
        settings=account.get("settings"),
        user=account.get("user"),
        clients=tuple(account["clients"]) if account.get("clients") else None,
        policy=replace(policy, **own) if own else None,
        display_name=account.get("display_name"),
        password_command=account.get("password_command"),
        overrides=_given(account.get("overrides")),
    )
    ways = [name for name in ("pox", "pox_src", "settings") if account.get(name) is not None]
    if len(ways) > 1:
        return replace(request, settings=None, failure=f"{' and '.join(ways)} are given; give one of them.")
    try:
        if account.get("pox_src") is not None:
            return replace(request, document=document(account["pox_src"]), source=account["pox_src"])
    except AutodiscoverError as error:
        return replace(request, failure=str(error))
    if account.get("pox") is not None:
        return replace(request, document=str(account["pox"]), source=f"pox of {request.email}")
    return request


def _given(overrides: Mapping[str, Any] | None) -> dict[str, dict[str, Any]] | None:
    """Return the overrides without what the caller left out: Ansible fills suboptions with nulls."""
    if not overrides:
        return None
    given = {
        kind: {name: value for name, value in fields.items() if value is not None}
        for kind, fields in overrides.items()
        if fields
    }
    return given or None


def listed_addresses(accounts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the addresses of ``accounts`` for a removal, which needs no answer.

    Raises:
        OptionError: for an account without a usable address.
    """
    addresses = []
    for index, account in enumerate(accounts):
        email = normalised_address(account.get("email") or "")
        if email is None:
            raise OptionError(f"accounts[{index}]: email is {quoted(account.get('email') or '')}, which is no address.")
        if account.get("clients"):
            raise OptionError(f"{email}: state absent goes by the task's clients; take clients off the account.")
        addresses.append(email)
    return addresses
