# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The options of ``client_config`` in, as a playbook has them; account requests and the policy out.

A mistake in an option of the task is an error. One in an item of ``accounts`` refuses that account and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..module_utils._shapes import said, shaped_options
from ..module_utils._words import nearest
from .callers import CONFIG_SPEC, ONE_ACCOUNT_SPEC
from .errors import AutodiscoverError, OptionError
from .findings import Finding
from .limits import few
from .provisioning import AccountRequest
from .settings.policy import Policy
from .wording import quoted

ACCOUNT_POLICIES = ("incoming", "smtp_last", "username", "spa")
"""Options of meaning that may stand on one account too."""

ROLE_PREFIX = "mail_client_"
_OF_THE_PLAYBOOKS = ("hosts", "become", "fail_on_drift", "fail_on_pending", "result")
"""Variables with that prefix that are no option: of the playbooks, and what the role registers."""


def checked_options(
    given: Mapping[str, Any], spec: dict[str, Any], owner: str = "", prefix: str = ""
) -> dict[str, Any]:
    """Return the options of a task or a filter in the types of ``spec``, completed by defaults.

    Args:
        given: as they were written.
        spec: an argument spec.
        owner: what a sentence about an unknown option begins with.
        prefix: what the caller writes before the name of an option, as the role does.

    Raises:
        OptionError: naming every option that is unknown or of a wrong type.
    """
    mistakes: list[str] = []
    options = shaped_options(given, spec, prefix, mistakes, owner)
    if mistakes:
        raise OptionError(few(mistakes))
    return options


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


def account_request(account: Any, policy: Policy, document: Callable[[str], bytes]) -> AccountRequest:
    """Return the request for one item of ``accounts``; what is wrong with it, or with its document, is its failure."""
    request, item = _shaped_request(account)
    if request.failure is not None:
        return request
    own = {name: item[name] for name in ACCOUNT_POLICIES if item[name] is not None}
    request = replace(
        request,
        settings=item["settings"],
        policy=replace(policy, **own) if own else None,
        display_name=item["display_name"],
        password_command=item["password_command"],
        overrides=given_overrides(item["overrides"]),
    )
    ways = [name for name in ("pox", "pox_src", "settings") if item[name] is not None]
    if len(ways) > 1:
        return replace(request, settings=None, failure=f"{' and '.join(ways)} are given; give one of them.")
    try:
        if item["pox_src"] is not None:
            return replace(request, document=document(item["pox_src"]), source=item["pox_src"])
    except AutodiscoverError as error:
        return replace(request, failure=str(error))
    if item["pox"] is not None:
        return replace(request, document=item["pox"], source=f"pox of {request.email}")
    return request


def removal_request(account: Any) -> AccountRequest:
    """Return the request for one item of ``accounts`` that goes, which needs no document."""
    return _shaped_request(account)[0]


def _shaped_request(account: Any) -> tuple[AccountRequest, dict[str, Any]]:
    """Return who is meant, and the item with its values in their types; mistakes of shape are the failure."""
    if not isinstance(account, Mapping):
        address = str(account) if isinstance(account, str) and "@" in account else ""
        return AccountRequest(address, failure=f"the item is {said(account)}; {_A_DICTIONARY}"), {}
    mistakes: list[str] = []
    item = shaped_options(account, ONE_ACCOUNT_SPEC, "", mistakes)
    if mistakes:
        return AccountRequest(item["email"] or "", failure=few(mistakes)), item
    return (
        AccountRequest(
            email=item["email"] or "",
            user=item["user"],
            home=item["home"],
            uid=item["uid"],
            clients=tuple(item["clients"] or ()) or None,
        ),
        item,
    )


_A_DICTIONARY = "give a dictionary, with the address as email."


def given_overrides(overrides: Mapping[str, Any] | None) -> dict[str, dict[str, Any]] | None:
    """Return the overrides without what the caller left out, which the spec fills with nulls."""
    given = {
        kind: {name: value for name, value in fields.items() if value is not None}
        for kind, fields in (overrides or {}).items()
        if fields
    }
    return given or None


def unknown_variables(names: Iterable[str], given: Callable[[str], bool]) -> list[dict[str, Any]]:
    """Return a finding for each variable that looks like a misspelt one of the role ``mail_client``.

    Ansible ignores a variable that no role knows, and a play may have some of its own with the same prefix. So only
    those count that are nearly one of the role's, where that one is not given itself.

    Args:
        names: the variables of a host.
        given: tells whether the host has a variable of the role.
    """
    findings = []
    known = (*CONFIG_SPEC, *_OF_THE_PLAYBOOKS)
    for name in sorted(names):
        word = name.removeprefix(ROLE_PREFIX)
        if word == name or word in known:
            continue
        meant = nearest(word, known, cutoff=0.8, parts=False)
        if meant is not None and not given(f"{ROLE_PREFIX}{meant}"):
            sentence = f"The role mail_client has no variable {quoted(name)}. Did you mean {ROLE_PREFIX}{meant}?"
            findings.append({**Finding("variable-unknown", sentence).as_dict(), "email": None})
    return findings
