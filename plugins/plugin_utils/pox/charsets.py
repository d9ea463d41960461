# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The encodings that a declaration may name: one table.

They are those that XML parsers read (libxml2 with iconv, Expat, MSXML): Unicode, the single-byte sets and the Chinese,
Japanese and Korean ones. Left out are UTF-7, HZ and EBCDIC, in which a ``<`` can hide from who does not know them.
"""

from __future__ import annotations

UTF_16 = "utf-16"

_NAMES: dict[str, str] = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8",
    "ascii": "us-ascii ascii iso646-us ansi_x3.4-1968",
    UTF_16: "utf-16 utf-16le utf-16be unicode iso-10646-ucs-2",
    "iso-8859-1": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1",
    "iso-8859-2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 latin-2 l2",
    "iso-8859-3": "iso-8859-3 iso8859-3 iso_8859-3 latin3",
    "iso-8859-4": "iso-8859-4 iso8859-4 iso_8859-4 latin4",
    "iso-8859-5": "iso-8859-5 iso8859-5 iso_8859-5 cyrillic",
    "iso-8859-6": "iso-8859-6 iso8859-6 iso_8859-6 arabic",
    "iso-8859-7": "iso-8859-7 iso8859-7 iso_8859-7 greek",
    "iso-8859-8": "iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-i hebrew",
    "iso-8859-9": "iso-8859-9 iso8859-9 iso_8859-9 latin5",
    "iso-8859-10": "iso-8859-10 iso8859-10 iso_8859-10 latin6",
    "iso-8859-11": "iso-8859-11 iso8859-11 iso_8859-11",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso_8859-13 latin7",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso_8859-14 latin8",
    "iso-8859-15": "iso-8859-15 iso8859-15 iso_8859-15 latin9 latin-9",
    "iso-8859-16": "iso-8859-16 iso8859-16 iso_8859-16 latin10",
    "windows-1250": "windows-1250 cp1250 x-cp1250",
    "windows-1251": "windows-1251 cp1251 x-cp1251",
    "windows-1252": "windows-1252 cp1252 x-cp1252",
    "windows-1253": "windows-1253 cp1253 x-cp1253",
    "windows-1254": "windows-1254 cp1254 x-cp1254",
    "windows-1255": "windows-1255 cp1255 x-cp1255",
    "windows-1256": "windows-1256 cp1256 x-cp1256",
    "windows-1257": "windows-1257 cp1257 x-cp1257",
    "windows-1258": "windows-1258 cp1258 x-cp1258",
    "cp874": "windows-874 cp874 dos-874",
    "tis-620": "tis-620 tis620",
    "koi8-r": "koi8-r koi8 koi",
    "koi8-u": "koi8-u koi8-ru",
    "cp437": "ibm437 cp437 437",
    "cp850": "ibm850 cp850 850",
    "cp852": "ibm852 cp852 852",
    "cp855": "ibm855 cp855 855",
    "cp858": "ibm00858 cp858",
    "cp862": "ibm862 cp862 862",
    "cp866": "ibm866 cp866 866",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic",
    "gb2312": "gb2312 gb_2312-80 euc-cn csgb2312",
    "gbk": "gbk cp936 ms936 windows-936 x-gbk",
    "gb18030": "gb18030",
    "big5": "big5 big-5 cn-big5 csbig5",
    "big5hkscs": "big5-hkscs",
    "cp932": "windows-31j cp932 ms932 x-ms-cp932",
    "shift_jis": "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis",
    "euc_jp": "euc-jp eucjp x-euc-jp extended_unix_code_packed_format_for_japanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "euc_kr": "euc-kr euckr cseuckr",
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ksc5601 cp949 windows-949 uhc",
    "iso2022_kr": "iso-2022-kr",
}
"""Codec of Python → names in a declaration, in lower case: IANA's, and those that servers write."""

ENCODINGS: dict[str, str] = {name: codec for codec, names in _NAMES.items() for name in names.split()}
"""Encoding in a declaration, in lower case → codec of Python.

Bytes of UTF-16 tell that they are; where others declare it, they were made from a text that was UTF-16 in the memory of
its server (.NET's StringWriter does so), and are UTF-8.
"""
