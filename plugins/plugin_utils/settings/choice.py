# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The servers that an answer offers and the policy in; the two that the account uses, and what SMTPLast means, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from ..errors import AccountRefused
from ..findings import Finding
from ..limits import REASONS
from ..wording import listed
from .logins import login
from .model import IncomingServer, OutgoingServer
from .policy import Policy

SmtpLast = Literal["off", "ignored", "without-pop3", "pure", "both"]
"""``off``; ``ignored`` by option; ``without-pop3``: nowhere to log in; ``pure``: instead of SMTP AUTH; ``both``."""

_Server = TypeVar("_Server", IncomingServer, OutgoingServer)


def with_spa(server: _Server, policy: Policy, findings: list[Finding]) -> _Server:
    """Return ``server`` with a password in the place of NTLM where option ``spa`` says so."""
    if server.authentication != "NTLM" or policy.spa == "follow":
        return server
    findings.append(
        Finding("spa-ignored", f"{server.hostname}: SPA is on; a password is used, as option spa says.", "SPA")
    )
    return replace(server, authentication="password-cleartext")


def leaks(server: IncomingServer | OutgoingServer, policy: Policy) -> bool:
    """Tell whether a password would go to ``server`` without encryption, and nobody allowed that."""
    return (
        server.socket_type == "plain"
        and server.authentication != "none"
        and not policy.allows_plaintext(server.hostname)
    )


def chosen_outgoing(
    offered: Sequence[OutgoingServer],
    pop3_login: str | None,
    email: str,
    policy: Policy,
    findings: list[Finding],
) -> tuple[OutgoingServer, SmtpLast]:
    """Return the SMTP server that the account uses, and what SMTPLast asks for there."""
    if not offered:
        raise AccountRefused(
            f"{email}: the answer offers no SMTP server that this machine may use, so nothing could be sent. "
            "Add an SMTP Protocol to the answer."
        )
    usable = _usable_outgoing(offered, pop3_login, email, policy)
    if not usable:
        raise AccountRefused(leak_sentence(email, offered, pop3_login, policy))
    chosen, meaning = usable[0]
    _note_others(email, offered, offered, chosen, policy, findings)
    return chosen, meaning


def _usable_outgoing(
    offered: Sequence[OutgoingServer], pop3_login: str | None, email: str, policy: Policy
) -> list[tuple[OutgoingServer, SmtpLast]]:
    """Return the servers to which no password would go unencrypted, with what SMTPLast asks for there."""
    meanings = [(server, _smtp_last(server, pop3_login, email, policy)) for server in offered]
    encrypted = [(server, meaning) for server, meaning in meanings if not leaks(server, policy)]
    # Without encryption, but without a password either: better than nothing.
    return encrypted or [(server, meaning) for server, meaning in meanings if meaning == "pure"]


def refuse_leaks(
    incoming: Sequence[IncomingServer],
    outgoing: Sequence[OutgoingServer],
    pop3_login: str | None,
    email: str,
    policy: Policy,
) -> None:
    """Refuse an account that has only servers to which its password would go unencrypted: one sentence for both sides.

    Raises:
        AccountRefused: naming every such server.
    """
    of_type = [server for server in incoming if policy.incoming in ("auto", server.type)]
    leaking: list[IncomingServer | OutgoingServer] = []
    if all(leaks(server, policy) for server in of_type):
        leaking += of_type
    if not _usable_outgoing(outgoing, pop3_login, email, policy):
        leaking += outgoing
    if leaking:
        raise AccountRefused(leak_sentence(email, leaking, pop3_login, policy))


def _smtp_last(server: OutgoingServer, pop3_login: str | None, email: str, policy: Policy) -> SmtpLast:
    """Say what SMTPLast of ``server`` asks for.

    Outlook's account API knows exactly one of three ways once authentication is on: the incoming
    login, an own login, or a login to the incoming server first (PROP_SMTP_AUTH_METHOD). Answers
    copied from TechNet's sample say several at once; then it is ``both``.
    """
    if not server.pop_before_smtp:
        return "off"
    if policy.smtp_last == "ignore":
        return "ignored"
    if pop3_login is None:
        return "without-pop3"
    if server.auth_required is False or policy.smtp_last == "enforce":
        return "pure"
    if server.same_credentials or policy.smtp_last == "prefer_auth":
        return "both"
    if server.username is not None and login(server, email, policy, []) != pop3_login:
        return "both"
    return "pure"


def chosen_incoming(
    offered: Sequence[IncomingServer], wanted: str, policy: Policy, findings: list[Finding], email: str
) -> IncomingServer:
    """Return the server that the account fetches from: the server's order holds among those that leak nothing."""
    of_type = [server for server in offered if wanted in ("auto", server.type)]
    if not of_type:
        if not offered:
            raise AccountRefused(
                f"{email}: the answer offers neither POP3 nor IMAP, so no mail could be fetched. Add a Protocol of one."
            )
        types = listed(sorted({server.type for server in offered}))
        raise AccountRefused(
            f"{email}: the answer does not offer the {wanted} server that option incoming asks for; it offers {types}. "
            "Say incoming: auto, or add a Protocol to the answer."
        )
    usable = [server for server in of_type if not leaks(server, policy)]
    if not usable:
        raise AccountRefused(leak_sentence(email, of_type, None, policy))
    _note_others(email, offered, of_type, usable[0], policy, findings)
    return usable[0]


def leak_sentence(
    email: str, servers: Sequence[IncomingServer | OutgoingServer], pop3_login: str | None, policy: Policy
) -> str:
    """Say that passwords for ``servers`` would travel unencrypted, and what to do, the safe ways first."""
    more = len(servers) - REASONS
    named = [f"{server.type} {server.hostname}:{server.port}" for server in servers[:REASONS]]
    places = listed([*named, f"{more} more"] if more > 0 else named)
    hosts = ", ".join([*dict.fromkeys(server.hostname for server in servers[:REASONS]), *(["..."] if more > 0 else [])])
    kinds = ", ".join(f"{kind}: {{socket_type: STARTTLS}}" for kind in dict.fromkeys(server.type for server in servers))
    ways = [f"If the server offers STARTTLS, say so with overrides: {{{kinds}}}, or correct the answer."]
    if pop3_login is not None and policy.smtp_last in ("auto", "prefer_auth"):
        asking = [server for server in servers if isinstance(server, OutgoingServer) and server.pop_before_smtp]
        if asking:
            ways.append(
                f"SMTPLast is on for {asking[0].hostname}: smtp_last: enforce logs in to POP3 before sending and sends "
                "no password to SMTP."
            )
    ways.append(f"To accept the risk: allow_plaintext: [{hosts}].")
    return f"{email}: the password would travel unencrypted to {places}. {' '.join(ways)}"


def _note_others(
    email: str,
    offered: Sequence[IncomingServer | OutgoingServer],
    candidates: Sequence[IncomingServer | OutgoingServer],
    chosen: IncomingServer | OutgoingServer,
    policy: Policy,
    findings: list[Finding],
) -> None:
    """Tell which servers are not used; ``candidates`` are those that could have been."""
    preferred = candidates[: next(index for index, server in enumerate(candidates) if server is chosen)]
    for server in offered:
        if server is chosen:
            continue
        rivals = server.type == chosen.type or any(server is one for one in preferred)
        passed_over = rivals and leaks(server, policy) and not leaks(chosen, policy)
        code = "plaintext-skipped" if passed_over else "server-not-used"
        findings.append(
            Finding(
                code,
                f"{email}: {server.type} {server.hostname}:{server.port} ({server.socket_type}) is offered too; "
                f"{chosen.type} {chosen.hostname}:{chosen.port} ({chosen.socket_type}) is used.",
                "Type",
            )
        )
