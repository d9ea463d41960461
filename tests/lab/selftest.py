# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wrong setting for each key that carries the feature in; whether exactly the cases that watch it fail, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from . import trial as cases
from .client import PASSWORD, Account, Client, Flip
from .course import FLOWS, SUCCESSIONS, entry, trial_of
from .network import Person
from .results import Results
from .role import Role
from .server.server import Server
from .trial import Trial


def cases_of(clients: Sequence[Client]) -> list[str]:
    """Return the rows of the table."""
    return list(dict.fromkeys(_case(flip) for client in clients for flip in flips_of(client)))


def people_of(client: Client) -> list[str]:
    """Return the names of the users: one for each wrong setting."""
    return [f"{client.name}-flip-{number}" for number, _flip in enumerate(flips_of(client))]


def flips_of(client: Client) -> list[Flip]:
    """Return the wrong settings of a client, with what can be wrong in each: it finds a password of somebody else."""

    def keep(person: Person, account: Account) -> None:
        client.seed_password(person, replace(account, password=PASSWORD))

    return [*client.flips, Flip("the password of the one before", "leaver", keep, {"another's password"})]


class Selftest:
    """The wrong settings of one client."""

    def __init__(self, client: Client, people: dict[str, Person], server: Server, results: Results, logs: Path) -> None:
        self._client = client
        self._results = results
        self._logs = logs
        self._role = Role(client.name, logs / "role", client.options)
        self._trials = [
            (flip, trial_of(client, people[name], flip.situation, server, logs))
            for flip, name in zip(flips_of(client), people_of(client), strict=True)
        ]

    def run(self) -> None:
        """Provision, put the wrong settings in, and go through the cases of each."""
        trials = [trial for _flip, trial in self._trials]
        self._provision(trials)
        following = [trial for trial in trials if trial.successor is not None]
        for trial in following:
            self._client.seed_password(trial.person, trial.account)
            cases.used(trial)
            trial.succeed()
        if following:
            self._provision(trials)
        for flip, trial in self._trials:
            self._results.attempt(self._client.name, _case(flip), partial(self._prove, flip, trial))

    def _provision(self, trials: Sequence[Trial]) -> None:
        accounts = [entry(self._client, one.account, one.person, one.account.situation) for one in trials]
        self._role.run(accounts, purge=True)

    def _prove(self, flip: Flip, trial: Trial) -> None:
        flip.apply(trial.person, trial.account)
        flow = {**FLOWS, **SUCCESSIONS}[flip.situation]
        if flow[0][0] != "starts" and trial.former is None:
            self._client.seed_password(trial.person, trial.account)
        seen = Results(())
        red = set()
        for name, action in flow:
            if not seen.attempt(trial.person.name, name, partial(action, trial)):
                red.add(name)
                # What a failed case leaves on the screen is no affair of the next one.
                trial.kill()
                if name == "starts":
                    self._client.seed_password(trial.person, trial.account)
        trial.kill()
        late = [result.case for result in seen.done if "not within" in result.reason]
        assert not late, f"Failed for want of time, which proves nothing: {late}"
        assert red == flip.red, f"Failed: {sorted(red)}; these should have: {sorted(flip.red)}"


def _case(flip: Flip) -> str:
    return f"{flip.situation}, {flip.name}"
