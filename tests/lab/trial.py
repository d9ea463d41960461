# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client, a person and a server in; what the person does with the client, and what must come of it, out.

Each function is one case. It raises AssertionError, saying what was seen, when something else came of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .client import Account, Client, Session
from .network import Person
from .server.events import Event
from .server.server import WINDOW, Server
from .waiting import until

QUIET = 1.5
"""Seconds within which a client that wants to ask something at its start has asked."""

TOLD = 3.0
"""Seconds after which a window that a client shows while it sends counts as a question, and not as news of the end."""

PROBE = """\
import smtplib, sys
with smtplib.SMTP(sys.argv[1], 25, timeout=10) as server:
    server.ehlo()
    server.mail("probe@lab.example")
    print(server.rcpt("probe@lab.example")[0])
"""


@dataclass(slots=True)
class Trial:
    """One person with one client in one situation."""

    client: Client
    person: Person
    account: Account
    server: Server
    logs: Path
    successor: Account | None = None
    """The account that comes after this one."""
    former: Account | None = None
    """The account that went before this one."""
    session: Session | None = None
    subjects: int = 0

    @property
    def running(self) -> Session:
        """The running client; started when it is not."""
        if self.session is None:
            self.session = self.client.start(self.person, self.logs)
        return self.session

    def succeed(self) -> None:
        """Let the account that comes after be the one."""
        assert self.successor is not None, "No account comes after this one."
        self.former, self.account = self.account, self.successor

    def stop(self) -> None:
        """End the client as the person would."""
        session, self.session = self.session, None
        if session is not None:
            try:
                session.stop()
            except BaseException:
                session.kill()
                raise

    def kill(self) -> None:
        """End the client, whatever it shows."""
        session, self.session = self.session, None
        if session is not None:
            session.kill()

    def subject(self) -> str:
        """Return a subject that nothing else has."""
        self.subjects += 1
        return f"{self.person.name}-{self.subjects}"

    def quiet(self) -> None:
        """Raise when the client asks something."""
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            asked = self.running.dialogs()
            assert not asked, f"The client shows {asked}"
            time.sleep(0.1)

    def sent(self) -> tuple[Event, list[Event]]:
        """Send, and return what became of it, with what happened from this address before it."""
        begun = time.time()
        session = self.running
        session.send(self.account, self.subject())

        shown = 0.0

        def outcome() -> list[Event]:
            nonlocal shown
            events = self.server.events.of(self.person.ip, begun)
            found = [event for event in events if event.kind != "pop-login"]
            asked = [] if found else session.dialogs()
            # A client may tell of a refusal before the server does.
            shown = (shown or time.monotonic()) if asked else 0.0
            lasts = asked and time.monotonic() - shown > TOLD
            assert not lasts, f"The client shows {asked}; events: {[str(event) for event in events]}"
            return found

        end = until(outcome, 25, "The client sends")[0]
        return end, [event for event in self.server.events.of(self.person.ip, begun) if event < end]

    def bad_ends(self) -> list[bool]:
        """Return, for each connection to the bad end of the situation, whether it is over."""
        for path, host in (("pop", self.account.situation.pop), ("smtp", self.account.situation.smtp)):
            if host.name.startswith("stripped-"):
                return [heard.ended for heard in self.server.paths[path].heard(self.person.ip)]
            if host.name.startswith("misnamed-"):
                return self.server.connections(path, self.person.ip)
        raise ValueError("This situation has no bad end.")

    def given_up(self, known: int) -> bool:
        """Return whether more than ``known`` connections to the bad end are over, or the client asks what to do."""
        ends = self.bad_ends()
        return (len(ends) > known and all(ends)) or bool(self.running.dialogs())


def starts(trial: Trial) -> None:
    """The client starts with what was provisioned, without and with a stored password, and asks nothing."""
    trial.quiet()
    trial.stop()
    trial.client.seed_password(trial.person, trial.account)
    trial.quiet()


def sends(trial: Trial) -> None:
    """A message is taken although nobody logged in before, by TLS and SMTP AUTH as the situation has it."""
    trial.server.events.close_window(trial.person.ip)
    _accepted(trial)


def sends_again(trial: Trial) -> None:
    """A message is taken after the window of the last login has passed, as the server itself says."""
    ends = trial.server.events.last_login(trial.person.ip) + WINDOW
    until(lambda: time.time() > ends, WINDOW + 1, "The window passes")
    probe = trial.person.run(["/usr/bin/python3", "-c", PROBE, "first.lab.example"])
    assert probe.stdout.strip() == "554", f"The server does not refuse after the window: {probe.stdout}"
    _accepted(trial)


def fetches(trial: Trial) -> None:
    """A message that is in the mailbox is fetched."""
    _fetched(trial, trial.account.email)


def refused(trial: Trial) -> None:
    """With SMTPLast off the same message is taken only while a fetch has opened the window, and then refused."""
    trial.quiet()
    fetches(trial)
    control, _second = trial.sent()
    assert control.kind == "accepted", f"Just after mail was fetched: {control}"
    trial.server.events.close_window(trial.person.ip)
    event, before = trial.sent()
    assert event.kind == "refused", f"With SMTPLast off, and nobody logged in: {event}"
    assert not before, f"With SMTPLast off the client still does {[str(event) for event in before]}"


def keeps_the_password(trial: Trial) -> None:
    """Neither fetching nor sending gives the password to somebody on the way; the client has tried to connect."""
    begun = time.time()
    for action in ["fetch", "send"] if _pop_is_bad(trial) else ["send"]:
        known = len(trial.bad_ends())
        if action == "fetch":
            trial.running.fetch()
        else:
            trial.running.send(trial.account, trial.subject())
        # A client that does not log in to POP3 before it sends has no business with the bad end then.
        sent = partial(_sent_past_it, trial, begun) if action == "send" else bool
        until(lambda: trial.given_up(known) or _leaks(trial, begun) or sent(), 25, "The client connects and gives up")  # noqa: B023
        past_it = sent()
        trial.kill()
        leaks = _leaks(trial, begun)
        assert not leaks, leaks
        if not past_it:
            # Dovecot tells of a connection when it is over.
            until(lambda: len(trial.bad_ends()) > known, 5, "The servers have seen the client")  # noqa: B023


def used(trial: Trial) -> None:
    """The person uses the account, so that the client keeps of it what it keeps."""
    trial.quiet()
    if trial.client.keeps_tree and trial.account.situation.fetched_by == "IMAP":
        _folders_listed(trial)
    else:
        fetches(trial)
    trial.stop()


def another_password(trial: Trial) -> None:
    """What is stored for the account before is given to nobody: without a password of its own the client asks."""
    begun = time.time()
    # A client may ask at its start already, and takes no order then.
    if not trial.running.dialogs():
        trial.running.fetch()
    until(lambda: trial.running.dialogs() or _given_away(trial, begun), 25, "The client asks for the password")
    trial.kill()
    if not trial.running.dialogs():
        trial.running.send(trial.account, trial.subject())
    end = time.monotonic() + TOLD
    while time.monotonic() < end and not trial.running.dialogs():
        time.sleep(0.1)
    trial.kill()
    given = _given_away(trial, begun)
    assert not given, f"Given to the servers of {trial.account.email}: {given}"
    seen = [str(event) for event in trial.server.events.of(trial.person.ip, begun) if event.kind != "refused"]
    assert not seen, f"With no password stored the servers saw {seen}"


def own_password(trial: Trial) -> None:
    """With a password of its own the account fetches and sends, and nothing more is given away of the one before."""
    begun = time.time()
    known = _given_away(trial, begun)
    trial.client.seed_password(trial.person, trial.account)
    trial.quiet()
    fetches(trial)
    trial.server.events.close_window(trial.person.ip)
    _accepted(trial)
    trial.stop()
    given = [line for line in _given_away(trial, begun) if line not in known]
    assert not given, f"Given to the servers of {trial.account.email}: {given}"
    found = trial.client.accounts(trial.person)
    assert found == [trial.account.email], f"Accounts: {found}"


def another_tree(trial: Trial) -> None:
    """The folders of the account before are not those of this one in the client's list of folders."""
    trial.client.seed_password(trial.person, trial.account)
    trial.quiet()
    _folders_listed(trial)
    trial.stop()
    found = trial.client.trees(trial.person, trial.account)
    assert found == [trial.account.email], f"The folders of {trial.account.email} are those of {found}"


def told(trial: Trial, findings: Sequence[Mapping[str, Any]]) -> None:
    """The role tells of a stored password that goes to the new server if, and only if, the client sends it there."""
    begun = time.time()
    hosts = trial.account.situation.pop.name, trial.account.situation.smtp.name
    found = partial(_used_at, trial, begun)
    trial.running.fetch()
    until(lambda: trial.running.dialogs() or found(), 25, "The client logs in or asks")
    if not trial.running.dialogs():
        trial.running.send(trial.account, trial.subject())
    end = time.monotonic() + TOLD
    while time.monotonic() < end and hosts[1] not in found() and not trial.running.dialogs():
        time.sleep(0.1)
    assert trial.former is not None, "No account went before this one."
    new = {*hosts} - {trial.former.situation.pop.name, trial.former.situation.smtp.name}
    texts = [finding["message"] for finding in findings if finding["email"] == trial.account.email]
    said = {name for name in new if any(f"will be sent to {name}" in text for text in texts)}
    assert found() & new == said, f"The password went to {sorted(found() & new)}; told: {texts}"


def _used_at(trial: Trial, since: float) -> set[str]:
    """Return the names of the servers at which the account logged in: it has one for fetching and one for sending."""
    pop, smtp = trial.account.situation.pop.name, trial.account.situation.smtp.name
    events = trial.server.events.of(trial.person.ip, since)
    return {pop if event.kind == "pop-login" else smtp for event in events if event.login == trial.account.email}


def _given_away(trial: Trial, since: float) -> list[str]:
    assert trial.former is not None, "No account went before this one."
    return trial.server.given_away(trial.person.ip, trial.former.email, trial.former.password, since)


def _folders_listed(trial: Trial) -> None:
    """Have the client read the account's folders. It may log in at its start already."""
    trial.running.fetch()
    logins = partial(trial.server.events.imap_logins, trial.person.ip, trial.account.email)
    until(logins, 20, f"{trial.account.email} logs in to IMAP")
    trial.quiet()


def _pop_is_bad(trial: Trial) -> bool:
    return trial.account.situation.pop.name != "pop.lab.example"


def _sent_past_it(trial: Trial, since: float) -> bool:
    events = trial.server.events.of(trial.person.ip, since)
    return _pop_is_bad(trial) and any(event.kind == "accepted" for event in events)


def _leaks(trial: Trial, since: float) -> list[str]:
    """Return what shows that the password, or a message, went to the bad end."""
    events = trial.server.events.of(trial.person.ip, since)
    bad = ("pop-login",) if _pop_is_bad(trial) else ("accepted", "refused")
    found = [str(event) for event in events if event.kind in bad]
    for path in trial.server.paths.values():
        for heard in path.heard(trial.person.ip):
            lines = bytes(heard.sent).split(b"\r\n")
            found += [f"in the clear: {line!r}" for line in lines if line.upper().startswith((b"PASS", b"AUTH"))]
    return found


def _accepted(trial: Trial) -> None:
    event, before = trial.sent()
    situation = trial.account.situation
    told = [str(one) for one in (*before, event)]
    assert event.kind == "accepted", f"Not taken: {told}"
    assert event.tls == (situation.smtp.security != "plain"), f"TLS is not as in the answer: {told}"
    server = situation.smtp.name.partition(".")[0]
    assert event.login == (trial.account.email if server in ("auth", "both") else ""), f"SMTP AUTH: {told}"
    if server in ("first", "both"):
        assert any(one.kind == "pop-login" for one in before), f"No login to POP3 before it: {told}"
    if situation.pop.security != "plain":
        clear = trial.server.events.pop_in_the_clear(trial.person.ip)
        assert not clear, f"Login to POP3 without TLS: {clear}"


def _fetched(trial: Trial, *logins: str) -> None:
    subjects = {login: trial.subject() for login in logins}
    for login, subject in subjects.items():
        trial.server.deliver(login, subject)
    trial.running.fetch()
    for login, subject in subjects.items():
        until(partial(trial.running.has, subject), 20, f"Mail of {login} is fetched")


def lives_beside(trial: Trial, own: Account) -> None:
    """The account made by hand and the provisioned one are both there, and both fetch mail."""
    trial.client.seed_password(trial.person, own)
    trial.client.seed_password(trial.person, trial.account)
    trial.quiet()
    _fetched(trial, own.email, trial.account.email)
    trial.stop()
    found = sorted(trial.client.accounts(trial.person))
    assert found == sorted([own.email, trial.account.email]), f"Accounts: {found}"


def survives(trial: Trial, own: Account) -> None:
    """After the provisioned account is removed, the one made by hand is there alone and fetches mail."""
    trial.quiet()
    _fetched(trial, own.email)
    trial.stop()
    found = trial.client.accounts(trial.person)
    assert found == [own.email], f"Accounts: {found}"
