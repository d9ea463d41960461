# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Account requests in; each with its address, and what all of them say of system users, out. Removals are planned here.

A request that cannot be is refused by its address, or by its place where it has none; the others go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..module_utils._limits import HIGHEST_ID
from .errors import OptionError
from .settings.names import is_plain_text, normalised_address
from .wording import listed, named, quoted

if TYPE_CHECKING:
    from .provisioning import AccountRequest, Plan


def addressed(
    requests: Sequence[AccountRequest], plan: Plan, until_then: str = ""
) -> Iterator[tuple[str, AccountRequest]]:
    """Yield each request with its address in the normal form; refuse those that have none.

    ``until_then`` ends the reason: what is not done as long as nobody knows who is meant.
    """
    for index, request in enumerate(requests):
        email = normalised_address(request.email or "")
        if email is not None:
            yield email, request
            continue
        place = f"accounts[{index}]"
        if request.failure is not None:
            reason = f"{place}: {request.failure}"
        else:
            given = f"has the address {quoted(request.email)}, which is none" if request.email else "has no email"
            reason = f"{place} {given}. Give each account its address."
        plan.nameless = True
        plan.refuse(named(request.email or place), f"{reason}{until_then}")


def plan_removal(requests: Sequence[AccountRequest], plan: Plan) -> None:
    """Put into ``plan`` who goes. An item that is not as it should be removes nothing: it may ask for less than all."""
    users = Users(requests)
    for email, request in addressed(requests, plan):
        try:
            if request.failure is not None:
                raise OptionError(f"{email}: {request.failure}")
            if request.clients:
                raise OptionError(f"{email}: state absent goes by the task's clients; take clients off the account.")
            users.check(email, request)
        except OptionError as error:
            plan.refuse(email, str(error))
        else:
            plan.emails.append(email)
    plan.emails = list(dict.fromkeys(plan.emails))
    plan.users = users.known


class Users:
    """What requests say of the system users of a node, for where its passwd database does not know them."""

    def __init__(self, requests: Sequence[AccountRequest]) -> None:
        given: dict[str, dict[str, dict[Any, None]]] = defaultdict(lambda: defaultdict(dict))
        for request in requests:
            for name in ("home", "uid"):
                value = getattr(request, name)
                if request.user and value is not None and _fault(name, value) is None:
                    given[request.user][name][value] = None
        self._several = {
            user: listed(f"{listed(map(str, values))} as {name}" for name, values in said.items() if len(values) > 1)
            for user, said in given.items()
            if any(len(values) > 1 for values in said.values())
        }
        self.known: dict[str, dict[str, Any]] = {
            user: {name: next(iter(values)) for name, values in said.items()}
            for user, said in given.items()
            if user not in self._several
        }
        """User → ``home`` and ``uid``, as far as they are said; without users of whom accounts say different things."""

    def check(self, email: str, request: AccountRequest) -> None:
        """Refuse a user who cannot be.

        Raises:
            OptionError: for a name, a home or a uid that is none, and for a user who has two of them.
        """
        user = request.user
        for name in ("user", "home", "uid"):
            value = getattr(request, name)
            fault = None if value is None else _fault(name, value)
            if fault is not None:
                raise OptionError(f"{email}: {name} is {quoted(value)}, {fault}.")
        if user in self._several:
            raise OptionError(
                f"{email}: the accounts of the user {user} have {self._several[user]}. Give all of them the same, or "
                "only one of them any."
            )


def _fault(name: str, value: Any) -> str | None:
    """Return why ``value`` cannot be that of a user, or None."""
    if name == "uid":
        return None if 0 <= value <= HIGHEST_ID else f"and must be a number from 0 to {HIGHEST_ID}"
    if name == "home":
        fits = value.startswith("/") and is_plain_text(value)
        return None if fits else "and must be an absolute path on one line"
    fits = bool(value) and not set(value) & set("{}/:\0") and is_plain_text(value)
    return None if fits else "which is no name of a system user"
