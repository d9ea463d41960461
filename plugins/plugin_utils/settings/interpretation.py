# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""A Response in, Settings and findings out: what the answer means."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from ..errors import MeaningError
from ..findings import Finding, few_of_a_kind
from ..limits import few
from ..pox.elements import MAIL_TYPES
from ..pox.response import Protocol, Response, Value
from ..pox.script_output import script_message
from ..wording import listed, named, quoted, quoted_login
from .logins import has_placeholder
from .model import Exchange, IncomingServer, OutgoingServer, Settings
from .names import is_plain_text, normalised_address
from .overrides import Overrides, checked_overrides
from .protocol import ProtocolReader
from .unfilled import is_unfilled

DEFAULT_TTL_HOURS = 1
"""MS POX reference, TTL (POX): 1 hour when absent."""

_TTL = re.compile(r"[0-9]{1,6}")
_DATE = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What an answer means, and what was noticed on the way (the reader's findings first)."""

    settings: Settings
    findings: tuple[Finding, ...]


def interpret(
    response: Response, *, email: str | None = None, domain: str | None = None, overrides: Overrides | None = None
) -> Interpretation:
    """Say what ``response`` means.

    Args:
        response: an answer with at least one mail Protocol.
        email: the address the answer is for; null falls back to the answer's AutoDiscoverSMTPAddress.
        domain: the domain of the address, which may be a part of host names; null when no address is known.
        overrides: type of server (``pop3``, ``imap``, ``smtp``) to fields that replace the answer's.

    Raises:
        MeaningError: naming every value that cannot be, with source, line, element and value.
        OptionError: when an override names a field that does not exist.
    """
    overrides = checked_overrides(overrides)
    findings: list[Finding] = list(response.findings)
    incoming: list[IncomingServer] = []
    outgoing: list[OutgoingServer] = []
    mail: list[Protocol] = []
    for protocol in _external_first(response):
        kind = MAIL_TYPES.get(protocol.type.upper())
        if kind is None:
            continue
        if _is_for_some_networks(protocol, findings):
            continue
        mail.append(protocol)
        reader = ProtocolReader(protocol, kind, overrides.get(kind, {}), domain)
        _note_alias(protocol, kind, reader)
        if kind == "smtp":
            outgoing.append(reader.outgoing())
        else:
            incoming.append(reader.incoming())
        findings += reader.findings
    display_name = _display_name(response.display_name, findings)
    settings = Settings(
        incoming=tuple(incoming),
        outgoing=tuple(outgoing),
        email=email or _address(response.smtp_address, findings),
        display_name=display_name,
        ttl_hours=_ttl_hours(mail, findings),
        expires=_expires(mail, findings),
        exchange=_exchange(response),
    )
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        error = MeaningError(few([f"{named(response.source)}: line {e.line}: {e.message}" for e in errors]))
        others = (finding for finding in findings if finding.severity != "error")
        error.findings = few_of_a_kind(others, response.untold)
        raise error
    findings += [Finding("override", message) for message in _applied(overrides, settings)]
    return Interpretation(settings, few_of_a_kind(findings, response.untold))


def _external_first(response: Response) -> list[Protocol]:
    """Return the Protocols in the server's order, but those for clients inside of its network last."""
    return sorted(response.protocols(), key=lambda protocol: protocol.container == "Internal")


def _applied(overrides: Overrides, settings: Settings) -> list[str]:
    offered = {server.type for server in settings.incoming} | {server.type for server in settings.outgoing}
    return [
        f"{kind}: {listed(f'{name} is {quoted_login(value)}' for name, value in sorted(fields.items()))}, "
        "as the caller's overrides say, whatever the answer says."
        for kind, fields in sorted(overrides.items())
        if kind in offered and fields
    ]


def _note_alias(protocol: Protocol, kind: str, reader: ProtocolReader) -> None:
    if protocol.type.upper() != kind.upper():
        reader.note(
            "type-alias",
            f"Protocol Type is {quoted(protocol.type)}; read as {kind.upper()}.",
            "Type",
            protocol.values.get("Type"),
        )


def _is_for_some_networks(protocol: Protocol, findings: list[Finding]) -> bool:
    value = protocol.values.get("NetworkRequirements")
    if value is None:
        return False
    findings.append(
        Finding(
            "network-requirements",
            f"Protocol {protocol.type} is meant for clients in certain networks only; it was skipped. "
            "Take NetworkRequirements out of the answer when your machines are in them.",
            "NetworkRequirements",
            value.line,
        )
    )
    return True


def _display_name(value: Value | None, findings: list[Finding]) -> str | None:
    if value is None or not value.text:
        return None
    if not is_plain_text(value.text):
        why = "which cannot stand on one line of a file"
    elif script_message(value.text) is not None:
        why = "which the server's script printed"
    elif is_unfilled(value.text):
        why = "which the server's template did not fill in"
    else:
        return value.text
    findings.append(
        Finding(
            "display-name-invalid",
            f"DisplayName is {quoted(value.text)}, {why}; it was not used.",
            "DisplayName",
            value.line,
        )
    )
    return None


def _address(value: Value | None, findings: list[Finding]) -> str | None:
    if value is None or not value.text or has_placeholder(value.text):
        # With one it is whoever's the response is used for.
        return None
    address = None if is_unfilled(value.text) else normalised_address(value.text)
    if address is None:
        findings.append(
            Finding(
                "address-invalid",
                f"AutoDiscoverSMTPAddress is {quoted(value.text)}, which is no e-mail address; it was not used.",
                "AutoDiscoverSMTPAddress",
                value.line,
            )
        )
    return address


def _ttl_hours(protocols: list[Protocol], findings: list[Finding]) -> int:
    """Return the shortest TTL that is said; 0 (never ask again) only when nothing else is said."""
    said = []
    for protocol in protocols:
        value = protocol.get("TTL")
        if value is None:
            continue
        if _TTL.fullmatch(value.text) and value.text.isascii():
            said.append(int(value.text))
        else:
            findings.append(
                Finding(
                    "ttl-invalid",
                    f"Protocol {protocol.type}: TTL is {quoted(value.text)}, no number of hours; it was not used.",
                    "TTL",
                    value.line,
                )
            )
    if not said:
        return DEFAULT_TTL_HOURS
    return min((hours for hours in said if hours > 0), default=0)


def _expires(protocols: list[Protocol], findings: list[Finding]) -> str | None:
    """Return the earliest ExpirationDate as an ISO date."""
    dates = []
    for protocol in protocols:
        value = protocol.get("ExpirationDate")
        if value is None:
            continue
        try:
            if not _DATE.fullmatch(value.text):
                raise ValueError(value.text)
            dates.append(datetime.date.fromisoformat(value.text))
        except ValueError:
            findings.append(
                Finding(
                    "expiration-date-invalid",
                    f"Protocol {protocol.type}: ExpirationDate is {quoted(value.text)}, not of the form YYYYMMDD; "
                    "it was not used.",
                    "ExpirationDate",
                    value.line,
                )
            )
    if not dates:
        return None
    if min(dates) < datetime.date.today():
        message = f"ExpirationDate is {min(dates)}: these settings are out of date. Fetch the response again."
        findings.append(Finding("expired", message, "ExpirationDate"))
    return min(dates).isoformat()


def _exchange(response: Response) -> Exchange:
    """Gather what Settings keeps of Exchange: the first of each in the order of the document."""
    found: dict[str, str] = {}
    for protocol in response.protocols():
        if protocol.type.upper() in MAIL_TYPES:
            continue
        if protocol.type.upper() == "EXCH":
            _keep(found, "server", protocol.get("Server"))
        _keep(found, "ews_url", protocol.get("EwsUrl"))
        _keep(found, "oab_url", protocol.get("OABUrl"))
        _keep(found, "owa_url", protocol.get("OWAUrl"))
    return Exchange(**found)


def _keep(found: dict[str, str], name: str, value: Value | None) -> None:
    if value is not None and not value.nested and is_plain_text(value.text):
        found.setdefault(name, value.text)
