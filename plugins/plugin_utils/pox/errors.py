# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What is wrong with an answer in; one error for each kind of answer that is no settings out.

Every message names the source and, where there is one, the line, and says what to do. Whatever comes
from the answer stands in it shortened and escaped, so that an answer cannot forge a line of a log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ..errors import AnswerError
from ..wording import listed, named, quoted
from .elements import OUTLOOK_NAMESPACE

ERROR_CODES: dict[str, str] = {
    "500": "the server does not know the address",
    "501": "the server has no settings for the address",
    "600": "the server did not accept the request",
    "601": "the server does not offer the kind of answer that was asked for",
    "602": "the address or the server's configuration is wrong",
    "603": "the server failed",
}
"""MS-OXDSCLI 2.2.4.1.1.3.2. Others are allowed, and sent."""

OTHER_ROOTS: dict[str, str] = {
    "clientconfig": "This is a Thunderbird autoconfig file; this collection reads what Outlook asks for,"
    " usually https://DOMAIN/autodiscover/autodiscover.xml.",
    "envelope": "This is a SOAP answer; ask for the plain XML (POX) at autodiscover.xml instead of autodiscover.svc.",
    "protocol": "A Protocol alone is no answer; put it into Autodiscover, Response and Account.",
    "account": "An Account alone is no answer; put it into Autodiscover and Response.",
    "response": "A Response alone is no answer; put it into Autodiscover.",
    "request": "It is what a client asks; give what the server answers.",
}
"""Name of a root element in lower case → what it is and what to do."""


class PoxError(AnswerError):
    """A document is not what can be read as settings. ``line`` is null when no line is to blame."""

    code: ClassVar[str] = "answer"

    def __init__(self, source: str, message: str, line: int | None = None) -> None:
        shown = named(source) if source.isprintable() else quoted(source, 200)
        super().__init__(f"{shown}: {message}" if line is None else f"{shown}: line {line}: {message}")
        self.source = source
        self.line = line


class EmptyAnswerError(PoxError):
    """There is nothing, or nothing but blanks."""

    code = "answer-empty"

    def __init__(self, source: str) -> None:
        super().__init__(source, "the document is empty. Check that the address or the path is right.")


class AnswerTooLargeError(PoxError):
    """There is more than the limit allows."""

    code = "answer-too-large"

    def __init__(self, source: str, size: int, max_bytes: int) -> None:
        super().__init__(
            source,
            f"the document has at least {size} bytes, more than the limit of {max_bytes}. "
            "Answers have a few kilobytes: check that this is one.",
        )
        self.size = size
        self.max_bytes = max_bytes


class TooManyError(PoxError):
    """There are more parts of one kind than the limit allows."""

    code = "too-many"

    def __init__(self, source: str, count: int, what: str, most: int) -> None:
        super().__init__(
            source,
            f"the document has {count} {what}, more than the limit of {most}. "
            "Answers have a few hundred at most: check that this is one.",
        )
        self.count = count
        self.most = most


class EncodingError(PoxError):
    """The characters cannot be told: an encoding that is not read, or bytes that do not fit it."""

    code = "encoding"

    def __init__(self, source: str, problem: str, line: int | None = None) -> None:
        super().__init__(source, f"{problem} Save the document as UTF-8.", line)


class CompressedError(PoxError):
    """Compressed bytes instead of text. ``how`` names the format, or is null when it cannot be told."""

    code = "compressed"

    def __init__(self, source: str, how: str | None) -> None:
        what = f"the document is compressed ({how})" if how else "the bytes are not text; they may be compressed"
        super().__init__(source, f"{what}. Fetch it with curl --compressed, or unpack it.")
        self.how = how


class SourceCodeError(PoxError):
    """The source code of a script, which the server sent instead of running it. ``mark`` is how it begins."""

    code = "source-code"

    def __init__(self, source: str, mark: str, line: int) -> None:
        language = "PHP" if mark.lower() in ("<?php", "<?=", "<?") else "a template or script"
        super().__init__(
            source,
            f"{quoted(mark)} is source code of {language}: the server sent its script instead of running it. "
            "Have the server run it, then fetch the response again.",
            line,
        )
        self.mark = mark


class DoctypeError(PoxError):
    """There is a DOCTYPE, with which entities come in."""

    code = "doctype"

    def __init__(self, source: str, line: int) -> None:
        super().__init__(
            source, "the document has a DOCTYPE, which is refused for safety. No answer needs one: take it out.", line
        )


class HtmlError(PoxError):
    """A web page instead of an answer, or what a script ``printed`` when it failed."""

    code = "html"

    def __init__(self, source: str, line: int, printed: str | None = None) -> None:
        problem = (
            "this is a web page (HTML), no Autodiscover answer. The server has probably no Autodiscover at this "
            "address, or wants a login first."
            if printed is None
            else f"this is no Autodiscover answer: the server's script failed and printed {quoted(printed, 160)}. "
            "Correct the script."
        )
        super().__init__(source, problem, line)
        self.printed = printed


class JsonError(PoxError):
    """JSON: what Autodiscover v2 sends, or what a server says in ``message``, where it ``refused`` the request."""

    code = "json"

    def __init__(self, source: str, line: int, message: str | None = None, *, refused: bool = False) -> None:
        if message is None:
            problem = (
                "this is JSON, not XML. Autodiscover v2 (autodiscover.json) has no mail settings: ask for "
                "autodiscover.xml."
            )
        else:
            problem = (
                f"this is JSON, not XML: the server {'refused the request and ' if refused else ''}says "
                f"{quoted(message, 200)}. Check the address, and that the request is a POST with an Autodiscover "
                "request in its body."
            )
        super().__init__(source, problem, line)
        self.message = message


class TruncatedError(PoxError):
    """A good beginning without its end."""

    code = "truncated"

    def __init__(self, source: str, line: int) -> None:
        super().__init__(
            source, "the document ends here, in the middle of the answer. Fetch the whole of it again.", line
        )


class NotWellFormedError(PoxError):
    """No XML, or XML with a mistake."""

    code = "not-well-formed"

    def __init__(self, source: str, problem: str, line: int) -> None:
        super().__init__(source, f"the document is not well-formed XML: {problem}. Correct it there.", line)


class NotAutodiscoverError(PoxError):
    """XML of another kind. ``root`` is the local name of the root element, or ``Request`` for what a client sends."""

    code = "not-autodiscover"

    def __init__(self, source: str, root: str, line: int) -> None:
        what = OTHER_ROOTS.get(root.lower(), "Check that the address or the path is right.")
        where = "Autodiscover holds" if root == "Request" else "the root element is"
        super().__init__(source, f"{where} {quoted(root)}, so this is no Autodiscover answer. {what}", line)
        self.root = root


class ActiveSyncError(PoxError):
    """An answer for ActiveSync instead of one with mail settings. ``reason`` is the server's, or null."""

    code = "active-sync"

    def __init__(self, source: str, line: int, reason: str | None = None) -> None:
        reported = f", and reports {quoted(reason)}" if reason else ""
        super().__init__(
            source,
            f"Response is an answer for ActiveSync{reported}; such answers are not used as mail settings. "
            f"Ask again with AcceptableResponseSchema {OUTLOOK_NAMESPACE}.",
            line,
        )
        self.reason = reason


class RedirectUrlError(PoxError):
    """The answer says to ask at another address, in ``url`` (empty when it does not say where)."""

    code = "redirect-url"

    def __init__(self, source: str, url: str, line: int) -> None:
        where = f"RedirectUrl is {quoted(url)}" if url else "Action is redirectUrl, but there is no RedirectUrl"
        what = "ask there" if url else "correct the answer"
        super().__init__(source, f"the answer holds no settings: {where}. If you trust it, {what}.", line)
        self.url = url


class RedirectAddrError(PoxError):
    """The answer says to ask with another e-mail address, in ``address`` (empty when it does not say with which)."""

    code = "redirect-addr"

    def __init__(self, source: str, address: str, line: int) -> None:
        with_what = (
            f"RedirectAddr is {quoted(address)}" if address else "Action is redirectAddr, but there is no RedirectAddr"
        )
        what = "ask with that e-mail address" if address else "correct the answer"
        super().__init__(source, f"the answer holds no settings: {with_what}. If you trust it, {what}.", line)
        self.address = address


class ServerError(PoxError):
    """The answer is an Error. ``error_code`` and ``message`` are the server's, null when it gives none."""

    code = "error-answer"

    def __init__(self, source: str, error_code: str | None, message: str | None, line: int) -> None:
        said = [f"ErrorCode {quoted(error_code)}"] if error_code else []
        said += [f"Message {quoted(message)}"] if message else []
        means = ERROR_CODES.get(error_code or "")
        super().__init__(
            source,
            f"the server answers with an Error{': ' if said else ''}{listed(said)}{f' ({means})' if means else ''}. "
            "Ask for an address that it knows, or ask its administrator.",
            line,
        )
        self.error_code = error_code
        self.message = message


class NoAccountError(PoxError):
    """An answer without any Account."""

    code = "no-account"

    def __init__(self, source: str, line: int) -> None:
        super().__init__(
            source, "Autodiscover holds no Account, so there are no settings. Check the server's answer.", line
        )


class NoMailProtocolError(PoxError):
    """Accounts without a Protocol for mail. ``types`` are those that are there instead."""

    code = "no-mail-protocol"

    def __init__(self, source: str, types: Iterable[str], line: int) -> None:
        self.types = tuple(types)
        shown = [quoted(type_, 40) if type_ else "none" for type_ in self.types[:8]] + (
            ["more"] if len(self.types) > 8 else []
        )
        found = f"only Protocols of Type {listed(shown)}" if shown else "no Protocol"
        super().__init__(
            source,
            f"Account holds {found}; settings need POP3, IMAP or SMTP. "
            "Ask the server's administrator whether it offers one.",
            line,
        )
