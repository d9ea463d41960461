# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Cases that the tables of several clients tell apart: an account in, yes or no out."""

from __future__ import annotations

from collections.abc import Callable

from ..settings.account import MailAccount
from ..settings.names import same_organisation

_Case = Callable[[MailAccount], bool]

OfServer = Callable[[str], _Case]
"""Takes a transport security, gives the case of a server with it."""


def is_pop3(account: MailAccount) -> bool:
    """The account fetches by POP3."""
    return account.incoming.type == "pop3"


def incoming_is(socket_type: str) -> _Case:
    """Return the case of an incoming server with this transport security."""
    return lambda account: account.incoming.socket_type == socket_type


def outgoing_is(socket_type: str) -> _Case:
    """Return the case of an outgoing server with this transport security."""
    return lambda account: account.outgoing.socket_type == socket_type


def incoming_ntlm(account: MailAccount) -> bool:
    """SPA is on for the incoming server."""
    return account.incoming.authentication == "NTLM"


def outgoing_ntlm(account: MailAccount) -> bool:
    """SPA is on for the outgoing server."""
    return account.outgoing.authentication == "NTLM"


def incoming_spa_ignored(account: MailAccount) -> bool:
    """SPA is on for the incoming server, and the caller says to ignore it."""
    return account.source_incoming.authentication == "NTLM" and not incoming_ntlm(account)


def outgoing_spa_ignored(account: MailAccount) -> bool:
    """SPA is on for the outgoing server, a login is made, and the caller says to ignore it."""
    return account.source_outgoing.authentication == "NTLM" and not outgoing_ntlm(account) and not no_smtp_auth(account)


def no_smtp_auth(account: MailAccount) -> bool:
    """No login is made to the outgoing server."""
    return account.outgoing.authentication == "none"


def auth_left_out(account: MailAccount) -> bool:
    """A login was asked for, but is left out, as POP-before-SMTP does without: there is no TLS, or it is enforced."""
    return no_smtp_auth(account) and account.source_outgoing.authentication != "none"


def enforced(account: MailAccount) -> bool:
    """A login that would go encrypted is left out, because the caller enforces POP-before-SMTP."""
    return auth_left_out(account) and account.outgoing.socket_type != "plain"


def same_secret(account: MailAccount) -> bool:
    """The incoming password serves for SMTP too."""
    return account.outgoing.same_secret


def other_domain(account: MailAccount) -> bool:
    """A password is needed for a host of another domain, and the answer does not say that it is the same one."""
    return (
        not no_smtp_auth(account)
        and not account.source_outgoing.same_credentials
        and not same_organisation(account.incoming.hostname, account.outgoing.hostname)
    )


def smtp_last_ignored(account: MailAccount) -> bool:
    """SMTPLast is on and the caller says to ignore it."""
    return account.smtp_last == "ignored"


def smtp_last_without_pop3(account: MailAccount) -> bool:
    """SMTPLast is on in an answer that offers no POP3."""
    return account.smtp_last == "without-pop3"


def smtp_last_pure_on_imap(account: MailAccount) -> bool:
    """SMTPLast is the only way to be let in, and the account fetches by IMAP."""
    return account.smtp_last == "pure" and not is_pop3(account)


def smtp_last_both_on_imap(account: MailAccount) -> bool:
    """SMTPLast is on beside a login for SMTP, and the account fetches by IMAP."""
    return account.smtp_last == "both" and not is_pop3(account)


def pop_first(account: MailAccount) -> bool:
    """A POP3 login must come before each sending."""
    return account.pop_first
