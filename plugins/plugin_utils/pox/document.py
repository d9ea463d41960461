# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The bytes of a document in; a tree of elements with the lines of the document out, or an error that says why not.

The bytes are decoded here, once, and the parser sees UTF-8 only: no trick with encodings can hide a DOCTYPE from
the check and show it to the parser.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from xml.parsers import expat

from ..findings import Finding
from ..libraries import etree
from ..limits import ANSWER_BYTES, ATTRIBUTES, TAGS
from ..wording import quoted
from .charsets import ENCODINGS, UTF_16
from .errors import (
    AnswerTooLargeError,
    CompressedError,
    DoctypeError,
    EmptyAnswerError,
    EncodingError,
    HtmlError,
    JsonError,
    NotWellFormedError,
    SourceCodeError,
    TooManyError,
    TruncatedError,
)
from .script_output import SCRIPT_ELEMENTS, script_message

MAX_BYTES = ANSWER_BYTES

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

_MARKS_AS_TEXT = ("\ufeff", "\xef\xbb\xbf")
"""A byte order mark in the middle, and one that was taken for Latin-1."""

_COMPRESSED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x78\x01", "deflate"),
    (b"\x78\x9c", "deflate"),
    (b"\x78\xda", "deflate"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "zip"),
)
"""First bytes of compressed documents: RFC 1952, RFC 1950, RFC 8878 and the formats of files."""

_FIRST_BYTES = {b"<\x00\x00\x00": "UTF-32", b"\x00\x00\x00<": "UTF-32", b"\x4c\x6f\xa7\x94": "EBCDIC"}
"""How ``<`` or ``<?xm`` look without a mark in what is not read (XML 1.0, appendix F)."""

_BLANK = " \t\r\n"
_NOT_BLANK = re.compile(r"[^ \t\r\n]|\Z")
_DECLARATION = re.compile(r"<\?xml(?=[ \t\r\n?])")
_DECLARED_ENCODING = re.compile(r"[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*([\"'])([^\"'<>]{0,100})\1")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_PARSER_ADVICE = re.compile(r", (?:line [0-9]|use XML_PARSE_)")
_PAGE_NAMES = frozenset(
    (
        *("html", "head", "body", "div", "h1", "center", "script", "title", "meta"),
        *("form", "iframe", "img", "link", "noscript", "span", "style", "svg"),
    )
)
_HTML_NAMES = _PAGE_NAMES | SCRIPT_ELEMENTS
"""With these begins a web page, or what PHP prints when it fails."""
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TEMPLATES = ("{{", "{%", "{#")
_SOURCE_CODE = re.compile(r"<\?(?:php\b|=|(?=[\s]))|<%", re.I)
"""Source code of PHP, and of ASP, JSP, ERB and EJS. None of it can stand in XML."""
_SOURCE_CODE_OR_COMMENT = re.compile(rf"<!--|{_SOURCE_CODE.pattern}", re.I)
_RESPONSE = re.compile(r"<\?xml\s|<(?:[\w-]+:)?Autodiscover[\s/>]", re.I)
_TAG = re.compile(r"<[^<>]*>")
_JSON_MESSAGES = ("detail", "error", "error_description", "errors", "errormessage", "message", "msg", "reason")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read."""

    source: str
    root: etree._Element
    findings: tuple[Finding, ...]
    may_redirect: bool = True
    """Whether the word *redirect* is in it; where it is not, nobody has to look for the elements."""


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
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
        if text[:1] == "\x1f":
            raise CompressedError(source, "gzip")
    else:
        text = _decode(data, source, findings)
    text = _without_declaration(text, source, findings)
    _refuse_what_is_no_xml(text, source)
    for what, sign, most in (("tags", "<", TAGS), ("attributes", "=", ATTRIBUTES)):
        if text.count(sign) > most:
            raise TooManyError(source, text.count(sign), what, most)
    return Document(source, _parse(text, source), tuple(findings), "redirect" in text.lower())


def _decode(data: bytes, source: str, findings: list[Finding]) -> str:
    for mark, how in _COMPRESSED:
        if data.startswith(mark):
            raise CompressedError(source, how)
    by_bytes, length = _codec_by_bytes(data, source)
    declared, line = _declared_encoding(data[length : length + 2048].decode(by_bytes or "latin-1", "replace"))
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
    return _decoded(data[length:], codec, source)


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
        if codec == "utf-8" and body.lstrip()[:1] != b"<":
            if _CONTROL_BYTES.search(body):
                raise CompressedError(source, None) from None
            # No XML, and what it says instead is told; no more hangs on the encoding.
            return body.decode("latin-1")
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
        line = _line(text, text.index("\x00"))
        raise NotWellFormedError(source, "it holds the character U+0000", line)
    position = 0
    while True:
        position = _after_blanks(text, position)
        if text.startswith("<!--", position):
            end = text.find("-->", position + 4)
            position = end + 3
        elif text.startswith("<?", position) and not _SOURCE_CODE.match(text, position):
            end = text.find("?>", position + 2)
            position = end + 2
        else:
            break
        if end < 0:
            raise TruncatedError(source, text.count("\n") + 1)
    line = _line(text, position)
    name = _NAME.match(text, position + 1) if text.startswith("<", position) else None
    is_html = name is not None and name[0].lower() in _HTML_NAMES
    if text[position : position + 9].upper() == "<!DOCTYPE":
        name = _NAME.match(text, _after_blanks(text, position + 9))
        is_html = name is not None and name[0].lower() == "html"
        if not is_html:
            raise DoctypeError(source, line)
    if not is_html:
        _refuse_source_code(text, source)
    if position == len(text):
        raise TruncatedError(source, line)
    if text.startswith(_MARKS_AS_TEXT, position):
        raise NotWellFormedError(
            source,
            "a byte order mark (U+FEFF) stands in the middle of it: a file that the server's script is made of begins "
            "with one. Save that file without",
            line,
        )
    if is_html or text[position] != "<":
        _refuse_what_stands_before(text, position, source)
    if text[position] in '{["':
        _refuse_json(text[position:], source, line)
    if text[position] != "<":
        words = text[position : position + 81].partition("\n")[0]
        raise NotWellFormedError(source, f"it begins with {quoted(words)} instead of an element", line)
    if is_html:
        printed = _printed(text) if name is not None and name[0].lower() in SCRIPT_ELEMENTS else None
        raise HtmlError(source, line, printed[0] if printed is not None else None)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _refuse_source_code(text: str, source: str) -> None:
    """Refuse what a server sends that does not run its script; in a comment it does no harm."""
    if "<?" not in text and "<%" not in text:
        return
    position = 0
    while True:
        found = _SOURCE_CODE_OR_COMMENT.search(text, position)
        if found is None:
            return
        if found[0] != "<!--":
            raise SourceCodeError(source, found[0].strip(), _line(text, found.start()))
        position = text.find("-->", found.end())
        if position < 0:
            return


def _refuse_what_stands_before(text: str, position: int, source: str) -> None:
    """Refuse a response before which there is something else, and say what."""
    response = _RESPONSE.search(text, position)
    if response is None:
        return
    before = text[position : response.start()]
    words = " ".join(_TAG.sub(" ", before[:2000]).split()) or before[:80]
    where = _line(text, response.start())
    if before.startswith("HTTP/"):
        problem = f"the headers of HTTP stand before the response, which begins on line {where}. Save it without them"
    elif script_message(before):
        problem = f"the server's script printed {quoted(words, 160)} before the response, which begins on line {where}"
    else:
        problem = f"{quoted(words)} stands before the response, which begins on line {where}"
    raise NotWellFormedError(source, problem, _line(text, position))


def _refuse_json(text: str, source: str, line: int) -> None:
    """Refuse JSON, and a template of which the marks look like it; a beginning that is neither goes on."""
    if text.startswith(_TEMPLATES):
        raise SourceCodeError(source, text[:2], line)
    try:
        body = json.loads(text)
    except RecursionError:
        body = None
    except ValueError:
        return
    if isinstance(body, dict):
        if {str(name).lower() for name in body} & {"protocol", "url"}:
            raise JsonError(source, line)
        for name, value in body.items():
            if name.lower() in _JSON_MESSAGES and value:
                said = value if isinstance(value, str) else json.dumps(value)
                raise JsonError(source, line, said, refused=True)
    raise JsonError(source, line, body if isinstance(body, str) else text.strip())


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
        hint = ". Write & as &amp;" if "EntityRef" in problem else _what_stands_inside(text)
        raise NotWellFormedError(source, f"the parser says {problem}{hint}", error.lineno or 1) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeError(source, 1)
    return root


def _what_stands_inside(text: str) -> str:
    """Return the words for what a script put inside of the response, if it did."""
    printed = _printed(text)
    if printed is not None:
        return f". The server's script printed {quoted(printed[0], 160)} on line {printed[1]}"
    mark = text.find("\ufeff")
    return f". A byte order mark (U+FEFF) stands on line {_line(text, mark)}" if mark >= 0 else ""


def _printed(text: str) -> tuple[str, int] | None:
    """Return the message that a script printed into ``text`` and its line, or null."""
    found = script_message(text)
    if found is None:
        return None
    start = text.rfind("\n", 0, found.start()) + 1
    words = " ".join(_TAG.sub(" ", text[start : start + 1000].partition("\n")[0]).split())
    return (words, _line(text, start)) if words else None


def _is_cut_off(encoded: bytes) -> bool:
    """Tell whether nothing is wrong but that the root element has no end: libxml2 does not tell that apart."""
    parser = expat.ParserCreate("utf-8")
    open_elements: list[str] = []
    closed: list[str] = []

    def close(name: str) -> None:
        open_elements.pop()
        if not open_elements:
            closed.append(name)

    parser.StartElementHandler = lambda name, _attributes: open_elements.append(name)
    parser.EndElementHandler = close
    try:
        parser.Parse(encoded, False)
    except expat.ExpatError:
        return False
    try:
        parser.Parse(b"", True)
    except expat.ExpatError:
        return not closed
    return False
