# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The bytes of an Autodiscover POX answer in; a Response, or an error that says what the document is instead, out."""

from __future__ import annotations

from dataclasses import replace

from ..findings import Finding, few_of_a_kind
from ..wording import quoted
from .document import MAX_BYTES, read_document
from .elements import MAIL_TYPES
from .errors import (
    ActiveSyncError,
    NoAccountError,
    NoMailProtocolError,
    PoxError,
    RedirectAddrError,
    RedirectUrlError,
    ServerError,
)
from .response import Response
from .structure import Reading


def read(data: bytes | str, source: str, *, max_bytes: int = MAX_BYTES) -> Response:
    """Read an answer that holds mail settings.

    Args:
        data: the bytes as they came, or text that was decoded already.
        source: a path or an address, for messages.
        max_bytes: limit on the size of the document.

    Raises:
        PoxError: the document cannot be read, or is an answer without mail settings: one sub-class for each kind.
    """
    response = read_response(data, source, max_bytes=max_bytes)
    reason = _why_no_settings(response)
    if reason is not None:
        reason.findings = response.findings
        raise reason
    beside = _beside_settings(response)
    return replace(response, findings=response.findings + beside) if beside else response


def read_response(data: bytes | str, source: str, *, max_bytes: int = MAX_BYTES) -> Response:
    """Read an answer of any kind: redirects, errors and those for other clients too. Arguments as those of ``read``.

    Raises:
        PoxError: the document cannot be read, or its root element is not Autodiscover.
    """
    document = read_document(data, source, max_bytes=max_bytes)
    return Reading(source, document.findings, document.may_redirect).answer(document.root)


def _why_no_settings(response: Response) -> PoxError | None:
    """Return the error that the answer is, or null when it holds mail settings.

    A redirect says how to go on, so it comes before an Error.
    """
    source, error = response.source, response.error
    if response.active_sync is not None:
        return ActiveSyncError(source, response.active_sync.line, error.message if error is not None else None)
    types = dict.fromkeys(protocol.type for protocol in response.protocols())
    if any(type_.upper() in MAIL_TYPES for type_ in types):
        return None
    redirect = _redirect(response)
    if redirect is not None:
        return redirect
    if error is not None:
        return ServerError(source, error.error_code, error.message, error.line)
    if not response.accounts:
        return NoAccountError(source, response.line)
    return NoMailProtocolError(source, types, response.accounts[0].line)


def _redirect(response: Response) -> RedirectUrlError | RedirectAddrError | None:
    """Return the redirect that a response is, wherever it stands and whatever Action says.

    What an Action asks for comes first; one that asks for a redirect and does not say where to is one as well.
    """
    source = response.source
    asked = {
        account.action.text.lower().removeprefix("redirect"): account
        for account in reversed(response.accounts)
        if account.action is not None and account.action.text.lower().startswith("redirect")
    }
    said = [(name, value) for name, value in response.redirects if value.text]
    for name, value in sorted(said, key=lambda item: item[0].lower().removeprefix("redirect") not in asked):
        if name == "RedirectUrl":
            return RedirectUrlError(source, value.text, value.line)
        return RedirectAddrError(source, value.text, value.line)
    if "url" in asked:
        return RedirectUrlError(source, "", asked["url"].line)
    if "addr" in asked:
        return RedirectAddrError(source, "", asked["addr"].line)
    return None


def _beside_settings(response: Response) -> tuple[Finding, ...]:
    """Tell what else an answer with settings says."""
    findings: list[Finding] = []
    error = response.error
    if error is not None:
        said = f" (ErrorCode {quoted(error.error_code or '')}, Message {quoted(error.message or '')})"
        findings.append(
            Finding("error-beside-settings", f"An Error{said} stands beside the settings.", "Error", error.line)
        )
    for name, value in response.redirects:
        if value.text:
            findings.append(
                Finding(
                    "redirect-beside-settings",
                    f"{name} {quoted(value.text)} stands beside the settings; it was not followed.",
                    name,
                    value.line,
                )
            )
    return few_of_a_kind(findings)
