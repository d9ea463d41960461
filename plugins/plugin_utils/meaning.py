# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""One document in; its Settings and findings as plain data out: what ``pox_info`` and ``from_pox`` return."""

from __future__ import annotations

from typing import Any

from .errors import OptionError
from .provisioning import AccountRequest, interpretation, settings_for
from .settings.names import normalised_address
from .settings.persons import other_address
from .wording import presentable, quoted


def meaning_of(document: bytes | str, source: str, email: str | None = None) -> dict[str, Any]:
    """Return ``{"settings": ..., "findings": [...]}``.

    Raises:
        AutodiscoverError: when the document is no answer with mail settings, or ``email`` no address.
    """
    address = normalised_address(email) if email else None
    if email and address is None:
        raise OptionError(f"email is {quoted(email)}, which is no e-mail address.")
    domain = address.rpartition("@")[2] if address is not None else None
    result = interpretation(AccountRequest(email=address or "", document=document, source=source), domain)
    other = other_address(result.settings, address) if address is not None else None
    findings = (*result.findings, other.finding) if other is not None else result.findings
    return {
        "settings": settings_for(address, result).as_dict(),
        "findings": presentable([finding.as_dict() for finding in findings]),
    }
