# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The tree of a document in; the Response that it holds, with what was noticed on the way, out.

Values are not interpreted here: they are the trimmed text of elements, with their lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from typing import TypeAlias

from ..findings import Finding
from ..libraries import etree
from ..limits import ACCOUNTS, FINDINGS_OF_A_CODE, PROTOCOLS
from ..wording import quoted
from .elements import (
    ACTIVESYNC_NAMESPACE_PART,
    BY_NAME,
    BY_TAG,
    ELEMENTS,
    MAIL_TYPES,
    OTHER_TYPES,
    Element,
    Place,
    namespaces,
)
from .errors import NotAutodiscoverError, TooManyError
from .response import Account, ErrorReport, Protocol, Response, Value
from .script_output import SCRIPT_ELEMENTS

LONGEST_NAME = 80
OUTSIDE_PROTOCOL: tuple[Place, ...] = ("autodiscover", "response", "account")
INSIDE_ACCOUNT = frozenset(row.name.lower() for row in ELEMENTS if row.place == "protocol" and row.topic != "exchange")
"""Names in lower case of what belongs into Account and Protocol: elsewhere they are told, that no setting is lost."""

NEVER_GUESSED = frozenset(("DomainName", "LoginName", "Server"))
"""With a wrong one of these a password would go to the wrong place, or the wrong one."""
_REDIRECT_NAMES = {
    **dict.fromkeys(("redirecturl", "redirecturi"), "RedirectUrl"),
    **dict.fromkeys(("redirectaddr", "redirectaddress"), "RedirectAddr"),
}
_line: Callable[[etree._Element], int] = attrgetter("sourceline")
"""The line on which a start tag ends; never null in a tree that came from a parser."""

_Again: TypeAlias = "tuple[str, etree._Element, Value]"
"""An element that stood there before: its name, itself, and what the first one says."""


def _split(tag: str) -> tuple[str, str]:
    """Return namespace (empty when there is none) and local name."""
    namespace, _brace, name = tag.rpartition("}")
    return namespace[1:], name


def _says_anything(element: etree._Element) -> bool:
    """Tell whether there is any text in an element or below it: empty NetworkRequirements require nothing."""
    return any(str(text).strip() for text in element.itertext())


class Reading:
    """One document on its way to a Response, and what was noticed on the way."""

    def __init__(self, source: str, findings: tuple[Finding, ...], may_redirect: bool = True) -> None:
        self.source = source
        self._may_redirect = may_redirect
        self.findings = list(findings)
        self.accounts: list[Account] = []
        self.errors: list[ErrorReport] = []
        self.user: dict[str, Value] = {}
        self.active_sync: Value | None = None
        self._told: Counter[str] = Counter(finding.code for finding in findings)
        self._protocols_read = 0
        self._namespaces: set[str] = set()

    def answer(self, root: etree._Element) -> Response:
        """Read the whole tree."""
        if self._known("document", root) is None:
            raise NotAutodiscoverError(self.source, _split(root.tag)[1], _line(root))
        for child in root:
            known = self._known("autodiscover", child)
            name = known.name if known is not None else ""
            if name == "Response":
                self._response(child)
            elif name == "Error":
                self._error(child)
            elif name == "Request":
                raise NotAutodiscoverError(self.source, name, _line(child))
        self._note_text(root)
        return Response(
            source=self.source,
            line=_line(root),
            display_name=self.user.get("DisplayName"),
            smtp_address=self.user.get("AutoDiscoverSMTPAddress"),
            accounts=tuple(self.accounts),
            error=self.errors[0] if self.errors else None,
            active_sync=self.active_sync,
            redirects=self._redirects(root),
            findings=tuple(sorted(self.findings, key=lambda finding: finding.line or 0)),
            untold={
                code: count - FINDINGS_OF_A_CODE for code, count in self._told.items() if count > FINDINGS_OF_A_CODE
            },
        )

    def _redirects(self, root: etree._Element) -> tuple[tuple[str, Value], ...]:
        """Return the redirects of the whole document: servers put them beside Account and inside Protocol too."""
        found: list[tuple[str, Value]] = []
        for element in root.iter() if self._may_redirect else ():
            name = _REDIRECT_NAMES.get(_split(str(element.tag))[1].lower())
            if name is not None:
                found.append((name, Value((element.text or "").strip(), _line(element))))
                if len(found) == FINDINGS_OF_A_CODE:
                    break
        return tuple(found)

    def _response(self, response: etree._Element) -> None:
        has_account = False
        action: etree._Element | None = None
        for child in response:
            known = self._known("response", child)
            name = known.name if known is not None else ""
            if name == "Account":
                has_account = True
                self._account(child)
            elif name == "User":
                _parts, _unknown, again = self._contents("user", child, self.user)
                self._note_again("User", again)
            elif name == "Error":
                self._error(child)
            elif name == "Action":
                action = child
        self._note_text(response)
        namespace = _split(response.tag)[0]
        if ACTIVESYNC_NAMESPACE_PART not in namespace.lower() and (action is None or not len(action) or has_account):
            return
        self.active_sync = self.active_sync or Value(namespace, _line(response))
        for child in action if action is not None else ():
            if _split(child.tag)[1].lower() == "error":
                self._error(child)

    def _account(self, account: etree._Element) -> None:
        values: dict[str, Value] = {}
        parts, _unknown, again = self._contents("account", account, values)
        self._note_again("Account", again)
        protocols: list[Protocol] = []
        for name, part in parts:
            if name == "Protocol":
                protocols += self._protocols(part)
            elif name == "Error":
                self._error(part)
        account_type = values.get("AccountType")
        if account_type is not None and account_type.text.lower() not in ("email", ""):
            self._note(
                "account-type-unexpected",
                f"AccountType is {quoted(account_type.text)} instead of email; the Account was read all the same.",
                "AccountType",
                account_type.line,
            )
        if len(self.accounts) == ACCOUNTS:
            raise TooManyError(self.source, ACCOUNTS + 1, "Accounts", ACCOUNTS)
        self.accounts.append(
            Account(
                line=_line(account),
                action=values.get("Action"),
                account_type=account_type,
                redirect_url=values.get("RedirectUrl"),
                redirect_addr=values.get("RedirectAddr"),
                protocols=tuple(protocols),
            )
        )

    def _protocols(self, outermost: etree._Element) -> list[Protocol]:
        """Read a Protocol and those that are nested in it, in the order of the document."""
        protocols: list[Protocol] = []
        waiting: list[tuple[etree._Element, str | None]] = [(outermost, None)]
        while waiting:
            element, container = waiting.pop()
            self._protocols_read += 1
            if self._protocols_read > PROTOCOLS:
                raise TooManyError(self.source, self._protocols_read, "Protocols", PROTOCOLS)
            protocol, nested = self._protocol(element, container)
            protocols.append(protocol)
            waiting += reversed(nested)
        return protocols

    def _protocol(
        self, element: etree._Element, container: str | None
    ) -> tuple[Protocol, list[tuple[etree._Element, str | None]]]:
        values: dict[str, Value] = {}
        parts, unknown, again = self._contents("protocol", element, values)
        nested: list[tuple[etree._Element, str | None]] = []
        web_mail: dict[str, Value] = {}
        for name, part in parts:
            if name == "Protocol":
                nested.append((part, container))
            elif name in ("Internal", "External"):
                inside: dict[str, Value] = {}
                nested += [(child, name) for _name, child in self._contents("container", part, inside)[0]]
                if "OWAUrl" in inside:
                    web_mail.setdefault(name, inside["OWAUrl"])
            elif name != "NetworkRequirements" or _says_anything(part):
                values.setdefault(name, Value("", _line(part)))
        for name in ("External", "Internal"):
            if name in web_mail:
                values.setdefault("OWAUrl", web_mail[name])
        self._read_type_attribute(element, values)
        protocol = Protocol(line=_line(element), values=values, container=container)
        self._note_protocol(protocol, unknown, again)
        return protocol, nested

    def _read_type_attribute(self, element: etree._Element, values: dict[str, Value]) -> None:
        type_ = values.get("Type")
        attribute = element.get("Type") if type_ is None or not type_.text else None
        text = attribute.strip() if attribute else ""
        if not text:
            return
        line = _line(element)
        if text.upper() in MAIL_TYPES:
            message = f"Protocol {text}: Type is an attribute; write it as an element."
            self._note("type-attribute", message, "Type", line)
            values["Type"] = Value(text, line)
        else:
            values["Type"] = Value(f"@{text}", line)

    def _note_protocol(self, protocol: Protocol, unknown: list[etree._Element], again: list[_Again]) -> None:
        type_ = protocol.type.upper()
        if type_ not in MAIL_TYPES:
            if type_ not in OTHER_TYPES:
                title = f"Protocol of Type {quoted(protocol.type)}" if type_ else "Protocol without Type"
                message = f"{title} is none of POP3, IMAP and SMTP; it was not used."
                self._note("type-unknown", message, "Type", protocol.line)
            return
        self._note_again(f"Protocol {protocol.type}", again)
        for element in unknown:
            name = _split(element.tag)[1][:LONGEST_NAME]
            if name.lower() in SCRIPT_ELEMENTS:
                continue
            message = f"Protocol {protocol.type}: element {quoted(name)} is not known; it was not used."
            self._note("element-unknown", message, name, _line(element))

    def _error(self, error: etree._Element) -> None:
        values: dict[str, Value] = {}
        self._contents("error", error, values)
        said = {name: value.text for name, value in values.items() if value.text}
        attributes = {_split(str(name))[1].lower(): str(value).strip() for name, value in error.items()}
        self.errors.append(
            ErrorReport(
                line=_line(error),
                error_code=said.get("ErrorCode") or attributes.get("errorcode") or attributes.get("code") or None,
                message=said.get("Message") or attributes.get("message") or (error.text or "").strip() or None,
            )
        )

    def _contents(
        self, place: Place, parent: etree._Element, values: dict[str, Value]
    ) -> tuple[list[tuple[str, etree._Element]], list[etree._Element], list[_Again]]:
        """Put texts of ``parent`` into ``values``; return what holds elements, what is unknown and what is repeated."""
        parts: list[tuple[str, etree._Element]] = []
        unknown: list[etree._Element] = []
        again: list[_Again] = []
        expected = BY_TAG[place]
        for child in parent:
            known = expected.get(child.tag) or self._resolve(place, child)
            if known is None:
                unknown.append(child)
            elif known.content == "elements":
                parts.append((known.name, child))
            elif known.name in values:
                again.append((known.name, child, values[known.name]))
            else:
                text = child.text
                values[known.name] = (
                    self._nested(known, child) if len(child) else Value(text.strip() if text else "", _line(child))
                )
        if place != "error":
            self._note_text(parent)
        return parts, unknown, again

    def _nested(self, known: Element, element: etree._Element) -> Value:
        """Return the value of an element with others inside: what a script printed there is none.

        Where a wrong value would do harm, its text is kept for the error that says so.
        """
        name, line = known.name, _line(element)
        first = _split(element[0].tag)[1]
        text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
        if known.place == "error":
            return Value(text, line)
        self._note(
            "element-nested",
            f"{name} holds other elements, {quoted(first)} first"
            + (f", with the text {quoted(text)} between them" if text else "")
            + "; it was not used.",
            name,
            line,
        )
        return Value(text if name in NEVER_GUESSED else "", line, first)

    def _known(self, place: Place, element: etree._Element) -> Element | None:
        return BY_TAG[place].get(element.tag) or self._resolve(place, element)

    def _resolve(self, place: Place, element: etree._Element) -> Element | None:
        """Find an element that is not written exactly as documented."""
        namespace, name = _split(element.tag)
        known = BY_NAME[place].get(name.lower())
        line = _line(element)
        if known is None:
            if name.lower() in SCRIPT_ELEMENTS:
                self._note_script_output(element)
            elif place in OUTSIDE_PROTOCOL and name.lower() in INSIDE_ACCOUNT:
                self._note("element-misplaced", f"{quoted(name)} does not belong here; it was not used.", name, line)
            return None
        if name != known.name:
            message = f"Element {quoted(name)} is written {known.name} in the documentation."
            self._note("element-case", message, known.name, line)
        if namespace not in namespaces(known) and namespace not in self._namespaces:
            self._namespaces.add(namespace)
            self._note(
                "namespace-unexpected",
                f"{known.name} is in {f'namespace {quoted(namespace)}' if namespace else 'no namespace'} "
                f"instead of {namespaces(known)[0]}.",
                known.name,
                line,
            )
        return known

    def _note_script_output(self, element: etree._Element) -> None:
        if self._told["script-output"]:
            return
        words = " ".join(" ".join(map(str, element.itertext())).split()) or " ".join((element.tail or "").split())
        self._note(
            "script-output",
            f"HTML stands between the elements of the response{f': {quoted(words)}' if words else ''}. It is what the "
            "server's script prints when it fails; correct the script.",
            None,
            _line(element),
        )

    def _note_text(self, parent: etree._Element) -> None:
        """Tell of text between elements, where none belongs: a script printed it, or a template left it."""
        if self._told["script-output"]:
            return
        for text, element in ((parent.text, parent), *((child.tail, child) for child in parent)):
            if text and not text.isspace() and len(parent):
                words = " ".join(text.split())
                self._note(
                    "script-output",
                    f"{quoted(words)} stands between the elements of the response. The server's script printed it, or "
                    "its template was not filled in; correct that.",
                    None,
                    _line(element),
                )
                return

    def _note_again(self, title: str, again: list[_Again]) -> None:
        for name, element, first in again:
            self._note(
                "element-duplicate",
                f"{title}: {name} stands here again; the first one, on line {first.line}, counts.",
                name,
                _line(element),
            )

    def _note(self, code: str, message: str, element: str | None, line: int) -> None:
        self._told[code] += 1
        if self._told[code] <= FINDINGS_OF_A_CODE:
            self.findings.append(Finding(code, message, element, line))
