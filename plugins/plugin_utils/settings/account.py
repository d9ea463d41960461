# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Settings, an address and a policy in; one account as a client shall have it out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import AccountRefused, AutodiscoverError
from ..findings import Finding, few_of_a_kind
from ..wording import quoted
from .choice import SmtpLast, chosen_incoming, chosen_outgoing, leak_sentence, leaks, refuse_leaks, with_spa
from .logins import login
from .model import Authentication, IncomingServer, IncomingType, OutgoingServer, Settings, SocketType
from .names import same_organisation
from .persons import answered_name, other_person, strange_logins
from .policy import Policy

_Server = TypeVar("_Server", IncomingServer, OutgoingServer)


@dataclass(frozen=True, slots=True)
class Incoming:
    """The server that the account fetches mail from, and how it logs in."""

    type: IncomingType
    hostname: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    username: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The server that the account sends mail through. ``authentication`` is ``none`` when there is no SMTP AUTH."""

    hostname: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    username: str
    same_secret: bool
    """The incoming password serves here too: the answer says so, or login and organisation are the same."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """One account, decided: all that a client's renderer gets to see."""

    email: str
    display_name: str | None
    user: str | None
    incoming: Incoming
    outgoing: Outgoing
    smtp_last: SmtpLast
    """What SMTPLast asks for; the words are explained where they are made."""
    auth_said: bool | None
    """AuthRequired as the answer says it."""
    window: int
    """Seconds for which the server accepts mail after a POP3 login."""
    source_incoming: IncomingServer
    """The server as Settings has it, before options and the choice of a login."""
    source_outgoing: OutgoingServer
    ttl_hours: int
    expires: str | None
    password_command: str | None
    """A shell command of the caller that prints the incoming password."""
    findings: tuple[Finding, ...]
    of_another: str | None = None
    """The address that the answer seems to be for, if that is another one: nobody's working login is replaced by it."""

    @property
    def pop_wins(self) -> bool:
        """Tell what a client that must choose between POP-before-SMTP and SMTP AUTH takes."""
        return self.smtp_last == "pure"

    @property
    def pop_first(self) -> bool:
        """Tell whether a POP3 login must come before each sending, and can."""
        return self.smtp_last in ("pure", "both") and self.incoming.type == "pop3"

    @property
    def local_part(self) -> str:
        """The part of the address before the ``@``."""
        return self.email.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part of the address after the ``@``."""
        return self.email.rpartition("@")[2]


def decide(
    settings: Settings,
    *,
    email: str,
    policy: Policy,
    user: str | None = None,
    display_name: str | None = None,
    password_command: str | None = None,
    logins_given: Collection[str] = (),
) -> MailAccount:
    """Choose the servers, compose the logins and settle what SMTPLast asks for.

    Args:
        settings: what the answer means.
        email: the address of the account.
        policy: what the caller wants.
        user: the system user who owns the account's files.
        display_name: replaces the name of the answer.
        password_command: a shell command that prints the incoming password, for hooks.
        logins_given: types of servers whose login is the caller's own.

    Raises:
        AccountRefused: when a password would travel unencrypted, or no usable server is offered.
        MeaningError: when a login cannot be composed.
    """
    findings: list[Finding] = []
    try:
        return _decided(settings, email, policy, user, display_name, password_command, logins_given, findings)
    except AutodiscoverError as error:
        error.findings += tuple(findings)
        raise


def _decided(
    settings: Settings,
    email: str,
    policy: Policy,
    user: str | None,
    display_name: str | None,
    password_command: str | None,
    logins_given: Collection[str],
    findings: list[Finding],
) -> MailAccount:
    offered_incoming = [with_spa(server, policy, findings) for server in settings.incoming]
    offered_outgoing = [with_spa(server, policy, findings) for server in settings.outgoing]
    # What SMTPLast means depends on the POP3 login, and which incoming server is taken on what SMTPLast means.
    pop3 = sorted(
        (server for server in offered_incoming if server.type == "pop3"), key=lambda server: leaks(server, policy)
    )
    pop3_login = login(pop3[0], email, policy, []) if pop3 else None
    refuse_leaks(offered_incoming, offered_outgoing, pop3_login, email, policy)
    outgoing, smtp_last = chosen_outgoing(offered_outgoing, pop3_login, email, policy, findings)
    wanted = "pop3" if policy.incoming == "auto" and smtp_last == "pure" else policy.incoming
    incoming = chosen_incoming(offered_incoming, wanted, policy, findings, email)
    incoming_login = login(incoming, email, policy, findings)
    username, same_secret = _outgoing_login(outgoing, incoming, incoming_login, email, policy, findings)
    logins = _logins_of_the_answer(incoming, incoming_login, outgoing, username, logins_given)
    other = other_person(settings, logins, email)
    findings += [other.finding] if other is not None else strange_logins(logins, email)
    if leaks(outgoing, policy) and incoming.type != "pop3":
        # Only a POP3 login could have stood in for the password that must not travel.
        raise AccountRefused(leak_sentence(email, [outgoing], pop3_login, policy))
    _note_smtp_last(smtp_last, incoming, outgoing, email, policy, findings)
    # POP-before-SMTP needs no password on an unencrypted way, so none is sent there; enforced, nowhere.
    instead = smtp_last == "pure" and incoming.type == "pop3" and policy.smtp_last == "enforce"
    authentication: Authentication = "none" if instead or leaks(outgoing, policy) else outgoing.authentication
    return MailAccount(
        email=email,
        display_name=display_name or (answered_name(settings, email, findings) if other is None else None),
        user=user,
        incoming=Incoming(
            incoming.type,
            incoming.hostname,
            incoming.port,
            incoming.socket_type,
            incoming.authentication,
            incoming_login,
        ),
        outgoing=Outgoing(
            outgoing.hostname, outgoing.port, outgoing.socket_type, authentication, username, same_secret
        ),
        smtp_last=smtp_last,
        auth_said=outgoing.auth_required,
        window=policy.pop_before_smtp_window,
        source_incoming=_source(incoming, offered_incoming, settings.incoming),
        source_outgoing=_source(outgoing, offered_outgoing, settings.outgoing),
        ttl_hours=settings.ttl_hours,
        expires=settings.expires,
        password_command=password_command,
        of_another=other.email if other is not None and logins else None,
        findings=few_of_a_kind(findings),
    )


def _logins_of_the_answer(
    incoming: IncomingServer, incoming_login: str, outgoing: OutgoingServer, username: str, given: Collection[str]
) -> dict[str, str]:
    """Return the logins that are not the caller's own, with the host of the first server that takes each."""
    logins = {incoming_login: incoming.hostname} if incoming.type not in given else {}
    own = outgoing.username is not None and not outgoing.same_credentials and outgoing.authentication != "none"
    if own and outgoing.type not in given:
        logins.setdefault(username, outgoing.hostname)
    return logins


def _source(chosen: _Server, offered: Sequence[_Server], said: Sequence[_Server]) -> _Server:
    return next(source for server, source in zip(offered, said, strict=True) if server is chosen)


def _outgoing_login(
    outgoing: OutgoingServer,
    incoming: IncomingServer,
    incoming_login: str,
    email: str,
    policy: Policy,
    findings: list[Finding],
) -> tuple[str, bool]:
    """Return the SMTP login, and whether the incoming password serves for it too.

    A password is never sent to a host of another domain because nobody said otherwise.
    """
    near = same_organisation(outgoing.hostname, incoming.hostname)
    if outgoing.same_credentials:
        own = login(outgoing, email, policy, []) if outgoing.username is not None else incoming_login
        if own != incoming_login and outgoing.authentication != "none":
            findings.append(
                Finding(
                    "smtp-login-unused",
                    f"{email}: UsePOPAuth is on, so {quoted(incoming_login)} logs in to {outgoing.hostname}; "
                    f"its own LoginName {quoted(own)} is not used.",
                    "UsePOPAuth",
                )
            )
        return incoming_login, True
    if outgoing.username is not None:
        own = login(outgoing, email, policy, findings)
        return own, near and own == incoming_login
    if not near and outgoing.authentication != "none":
        findings.append(
            Finding(
                "password-other-domain",
                f"{email}: {outgoing.hostname} is in another domain than {incoming.hostname}, and the answer does not "
                "say that the same password serves there; the client asks for it separately.",
                "LoginName",
            )
        )
    return incoming_login, near


def _note_smtp_last(
    smtp_last: SmtpLast,
    incoming: IncomingServer,
    outgoing: OutgoingServer,
    email: str,
    policy: Policy,
    findings: list[Finding],
) -> None:
    """Add the finding that belongs to what SMTPLast came to.

    Raises:
        AccountRefused: when the account could not send at all.
    """
    host = outgoing.hostname
    if smtp_last == "ignored":
        findings.append(
            Finding(
                "smtp-last-ignored", f"{email}: SMTPLast=on of {host} is ignored, as option smtp_last says.", "SMTPLast"
            )
        )
    elif smtp_last == "without-pop3":
        message = (
            f"{email}: {host} says SMTPLast=on, but the answer offers no POP3 server to log in to before sending; "
            + ("AuthRequired is off as well." if outgoing.auth_required is False else "SMTP AUTH is used.")
        )
        if policy.smtp_last == "enforce" and policy.unsupported == "fail":
            raise AccountRefused(
                f"{message} smtp_last: enforce has nothing to enforce. Add a POP3 Protocol to the answer, or say "
                "smtp_last: auto."
            )
        if outgoing.auth_required is False and policy.unsupported == "fail":
            raise AccountRefused(
                f"{message} Nothing could be sent. Add a POP3 Protocol, or say AuthRequired=on in the answer."
            )
        findings.append(Finding("smtp-last-without-pop3", message, "SMTPLast"))
    elif smtp_last in ("pure", "both") and incoming.type != "pop3":
        findings.append(
            Finding(
                "smtp-last-with-imap",
                f"{email}: {host} says SMTPLast=on, but the account uses IMAP, where no client logs in before sending. "
                "Set incoming: pop3 for a POP3 account.",
                "SMTPLast",
            )
        )
    if smtp_last == "both":
        findings.append(
            Finding(
                "smtp-last-with-auth",
                f"{email}: {host} says SMTPLast=on beside a login for SMTP. A client that cannot do both uses "
                "SMTP AUTH.",
                "SMTPLast",
            )
        )
