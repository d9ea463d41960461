# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The bytes of a document in; a tree of elements with the lines of the document out, or an error that says why not.

The bytes are decoded here, once, and the parser sees UTF-8 only: no trick with encodings can hide a DOCTYPE from
the check and show it to the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from xml.parsers import expat

from ..findings import Finding
from ..libraries import etree
from ..limits import ANSWER_BYTES, ATTRIBUTES, TAGS
from ..wording import quoted
from .errors import (
    AnswerTooLargeError,
    DoctypeError,
    EmptyAnswerError,
    EncodingError,
    HtmlError,
    JsonError,
    NotWellFormedError,
    TooManyError,
    TruncatedError,
)

MAX_BYTES = ANSWER_BYTES

UTF_16 = "utf-16"

ENCODINGS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "utf-16": UTF_16,
    "utf-16le": UTF_16,
    "utf-16be": UTF_16,
    "unicode": UTF_16,
}
"""Encoding in a declaration, lower case → Python codec.

Bytes of UTF-16 tell that they are; where others declare it, they were made from a text that was UTF-16 in the memory of
its server (.NET's StringWriter does so), and are UTF-8.
"""

_MARKS: tuple[tuple[bytes, str | None, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", None, "UTF-32"),
    (b"\x00\x00\xfe\xff", None, "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
    (b"+/v", None, "UTF-7"),
    (b"\xdd\x73\x66\x73", None, "UTF-EBCDIC"),
)
"""Byte order marks: bytes, codec (null: not read), name."""

_FIRST_BYTES = {b"<\x00\x00\x00": "UTF-32", b"\x00\x00\x00<": "UTF-32", b"\x4c\x6f\xa7\x94": "EBCDIC"}
"""How ``<`` or ``<?xm`` look without a mark in what is not read (XML 1.0, appendix F)."""

_BLANK = " \t\r\n"
_NOT_BLANK = re.compile(r"[^ \t\r\n]|\Z")
_DECLARATION = re.compile(r"<\?xml(?=[ \t\r\n?])")
_DECLARED_ENCODING = re.compile(r"[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*([\"'])([^\"'<>]{0,100})\1")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_PARSER_ADVICE = re.compile(r", (?:line [0-9]|use XML_PARSE_)")
_HTML_NAMES = frozenset(
    ("html", "head", "body", "br", "b", "p", "div", "h1", "center", "script", "title", "meta", "font")
)
"""With these begins a web page, or what PHP prints when it fails."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read."""

    source: str
    root: etree._Element
    findings: tuple[Finding, ...]


def read_document(data: bytes | str, source: str, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a document.

    Args:
        data: the bytes as they came, or text that was decoded already, whatever encoding its declaration says.
        source: a path or an address, for messages.
        max_bytes: limit on the size of the document (of text: in UTF-8), which holds before anything else.

    Raises:
        PoxError: empty, too large, in an unknown encoding, with a DOCTYPE, HTML, JSON, truncated or not well-formed.
    """
    size = len(data)
    if size <= max_bytes < size * 4 and isinstance(data, str):
        size = len(data.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise AnswerTooLargeError(source, size, max_bytes)
    findings: list[Finding] = []
    text = data.removeprefix("\ufeff") if isinstance(data, str) else _decode(data, source, findings)
    text = _without_declaration(text, source, findings)
    _refuse_what_is_no_xml(text, source)
    for what, sign, most in (("tags", "<", TAGS), ("attributes", "=", ATTRIBUTES)):
        if text.count(sign) > most:
            raise TooManyError(source, text.count(sign), what, most)
    return Document(source, _parse(text, source), tuple(findings))


def _decode(data: bytes, source: str, findings: list[Finding]) -> str:
    by_bytes, mark = _codec_by_bytes(data, source)
    declared, line = _declared_encoding(data[mark : mark + 2048].decode(by_bytes or "latin-1", "replace"))
    known = ENCODINGS.get(declared.lower())
    if by_bytes is None and declared and known is None:
        raise EncodingError(source, f"the declaration says encoding {quoted(declared)}, which is not read.", line)
    codec = by_bytes or (known if known not in (None, UTF_16) else "utf-8")
    if declared and known != (UTF_16 if codec.startswith(UTF_16) else codec):
        findings.append(
            Finding(
                "encoding-contradiction",
                f"The declaration says encoding {quoted(declared)}, but the bytes are {codec.upper()}; read as that.",
                line=line,
            )
        )
    return _decoded(data[mark:], codec, source)


def _codec_by_bytes(data: bytes, source: str) -> tuple[str | None, int]:
    """Return the codec that the first bytes show, or null, and the length of the mark."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            if codec is None:
                raise EncodingError(source, f"the document is {name}, which is not read.")
            return codec, len(mark)
    start = data[:4]
    if start in _FIRST_BYTES:
        raise EncodingError(source, f"the document is {_FIRST_BYTES[start]}, which is not read.")
    if len(start) > 1 and start[0] and not start[1]:
        return "utf-16-le", 0
    if len(start) > 1 and not start[0] and start[1]:
        return "utf-16-be", 0
    return None, 0


def _declared_encoding(beginning: str) -> tuple[str, int]:
    """Return the encoding of the XML declaration as it is written, empty when there is none, and its line."""
    text = beginning.lstrip(_BLANK)
    found = _DECLARED_ENCODING.search(text.partition("?>")[0]) if _DECLARATION.match(text) else None
    line = beginning.count("\n", 0, len(beginning) - len(text)) + 1
    return found[2].strip() if found else "", line


def _decoded(body: bytes, codec: str, source: str) -> str:
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        line = body[: error.start].decode(codec, "replace").count("\n") + 1
        if error.reason in ("unexpected end of data", "truncated data"):
            raise TruncatedError(source, line) from None
        bad = body[error.start : error.start + 1].hex()
        raise EncodingError(source, f"byte 0x{bad} is no character in {codec.upper()}.", line) from None


def _without_declaration(text: str, source: str, findings: list[Finding]) -> str:
    """Return the text without XML declaration; its line breaks stay, so that lines can be counted."""
    start = len(text) - len(text.lstrip(_BLANK))
    if start == len(text):
        raise EmptyAnswerError(source)
    if not _DECLARATION.match(text, start):
        return text
    line = text.count("\n", 0, start) + 1
    if start:
        findings.append(
            Finding(
                "leading-whitespace",
                f"Blank characters stand before the XML declaration of line {line}, where XML forbids them.",
                line=line,
            )
        )
    end = text.find("?>", start)
    if end < 0:
        raise TruncatedError(source, text.count("\n") + 1)
    return "\n" * text.count("\n", 0, end) + text[end + 2 :]


def _refuse_what_is_no_xml(text: str, source: str) -> None:
    """Look at what stands before the root element, in one pass: the only place where a DOCTYPE can be."""
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise NotWellFormedError(source, "it holds the character U+0000", line)
    position = 0
    while True:
        position = _after_blanks(text, position)
        if text.startswith("<!--", position):
            end = text.find("-->", position + 4)
            position = end + 3
        elif text.startswith("<?", position):
            end = text.find("?>", position + 2)
            position = end + 2
        else:
            break
        if end < 0:
            raise TruncatedError(source, text.count("\n") + 1)
    line = text.count("\n", 0, position) + 1
    if text[position : position + 9].upper() == "<!DOCTYPE":
        name = _NAME.match(text, _after_blanks(text, position + 9))
        raise HtmlError(source, line) if name and name[0].lower() == "html" else DoctypeError(source, line)
    if position == len(text):
        raise TruncatedError(source, line)
    if text[position] in "{[":
        raise JsonError(source, line)
    if text[position] != "<":
        words = text[position : position + 81].partition("\n")[0]
        raise NotWellFormedError(source, f"it begins with {quoted(words)} instead of an element", line)
    name = _NAME.match(text, position + 1)
    if name and name[0].lower() in _HTML_NAMES:
        raise HtmlError(source, line)


def _after_blanks(text: str, position: int) -> int:
    found = _NOT_BLANK.search(text, position)
    return found.start() if found else len(text)


@cache
def _parser() -> etree.XMLParser:
    """Return the one parser of this process; lxml locks it, so threads may share it."""
    return etree.XMLParser(
        encoding="utf-8",  # whatever the document declares
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _parse(text: str, source: str) -> etree._Element:
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        bad = quoted(text[error.start])
        raise EncodingError(source, f"the text holds a part of a character, {bad}.", line) from None
    parser = _parser()
    try:
        root = etree.fromstring(encoded, parser)
    except etree.XMLSyntaxError as error:
        if _is_cut_off(encoded):
            raise TruncatedError(source, text.count("\n") + 1) from None
        problem = quoted(_PARSER_ADVICE.split(error.msg or "syntax error", maxsplit=1)[0], 160)
        hint = ". Write & as &amp;" if "EntityRef" in problem else ""
        raise NotWellFormedError(source, f"the parser says {problem}{hint}", error.lineno or 1) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeError(source, 1)
    return root


def _is_cut_off(encoded: bytes) -> bool:
    """Tell whether nothing is wrong with the text but its end: libxml2 does not tell that apart, expat does."""
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(encoded, False)
    except expat.ExpatError:
        return False
    try:
        parser.Parse(b"", True)
    except expat.ExpatError:
        return True
    return False
