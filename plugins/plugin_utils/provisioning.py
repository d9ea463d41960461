# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Account requests, clients and policy in; a Plan out: files for the nodes, translations, findings, refusals.

This is the whole way of the data on the controller, without Ansible: bytes → Response → Settings →
MailAccount → files. Modules, filters and tests call ``provision``.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from .callers import advice
from .clients.client import Client, Row
from .clients.files import File
from .clients.registry import CLIENTS, client, client_options
from .clients.registry_values import RegistryValue
from .clients.values import PLACES, Said, said
from .errors import AccountRefused, AutodiscoverError, LibraryMissing, MeaningError, OptionError
from .findings import Finding
from .limits import few
from .listing import Users, addressed, plan_removal
from .passwords import connection
from .pox.reader import read
from .settings.account import MailAccount, decide
from .settings.interpretation import Interpretation, interpret
from .settings.logins import belongs_to, expanded, has_own_placeholder
from .settings.model import IncomingServer, OutgoingServer, Settings
from .settings.names import is_plain_text, normalised_address
from .settings.overrides import Overrides, checked_overrides, override
from .settings.policy import Policy
from .settings.validation import validate
from .wording import listed, named, presentable, quoted

REPORTS = ("changes", "full")

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")
_HOME = re.compile(r"\{home:([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """One account that the caller wants. Exactly one of ``document``, ``settings`` and ``failure`` is set."""

    email: str
    document: bytes | str | None = None
    source: str = "the answer"
    """What to call the document in messages."""
    settings: Mapping[str, Any] | None = None
    failure: str | None = None
    """Why there is no document: the account is refused with this reason."""
    user: str | None = None
    home: str | None = None
    uid: int | None = None
    clients: tuple[str, ...] | None = None
    policy: Policy | None = None
    display_name: str | None = None
    password_command: str | None = None
    overrides: Overrides | None = None


@dataclass(slots=True)
class Plan:
    """What a run shall install, and all there is to say about it."""

    files: list[dict[str, Any]] = field(default_factory=list)
    registry: list[dict[str, Any]] = field(default_factory=list)
    """Values for the registry of Windows users, which the caller writes."""
    translation: list[dict[str, Any]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    """What a run warns of: rows of ``translation`` in which a client cannot follow SMTPLast=on."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    connections: list[dict[str, Any]] = field(default_factory=list)
    """Servers and login of each account, which the node keeps beside what it installs."""
    commanded: list[str] = field(default_factory=list)
    """Addresses whose password is printed by a command, whatever the server is."""
    shared: list[str] = field(default_factory=list)
    """Addresses whose incoming password is sent to the outgoing server as well."""
    emails: list[str] = field(default_factory=list)
    """Every address of the requests, the refused ones too; of a removal, those that go."""
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the requests say of system users: name → ``home`` and ``uid``."""
    nameless: bool = False
    """A request was refused that has no address, so it could be about any account that is on a node."""

    def refuse(self, email: str, reason: str) -> None:
        """Note that nothing is written for ``email``, and why."""
        self.refused.append(presentable({"email": email, "reason": reason}))


@dataclass(frozen=True, slots=True)
class _Decided:
    request: AccountRequest
    account: MailAccount
    clients: tuple[str, ...]
    rows: tuple[tuple[str, Said, Row], ...]
    """Name of a client, element of the answer, and the row of the client's table that holds for it."""


def provision(
    requests: Sequence[AccountRequest],
    clients: Sequence[str],
    policy: Policy,
    options: Mapping[str, Any] | None = None,
    report: str = "changes",
) -> Plan:
    """Decide every account and render it for every client.

    Args:
        requests: the accounts; an account that cannot be is refused by name, the others go on.
        clients: names of clients, for accounts that do not bring their own.
        policy: for accounts that do not bring their own.
        options: ``client_options``: name of client to its options.
        report: ``changes`` lists in ``translation`` what is not native, ``full`` everything.

    Raises:
        OptionError: when the call as a whole cannot be: an unknown client or option.
        LibraryMissing: when the controller lacks a library that is needed.
    """
    chosen = tuple(dict.fromkeys([*clients, *(name for request in requests for name in _known_clients(request))]))
    for name in clients:
        client(name)
    settled = client_options(chosen, options)
    if report not in REPORTS:
        raise OptionError(f"report is {quoted(report)}; it can be {listed(REPORTS, 'or')}.")
    plan = Plan()
    decided: list[_Decided] = []
    interpreted: dict[Any, Interpretation] = {}
    shared = _shared_documents(requests)
    listings = Counter((normalised_address(request.email), request.user) for request in requests)
    users = Users(requests)
    plan.users = users.known
    for email, request in addressed(requests, plan, " Until then no account is purged."):
        plan.emails.append(email)
        wanted = tuple(request.clients or clients)
        noticed: tuple[Finding, ...] = ()
        try:
            if request.failure is not None:
                raise AccountRefused(f"{email}: {request.failure}")
            _check_clients(email, request)
            if not wanted:
                raise OptionError(f"{email}: no client is named. Give clients, for all accounts or for this one.")
            if listings[email, request.user] > 1:
                raise OptionError(f"{email}: the account is listed more than once. Leave one of its items.")
            users.check(email, request)
            _check_user(email, request.user, wanted, settled)
            result = _interpretation(request, email.rpartition("@")[2], interpreted)
            noticed = result.findings
            if _document_key(request) in shared:
                _refuse_foreign_logins(email, request, result.settings)
            account = decide(
                result.settings,
                email=email,
                policy=request.policy or policy,
                user=request.user,
                display_name=_checked_name(email, request.display_name),
                password_command=_checked_command(email, request.password_command),
                logins_given=_logins_given(request),
            )
        except LibraryMissing:
            raise
        except AutodiscoverError as error:
            plan.refuse(email, str(error))
            # They explain why.
            plan.findings += [{**finding.as_dict(), "email": email} for finding in (*noticed, *error.findings)]
            continue
        plan.findings += [{**finding.as_dict(), "email": email} for finding in (*result.findings, *account.findings)]
        decided.append(_Decided(request, account, wanted, tuple(_rows(account, wanted, settled))))
    plan.emails = list(dict.fromkeys(plan.emails))
    decided = [item for item in decided if _accepted(item, item.request.policy or policy, plan)]
    for item in _render(decided, chosen, settled, plan):
        plan.translation += _translation(item, report)
        plan.lost += _lost(item)
        plan.connections.append(connection(item.account, item.clients))
        if item.account.password_command is not None:
            plan.commanded.append(item.account.email)
        if item.account.outgoing.same_secret and item.account.outgoing.authentication != "none":
            plan.shared.append(item.account.email)
    # Nobody reads them but people: no answer, no inventory and no certificate gets through to a terminal as it is.
    plan.findings, plan.translation = presentable(plan.findings), presentable(plan.translation)
    return plan


def removal(
    requests: Sequence[AccountRequest], clients: Sequence[str], options: Mapping[str, Any] | None = None
) -> Plan:
    """Return the plan of a run that removes accounts, which needs no answers.

    Raises:
        OptionError: for an unknown client, or an option of a client that cannot be.
    """
    client_options(clients, options)
    plan = Plan()
    plan_removal(requests, plan)
    return plan


def _check_user(email: str, user: str | None, clients: Iterable[str], settled: Mapping[str, Mapping[str, Any]]) -> None:
    for name in clients:
        if user is None and client(name).needs_user(settled[name]):
            raise OptionError(
                f"{email}: {name} writes to the home of a user, and the account has none. Give user: the name of the "
                "system user who reads this mail."
            )


def _known_clients(request: AccountRequest) -> list[str]:
    return [name for name in request.clients or () if name in CLIENTS]


def _check_clients(email: str, request: AccountRequest) -> None:
    for name in request.clients or ():
        try:
            client(name)
        except OptionError as error:
            raise OptionError(f"{email}: {error}") from None


def _checked_name(email: str, name: str | None) -> str | None:
    if name is not None and not is_plain_text(str(name)):
        raise OptionError(f"{email}: display_name is {quoted(name)}, which cannot stand on one line of a file.")
    return str(name) if name else None


def _checked_command(email: str, command: str | None) -> str | None:
    if command is not None and (not is_plain_text(str(command)) or not str(command).strip()):
        raise OptionError(
            f"{email}: password_command is empty, longer than 1,000 bytes, or cannot stand on one line of a file. Put "
            "what it does into a script, and name that."
        )
    return str(command) if command else None


def _interpretation(request: AccountRequest, domain: str, interpreted: dict[Any, Interpretation]) -> Interpretation:
    """Read and interpret the document of ``request``, once for all accounts that share it."""
    overrides = json.dumps(request.overrides, sort_keys=True, default=str) if request.overrides else None
    key = (_document_key(request), overrides, domain)
    if key not in interpreted:
        interpreted[key] = interpretation(request, domain)
    return interpreted[key]


def interpretation(request: AccountRequest, domain: str | None = None) -> Interpretation:
    """Return what the document or the settings of ``request`` mean, checked against the schema.

    ``domain`` is that of the address, which a host name of the document may leave to be filled in.
    """
    if request.document is not None:
        result = interpret(read(request.document, request.source), domain=domain, overrides=request.overrides)
        validate(result.settings.as_dict(), request.source)
        return result
    if request.settings is None:
        way = advice(pox_src="give the account pox_src (a file), pox (the text) or settings")
        raise OptionError(f"{named(request.email)}: there is no answer to read.{way}")
    overrides = checked_overrides(request.overrides)
    document = override(request.settings, overrides) if isinstance(request.settings, Mapping) else request.settings
    validate(document, f"{request.email}: settings")
    findings = tuple(
        Finding("override", f"{kind}: {', '.join(sorted(fields))} of the settings replaced, as overrides say.")
        for kind, fields in sorted(overrides.items())
        if fields and any(server["type"] == kind for server in (*document["incoming"], *document["outgoing"]))
    )
    return Interpretation(Settings.from_dict(document), findings)


def _document_key(request: AccountRequest) -> Any:
    if request.document is not None:
        return request.document
    if request.settings is None:
        return None
    try:
        return json.dumps(request.settings, sort_keys=True, default=str)
    except TypeError:
        # Keys that cannot be sorted; the validation will name them.
        return repr(request.settings)


def _shared_documents(requests: Sequence[AccountRequest]) -> set[Any]:
    """Return the documents that are given for more than one address."""
    addresses: dict[Any, set[str]] = defaultdict(set)
    for request in requests:
        key = _document_key(request)
        if key is not None:
            addresses[key].add((request.email or "").casefold())
    return {key for key, emails in addresses.items() if len(emails) > 1}


def _logins_given(request: AccountRequest) -> set[str]:
    """Return the types of servers to which the account logs in as the caller says."""
    return {kind for kind, fields in (request.overrides or {}).items() if "username" in fields}


def _refuse_foreign_logins(email: str, request: AccountRequest, settings: Settings) -> None:
    """Refuse a literal login of a shared document that is somebody else's; an override of the account is its own."""
    servers: list[IncomingServer | OutgoingServer] = [*settings.incoming, *settings.outgoing]
    for server in servers:
        name = server.username
        if name is None or server.type in _logins_given(request) or has_own_placeholder(name):
            continue
        if belongs_to(expanded(name, email), email):
            continue
        source = f"{named(request.source)} is" if request.document is not None else "the same settings are"
        raise MeaningError(
            f"{email}: {source} given for several addresses, and the LoginName {quoted(name)} for {server.hostname} is "
            f"neither {email} nor its local part: all of them would log in as {quoted(expanded(name, email))}. Give "
            "each account its own answer, or write %EMAILADDRESS% or %EMAILLOCALPART% as LoginName."
        )


def _accepted(item: _Decided, policy: Policy, plan: Plan) -> bool:
    """Refuse the account when one of its clients cannot do what it must; tell whether it goes on."""
    account = item.account
    reasons: list[str] = []
    warnings: list[Finding] = []
    waivable = policy.unsupported == "fail"
    for name, element, row in item.rows:
        if row.verdict != "impossible" or not row.refuses:
            continue
        reason = f"{account.email}: {name} cannot do {element.element}={element.value or 'unsaid'}: {row.note}"
        if row.always or policy.unsupported == "fail":
            reasons.append(reason)
            waivable = waivable and not row.always
        else:
            warnings.append(Finding("unsupported", reason, row.element))
    if reasons:
        plan.refuse(account.email, f"{few(list(dict.fromkeys(reasons)))}{_advice(item, waivable)}")
        return False
    plan.findings += [{**finding.as_dict(), "email": account.email} for finding in warnings]
    return True


def _advice(item: _Decided, waivable: bool) -> str:
    """Say what can be done about an account that a client cannot take."""
    last = {row.element for _name, _said, row in item.rows if row.verdict == "impossible" and row.refuses}
    ways = {}
    if last == {"SMTPLast"} and item.account.auth_said is not False:
        ways["smtp_last"] = "say smtp_last: prefer_auth if the server takes a login to SMTP as well"
    if waivable:
        ways["unsupported"] = "accept it with unsupported: warn"
    return advice("leave the client out for this account", **ways)


def _translation(item: _Decided, report: str) -> list[dict[str, Any]]:
    """Return what becomes of each element in each client."""
    return [
        {
            "email": item.account.email,
            "client": name,
            "protocol": element.protocol,
            "element": element.element,
            "value": element.value,
            "setting": _HOME.sub(r"~\1", filled(row.setting, client(name), item.account)),
            "verdict": row.verdict,
            "proof": row.proof,
            "needs": list(row.needs),
            "note": row.note,
        }
        for name, element, row in item.rows
        if report == "full" or row.verdict != "native"
    ]


def _lost(item: _Decided) -> list[dict[str, Any]]:
    """Return where SMTPLast=on is lost. Of a row that refuses, the refusal tells, or a finding that it was waived."""
    return [
        {"email": item.account.email, "client": name, "verdict": row.verdict, "note": row.note}
        for name, element, row in item.rows
        if (element.element, element.value) == ("SMTPLast", "on")
        and row.verdict in ("approximated", "impossible")
        and row.warns
        and not row.refuses
    ]


def _rows(
    account: MailAccount, clients: Iterable[str], options: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Said, Row]]:
    elements = list(said(account))
    for name in clients:
        for element in elements:
            yield name, element, matching_row(client(name), element.side, element.element, account, options[name])


@cache
def _rows_for(name: str) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of a client's table by side and element."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in client(name).rows:
        found[row.side, row.element].append(row)
    return found


def matching_row(the_client: Client, side: str, element: str, account: MailAccount, options: Mapping[str, Any]) -> Row:
    """Return the row of the client's table that holds for ``account`` with the client's ``options``.

    A table without one is a fault of the client.
    """
    for row in _rows_for(the_client.name).get((side, element), ()):
        if row.applies(account) and (row.option is None or options[row.option[0]] == row.option[1]):
            return row
    raise LookupError(f"{the_client.name} has no row for {side} {element}")


def filled(setting: str, the_client: Client, account: MailAccount) -> str:
    """Return ``setting`` with the names in braces replaced by the account's values."""
    return _IN_BRACES.sub(lambda match: str((the_client.places.get(match[1]) or PLACES[match[1]])(account)), setting)


def _render(
    decided: list[_Decided], clients: Sequence[str], options: Mapping[str, Mapping[str, Any]], plan: Plan
) -> list[_Decided]:
    """Render all clients and return the accounts that are written.

    An account that one client cannot take is written for none, so rendering starts again.
    """
    while True:
        files: list[tuple[str, File]] = []
        registry: list[tuple[str, RegistryValue]] = []
        refused: dict[str, str] = {}
        for name in clients:
            accounts = [item.account for item in decided if name in item.clients]
            rendering = client(name).render(accounts, options[name])
            files += [(name, file) for file in rendering.files]
            registry += [(name, value) for value in rendering.registry]
            refused |= rendering.refused
        if not refused:
            break
        for email, reason in refused.items():
            plan.refuse(email, reason)
        decided = [item for item in decided if item.account.email not in refused]
    plan.files = [file.as_dict(name) for name, file in files]
    _notice_sandboxes(plan.files, decided)
    plan.registry = [value.as_dict(name) for name, value in registry]
    return decided


def _notice_sandboxes(files: list[dict[str, Any]], decided: list[_Decided]) -> None:
    """Have the node look, once for each account, whether a client runs where it cannot see its files."""
    users = {item.account.email: item.account.user for item in decided}
    noticed = set()
    for file in files:
        sandbox = client(file["client"]).sandbox
        for email in file["accounts"]:
            if sandbox is not None and (file["client"], email) not in noticed:
                noticed.add((file["client"], email))
                file.setdefault("notices", []).append(sandbox.as_dict(email, users.get(email)))


def settings_for(email: str | None, result: Interpretation) -> Settings:
    """Return the Settings of ``result`` with ``email`` filled in where the answer is silent."""
    return replace(result.settings, email=email) if email else result.settings
