# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client and a server in; the results of all cases for this client out, in the order in which an admin meets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from . import trial as cases
from .answers import FORMER, MOVED, RETURNED, SITUATIONS, Situation
from .client import OTHER_PASSWORD, PASSWORD, Account, Client
from .network import Person
from .results import Result, Results
from .role import Role
from .server.server import Server
from .trial import Trial

DOMAIN, OTHER_DOMAIN = "lab.example", "two.example"
BYSTANDER = "bystander"
"""A user of the same machine who has no account."""

FLOWS: dict[str, tuple[tuple[str, Callable[[Trial], None]], ...]] = {
    "pure": (
        ("starts", cases.starts),
        ("sends", cases.sends),
        ("sends again", cases.sends_again),
        ("fetches", cases.fetches),
    ),
    "outlook": (("sends", cases.sends),),
    "plain": (("sends", cases.sends),),
    "both": (("sends", cases.sends),),
    "auth": (("sends", cases.sends),),
    "stripped-pop": (("keeps the password", cases.keeps_the_password),),
    "stripped-smtp": (("keeps the password", cases.keeps_the_password),),
    "misnamed-pop": (("keeps the password", cases.keeps_the_password),),
    "misnamed-smtp": (("keeps the password", cases.keeps_the_password),),
}
"""What happens in each situation after the role has run once."""

SUCCESSIONS: dict[str, tuple[tuple[str, Callable[[Trial], None]], ...]] = {
    "leaver": (("another's password", cases.another_password), ("own password", cases.own_password)),
    "switcher": (("another's password", cases.another_password), ("own password", cases.own_password)),
    "heir": (("another's password", cases.another_password), ("another's folders", cases.another_tree)),
}
"""What happens after an account was followed by one of another domain."""

CASES = (
    "role provisions",
    *(f"{situation}: {name}" for situation, flow in FLOWS.items() for name, _step in flow),
    "hand: lives beside",
    "own account only",
    "accounts change hands",
    *(f"{situation}: {name}" for situation, flow in SUCCESSIONS.items() for name, _step in flow),
    "role again changes nothing",
    "servers move",
    *(f"{situation}: told where the password goes" for situation in MOVED),
    "comes back elsewhere",
    *(f"{situation}: told when it comes back" for situation in RETURNED),
    "SMTPLast off: refused",
    "role removes",
    "hand: survives",
)


def cases_of(clients: Sequence[Client]) -> list[str]:
    """Return the rows of the table."""
    trees = any(client.keeps_tree for client in clients)
    usual = [case for case in CASES if trees or not case.startswith("heir: ")]
    return [*usual, *(extra.name for client in clients for extra in client.extras)]


def people_of(client: Client) -> list[str]:
    """Return the names of the users that the cases need."""
    extras = [f"extra-{number}" for number, _extra in enumerate(client.extras)]
    return [f"{client.name}-{name}" for name in (*SITUATIONS, BYSTANDER, *extras)]


def logins_of(names: Sequence[str]) -> list[str]:
    """Return the logins of these users, with those of accounts made by hand."""
    return [f"{name}{own}@{DOMAIN}" for name in names for own in ("", "-own")]


def passwords_of(names: Sequence[str]) -> dict[str, str]:
    """Return the password of each login that these users may have."""
    former = [f"{name}-former@{DOMAIN}" for name in names]
    other = [f"{name}@{OTHER_DOMAIN}" for name in names]
    return dict.fromkeys((*logins_of(names), *former), PASSWORD) | dict.fromkeys(other, OTHER_PASSWORD)


def trial_of(client: Client, person: Person, name: str, server: Server, logs: Path) -> Trial:
    """Return a person's trial in the situation of this name; one that has an account before it begins with that."""
    if name not in FORMER:
        return Trial(client, person, Account(f"{person.name}@{DOMAIN}", SITUATIONS[name]), server, logs)
    former = Account(f"{person.name}-former@{DOMAIN}", FORMER[name])
    successor = Account(f"{person.name}@{OTHER_DOMAIN}", SITUATIONS[name], OTHER_PASSWORD)
    return Trial(client, person, former, server, logs, successor)


def entry(client: Client, account: Account, person: Person, situation: Situation) -> dict[str, Any]:
    """Return the account as the role takes it."""
    command = client.password_command and client.password_command.format(email=account.email)
    more = {} if command is None else {"password_command": command}
    return {"email": account.email, "user": person.name, "pox": situation.answer(), **more}


class Course:
    """All cases of one client."""

    def __init__(self, client: Client, people: dict[str, Person], server: Server, results: Results, logs: Path) -> None:
        self._client = client
        self._results = results
        self._role = Role(client.name, logs / "role", client.options)
        lacks = {*client.lacks, *(() if client.keeps_tree else ("heir",))}
        situations = {name: name for name in SITUATIONS if name not in lacks}
        for number, extra in enumerate(client.extras):
            situations[f"extra-{number}"] = extra.situation
        self._trials = {
            name: trial_of(client, people[f"{client.name}-{name}"], situation, server, logs)
            for name, situation in situations.items()
        }
        self._bystander = people[f"{client.name}-{BYSTANDER}"]
        self._own = Account(f"{client.name}-hand-own@{DOMAIN}", SITUATIONS["hand"])

    def run(self) -> None:
        """Go through all cases."""
        for name, reason in self._client.lacks.items():
            for case, _action in FLOWS[name]:
                self._results.add(Result(self._client.name, f"{name}: {case}", "impossible", 0, reason))
        if self._attempt("role provisions", self._provision):
            for name, flow in FLOWS.items():
                if name in self._trials:
                    for case, action in flow:
                        self._live(f"{name}: {case}", self._trials[name], action)
                    self._end(self._trials[name])
            for number, extra in enumerate(self._client.extras):
                trial = self._trials[f"extra-{number}"]
                self._live(extra.name, trial, extra.action)
                self._end(trial)
            hand, pure = self._trials["hand"], self._trials["pure"]
            self._live("hand: lives beside", hand, lambda trial: cases.lives_beside(trial, self._own))
            self._attempt("own account only", self._own_only)
            if self._attempt("accounts change hands", self._change_hands):
                for name, flow in SUCCESSIONS.items():
                    if name in self._trials:
                        for case, action in flow:
                            self._live(f"{name}: {case}", self._trials[name], action)
                        self._end(self._trials[name])
            self._attempt("role again changes nothing", self._again)
            self._tell("servers move", "told where the password goes", MOVED)
            self._tell("comes back elsewhere", "told when it comes back", RETURNED, gone=True)
            self._live("SMTPLast off: refused", pure, self._refused)
            pure.kill()
            self._attempt("role removes", self._remove)
            self._live("hand: survives", hand, lambda trial: cases.survives(trial, self._own))
            hand.kill()
        self._results.close(self._client.name, cases_of([self._client]), "FAILED", "not reached")

    def _attempt(self, case: str, action: Callable[[], object]) -> bool:
        return self._results.attempt(self._client.name, case, action)

    def _live(self, case: str, trial: Trial, action: Callable[[Trial], None]) -> None:
        if not self._attempt(case, partial(action, trial)):
            # What a failed case leaves on the screen is no affair of the next one.
            trial.kill()

    def _end(self, trial: Trial) -> None:
        try:
            trial.stop()
        except Exception as problem:  # noqa: BLE001
            # What a client that does not exit leaves behind would fail in a later case without its reason.
            print(f"{trial.person.name}: {problem}", flush=True)

    def _entries(self, **changed: Situation) -> list[dict[str, Any]]:
        return [
            entry(self._client, trial.account, trial.person, changed.get(name, trial.account.situation))
            for name, trial in self._trials.items()
        ]

    def _provision(self) -> None:
        hand = self._trials["hand"]
        self._client.make_by_hand(hand.person, self._own)
        hand.quiet()
        hand.stop()
        assert self._role.run(self._entries())["changed"]
        for name, trial in self._trials.items():
            if name not in ("pure", "hand"):
                self._client.seed_password(trial.person, trial.account)

    def _change_hands(self) -> None:
        """One goes and another comes in a later run; for the others in one run, which purges."""
        following = {name: self._trials[name] for name in SUCCESSIONS if name in self._trials}
        for trial in following.values():
            cases.used(trial)
        leaver = following["leaver"]
        gone = entry(self._client, leaver.account, leaver.person, leaver.account.situation)
        assert self._role.run([gone], state="absent")["changed"], "Removing an account changes nothing."
        for trial in following.values():
            trial.succeed()
        assert self._role.run(self._entries(), purge=True)["changed"], "Other accounts change nothing."

    def _own_only(self) -> None:
        found = {
            "pure": self._client.accounts(self._trials["pure"].person),
            BYSTANDER: self._client.accounts(self._bystander),
        }
        assert found == {"pure": [self._trials["pure"].account.email], BYSTANDER: []}, f"Accounts: {found}"

    def _again(self) -> None:
        result = self._role.run(self._entries())
        assert not result["changed"], f"Changed: {result['drift']}"

    def _tell(self, before: str, case: str, moves: Mapping[str, Situation], *, gone: bool = False) -> None:
        """Have servers move to another domain, and see what is told of the passwords that the clients keep."""
        findings: list[dict[str, Any]] = []
        if not self._attempt(before, lambda: findings.extend(self._moved(moves, gone=gone))):
            return
        for name in moves:
            self._live(f"{name}: {case}", self._trials[name], partial(cases.told, findings=findings))
            self._trials[name].kill()

    def _moved(self, moves: Mapping[str, Situation], *, gone: bool) -> list[dict[str, Any]]:
        trials = [self._trials[name] for name in moves]
        if gone:
            accounts = [entry(self._client, one.account, one.person, one.account.situation) for one in trials]
            assert self._role.run(accounts, state="absent")["changed"], "Removing accounts changes nothing."
        for trial, situation in zip(trials, moves.values(), strict=True):
            trial.former, trial.account = trial.account, replace(trial.account, situation=situation)
        result = self._role.run(self._entries())
        assert result["changed"], "Servers that move change nothing."
        return [finding for finding in result["findings"] if finding["code"] == "password-to-new-server"]

    def _refused(self, trial: Trial) -> None:
        result = self._role.run(self._entries(pure=trial.account.situation.without_smtp_last()))
        assert result["changed"], "Switching SMTPLast off changes nothing."
        cases.refused(trial)

    def _remove(self) -> None:
        result = self._role.run(self._entries(), state="absent")
        assert result["changed"], "Removing the accounts changes nothing."
        found = self._client.accounts(self._trials["pure"].person)
        assert found == [], f"Accounts: {found}"
