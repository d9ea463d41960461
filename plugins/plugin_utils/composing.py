# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The Settings of one account in; the files that its clients need out: what the filter ``to_client_files`` returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .callers import TO_CLIENT_FILES_SPEC
from .errors import AccountRefused, OptionError
from .limits import few
from .provisioning import AccountRequest, provision
from .requests import checked_options, given_overrides, policy_of
from .settings.names import normalised_address
from .wording import quoted


def client_files_for(
    settings: Mapping[str, Any], email: Any, clients: Any, options: Mapping[str, Any]
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
    given = {name: value for name, value in (("email", email), ("clients", clients)) if value is not None}
    checked = checked_options({**given, **options}, TO_CLIENT_FILES_SPEC)
    if normalised_address(checked["email"]) is None:
        raise OptionError(f"email is {quoted(checked['email'])}, which is no e-mail address.")
    request = AccountRequest(
        email=checked["email"],
        settings=settings.get("settings", settings),
        user=checked["user"],
        display_name=checked["display_name"],
        password_command=checked["password_command"],
        overrides=given_overrides(checked["overrides"]),
    )
    plan = provision([request], checked["clients"], policy_of(checked), checked["client_options"], checked["report"])
    if plan.refused:
        raise AccountRefused(few([row["reason"] for row in plan.refused]))
    noticed = [{**finding, "email": request.email} for finding in _findings(settings)]
    return {
        "files": plan.files,
        "registry": plan.registry,
        "translation": plan.translation,
        "findings": noticed + plan.findings,
    }


def _findings(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what ``from_pox`` noticed, where that is what was given."""
    findings = settings.get("findings")
    return [finding for finding in findings if isinstance(finding, Mapping)] if isinstance(findings, list) else []
