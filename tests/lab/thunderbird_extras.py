# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person with Thunderbird in; what must come of what only Thunderbird has, its add-on above all, out."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, cast

from . import trial as cases
from .battery import documents
from .client import Account, Extra
from .server.server import POP
from .trial import Trial
from .waiting import until

if TYPE_CHECKING:
    from .clients.thunderbird import ThunderbirdSession

KEPT = "it is kept"
"""The add-on's words."""

LATER = 3
"""Messages that are sent later."""


def _session(trial: Trial) -> ThunderbirdSession:
    return cast("ThunderbirdSession", trial.running)


def _kinds(trial: Trial, since: float) -> list[str]:
    return [event.kind for event in trial.server.events.of(trial.person.ip, since)]


def _told(session: ThunderbirdSession, wanted: str) -> None:
    """Wait until Thunderbird has said something with these words."""
    until(lambda: any(wanted in text for text in session.alerts()), 20, f"Thunderbird says {wanted!r}")


def active_at_first_start(trial: Trial) -> None:
    """The add-on works when Thunderbird starts for the first time, and nobody is asked about it."""
    assert _session(trial).addon_is_active(), "The add-on is not active."
    trial.quiet()
    cases.sends(trial)


def kept(trial: Trial) -> None:
    """While POP3 is down a message stays in its window and the person is told; afterwards it goes out from there."""
    session, begun, subject = _session(trial), time.time(), trial.subject()
    session.note_alerts()
    session.compose(trial.account, subject)
    with trial.person.without(POP):
        session.send_from_window(subject)
        _told(session, KEPT)
        assert session.composed() == [subject], f"Windows of messages: {session.composed()}"
        assert _kinds(trial, begun) == [], f"The servers saw {_kinds(trial, begun)}"
    session.send_from_window(subject)
    until(lambda: "accepted" in _kinds(trial, begun), 20, "The message is sent")
    until(lambda: not session.composed(), 10, "The window closes")


def later(trial: Trial) -> None:
    """Messages of Send Later stay while POP3 is down, and then go out, each after a login."""
    session, begun = _session(trial), time.time()
    session.note_alerts()
    for number in range(LATER):
        session.send_later(trial.account, trial.subject())
        until(partial(_waiting, session, number + 1), 10, "The message waits")
    with trial.person.without(POP):
        session.send_waiting()
        _told(session, KEPT)
        time.sleep(cases.QUIET)
        assert session.waiting() == LATER, f"{session.waiting()} messages wait"
        assert _kinds(trial, begun) == [], f"The servers saw {_kinds(trial, begun)}"
    session.send_waiting()
    until(lambda: _kinds(trial, begun).count("accepted") == LATER, 20, "All are sent")
    assert _kinds(trial, begun) == ["pop-login", "accepted"] * LATER, f"The servers saw {_kinds(trial, begun)}"


def _waiting(session: ThunderbirdSession, number: int) -> bool:
    return session.waiting() == number


def two_at_once(trial: Trial) -> None:
    """Two messages at the same moment are both taken, after a login for each."""
    session, begun = _session(trial), time.time()
    for _number in range(2):
        session.send(trial.account, trial.subject())
    until(lambda: _kinds(trial, begun).count("accepted") == 2, 20, "Both are sent")
    assert _kinds(trial, begun).count("pop-login") == 2, f"The servers saw {_kinds(trial, begun)}"


def another_account(trial: Trial) -> None:
    """An account that the person made, without SMTPLast, sends as ever, with no login before."""
    own = Account(f"{trial.person.name}-own@lab.example", trial.account.situation)
    trial.client.make_by_hand(trial.person, own)
    session, begun = _session(trial), time.time()
    session.note_alerts()
    session.send(own, trial.subject())
    until(lambda: _kinds(trial, begun), 20, "The servers see it")
    time.sleep(cases.QUIET)
    assert _kinds(trial, begun) == ["refused"], f"The servers saw {_kinds(trial, begun)}"
    _told(session, "Sending of the message failed")
    cases.sends(trial)


def own_parser(trial: Trial) -> None:
    """Thunderbird reads each document of the battery as it is meant."""
    wanted, refused = documents()
    found = _session(trial).read_autoconfig([(one.text, one.email) for one in wanted])
    wrong = [
        f"{one.email}: {found_one} instead of {one.expected}; {one.text}"
        for one, found_one in zip(wanted, found, strict=True)
        if {key: found_one.get(key) for key in one.expected} != one.expected
    ]
    assert not wrong, f"{len(wrong)} of {len(wanted)} are read otherwise:\n" + "\n".join(wrong[:5])
    print(f"thunderbird  read {len(wanted)} documents; {refused} accounts have none", flush=True)


EXTRAS = (
    Extra("add-on at first start", "pure", active_at_first_start),
    Extra("POP3 down: kept", "pure", kept),
    Extra("Send Later", "pure", later),
    Extra("two at once", "pure", two_at_once),
    Extra("another account", "pure", another_account),
    Extra("autoconfig documents", "pure", own_parser),
)
