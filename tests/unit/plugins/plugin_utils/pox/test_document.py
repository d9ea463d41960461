# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import bz2
import gzip
import lzma
import time
import zlib
from pathlib import Path

import pytest
from lxml import etree

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox import document as document_module
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.document import MAX_BYTES, read_document
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.errors import (
    AnswerTooLargeError,
    CompressedError,
    DoctypeError,
    EmptyAnswerError,
    EncodingError,
    HtmlError,
    JsonError,
    NotWellFormedError,
    PoxError,
    SourceCodeError,
    TruncatedError,
)

DECLARED = '<?xml version="1.0" encoding="{}"?>\n<a>\xe9</a>'
DOCTYPE = '<!DOCTYPE a [<!ENTITY e "boo">]>'

DECODED = {
    "UTF-8": ("<a>é</a>".encode(), "é"),
    "UTF-8, declared": (DECLARED.format("UTF-8").encode(), "é"),
    "UTF-8 with mark": (DECLARED.format("utf-8").encode("utf-8-sig"), "é"),
    "UTF-16LE with mark": (b"\xff\xfe" + DECLARED.format("utf-16").encode("utf-16-le"), "é"),
    "UTF-16BE with mark": (b"\xfe\xff" + DECLARED.format("utf-16").encode("utf-16-be"), "é"),
    "UTF-16LE without mark": (DECLARED.format("utf-16").encode("utf-16-le"), "é"),
    "UTF-16BE without mark": (DECLARED.format("utf-16").encode("utf-16-be"), "é"),
    "UTF-16BE without mark, blank line first": ("\n<a>é</a>".encode("utf-16-be"), "é"),
    "ISO-8859-1": (DECLARED.format("ISO-8859-1").encode("latin-1"), "é"),
    "ISO-8859-1, single quotes": (b"<?xml version='1.0' encoding = 'iso-8859-1' ?><a>\xe9</a>", "é"),
    "US-ASCII": (b'<?xml version="1.0" encoding="us-ascii"?><a>e</a>', "e"),
    "windows-1252": (b'<?xml version="1.0" encoding="Windows-1252"?><a>\x80</a>', "€"),
    "ISO-8859-15": (b'<?xml version="1.0" encoding="iso-8859-15"?><a>\xa4</a>', "€"),
    "standalone": (b'<?xml version="1.0" standalone="yes"?><a>e</a>', "e"),
    "text": ("<a>é</a>", "é"),
    "text with mark": ("\ufeff<a>é</a>", "é"),
    "text that declares what it is not": (DECLARED.format("us-ascii"), "é"),
    "text that declares what nobody knows": (DECLARED.format("klingon"), "é"),
    "comment, PI, CDATA": ("<!-- x --><?pi y?><a>e<!-- z --><?pi?><![CDATA[é<b>]]></a><!-- end -->", "eé<b>"),
    "DOCTYPE in a comment": (f"<!-- {DOCTYPE} --><a>e<!-- {DOCTYPE} --></a>", "e"),
    "DOCTYPE in CDATA": (f"<a><![CDATA[{DOCTYPE}]]></a>", DOCTYPE),
    "DOCTYPE in a PI": ("<?p <!DOCTYPE a>?><a>e</a>", "e"),
    "PHP in a comment": ("<!-- <?php echo 1 ?> --><a>e<!-- <%= x %> --></a>", "e"),
    "XML 1.1": ('<?xml version="1.1"?><a>e</a>', "e"),
}


@pytest.mark.parametrize(("data", "text"), DECODED.values(), ids=DECODED)
def test_decoded(data: bytes | str, text: str) -> None:
    document = read_document(data, "answer.xml")
    assert document.root.text == text
    assert document.findings == ()
    assert document.source == "answer.xml"


CONTRADICTIONS = {
    "UTF-8 that declares UTF-16": (DECLARED.format("utf-16").encode(), "utf-16", "UTF-8"),
    "mark of UTF-8, declares ISO-8859-1": (DECLARED.format("iso-8859-1").encode("utf-8-sig"), "iso-8859-1", "UTF-8"),
    "mark of UTF-8, declares UTF-7": (DECLARED.format("utf-7").encode("utf-8-sig"), "utf-7", "UTF-8"),
    "UTF-16 that declares UTF-8": (DECLARED.format("utf-8").encode("utf-16"), "utf-8", "UTF-16"),
}


@pytest.mark.parametrize(("data", "declared", "read_as"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_bytes_win_over_declaration(data: bytes, declared: str, read_as: str) -> None:
    document = read_document(data, "answer.xml")
    assert document.root.text == "é"
    (finding,) = document.findings
    assert (finding.code, finding.line) == ("encoding-contradiction", 1)
    assert f'"{declared}"' in finding.message
    assert read_as in finding.message


LINES = {
    "plain": ("<a>\n<b/></a>", 2, []),
    "declaration on its own line": ('<?xml version="1.0"?>\n<a>\n<b/></a>', 3, []),
    "declaration over three lines": ('<?xml\nversion="1.0"\n?><a>\n<b/></a>', 4, []),
    "blank lines before the declaration": ('\n \r\n\t<?xml version="1.0"?>\n<a>\n<b/></a>', 5, [3]),
    "one blank": (' <?xml version="1.0"?><a><b/></a>', 1, [1]),
    "blank lines without declaration": ("\n\n<a>\n<b/></a>", 4, []),
    "mark, then a blank line": ('\ufeff\n<?xml version="1.0"?><a><b/></a>', 2, [2]),
    "comment over two lines": ("<!--\n--><a><b/></a>", 2, []),
    "beyond 65535": ("<a>" + "\n" * 70_000 + "<b/></a>", 70_001, []),
}


@pytest.mark.parametrize(("text", "line", "leading"), LINES.values(), ids=LINES)
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16"])
def test_lines(text: str, line: int, leading: list[int], encoding: str | None) -> None:
    data = text if encoding is None else text.removeprefix("\ufeff").encode(encoding)
    document = read_document(data, "answer.xml")
    assert [element.sourceline for element in document.root] == [line]
    assert [finding.line for finding in document.findings if finding.code == "leading-whitespace"] == leading


def test_leading_whitespace_in_bytes_with_declared_encoding() -> None:
    document = read_document(b"\n\n" + DECLARED.format("iso-8859-1").encode("latin-1"), "answer.xml")
    assert document.root.text == "é"
    assert [(finding.code, finding.line) for finding in document.findings] == [("leading-whitespace", 3)]


REFUSED = {
    "nothing": (b"", EmptyAnswerError, None, "is empty"),
    "no text": ("", EmptyAnswerError, None, "is empty"),
    "blanks": (b" \r\n\t", EmptyAnswerError, None, "is empty"),
    "only a mark": (b"\xef\xbb\xbf", EmptyAnswerError, None, "is empty"),
    "blanks in UTF-16": ("\n ".encode("utf-16"), EmptyAnswerError, None, "is empty"),
    "unknown encoding": (DECLARED.format("klingon").encode(), EncodingError, 1, '"klingon"'),
    "no text codec": (DECLARED.format("rot13").encode(), EncodingError, 1, '"rot13"'),
    "empty name of encoding is none": (b'<?xml version="1.0" encoding=""?><a', TruncatedError, 1, "ends here"),
    "encoding that forges": (DECLARED.format("\x1b[31m").encode(), EncodingError, 1, r'"\x1b[31m"'),
    "UTF-7": (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', EncodingError, 1, '"utf-7"'),
    "UTF-7 with mark": (b"+/v8-<a/>", EncodingError, None, "UTF-7"),
    "UTF-32": ("<a/>".encode("utf-32"), EncodingError, None, "UTF-32"),
    "UTF-32BE without mark": ("<a/>".encode("utf-32-be"), EncodingError, None, "UTF-32"),
    "UTF-32LE without mark": ("<a/>".encode("utf-32-le"), EncodingError, None, "UTF-32"),
    "EBCDIC": (f'<?xml version="1.0" encoding="cp037"?>{DOCTYPE}<a/>'.encode("cp037"), EncodingError, None, "EBCDIC"),
    "Latin-1 undeclared": (b"<a>\n\xe9</a>", EncodingError, 2, "0xe9"),
    "ASCII with more": (b'<?xml version="1.0" encoding="us-ascii"?>\n<a>\xe9</a>', EncodingError, 2, "0xe9"),
    "hole of windows-1252": (b'<?xml version="1.0" encoding="cp1252"?><a>\x81</a>', EncodingError, 1, "0x81"),
    "half a character": ("<a>\n\udc80</a>", EncodingError, 2, r'"\udc80"'),
    "DOCTYPE": (DOCTYPE + "<a>&e;</a>", DoctypeError, 1, "take it out"),
    "DOCTYPE on line 3": (f"\n<!-- c -->\n{DOCTYPE}<a/>", DoctypeError, 3, "take it out"),
    "DOCTYPE in small letters": ("<!doctype a><a/>", DoctypeError, 1, "take it out"),
    "DOCTYPE after comment and PI": (f"<!-- > --><?p >?>{DOCTYPE}<a/>", DoctypeError, 1, "take it out"),
    "DOCTYPE after the shortest comment": (f"<!---->{DOCTYPE}<a/>", DoctypeError, 1, "take it out"),
    "DOCTYPE after declaration and blank line": (
        f'\n<?xml version="1.0"?>\n{DOCTYPE}<a/>',
        DoctypeError,
        3,
        "take it out",
    ),
    "DOCTYPE without end": ("<!DOCTYPE a [", DoctypeError, 1, "take it out"),
    "DOCTYPE in UTF-16": ((DOCTYPE + "<a/>").encode("utf-16"), DoctypeError, 1, "take it out"),
    "DOCTYPE in UTF-16LE without mark": ((DOCTYPE + "<a/>").encode("utf-16-le"), DoctypeError, 1, "take it out"),
    "DOCTYPE in UTF-16BE, declared UTF-8": (
        ('<?xml version="1.0" encoding="utf-8"?>' + DOCTYPE + "<a/>").encode("utf-16-be"),
        DoctypeError,
        1,
        "take it out",
    ),
    "web page": ("<!DOCTYPE html><html><body>404</body></html>", HtmlError, 1, "web page"),
    "web page in capitals": ("\n\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>", HtmlError, 3, "web page"),
    "web page without DOCTYPE": ("<HTML><head></head></html>", HtmlError, 1, "web page"),
    "XHTML": ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', HtmlError, 1, "web page"),
    "web page without its head": ("<iframe src=x></iframe>", HtmlError, 1, "web page"),
    "web page that warns": ("<html><body>\nWarning: we use cookies</body></html>", HtmlError, 1, "web page"),
    "warning of PHP": (
        "<br />\n<b>Warning</b>: boo in index.php<br />\n<?xml?><a/>",
        HtmlError,
        1,
        'the server\'s script failed and printed "Warning : boo in index.php". Correct the script',
    ),
    "a dump of PHP first": (
        "<pre>array(0) {}</pre>\n<?xml version='1.0'?><a/>",
        NotWellFormedError,
        1,
        '"array(0) {}" stands before the response, which begins on line 2',
    ),
    "words in Latin-1": ("Accès refusé".encode("latin-1"), NotWellFormedError, 1, '"Accès refusé" instead'),
    "a mark taken for Latin-1": ("\xef\xbb\xbf<a/>", NotWellFormedError, 1, "a byte order mark (U+FEFF) stands in the"),
    "a mark at the end": (
        "<a/>\n\ufeff",
        NotWellFormedError,
        2,
        'document". A byte order mark (U+FEFF) stands on line 2',
    ),
    "a quotation mark after the end": ('<a/>\n";', NotWellFormedError, 2, "Extra content"),
    "a template of Jinja": ("{% if mail %}", SourceCodeError, 1, '"{%" is source code of a template or script'),
    "a template of Go": ("{{ .Body }}", SourceCodeError, 1, '"{{" is source code of a template or script'),
    "a line of a log": ("[error] no user", NotWellFormedError, 1, '"[error] no user" instead of an element'),
    "JSON": ('{"Protocol": "AutodiscoverV1"}', JsonError, 1, "JSON"),
    "JSON list": ("\n[1]", JsonError, 2, 'not XML: the server says "[1]". Check the address'),
    "JSON that says nothing known": ('{"ok": false}', JsonError, 1, r'the server says "{\"ok\": false}". Check the'),
    "Autodiscover v2 in small letters": ('{"url": "https://example.org/ews"}', JsonError, 1, "Autodiscover v2"),
    "deep JSON": ("[" * 100_000, JsonError, 1, "JSON"),
    "words": ("Not found\n", NotWellFormedError, 1, '"Not found" instead of an element'),
    "words that forge": ("a\x1b\rb\nc", NotWellFormedError, 1, r'"a\x1b\rb" instead'),
    "long words": ("x" * 1000, NotWellFormedError, 1, f'"{"x" * 80}..." instead'),
    "two marks": ("\ufeff\ufeff<a/>", NotWellFormedError, 1, "a byte order mark (U+FEFF) stands in the middle"),
    "mark after a blank line": (b"\r\n\xef\xbb\xbf<?xml version='1.0'?><a/>", NotWellFormedError, 2, "order mark"),
    "mark after the declaration": (
        b"<?xml version='1.0'?>\n\xef\xbb\xbf<a/>",
        NotWellFormedError,
        2,
        "Save that file without. Correct it there.",
    ),
    "mark after a comment": ("<!-- a -->\ufeff<a/>", NotWellFormedError, 1, "order mark"),
    "gzip": (gzip.compress(b"<a/>"), CompressedError, None, "compressed (gzip). Fetch it with curl --compressed"),
    "gzip that was decoded": (
        gzip.compress(b"<a/>").decode("utf-8", "replace"),
        CompressedError,
        None,
        "compressed (gzip)",
    ),
    "deflate": (zlib.compress(b"<a/>" * 9), CompressedError, None, "compressed (deflate)"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\x00", CompressedError, None, "compressed (zstd)"),
    "bzip2": (bz2.compress(b"<a/>"), CompressedError, None, "compressed (bzip2)"),
    "xz": (lzma.compress(b"<a/>"), CompressedError, None, "compressed (xz)"),
    "zip": (b"PK\x03\x04\x14", CompressedError, None, "compressed (zip)"),
    "brotli has no mark": (b"\x1b\x1e\xf8\x45\xa5\xc0", CompressedError, None, "not text; they may be compressed"),
    "PHP first": ("<?php $a = 1; ?>\n<?xml version='1.0'?><a/>", SourceCodeError, 1, '"<?php" is source code of PHP'),
    "PHP in a value": ("<a>\n<?= $mail ?></a>", SourceCodeError, 2, '"<?=" is source code of PHP'),
    "PHP with short tags": ("<a>\n\n<? echo $mail; ?></a>", SourceCodeError, 3, '"<?" is source code of PHP'),
    "PHP in capitals": ("<a><?PHP echo 1 ?></a>", SourceCodeError, 1, '"<?PHP"'),
    "PHP in CDATA": ("<a><![CDATA[<?php echo 1 ?>]]></a>", SourceCodeError, 1, '"<?php"'),
    "PHP behind a comment": ("<!-- <?php a ?> --><a><!----><?php b ?></a>", SourceCodeError, 1, '"<?php"'),
    "ASP": ("<a><%= mail %></a>", SourceCodeError, 1, '"<%" is source code of a template or script'),
    "JSP first": ('<%@ page contentType="text/xml" %><a/>', SourceCodeError, 1, '"<%"'),
    "a warning of PHP first": (
        "<br />\n<b>Warning</b>:  Undefined array key 1 in <b>a.php</b> on line <b>12</b><br />\n"
        "<?xml version='1.0'?><a/>",
        NotWellFormedError,
        1,
        'the server\'s script printed "Warning : Undefined array key 1 in a.php on line 12" before the response, which '
        "begins on line 3. Correct it there.",
    ),
    "a warning of PHP in plain text": (
        "\nNotice: Undefined index: x in a.php on line 3\n<Autodiscover/>",
        NotWellFormedError,
        2,
        'printed "Notice: Undefined index: x in a.php on line 3" before the response, which begins on line 3',
    ),
    "headers of HTTP": (
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<?xml version='1.0'?><a/>",
        NotWellFormedError,
        1,
        "the headers of HTTP stand before the response, which begins on line 4. Save it without them",
    ),
    "the size of a chunk": (
        "4f2\r\n<?xml version='1.0'?><a/>",
        NotWellFormedError,
        1,
        '"4f2" stands before the response',
    ),
    "a warning inside": (
        "<a>\n<br />\n<b>Warning</b>: x() failed in <b>a.php</b><br>\n</a>",
        NotWellFormedError,
        4,
        'The server\'s script printed "Warning : x() failed in a.php" on line 3. Correct it there',
    ),
    "an attribute is no warning": (
        '<a>\n<Error xmlns="x:y" Time="12:00">&x</Error></a>',
        NotWellFormedError,
        2,
        "amp;",
    ),
    "an error in JSON": (
        '{"detail": "Method Not Allowed"}',
        JsonError,
        1,
        'the server refused the request and says "Method Not Allowed". Check the address, and that the request is a ',
    ),
    "an error in an object in JSON": ('{"error": {"code": 405}}', JsonError, 1, r'says "{\"code\": 405}"'),
    "a text in JSON": ('"no such user"', JsonError, 1, 'says "no such user"'),
    "Autodiscover v2": ('{"Protocol": "EWS", "Url": "https://example.org/ews"}', JsonError, 1, "Autodiscover v2"),
    "a quotation mark": ('"a', NotWellFormedError, 1, r'begins with "\"a" instead'),
    "only a comment": ("<!-- a -->\n", TruncatedError, 2, "ends here"),
    "only a declaration": (b'<?xml version="1.0"?>', TruncatedError, 1, "ends here"),
    "NUL": (b"<a>\n\x00</a>", NotWellFormedError, 2, "U+0000"),
    "NUL after the end": (b"<a/>\n\x00<b>", NotWellFormedError, 2, "U+0000"),
    "control character": (b"<a>\n\x01</a>", NotWellFormedError, 2, "PCDATA"),
    "mismatch": ("<a>\n<b></c></a>", NotWellFormedError, 2, "mismatch"),
    "ampersand": ("<a>\nb & c</a>", NotWellFormedError, 2, "&amp;"),
    "undeclared entity": ("<a>\n&e;</a>", NotWellFormedError, 2, "'e' not defined"),
    "unbound prefix": ("<a>\n<b:c/></a>", NotWellFormedError, 2, "prefix b"),
    "twice the attribute": ("<a>\n<b c='1' c='2'/></a>", NotWellFormedError, 2, "redefined"),
    "two roots": ("<a/>\n<b/>", NotWellFormedError, 2, "Extra content"),
    "declaration after a comment": ('<!-- c -->\n<?xml version="1.0"?><a/>', NotWellFormedError, 2, "declaration"),
    "too deep": ("<a>" * 300 + "</a>" * 300, NotWellFormedError, 1, "depth"),
    "root cut off": ("<a>\n<b>", TruncatedError, 2, "ends here"),
    "tag cut off": ("<a>\n<b", TruncatedError, 2, "ends here"),
    "attribute cut off": ("<a>\n<b c='1", TruncatedError, 2, "ends here"),
    "comment cut off": ("<!--\n", TruncatedError, 2, "ends here"),
    "comment inside cut off": ("<a>\n<!-- ", TruncatedError, 2, "ends here"),
    "CDATA cut off": ("<a>\n<![CDATA[ ]]", TruncatedError, 2, "ends here"),
    "PI cut off": ("<?p\n", TruncatedError, 2, "ends here"),
    "declaration cut off": ('\n<?xml version="1.0"', TruncatedError, 2, "ends here"),
    "character cut off": ("<a>\né".encode()[:-1], TruncatedError, 2, "ends here"),
    "character of UTF-16 cut off": ("<a>\né".encode("utf-16")[:-1], TruncatedError, 2, "ends here"),
}


@pytest.mark.parametrize(("data", "error", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes | str, error: type[PoxError], line: int | None, words: str) -> None:
    with pytest.raises(PoxError) as caught:
        read_document(data, "answer.xml")
    assert caught.type is error
    assert caught.value.line == line
    message = str(caught.value)
    assert message.startswith("answer.xml: " if line is None else f"answer.xml: line {line}: ")
    assert words in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "data", [b"<a/>" + b" " * 7, "<a/>" + " " * 7, "<a>éé</a>"], ids=["bytes", "text", "UTF-8 counts"]
)
def test_limit(data: bytes | str) -> None:
    size = len(data.encode() if isinstance(data, str) else data)
    assert read_document(data, "answer.xml", max_bytes=size).root.tag == "a"
    with pytest.raises(AnswerTooLargeError, match=f"{size} bytes, more than the limit of {size - 1}") as caught:
        read_document(data, "answer.xml", max_bytes=size - 1)
    assert (caught.value.size, caught.value.max_bytes) == (size, size - 1)


def test_limit_by_default_is_a_mebibyte() -> None:
    assert MAX_BYTES == 1024 * 1024
    read_document(b"<a/>" + b" " * (MAX_BYTES - 4), "answer.xml")
    with pytest.raises(AnswerTooLargeError):
        read_document(b"<a/>" + b" " * (MAX_BYTES - 3), "answer.xml")


def test_limit_holds_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "_decode", None)
    with pytest.raises(AnswerTooLargeError):
        read_document(b"\xff" * 10_000_000, "answer.xml")


def test_doctype_that_hides_from_the_scan_is_refused_after_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "_refuse_what_is_no_xml", lambda *_arguments: None)
    with pytest.raises(DoctypeError):
        read_document(DOCTYPE + "<a/>", "answer.xml")


def test_parser_alone_expands_nothing_loads_nothing_and_reads_utf_8(tmp_path: Path) -> None:
    """Were both checks for a DOCTYPE passed by, nothing would come of it either."""
    (tmp_path / "file").write_text("sesame")
    uri = (tmp_path / "file").as_uri()
    text = f'<!DOCTYPE a [<!ENTITY i "boo"><!ENTITY x SYSTEM "{uri}"><!ATTLIST a b CDATA "c">]><a>1&i;2&x;3</a>'
    root = etree.fromstring(text.encode(), document_module._parser())
    assert etree.tostring(root) == b"<a>1&i;2&x;3</a>"
    declared = etree.fromstring(
        b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xc3\xa9</a>', document_module._parser()
    )
    assert declared.text == "é"


HOSTILE = {
    "comments in the prolog": b"<!---->" * 149_000,
    "comment beginnings": b"<!--" * 260_000,
    "PIs in the prolog": b"<?a?>" * 200_000,
    "brackets": b"<" * 1_000_000,
    "blanks": b" " * 1_000_000,
    "blanks in the declaration": b"<?xml" + b" " * 1_000_000 + b"?><a/>",
    "encodings in the declaration": b"<?xml " + b"encoding=" * 100_000 + b"?><a/>",
    "attributes": b"<a " + b" ".join(b"a%d='1'" % i for i in range(70_000)) + b"/>",
    "namespaces": b"<a " + b" ".join(b"xmlns:a%d='u'" % i for i in range(50_000)) + b"/>",
    "long attribute": b"<a b='" + b"x" * 1_000_000,
    "open elements": b"<a>" * 300_000,
    "billion laughs": b"<!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (i, b"&a;" * 10) for i in range(9))
    + b"]><l>&a8;</l>",
    "external entity": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_take_no_time(data: bytes) -> None:
    message = ""
    start = time.process_time()
    try:
        read_document(data, "answer.xml")
    except PoxError as error:
        message = str(error)
    assert time.process_time() - start < 2
    assert len(message) < 500
